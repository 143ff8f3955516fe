//! Stories: what a fleet does, step by step, from the invitation to its end. Each step goes through the same functions as
//! the API's calls and the fleet's pages, so the events follow by themselves. A step that no longer fits, because somebody
//! did something in between, is passed over.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    Change, Sandbox,
    api::tsps::Tsp,
    engine::invitation::Ask,
    state::{Invitation, InvitationStatus, error::ApiError, rfc3339},
};

/// One way through an onboarding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    HappyPath,
    ReusedConnection,
    SeveralProviders,
    Invited,
    Sent,
    Opened,
    AcceptedOnly,
    Linked,
    Declined,
    ReinvitedAfterDecline,
    Expired,
    Deleted,
    ConnectionStaled,
    StaledAndRepaired,
    FetchFailing,
    ScheduleDeactivated,
    AgreementEnded,
}

use Story as S;

/// Every story, with its name and what happens in it.
pub(crate) const STORIES: [(Story, &str, &str); 17] = [
    (S::HappyPath, "happy_path", "The fleet accepts and connects its provider; data flows."),
    (S::ReusedConnection, "reused_connection", "The provider was linked before: there is no connection.created."),
    (S::SeveralProviders, "several_providers", "The fleet connects three providers."),
    (S::Invited, "invited", "The fleet is invited and does nothing yet."),
    (S::Sent, "sent", "Catena sends the invitation by e-mail; the fleet does nothing yet."),
    (S::Opened, "opened", "The fleet opens the link and does not answer."),
    (S::AcceptedOnly, "accepted_only", "The fleet accepts and never connects a provider."),
    (S::Linked, "linked", "A provider is linked, and the link is not attached to the fleet yet."),
    (S::Declined, "declined", "The fleet declines."),
    (S::ReinvitedAfterDecline, "reinvited_after_decline", "The fleet declines, is invited again, and connects."),
    (S::Expired, "expired", "The fleet looks at the invitation and lets it run out."),
    (S::Deleted, "deleted", "The invitation is deleted before the fleet answers."),
    (S::ConnectionStaled, "connection_staled", "Days after connecting, the provider's credentials stop working."),
    (S::StaledAndRepaired, "staled_and_repaired", "The credentials stop working, and the fleet signs in again."),
    (S::FetchFailing, "fetch_failing", "Fetching fails three times within hours."),
    (S::ScheduleDeactivated, "schedule_deactivated", "Fetching one resource is given up."),
    (S::AgreementEnded, "agreement_ended", "The agreement to share data ends."),
];

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// For a week, unless the fleet is invited.
    Invite,
    /// For a day, unless the fleet is invited.
    InviteForADay,
    InviteAgain,
    Send,
    View,
    Accept,
    Decline,
    Delete,
    /// The n-th provider of the fleet; once more: repaired.
    Connect(usize),
    Reuse,
    Link,
    Stale,
    Fail,
    Deactivate,
    EndAgreement,
    /// Nothing happens but time.
    Wait,
}

/// A step that is to be played at its moment.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Planned {
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    fleet_ref: String,
    fleet_name: Option<String>,
    step: Step,
}

/// When the steps of a story are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As if the story had just come to its end: all at once, each with the time at which it would have happened.
    Done,
    /// From this moment on, each in its own time; what is past by now, at once.
    From(OffsetDateTime),
    /// From now on, in so much business time.
    Over(Duration),
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

