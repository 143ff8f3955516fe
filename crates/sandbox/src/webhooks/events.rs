//! Events: their records (WEBHOOKS.md 2), and the subscriptions that get them.
//!
//! Choices: an event has one id, shared by all its subscriptions; `timestamp` is the business time of the event;
//! `invitation.sent` occurs only in stories (no e-mail is sent), and the deprecated `invitation.rejected` only as a webhook
//! fault; a subscription doesn't get events about itself.

use std::collections::BTreeSet;

use domain::timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    settings::PARTNER_SLUG,
    state::{
        change::Change,
        deliveries::Delivery,
        records::{Agreement, Connection, Filters, Invitation, Subscription, SubscriptionStatus, json},
        schedules::Schedule,
    },
};

/// The fleet that an event is about, for filters. Known even where the payload doesn't name it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) fleet_id: Option<Uuid>,
    pub(crate) fleet_ref: Option<String>,
}

impl Filters {
    /// Whether an event about `subject` passes. A choice: it's enough if either the id or the reference matches.
    pub(crate) fn match_subject(&self, subject: &Subject) -> bool {
        let by_id = self.fleet_ids.as_ref().zip(subject.fleet_id).is_some_and(|(ids, id)| ids.contains(&id));
        let by_ref =
            self.fleet_refs.as_ref().zip(subject.fleet_ref.as_ref()).is_some_and(|(refs, one)| refs.contains(one));
        by_id || by_ref
    }
}

/// Version of the payload's schema, as in the published examples (WEBHOOKS.md 1.2).
pub(crate) fn version(event_name: &str) -> &'static str {
    match event_name.split_once('.') {
        Some(("share_agreement", _)) => "2.0",
        Some(("webhook", _)) => "3.0",
        _ => "1.0",
    }
}

impl Change<'_> {
    /// Queues an event for all subscriptions that match. For a stale one it becomes a dead letter at once.
    fn emit(&mut self, event_name: &str, subject: &Subject, record: Value) {
        self.publish(event_name, record, |one| {
            one.filters.as_ref().is_none_or(|filters| filters.match_subject(subject))
        });
    }

    /// Emits an event about a subscription. It isn't about a fleet, so subscriptions with filters don't get it.
    pub(crate) fn emit_subscription(&mut self, event_name: &str, about: &Subscription) {
        let id = about.id;
        self.publish(event_name, subscription_record(about), |one| one.id != id && one.filters.is_none());
    }

    fn publish(&mut self, event_name: &str, record: Value, matches: impl Fn(&Subscription) -> bool) {
        let event_id = self.state.event_ids.next(self.now, self.random);
        let is_recipient = |one: &&Subscription| {
            matches!(one.status, SubscriptionStatus::Active | SubscriptionStatus::Stale)
                && one.event_name == event_name
                && matches(one)
        };
        let recipients: Vec<_> =
            self.state.subscriptions.values().filter(is_recipient).map(|one| (one.id, one.status)).collect();
        for (subscription_id, status) in recipients {
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
                faults: BTreeSet::new(),
                delay_ms: 0,
            };
            if status == SubscriptionStatus::Stale {
                self.state.deliveries.add_dead_letter(delivery, self.now);
            } else {
                self.enqueue(delivery);
            }
        }
        self.remember_record(event_name, &record);
    }

    /// Emits an event about an invitation.
    pub(crate) fn emit_invitation(&mut self, event_name: &str, invitation: &Invitation) {
        let subject = Subject { fleet_id: invitation.fleet_id, fleet_ref: Some(invitation.fleet_ref.clone()) };
        let record = self.invitation_record(invitation);
        self.emit(event_name, &subject, record);
    }

    /// Emits an event about a share agreement (WEBHOOKS.md 2.4).
    pub(crate) fn emit_agreement(&mut self, event_name: &str, agreement: &Agreement) {
        let subject = Subject { fleet_id: Some(agreement.fleet_id), fleet_ref: agreement.fleet_ref.clone() };
        self.emit(event_name, &subject, json(agreement));
    }

    /// Emits an event about a connection or one of its parts, with this record.
    pub(crate) fn emit_connection(&mut self, event_name: &str, connection: &Connection, record: Value) {
        let subject = Subject { fleet_id: Some(connection.fleet_id), fleet_ref: connection.fleet_ref.clone() };
        self.emit(event_name, &subject, record);
    }

    /// The record of WEBHOOKS.md 2.3. It calls the fleet's name `partner_provided_fleet_name`.
    fn invitation_record(&self, invitation: &Invitation) -> Value {
        json!({
            "id": invitation.id,
            "created_at": timestamp::rfc3339(invitation.created_at),
            "magic_link": self.settings.magic_link(invitation.id),
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

    /// The record of a failed fetch (WEBHOOKS.md 2.7).
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

/// The record of WEBHOOKS.md 2.5.
pub(crate) fn connection_record(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "source_name": connection.source_name,
        "fleet_id": connection.fleet_id,
        "tsp_id": connection.tsp_id,
        "status": connection.status,
    })
}

/// The record of WEBHOOKS.md 2.8.
pub(crate) fn schedule_record(schedule: &Schedule) -> Value {
    json!({
        "id": schedule.id,
        "connection_id": schedule.connection_id,
        "resource": schedule.resource,
        "execution_interval_seconds": Schedule::INTERVAL.whole_seconds(),
        "status": schedule.status,
        "consecutive_error_threshold": Schedule::ERROR_THRESHOLD,
        "max_concurrent_executions": 1,
    })
}

/// The record of WEBHOOKS.md 2.9. Unlike the API, it doesn't mask the URL.
fn subscription_record(subscription: &Subscription) -> Value {
    json!({
        "id": subscription.id,
        "url": subscription.url,
        "event_name": subscription.event_name,
        "filters": subscription.filters,
        "status": subscription.status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_match_a_fleet_by_id_or_by_reference() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let filters = Filters { fleet_ids: Some(vec![one]), fleet_refs: Some(vec!["A".into()]) };
        let fits = |id, name: Option<&str>| {
            filters.match_subject(&Subject { fleet_id: id, fleet_ref: name.map(str::to_owned) })
        };
        assert!(fits(Some(one), None) && fits(None, Some("A")) && fits(Some(other), Some("A")));
        assert!(!fits(Some(other), Some("B")) && !fits(None, None));
    }
}
