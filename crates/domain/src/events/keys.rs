//! The keys of facts: two reports with the same key are the same fact, whatever source they come from (WEBHOOKS.md 6).

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{digest::digest, events::fact::Kind, timestamp};

/// The key of `invitation.created`, which the answer to a create call reports as well as the webhook.
pub fn created_key(invitation: &str, expires_at: OffsetDateTime) -> String {
    digest(&[invitation, Kind::InvitationCreated.name(), &timestamp::micros(expires_at).to_string()])
}

/// The key of a refresh, which no event reports.
pub fn refreshed_key(invitation: &str, expires_at: OffsetDateTime) -> String {
    digest(&[invitation, Kind::InvitationRefreshed.name(), &timestamp::micros(expires_at).to_string()])
}

/// The key of a refresh that leaves the expiry as it was. Its round has already started, perhaps by a refresh, so the time tells
/// them apart.
pub fn refreshed_again_key(invitation: &str, expires_at: OffsetDateTime, at: OffsetDateTime) -> String {
    let (expiry, at) = (timestamp::micros(expires_at).to_string(), timestamp::micros(at).to_string());
    digest(&[invitation, Kind::InvitationRefreshed.name(), &expiry, &at])
}

/// The key of `invitation.expired`, which our own clock reports as well as the webhook.
pub fn expired_key(invitation: &str, expires_at: OffsetDateTime) -> String {
    digest(&[invitation, Kind::InvitationExpired.name(), &timestamp::micros(expires_at).to_string()])
}

/// The key of `invitation.accepted`, which Catena's record reports as well as the webhook.
pub fn accepted_key(invitation: &str, accepted_at: Option<OffsetDateTime>, expires_at: OffsetDateTime) -> String {
    digest(&[invitation, "accepted", &timestamp::micros(accepted_at.unwrap_or(expires_at)).to_string()])
}

/// The key of `invitation.declined` and its deprecated twin, which Catena's record reports as well.
pub fn declined_key(invitation: &str, declined_at: Option<OffsetDateTime>, expires_at: OffsetDateTime) -> String {
    digest(&[invitation, "declined", &timestamp::micros(declined_at.unwrap_or(expires_at)).to_string()])
}

/// The key of `invitation.deleted`, which an invitation that is gone reports as well.
pub fn deleted_key(invitation: &str) -> String {
    digest(&[invitation, "deleted"])
}

/// The key of `share_agreement.created` and `.deleted`, which Catena's record reports as well.
pub fn agreement_key(agreement: Uuid, kind: &Kind) -> String {
    digest(&[&agreement.to_string(), kind.name()])
}

/// The key of `connection.created`, which Catena's record reports as well.
pub fn connection_key(connection: Uuid) -> String {
    digest(&[&connection.to_string(), Kind::ConnectionCreated.name()])
}

/// The key of a fact that sets a state of a connection, a schedule or an agreement (WEBHOOKS.md 6). States can change back and
/// forth, so each report is a fact of its own, keyed by its time; `onboarding::state_changes` merges reports of the same state.
pub fn state_key(id: Uuid, kind: &Kind, at: OffsetDateTime) -> String {
    digest(&[&id.to_string(), kind.name(), &timestamp::micros(at).to_string()])
}

/// The key of `fleet_connection.created`. `own` identifies the attachment: the event's `data[].id`, or its time if only the list
/// of connections reports it.
pub fn fleet_connection_key(fleet_id: Uuid, connection_id: Uuid, own: &str) -> String {
    digest(&[&fleet_id.to_string(), &connection_id.to_string(), Kind::FleetConnectionCreated.name(), own])
}
