//! Adds faults to deliveries on purpose (WEBHOOKS.md 7, point 7). They affect only what is sent; the sandbox's own records
//! stay right.
//!
//! Chance is drawn when an event happens, so the same seed and the same calls lead to the same faults.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::state::{change::Change, deliveries::Delivery, faults::WebhookFault as F, records::SubscriptionStatus};

/// The event of [`F::UnknownEvent`].
const UNKNOWN_EVENT: &str = "fleet_info.modified";

/// The status of [`F::UnknownEnum`]. At Catena a schedule may have it, but an event may not (WEBHOOKS.md 2.2).
const UNKNOWN_STATUS: &str = "cancelled_insufficient_scope";

/// Whether the event sets a state and is identified only by its time. Repeated later, it would count as new.
fn sets_state(event_name: &str) -> bool {
    matches!(event_name, "connection.staled" | "schedule.deactivated") || event_name.starts_with("webhook.")
}

/// Whether an unknown status in the event does no harm. An agreement's status says whether it has ended, a subscription's
/// whether it delivers.
fn is_status_harmless(event_name: &str) -> bool {
    !event_name.starts_with("share_agreement.") && !event_name.starts_with("webhook.")
}

impl Change<'_> {
    /// Decides whether a fault strikes this time. Draws chance only if the fault is neither off nor certain.
    pub(crate) fn fault_strikes(&self, fault: F, event_name: &str) -> bool {
        match self.state.webhook_faults.percent(fault, event_name) {
            0 => false,
            100.. => true,
            percent => u16::from_be_bytes(self.random.bytes()) % 100 < u16::from(percent),
        }
    }

    /// Queues an event's delivery, with the faults that strike it.
    pub(crate) fn enqueue(&mut self, delivery: Delivery) {
        let name = delivery.event_name.clone();
        let mut all = vec![delivery];
        if self.fault_strikes(F::TwinSameId, &name) {
            all.extend(self.twin(&all[0]));
        }
        if self.fault_strikes(F::TwinNewId, &name)
            && let Some(twin) = self.twin(&all[0])
        {
            let event_id = self.state.event_ids.next(self.now, self.random);
            all.push(Delivery { event_id, ..twin });
        }
        if self.fault_strikes(F::Duplicate, &name) {
            let again = Delivery { id: self.random.uuid_v4(), ..all[0].clone() };
            all.push(again);
        }
        let unknown = if self.fault_strikes(F::UnknownEvent, &name) { self.unknown_event(&all[0]) } else { None };
        let bomb = self.fault_strikes(F::Bomb, &name).then(|| self.bomb(&all[0]));
        for delivery in all.into_iter().chain(unknown) {
            if !self.fault_strikes(F::Drop, &name) {
                let delivery = self.with_faults(delivery);
                self.state.deliveries.add(delivery);
            }
        }
        if let Some(bomb) = bomb {
            self.state.deliveries.add(bomb);
        }
    }

    /// The same event through another active subscription to the same address.
    fn twin(&self, delivery: &Delivery) -> Option<Delivery> {
        let own = self.state.subscriptions.get(&delivery.subscription_id)?;
        let other =
            self.state.subscriptions.values().find(|other| {
                other.id != own.id && other.url == own.url && other.status == SubscriptionStatus::Active
            })?;
        Some(Delivery { id: self.random.uuid_v4(), subscription_id: other.id, ..delivery.clone() })
    }

    /// `None` if the record names no fleet: then nobody could tell which fleet the event is about.
    fn unknown_event(&mut self, delivery: &Delivery) -> Option<Delivery> {
        let about =
            delivery.data.first().filter(|record| record["fleet_id"].is_string() || record["fleet_ref"].is_string())?;
        let record = json!({
            "id": self.random.uuid_v4(),
            "fleet_id": about["fleet_id"],
            "fleet_ref": about["fleet_ref"],
            "dot_number": 1_234_567,
        });
        Some(Delivery {
            id: self.random.uuid_v4(),
            event_id: self.state.event_ids.next(self.now, self.random),
            event_name: UNKNOWN_EVENT.to_owned(),
            version: "1.0".to_owned(),
            data: vec![record],
            ..delivery.clone()
        })
    }

    fn bomb(&self, delivery: &Delivery) -> Delivery {
        Delivery { id: self.random.uuid_v4(), faults: BTreeSet::from([F::Bomb]), ..delivery.clone() }
    }

    /// Adds faults to the delivery: to its records now, to the request when it is sent.
    fn with_faults(&mut self, mut delivery: Delivery) -> Delivery {
        let name = delivery.event_name.clone();
        if self.fault_strikes(F::TwoRecords, &name) {
            self.add_record(&mut delivery);
        }
        for record in &mut delivery.data {
            if is_status_harmless(&name) && self.fault_strikes(F::UnknownEnum, &name) && !record["status"].is_null() {
                record["status"] = UNKNOWN_STATUS.into();
            }
            if self.fault_strikes(F::UnknownField, &name) {
                record["telematics_score"] = json!({ "value": 7, "of": [10, null] });
            }
        }
        let request_faults = [
            F::UnknownField,
            F::NoId,
            F::NoTimestamp,
            F::NoEventName,
            F::PlainBody,
            F::Zulu,
            F::Fraction,
            F::StaleTimestamp,
            F::WrongSecret,
            F::Stall,
        ];
        for fault in request_faults {
            if self.fault_strikes(fault, &name) {
                delivery.faults.insert(fault);
            }
        }
        if delivery.faults.contains(&F::NoId) {
            delivery.faults.remove(&F::NoTimestamp);
        }
        let longest = u64::try_from(self.settings.longest_delay.as_millis()).unwrap_or(u64::MAX);
        if self.fault_strikes(F::Shuffle, &name) {
            delivery.delay_ms = u64::from(u32::from_be_bytes(self.random.bytes())) % longest.saturating_add(1);
        }
        if self.fault_strikes(F::Delay, &name) {
            delivery.delay_ms = longest;
        }
        delivery
    }

    /// Makes it two records: the previous one of the event and this one, or this one twice.
    fn add_record(&self, delivery: &mut Delivery) {
        let earlier = self.state.last_records.get(&delivery.event_name).filter(|_| !sets_state(&delivery.event_name));
        if let Some(record) = earlier.or(delivery.data.first()).cloned() {
            delivery.data.insert(0, record);
        }
    }

    /// Remembers the record for [`F::TwoRecords`], while that is on.
    pub(crate) fn remember_record(&mut self, event_name: &str, record: &Value) {
        if self.state.webhook_faults.percent(F::TwoRecords, event_name) > 0 {
            self.state.last_records.insert(event_name.to_owned(), record.clone());
        }
    }
}
