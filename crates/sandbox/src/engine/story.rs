//! Stories: what a fleet does, step by step, from the invitation to the end. Each step uses the same rules as the API's
//! calls and the fleet's pages, so it emits the same events. A step that no longer fits, because somebody did something in
//! between, is skipped.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    engine::invitation::InvitationRequest,
    state::{
        change::Change,
        error::ApiError,
        plan::{PlannedStep, Step},
        records::{Invitation, InvitationStatus, Tsp},
    },
};

/// One course of an onboarding.
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

/// Every story, with its name and what happens.
pub(crate) const STORIES: [(Story, &str, &str); 17] = [
    (S::HappyPath, "happy_path", "The fleet accepts and connects its provider; data flows."),
    (S::ReusedConnection, "reused_connection", "The provider was linked before: connection.created never comes."),
    (S::SeveralProviders, "several_providers", "The fleet connects three providers."),
    (S::Invited, "invited", "The fleet is invited and does nothing yet."),
    (S::Sent, "sent", "Catena sends the invitation by e-mail; the fleet does nothing yet."),
    (S::Opened, "opened", "The fleet opens the link and does not answer."),
    (S::AcceptedOnly, "accepted_only", "The fleet accepts and never connects a provider."),
    (S::Linked, "linked", "A provider is linked, but not attached to the fleet yet."),
    (S::Declined, "declined", "The fleet declines."),
    (S::ReinvitedAfterDecline, "reinvited_after_decline", "The fleet declines, is invited again, and connects."),
    (S::Expired, "expired", "The fleet opens the invitation and lets it expire."),
    (S::Deleted, "deleted", "The invitation is deleted before the fleet answers."),
    (S::ConnectionStaled, "connection_staled", "Days after connecting, the provider's credentials stop working."),
    (S::StaledAndRepaired, "staled_and_repaired", "The credentials stop working, and the fleet signs in again."),
    (S::FetchFailing, "fetch_failing", "Fetching fails three times within hours."),
    (S::ScheduleDeactivated, "schedule_deactivated", "Catena gives up fetching one resource."),
    (S::AgreementEnded, "agreement_ended", "The agreement to share data ends."),
];

/// When the steps of a story are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As if the story had just ended: all at once, each step dated when it would have happened.
    JustEnded,
    /// In the story's own time from this time on. What is already due is played at once.
    From(OffsetDateTime),
    /// From now on, within this much business time.
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

    /// Whether it ends with an open invitation.
    pub(crate) fn stays_open(self) -> bool {
        matches!(self, Self::Invited | Self::Sent | Self::Opened)
    }

    /// The steps, with their times in minutes after the start.
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

    /// How long the story takes in its own time.
    pub(crate) fn length(self) -> Duration {
        self.steps().last().map_or(Duration::ZERO, |(minutes, _)| Duration::minutes(*minutes))
    }
}

