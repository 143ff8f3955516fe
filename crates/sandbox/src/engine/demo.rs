//! The demo: 200 fleets in every stage and health, spread over the last four weeks.

use time::Duration;

use crate::{
    engine::story::{Pace, Story},
    state::change::Change,
};

/// How many of the 200 fleets play each story.
const SHARES: [(Story, usize); 17] = [
    (Story::HappyPath, 58),
    (Story::ReusedConnection, 16),
    (Story::SeveralProviders, 10),
    (Story::Invited, 12),
    (Story::Sent, 6),
    (Story::Opened, 14),
    (Story::AcceptedOnly, 14),
    (Story::Linked, 3),
    (Story::Declined, 11),
    (Story::ReinvitedAfterDecline, 5),
    (Story::Expired, 15),
    (Story::Deleted, 4),
    (Story::ConnectionStaled, 9),
    (Story::StaledAndRepaired, 5),
    (Story::FetchFailing, 8),
    (Story::ScheduleDeactivated, 6),
    (Story::AgreementEnded, 4),
];

/// The period over which they are spread. An invitation that is still open must be less than a week old.
const SPREAD: Duration = Duration::weeks(4);
const OPEN_SPREAD: Duration = Duration::days(6);

impl Change<'_> {
    /// Adds the demo's fleets and plays what is due by now. Returns how many fleets were added.
    pub(crate) fn play_demo(&mut self) -> usize {
        let mut added = 0;
        for (story, count) in SHARES {
            for _ in 0..count {
                let spread = if story.stays_open() { OPEN_SPREAD } else { SPREAD };
                let chance = f64::from(u32::from_be_bytes(self.random.bytes())) / f64::from(u32::MAX);
                let ago = story.length() + (spread - story.length()) * chance;
                let start = self.now.saturating_sub(ago);
                let (fleet_ref, name) = (self.generate_fleet_ref("DEMO"), self.generate_fleet_name());
                self.plan_story(story, &fleet_ref, Some(&name), Pace::From(start));
                added += 1;
            }
        }
        self.catch_up();
        added
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_fleets_and_every_story() {
        assert_eq!(SHARES.iter().map(|(_, count)| count).sum::<usize>(), 200);
        let played: Vec<_> = SHARES.iter().map(|(story, _)| story.name()).collect();
        for (_, name, _) in crate::engine::story::STORIES {
            assert!(played.contains(&name), "{name}");
        }
    }
}
