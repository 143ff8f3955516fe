//! Events: the records that WEBHOOKS.md 2 describes, and for which subscriptions each becomes a delivery.
//!
//! Choices: an event has one id, shared by all its subscriptions; `timestamp` is the business time of the event;
//! `invitation.sent` (no e-mail is sent), `invitation.rejected` (deprecated) and news about subscriptions are not emitted.

use app::domain::moment;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Change,
    delivery::Delivery,
    onboarding::PARTNER_SLUG,
    state::{Connection, Invitation, Schedule},
    subscriptions::SubscriptionStatus,
};

/// Whom an event is about, for filters. More than the payload tells: the sandbox knows the fleet of every record.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) fleet_id: Option<Uuid>,
    pub(super) fleet_ref: Option<String>,
}

/// Version of the payload's schema (WEBHOOKS.md 1.2), as in the published examples.
pub(super) fn version(event_name: &str) -> &'static str {
    if event_name.starts_with("share_agreement.") { "2.0" } else { "1.0" }
}

impl Change<'_> {
    /// Tells every active subscription that matches.
    pub(super) fn emit(&mut self, event_name: &str, subject: &Subject, record: Value) {
        let event_id = self.state.event_ids.next(self.now, self.entropy);
        let matching = self.state.subscriptions.values().filter(|subscription| {
            subscription.status == SubscriptionStatus::Active
                && subscription.event_name == event_name
                && subscription.filters.as_ref().is_none_or(|filters| filters.fit(subject))
        });
        for subscription in matching {
            self.state.deliveries.add(Delivery {
                id: self.entropy.uuid_v4(),
                subscription_id: subscription.id,
                event_id,
                event_name: event_name.to_owned(),
                version: version(event_name).to_owned(),
                event_at: self.now,
                data: vec![record.clone()],
                attempts: 0,
                tries: 0,
                died_at: None,
            });
        }
    }

    /// Tells an invitation's event.
    pub(super) fn emit_invitation(&mut self, event_name: &str, invitation: &Invitation) {
        let subject = Subject { fleet_id: invitation.fleet_id, fleet_ref: Some(invitation.fleet_ref.clone()) };
        let record = self.invitation_record(invitation);
        self.emit(event_name, &subject, record);
    }

    /// Tells an event about a connection's fleet.
    pub(super) fn emit_connection(&mut self, event_name: &str, connection: &Connection, record: Value) {
        let subject = Subject { fleet_id: Some(connection.fleet_id), fleet_ref: connection.fleet_ref.clone() };
        self.emit(event_name, &subject, record);
    }

    /// WEBHOOKS.md 2.3. The fleet's name is `partner_provided_fleet_name` here.
    fn invitation_record(&self, invitation: &Invitation) -> Value {
        json!({
            "id": invitation.id,
            "created_at": moment::rfc3339(invitation.created_at),
            "magic_link": super::invitations::magic_link(self.settings, invitation.id),
            "expires_at": moment::rfc3339(invitation.expires_at),
            "expires_in_hours": invitation.expires_in_hours,
            "status": invitation.status,
            "partner_provided_fleet_name": invitation.fleet_name,
            "accepted_at": invitation.accepted_at.map(moment::rfc3339),
            "pre_registration_access_token": invitation.pre_registration_access_token,
            "pre_registration_refresh_token": invitation.pre_registration_refresh_token,
            "success_redirect_url": invitation.success_redirect_url,
            "failure_redirect_url": invitation.failure_redirect_url,
            "callback_url": invitation.callback_url,
            "limit_tsps": invitation.limit_tsps,
            "fleet_id": invitation.fleet_id,
            "partner_slug": PARTNER_SLUG,
            "partner_id": self.state.partner_id,
            "decline_reason": invitation.decline_reason,
            "declined_at": invitation.declined_at.map(moment::rfc3339),
            "fleet_ref": invitation.fleet_ref,
        })
    }

    /// WEBHOOKS.md 2.7: one failed fetch.
    pub(super) fn execution_record(&self, id: Uuid, connection: &Connection, schedule: &Schedule) -> Value {
        json!({
            "id": id,
            "created_at": moment::rfc3339(self.now),
            "updated_at": moment::rfc3339(self.now),
            "schedule_id": schedule.id,
            "connection_id": connection.id,
            "fleet_id": connection.fleet_id,
            "status": "failed",
            "source_name": connection.source_name,
            "resource": schedule.resource,
        })
    }
}

/// WEBHOOKS.md 2.5.
pub(super) fn connection_record(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "source_name": connection.source_name,
        "fleet_id": connection.fleet_id,
        "tsp_id": connection.tsp_id,
        "status": connection.status,
    })
}

/// WEBHOOKS.md 2.8.
pub(super) fn schedule_record(schedule: &Schedule) -> Value {
    json!({
        "id": schedule.id,
        "connection_id": schedule.connection_id,
        "resource": schedule.resource,
        "execution_interval_seconds": super::flow::FETCH_EVERY.whole_seconds(),
        "status": schedule.status,
        "consecutive_error_threshold": 15,
        "max_concurrent_executions": 1,
    })
}
