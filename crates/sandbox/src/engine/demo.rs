//! The demo: 200 fleets in every stage and health, spread over the last four weeks.

use time::Duration;

use crate::{
    Change, Sandbox,
    engine::story::{Pace, Story},
};

/// How many fleets of the demo go through each story: together 200.
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

/// Over how much time they are spread. An invitation that is still open was made within a week, so that it still is.
const SPREAD: Duration = Duration::weeks(4);
const OPEN_SPREAD: Duration = Duration::days(6);

impl Change<'_> {
    /// Makes up the fleets and lets happen what has happened by now; gives how many.
    fn tell_demo(&mut self) -> usize {
        let mut told = 0;
        for (story, count) in SHARES {
            for _ in 0..count {
                let spread = if story.stays_open() { OPEN_SPREAD } else { SPREAD };
                let chance = f64::from(u32::from_be_bytes(self.random.bytes())) / f64::from(u32::MAX);
                let ago = story.length() + (spread - story.length()) * chance;
                let start = self.now.saturating_sub(ago);
                let (fleet_ref, name) = (self.next_reference("DEMO"), self.fleet_name());
                self.tell_story(story, &fleet_ref, Some(&name), Pace::From(start));
                told += 1;
            }
        }
        self.catch_up();
        told
    }
}

impl Sandbox {
    /// Plays the demo; gives how many fleets were made up.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone is not for every lifetime of a change"
    )]
    pub(crate) fn play_demo(&self) -> usize {
        self.change(|change| change.tell_demo())
    }

    /// Plays the demo, unless there are fleets already.
    pub fn ensure_demo(&self) {
        if self.read(|state, _| state.invitations.is_empty()) {
            self.play_demo();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_fleets_and_every_story() {
        assert_eq!(SHARES.iter().map(|(_, count)| count).sum::<usize>(), 200);
        let told: Vec<_> = SHARES.iter().map(|(story, _)| story.name()).collect();
        for (_, name, _) in crate::engine::story::STORIES {
            assert!(told.contains(&name), "{name}");
        }
    }
}
