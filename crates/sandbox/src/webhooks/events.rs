//! Events: the records that WEBHOOKS.md 2 describes, and for which subscriptions each becomes a delivery.
//!
//! Choices: an event has one id, shared by all its subscriptions; `timestamp` is the business time of the event;
//! `invitation.sent` comes in stories alone (no e-mail is sent) and `invitation.rejected` as a disorder alone (deprecated);
//! a subscription gets no news about itself.

use std::collections::BTreeSet;

use domain::timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Change,
    api::subscriptions::{Subscription, SubscriptionStatus},
    engine::invitation::PARTNER_SLUG,
    state::{Connection, Invitation, Schedule},
    webhooks::queue::Delivery,
};

/// Whom an event is about, for filters. More than the payload tells: the sandbox knows the fleet of every record.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) fleet_id: Option<Uuid>,
    pub(crate) fleet_ref: Option<String>,
}

/// Version of the payload's schema (WEBHOOKS.md 1.2), as in the published examples.
pub(crate) fn version(event_name: &str) -> &'static str {
    match event_name.split_once('.') {
        Some(("share_agreement", _)) => "2.0",
        Some(("webhook", _)) => "3.0",
        _ => "1.0",
    }
}

impl Change<'_> {
    /// Tells every subscription that matches. What a stale one would get waits for it among the dead letters.
    pub(crate) fn emit(&mut self, event_name: &str, subject: &Subject, record: Value) {
        self.tell(event_name, record, |one| one.filters.as_ref().is_none_or(|filters| filters.fit(subject)));
    }

    /// Tells news about a subscription. It is about no fleet, so filters for fleets keep it out.
    pub(crate) fn emit_webhook(&mut self, event_name: &str, about: &Subscription) {
        let id = about.id;
        self.tell(event_name, about.record(), |one| one.id != id && one.filters.is_none());
    }

    fn tell(&mut self, event_name: &str, record: Value, fits: impl Fn(&Subscription) -> bool) {
        let event_id = self.state.event_ids.next(self.now, self.random);
        let takes_it = |one: &&Subscription| {
            matches!(one.status, SubscriptionStatus::Active | SubscriptionStatus::Stale)
                && one.event_name == event_name
                && fits(one)
        };
        let matching: Vec<_> =
            self.state.subscriptions.values().filter(takes_it).map(|one| (one.id, one.status)).collect();
        for (subscription_id, status) in matching {
            let delivery = Delivery {
                id: self.random.uuid_v4(),
                subscription_id,
                event_id,
                event_name: event_name.to_owned(),
                version: version(event_name).to_owned(),
                event_at: self.now,
                data: vec![record.clone()],
                attempts: 0,
                tries: 0,
                died_at: None,
                disorders: BTreeSet::new(),
                held_ms: 0,
            };
            if status == SubscriptionStatus::Stale {
                self.state.deliveries.bury(delivery, self.now);
            } else {
                self.queue(delivery);
            }
        }
        self.remember_record(event_name, &record);
    }

    /// Tells an invitation's event.
    pub(crate) fn emit_invitation(&mut self, event_name: &str, invitation: &Invitation) {
        let subject = Subject { fleet_id: invitation.fleet_id, fleet_ref: Some(invitation.fleet_ref.clone()) };
        let record = self.invitation_record(invitation);
        self.emit(event_name, &subject, record);
    }

    /// Tells an event about a connection's fleet.
    pub(crate) fn emit_connection(&mut self, event_name: &str, connection: &Connection, record: Value) {
        let subject = Subject { fleet_id: Some(connection.fleet_id), fleet_ref: connection.fleet_ref.clone() };
        self.emit(event_name, &subject, record);
    }

    /// WEBHOOKS.md 2.3. The fleet's name is `partner_provided_fleet_name` here.
    fn invitation_record(&self, invitation: &Invitation) -> Value {
        json!({
            "id": invitation.id,
            "created_at": timestamp::rfc3339(invitation.created_at),
            "magic_link": crate::api::invitations::magic_link(self.settings, invitation.id),
            "expires_at": timestamp::rfc3339(invitation.expires_at),
            "expires_in_hours": invitation.expires_in_hours,
            "status": invitation.status,
            "partner_provided_fleet_name": invitation.fleet_name,
            "accepted_at": invitation.accepted_at.map(timestamp::rfc3339),
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
            "declined_at": invitation.declined_at.map(timestamp::rfc3339),
            "fleet_ref": invitation.fleet_ref,
        })
    }

    /// WEBHOOKS.md 2.7: one failed fetch.
    pub(crate) fn execution_record(&self, id: Uuid, connection: &Connection, schedule: &Schedule) -> Value {
        json!({
            "id": id,
            "created_at": timestamp::rfc3339(self.now),
            "updated_at": timestamp::rfc3339(self.now),
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
pub(crate) fn connection_record(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "source_name": connection.source_name,
        "fleet_id": connection.fleet_id,
        "tsp_id": connection.tsp_id,
        "status": connection.status,
    })
}

/// WEBHOOKS.md 2.8.
pub(crate) fn schedule_record(schedule: &Schedule) -> Value {
    json!({
        "id": schedule.id,
        "connection_id": schedule.connection_id,
        "resource": schedule.resource,
        "execution_interval_seconds": crate::engine::connection::FETCH_EVERY.whole_seconds(),
        "status": schedule.status,
        "consecutive_error_threshold": 15,
        "max_concurrent_executions": 1,
    })
}