impl Story {
    /// The story with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        STORIES.iter().find(|(_, known, _)| *known == name).map(|(story, ..)| *story)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        STORIES.iter().find(|(story, ..)| *story == self).map_or("", |(_, name, _)| name)
    }

    /// Whether it ends with an invitation that waits for the fleet.
    pub(crate) fn stays_open(self) -> bool {
        matches!(self, Self::Invited | Self::Sent | Self::Opened)
    }

    /// The steps, each so many minutes after the start.
    fn steps(self) -> Vec<(i64, Step)> {
        let accepted = [(0, Step::Invite), (18, Step::View), (23, Step::Accept)];
        let connected = [&accepted[..], &[(31, Step::Connect(0))]].concat();
        let then = |before: &[(i64, Step)], more: &[(i64, Step)]| [before, more].concat();
        match self {
            Self::HappyPath => connected,
            Self::ReusedConnection => then(&accepted, &[(31, Step::Reuse)]),
            Self::SeveralProviders => then(&connected, &[(38, Step::Connect(1)), (2 * HOUR, Step::Connect(2))]),
            Self::Invited => vec![(0, Step::Invite)],
            Self::Sent => vec![(0, Step::Invite), (2, Step::Send)],
            Self::Opened => vec![(0, Step::Invite), (40, Step::View)],
            Self::AcceptedOnly => accepted.to_vec(),
            Self::Linked => then(&accepted, &[(31, Step::Link)]),
            Self::Declined => vec![(0, Step::Invite), (25, Step::View), (31, Step::Decline)],
            Self::ReinvitedAfterDecline => vec![
                (0, Step::Invite),
                (25, Step::View),
                (31, Step::Decline),
                (DAY, Step::InviteAgain),
                (DAY + 40, Step::View),
                (DAY + 46, Step::Accept),
                (DAY + 52, Step::Connect(0)),
            ],
            Self::Expired => vec![(0, Step::InviteForADay), (90, Step::View), (DAY + 1, Step::Wait)],
            Self::Deleted => vec![(0, Step::Invite), (3 * HOUR, Step::Delete)],
            Self::ConnectionStaled => then(&connected, &[(3 * DAY, Step::Stale)]),
            Self::StaledAndRepaired => {
                then(&connected, &[(3 * DAY, Step::Stale), (3 * DAY + 5 * HOUR, Step::Connect(0))])
            }
            Self::FetchFailing => {
                let day = DAY;
                then(&connected, &[(day, Step::Fail), (day + 40, Step::Fail), (day + 80, Step::Fail)])
            }
            Self::ScheduleDeactivated => then(&connected, &[(2 * DAY, Step::Deactivate)]),
            Self::AgreementEnded => then(&connected, &[(5 * DAY, Step::EndAgreement)]),
        }
    }

    /// How long it takes in its own time.
    pub(crate) fn length(self) -> Duration {
        self.steps().last().map_or(Duration::ZERO, |(minutes, _)| Duration::minutes(*minutes))
    }
}

