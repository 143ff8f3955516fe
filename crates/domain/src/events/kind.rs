//! What a fact can say: its kinds, their names and their documented order (WEBHOOKS.md 2.1).

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The invitation exists at Catena.
    InvitationCreated,
    /// A second create call for the same `fleet_ref` refreshed it: a later expiry, a declined invitation reopened (CONTRACT.md 5).
    InvitationRefreshed,
    /// Catena sent it by e-mail.
    InvitationSent,
    /// The fleet opened the magic link.
    InvitationViewed,
    /// The fleet accepted.
    InvitationAccepted,
    /// The fleet refused. `invitation.rejected` is the deprecated twin and the same fact (WEBHOOKS.md 2.1).
    InvitationDeclined,
    /// The link expired.
    InvitationExpired,
    /// It was deleted before acceptance.
    InvitationDeleted,
    /// The agreement to share data exists.
    AgreementCreated,
    /// The agreement changed.
    AgreementUpdated,
    /// The agreement ended.
    AgreementDeleted,
    /// The fleet linked a provider; there is none if the connection already existed.
    ConnectionCreated,
    /// The connection is attached to the fleet: data follows.
    FleetConnectionCreated,
    /// The provider's credentials stopped working.
    ConnectionStaled,
    /// A check found the connection working again or, if the fact names a schedule, that schedule fetching again; no event reports
    /// either (WEBHOOKS.md 2.1).
    ConnectionRecovered,
    /// One fetch failed; Catena retries it.
    ExecutionFailed,
    /// A fetch hung.
    ExecutionStaled,
    /// Catena gave up fetching one resource after too many errors.
    ScheduleDeactivated,
    /// A browser came to the success page: a claim, not a proof.
    ReturnedSuccess,
    /// A browser came back having asked for a provider that isn't supported yet.
    ReturnedIntegrationRequested,
    /// A browser came to the failure page.
    ReturnedFailure,
    /// Staff saw the magic link or downloaded it as a QR code.
    LinkShown,
    /// Onramp e-mailed the magic link to the fleet.
    LinkSent,
    /// Onramp reminded the fleet by e-mail.
    ReminderSent,
    /// An event this version doesn't know, by its name.
    Other(String),
}

use Kind as K;

/// Every known kind with its name: the event's name if there is one.
const NAMES: [(Kind, &str); 24] = [
    (K::InvitationCreated, "invitation.created"),
    (K::InvitationRefreshed, "invitation.refreshed"),
    (K::InvitationSent, "invitation.sent"),
    (K::InvitationViewed, "invitation.viewed"),
    (K::InvitationAccepted, "invitation.accepted"),
    (K::InvitationDeclined, "invitation.declined"),
    (K::InvitationExpired, "invitation.expired"),
    (K::InvitationDeleted, "invitation.deleted"),
    (K::AgreementCreated, "share_agreement.created"),
    (K::AgreementUpdated, "share_agreement.updated"),
    (K::AgreementDeleted, "share_agreement.deleted"),
    (K::ConnectionCreated, "connection.created"),
    (K::FleetConnectionCreated, "fleet_connection.created"),
    (K::ConnectionStaled, "connection.staled"),
    (K::ConnectionRecovered, "connection.recovered"),
    (K::ExecutionFailed, "execution.failed"),
    (K::ExecutionStaled, "execution.staled"),
    (K::ScheduleDeactivated, "schedule.deactivated"),
    (K::ReturnedSuccess, "landing.success"),
    (K::ReturnedIntegrationRequested, "landing.integration_requested"),
    (K::ReturnedFailure, "landing.failure"),
    (K::LinkShown, "link.shown"),
    (K::LinkSent, "link.sent"),
    (K::ReminderSent, "reminder.sent"),
];

impl Kind {
    /// The event's name if there is one, else a name of the same form.
    pub fn name(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => NAMES.iter().find(|(kind, _)| kind == known).map_or("", |(_, name)| name),
        }
    }

    /// The kind with this name; an unknown name is kept as it is.
    pub fn from_name(name: &str) -> Self {
        if name == "invitation.rejected" {
            return Self::InvitationDeclined;
        }
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(kind, _)| kind.clone())
    }

    /// Its position in the documented order of an onboarding (WEBHOOKS.md 2.1): breaks ties between equal times.
    pub fn rank(&self) -> usize {
        NAMES.iter().position(|(kind, _)| kind == self).unwrap_or(NAMES.len())
    }

    /// Whether it comes from a browser: such a fact is a claim until another source confirms it.
    pub fn is_claim(&self) -> bool {
        matches!(self, Self::ReturnedSuccess | Self::ReturnedIntegrationRequested | Self::ReturnedFailure)
    }

    /// Whether it records what staff did with the link. Such a fact is on the timeline and doesn't affect the stage.
    pub fn is_handover(&self) -> bool {
        matches!(self, Self::LinkShown | Self::LinkSent | Self::ReminderSent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_name() {
        for (kind, name) in NAMES {
            assert_eq!(Kind::from_name(name), kind);
            assert_eq!(kind.name(), name);
        }
        assert_eq!(Kind::from_name("vehicle.added"), Kind::Other("vehicle.added".into()));
        assert_eq!(Kind::from_name("invitation.rejected"), Kind::InvitationDeclined);
    }
}