impl Change<'_> {
    /// A `fleet_ref` for a generated fleet, with a number that counts up.
    pub(crate) fn generate_fleet_ref(&mut self, prefix: &str) -> String {
        loop {
            self.state.generated_fleets += 1;
            let fleet_ref = format!("{prefix}-{:04}", self.state.generated_fleets);
            if self.latest_invitation(&fleet_ref).is_none() {
                return fleet_ref;
            }
        }
    }

    /// The newest invitation for a `fleet_ref`, whatever its status.
    fn latest_invitation(&self, fleet_ref: &str) -> Option<&Invitation> {
        self.state.invitations.values().rev().find(|invitation| invitation.fleet_ref == fleet_ref)
    }

    /// When something last happened to a fleet.
    fn last_activity(&self, fleet_ref: &str) -> Option<OffsetDateTime> {
        let invitation = self.latest_invitation(fleet_ref)?;
        let connections = invitation.fleet_id.map(|id| self.state.connections_of(id)).unwrap_or_default();
        let connected = connections.iter().map(|connection| connection.updated_at).max();
        [Some(invitation.created_at), invitation.accepted_at, invitation.declined_at, connected]
            .into_iter()
            .flatten()
            .max()
    }

    /// Plays a story for the fleet with this `fleet_ref`, or for `count` fleets. Returns their references.
    pub(crate) fn play_story(&mut self, story: Story, fleet_ref: Option<&str>, count: u64, pace: Pace) -> Vec<String> {
        let mut played = Vec::new();
        for number in 1..=count {
            let (fleet_ref, name) = match fleet_ref {
                Some(named) if count == 1 => (named.to_owned(), None),
                Some(named) => (format!("{named}-{number}"), None),
                None => (self.generate_fleet_ref("STORY"), Some(self.generate_fleet_name())),
            };
            self.plan_story(story, &fleet_ref, name.as_deref(), pace);
            played.push(fleet_ref);
        }
        self.catch_up();
        played
    }

    /// Plans the steps of a story, none before the fleet's last activity. [`Self::catch_up`] plays those that are due.
    pub(crate) fn plan_story(&mut self, story: Story, fleet_ref: &str, fleet_name: Option<&str>, pace: Pace) {
        let earliest = self.last_activity(fleet_ref);
        let (now, length) = (self.now, story.length());
        let due = |minutes: i64| match pace {
            Pace::JustEnded => now.saturating_sub(length).saturating_add(Duration::minutes(minutes)),
            Pace::From(start) => start.saturating_add(Duration::minutes(minutes)),
            Pace::Over(_) if length.is_zero() => now,
            Pace::Over(time) => now.saturating_add(time * (Duration::minutes(minutes) / length)),
        };
        for (number, (minutes, step)) in story.steps().into_iter().enumerate() {
            let at = due(minutes).max(earliest.unwrap_or(OffsetDateTime::UNIX_EPOCH));
            // Sorts by time, then in the order of the story.
            let key = format!("{} {fleet_ref} {} {number:02}", domain::timestamp::rfc3339(at), story.name());
            let planned =
                PlannedStep { at, fleet_ref: fleet_ref.to_owned(), fleet_name: fleet_name.map(str::to_owned), step };
            self.state.planned_steps.insert(key, planned);
        }
    }

    /// Plays the next planned step.
    pub(crate) fn play_next_step(&mut self) {
        let Some((_, planned)) = self.state.planned_steps.pop_first() else { return };
        if self.play(&planned).is_err() {
            tracing::debug!(step = ?planned.step, "skipped a story's step that no longer fits");
        }
    }

    fn play(&mut self, planned: &PlannedStep) -> Result<(), ApiError> {
        let known = self.latest_invitation(&planned.fleet_ref);
        let invited =
            known.is_some_and(|one| matches!(one.status, InvitationStatus::Active | InvitationStatus::Accepted));
        let id = known.map(|invitation| invitation.id).ok_or(ApiError::NotFound);
        match planned.step {
            Step::Invite | Step::InviteForADay if invited => {}
            Step::Invite | Step::InviteAgain => self.invite(planned, 7 * 24),
            Step::InviteForADay => self.invite(planned, 24),
            Step::Send => self.send_invitation(id?)?,
            Step::View => self.view_if_open(id?)?,
            Step::Accept => self.accept_invitation(id?)?,
            Step::Decline => self.decline_invitation(id?, Some("We changed our provider".to_owned()))?,
            Step::Delete => self.delete_invitation(id?)?,
            Step::Connect(nth) => self.connect(id?, &self.provider(&planned.fleet_ref, nth)?, false)?,
            Step::Reuse => self.connect(id?, &self.provider(&planned.fleet_ref, 0)?, true)?,
            Step::Link => self.link_only(id?, &self.provider(&planned.fleet_ref, 0)?)?,
            Step::Stale => self.mark_connection_stale(self.first_connection(&planned.fleet_ref)?)?,
            Step::Fail => self.fail_fetch(self.first_connection(&planned.fleet_ref)?, None)?,
            Step::Deactivate => self.deactivate_schedule(self.first_connection(&planned.fleet_ref)?, None)?,
            Step::EndAgreement => self.delete_agreements_of(self.fleet_id(&planned.fleet_ref)?),
            Step::Wait => {}
        }
        Ok(())
    }

    fn invite(&mut self, planned: &PlannedStep, expires_in_hours: u32) {
        self.upsert_invitation(InvitationRequest {
            fleet_ref: planned.fleet_ref.clone(),
            fleet_name: planned.fleet_name.clone(),
            expires_in_hours: Some(expires_in_hours),
            ..InvitationRequest::default()
        });
    }

    fn view_if_open(&mut self, id: Uuid) -> Result<(), ApiError> {
        let open = self.state.invitations.get(&id).is_some_and(|one| one.status == InvitationStatus::Active);
        if !open {
            return Err(ApiError::NotFound);
        }
        self.view_invitation(id);
        Ok(())
    }

    /// The fleet's n-th provider: one that its invitation allows, depending on its reference.
    fn provider(&self, fleet_ref: &str, nth: usize) -> Result<Tsp, ApiError> {
        let limit = self.latest_invitation(fleet_ref).and_then(|invitation| invitation.limit_tsps.as_deref());
        let allowed: Vec<_> = self.state.offered_tsps().into_iter().filter(|tsp| tsp.allowed_by(limit)).collect();
        let start: usize = fleet_ref.bytes().map(usize::from).sum();
        allowed.get((start + nth) % allowed.len().max(1)).copied().cloned().ok_or(ApiError::NotFound)
    }

    fn first_connection(&self, fleet_ref: &str) -> Result<Uuid, ApiError> {
        let fleet_id = self.fleet_id(fleet_ref)?;
        self.state.connections_of(fleet_id).first().map(|connection| connection.id).ok_or(ApiError::NotFound)
    }

    fn fleet_id(&self, fleet_ref: &str) -> Result<Uuid, ApiError> {
        self.latest_invitation(fleet_ref).and_then(|one| one.fleet_id).ok_or(ApiError::NotFound)
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