impl Change<'_> {
    /// A reference for a fleet that nobody named: they count up.
    pub(crate) fn next_reference(&mut self, prefix: &str) -> String {
        loop {
            self.state.made_up += 1;
            let fleet_ref = format!("{prefix}-{:04}", self.state.made_up);
            if self.invitation_of(&fleet_ref).is_none() {
                return fleet_ref;
            }
        }
    }

    /// The newest invitation for a reference, whatever became of it.
    fn invitation_of(&self, fleet_ref: &str) -> Option<&Invitation> {
        self.state.invitations.values().rev().find(|invitation| invitation.fleet_ref == fleet_ref)
    }

    /// The last thing that is known to have happened to a fleet.
    fn latest_of(&self, fleet_ref: &str) -> Option<OffsetDateTime> {
        let invitation = self.invitation_of(fleet_ref)?;
        let connections = invitation.fleet_id.map(|id| self.state.connections_of(id)).unwrap_or_default();
        let connected = connections.iter().map(|connection| connection.updated_at).max();
        [Some(invitation.created_at), invitation.accepted_at, invitation.declined_at, connected]
            .into_iter()
            .flatten()
            .max()
    }

    /// Plans a story, and plays what is due of it. Nothing is dated before what happened to the fleet already.
    pub(crate) fn tell_story(&mut self, story: Story, fleet_ref: &str, fleet_name: Option<&str>, pace: Pace) {
        let earliest = self.latest_of(fleet_ref);
        let (now, length) = (self.now, story.length());
        let moment = |minutes: i64| match pace {
            Pace::Done => now.saturating_sub(length).saturating_add(Duration::minutes(minutes)),
            Pace::From(start) => start.saturating_add(Duration::minutes(minutes)),
            Pace::Over(_) if length.is_zero() => now,
            Pace::Over(time) => now.saturating_add(time * (Duration::minutes(minutes) / length)),
        };
        for (number, (minutes, step)) in story.steps().into_iter().enumerate() {
            let at = moment(minutes).max(earliest.unwrap_or(OffsetDateTime::UNIX_EPOCH));
            // Sorts by moment, and within one in the order of the story.
            let key = format!("{} {fleet_ref} {} {number:02}", domain::timestamp::rfc3339(at), story.name());
            let planned =
                Planned { at, fleet_ref: fleet_ref.to_owned(), fleet_name: fleet_name.map(str::to_owned), step };
            self.state.script.insert(key, planned);
        }
    }

    /// Plays the next planned step.
    pub(crate) fn play_next(&mut self) {
        let Some((_, planned)) = self.state.script.pop_first() else { return };
        if self.play(&planned).is_err() {
            tracing::debug!(step = ?planned.step, "a story's step did not fit and was passed over");
        }
    }

    fn play(&mut self, planned: &Planned) -> Result<(), ApiError> {
        let known = self.invitation_of(&planned.fleet_ref);
        let invited =
            known.is_some_and(|one| matches!(one.status, InvitationStatus::Active | InvitationStatus::Accepted));
        let id = known.map(|invitation| invitation.id).ok_or(ApiError::NotFound);
        match planned.step {
            Step::Invite | Step::InviteForADay if invited => {}
            Step::Invite | Step::InviteAgain => self.invite(planned, 7 * 24),
            Step::InviteForADay => self.invite(planned, 24),
            Step::Send => self.send_invitation(id?)?,
            Step::View => self.view_open(id?)?,
            Step::Accept => self.accept(id?)?,
            Step::Decline => self.decline(id?, Some("We changed our provider".to_owned()))?,
            Step::Delete => self.delete_invitation(id?)?,
            Step::Connect(nth) => self.connect(id?, &self.provider(&planned.fleet_ref, nth)?, false)?,
            Step::Reuse => self.connect(id?, &self.provider(&planned.fleet_ref, 0)?, true)?,
            Step::Link => self.link_only(id?, &self.provider(&planned.fleet_ref, 0)?)?,
            Step::Stale => self.stale_connection(self.first_connection(&planned.fleet_ref)?)?,
            Step::Fail => self.fail_fetch(self.first_connection(&planned.fleet_ref)?, None)?,
            Step::Deactivate => self.deactivate_schedule(self.first_connection(&planned.fleet_ref)?, None)?,
            Step::EndAgreement => self.end_agreements(&planned.fleet_ref)?,
            Step::Wait => {}
        }
        Ok(())
    }

    fn invite(&mut self, planned: &Planned, expires_in_hours: u32) {
        self.upsert_invitation(Ask {
            fleet_ref: planned.fleet_ref.clone(),
            fleet_name: planned.fleet_name.clone(),
            expires_in_hours: Some(expires_in_hours),
            ..Ask::default()
        });
    }

    fn view_open(&mut self, id: Uuid) -> Result<(), ApiError> {
        let open = self.state.invitations.get(&id).is_some_and(|one| one.status == InvitationStatus::Active);
        if !open {
            return Err(ApiError::NotFound);
        }
        self.view(id);
        Ok(())
    }

    /// One of the providers that the invitation allows; which, follows from the fleet's reference.
    fn provider(&self, fleet_ref: &str, nth: usize) -> Result<Tsp, ApiError> {
        let limit = self.invitation_of(fleet_ref).and_then(|invitation| invitation.limit_tsps.as_deref());
        let allowed: Vec<_> = self.state.offered_tsps().into_iter().filter(|tsp| tsp.allowed_by(limit)).collect();
        let start: usize = fleet_ref.bytes().map(usize::from).sum();
        allowed.get((start + nth) % allowed.len().max(1)).copied().cloned().ok_or(ApiError::NotFound)
    }

    fn first_connection(&self, fleet_ref: &str) -> Result<Uuid, ApiError> {
        let fleet_id = self.invitation_of(fleet_ref).and_then(|one| one.fleet_id).ok_or(ApiError::NotFound)?;
        self.state.connections_of(fleet_id).first().map(|connection| connection.id).ok_or(ApiError::NotFound)
    }

    fn end_agreements(&mut self, fleet_ref: &str) -> Result<(), ApiError> {
        let fleet_id = self.invitation_of(fleet_ref).and_then(|one| one.fleet_id).ok_or(ApiError::NotFound)?;
        let ids: Vec<_> =
            self.state.agreements.values().filter(|one| one.fleet_id == fleet_id).map(|one| one.id).collect();
        for id in ids {
            // One that has ended is as it should be.
            let _ = self.delete_agreement(id);
        }
        Ok(())
    }
}

impl Sandbox {
    /// Plays a story for the fleet that is named, or for as many as are asked for; gives their references.
    pub(crate) fn play(&self, story: Story, fleet_ref: Option<&str>, count: u64, pace: Pace) -> Vec<String> {
        self.change(|change| {
            let mut played = Vec::new();
            for number in 1..=count {
                let (fleet_ref, name) = match fleet_ref {
                    Some(named) if count == 1 => (named.to_owned(), None),
                    Some(named) => (format!("{named}-{number}"), None),
                    None => (change.next_reference("STORY"), Some(change.fleet_name())),
                };
                change.tell_story(story, &fleet_ref, name.as_deref(), pace);
                played.push(fleet_ref);
            }
            change.catch_up();
            played
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_story_has_a_name_of_its_own_and_steps_in_order() {
        for (story, name, about) in STORIES {
            assert_eq!((Story::from_name(name), story.name()), (Some(story), name));
            assert!(about.ends_with('.') && story.steps().is_sorted_by_key(|(minutes, _)| *minutes), "{name}");
        }
    }
}
