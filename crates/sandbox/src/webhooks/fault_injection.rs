//! What can go wrong with deliveries on purpose (WEBHOOKS.md 7, point 7): each a switch with a rate, all off by default.
//! Only what is sent is disturbed; the sandbox's own records stay right.
//!
//! Chance is drawn when an event happens, so the same seed and the same calls come to the same disorder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Change, api::subscriptions::SubscriptionStatus, webhooks::queue::Delivery};

/// One way to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Disorder {
    Duplicate,
    TwinSameId,
    TwinNewId,
    Shuffle,
    Delay,
    Drop,
    SwapAgreement,
    SkipConnectionCreated,
    RejectedTwin,
    TwoRecords,
    UnknownEvent,
    UnknownField,
    UnknownEnum,
    NoId,
    NoTimestamp,
    NoEventName,
    PlainBody,
    Zulu,
    Fraction,
    StaleTimestamp,
    WrongSecret,
    Bomb,
    Stall,
}

use Disorder as D;

/// Every disorder, with its name and what it does.
pub(crate) const DISORDERS: [(Disorder, &str, &str); 23] = [
    (D::Duplicate, "duplicate", "The same delivery is sent twice."),
    (D::TwinSameId, "twin_same_id", "Another subscription at the same address brings the event too, with the same id."),
    (
        D::TwinNewId,
        "twin_new_id",
        "Another subscription at the same address brings the event too, with an id of its own.",
    ),
    (D::Shuffle, "shuffle", "Each delivery is held back for a random while, so that they come in any order."),
    (D::Delay, "delay", "A delivery comes late."),
    (D::Drop, "drop", "A delivery is never sent, and is no dead letter either."),
    (D::SwapAgreement, "swap_agreement", "share_agreement.created comes before invitation.accepted."),
    (
        D::SkipConnectionCreated,
        "skip_connection_created",
        "connection.created is left out, as if the link had existed.",
    ),
    (D::RejectedTwin, "rejected_twin", "The deprecated invitation.rejected comes beside invitation.declined."),
    (D::TwoRecords, "two_records", "The record of the event before comes along, as the first of two."),
    (D::UnknownEvent, "unknown_event", "An event of an unknown name, fleet_info.modified, comes beside each."),
    (D::UnknownField, "unknown_field", "There are fields that no document knows, at every level."),
    (D::UnknownEnum, "unknown_enum", "The record's status is a word that no event may have."),
    (D::NoId, "no_id", "The event has no id."),
    (
        D::NoTimestamp,
        "no_timestamp",
        "The event has no timestamp; never without an id as well, or nothing would date it.",
    ),
    (D::NoEventName, "no_event_name", "The body does not name the event; the header still does."),
    (D::PlainBody, "plain_body", "The body is not compressed, and no header says it were."),
    (D::Zulu, "zulu", "The timestamp header ends in Z instead of +00:00."),
    (D::Fraction, "fraction", "The timestamp header has fraction digits."),
    (D::StaleTimestamp, "stale_timestamp", "The timestamp header is six minutes old, rightly signed."),
    (D::WrongSecret, "wrong_secret", "The signature is made with another secret."),
    (D::Bomb, "bomb", "A delivery that inflates to 64 MB comes beside."),
    (D::Stall, "stall", "The sender stops for three seconds in the middle of the body."),
];

/// What deliveries are signed with that have the wrong secret. No secret at all: a receiver may be taught it.
pub const WRONG_SECRET: &str = "sandbox-wrong-secret";

/// The event of [`Disorder::UnknownEvent`].
const UNKNOWN_EVENT: &str = "fleet_info.modified";

/// The word of [`Disorder::UnknownEnum`]: a schedule may have it at Catena, an event may not (WEBHOOKS.md 2.2).
const UNKNOWN_STATUS: &str = "cancelled_insufficient_scope";

impl Disorder {
    /// What a delivery with it is stopped by at any careful receiver: no sign of the receiver's health.
    pub(crate) fn unreceivable(self) -> bool {
        matches!(self, Self::StaleTimestamp | Self::WrongSecret | Self::Bomb | Self::Stall)
    }
}

impl fmt::Display for Disorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DISORDERS.iter().find(|(one, ..)| one == self).map_or("", |(_, name, _)| name))
    }
}

impl FromStr for Disorder {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        DISORDERS.iter().find(|(_, known, _)| *known == name).map(|(one, ..)| *one).ok_or(())
    }
}

/// How a disorder is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// How many of a hundred deliveries it strikes.
    pub(crate) percent: u8,
    /// The events that it strikes; none named: all.
    #[serde(default)]
    pub(crate) events: BTreeSet<String>,
}

/// All disorders that are on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Disorders(BTreeMap<Disorder, Setting>);

impl Disorders {
    /// How one is set; off unless it was switched on.
    pub(crate) fn setting(&self, disorder: Disorder) -> Setting {
        self.0.get(&disorder).cloned().unwrap_or_default()
    }

    /// Sets one.
    pub(crate) fn set(&mut self, disorder: Disorder, setting: Setting) {
        if setting.percent == 0 {
            self.0.remove(&disorder);
        } else {
            self.0.insert(disorder, setting);
        }
    }

    fn percent(&self, disorder: Disorder, event_name: &str) -> u8 {
        let setting = self.0.get(&disorder);
        let struck = setting.filter(|setting| setting.events.is_empty() || setting.events.contains(event_name));
        struck.map_or(0, |setting| setting.percent)
    }
}

/// Events that set a state and are known by their moment alone: told again later they would be news.
fn sets_state(event_name: &str) -> bool {
    matches!(event_name, "connection.staled" | "schedule.deactivated") || event_name.starts_with("webhook.")
}

/// Whether a wrong status word does no more than puzzle. An agreement's tells whether it is over, a subscription's whether
/// it delivers.
fn may_puzzle(event_name: &str) -> bool {
    !event_name.starts_with("share_agreement.") && !event_name.starts_with("webhook.")
}

impl Change<'_> {
    /// Whether a disorder strikes now. Chance is drawn only for what is neither off nor certain.
    pub(crate) fn strikes(&self, disorder: Disorder, event_name: &str) -> bool {
        match self.state.disorders.percent(disorder, event_name) {
            0 => false,
            100.. => true,
            percent => u16::from_be_bytes(self.random.bytes()) % 100 < u16::from(percent),
        }
    }

    /// Queues an event's delivery, and what disorder makes of it.
    pub(crate) fn queue(&mut self, delivery: Delivery) {
        let name = delivery.event_name.clone();
        let mut all = vec![delivery];
        if self.strikes(D::TwinSameId, &name) {
            all.extend(self.twin(&all[0]));
        }
        if self.strikes(D::TwinNewId, &name)
            && let Some(twin) = self.twin(&all[0])
        {
            let event_id = self.state.event_ids.next(self.now, self.random);
            all.push(Delivery { event_id, ..twin });
        }
        if self.strikes(D::Duplicate, &name) {
            let again = Delivery { id: self.random.uuid_v4(), ..all[0].clone() };
            all.push(again);
        }
        let unknown = if self.strikes(D::UnknownEvent, &name) { self.unknown_event(&all[0]) } else { None };
        let bomb = self.strikes(D::Bomb, &name).then(|| self.bomb(&all[0]));
        for delivery in all.into_iter().chain(unknown) {
            if !self.strikes(D::Drop, &name) {
                let disturbed = self.disturbed(delivery);
                self.state.deliveries.add(disturbed);
            }
        }
        if let Some(bomb) = bomb {
            self.state.deliveries.add(bomb);
        }
    }

    /// The same event through another active subscription at the same address.
    fn twin(&self, delivery: &Delivery) -> Option<Delivery> {
        let own = self.state.subscriptions.get(&delivery.subscription_id)?;
        let other =
            self.state.subscriptions.values().find(|other| {
                other.id != own.id && other.url == own.url && other.status == SubscriptionStatus::Active
            })?;
        Some(Delivery { id: self.random.uuid_v4(), subscription_id: other.id, ..delivery.clone() })
    }

    /// None where the record names no fleet: nobody could say whom it is about.
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
        Delivery { id: self.random.uuid_v4(), disorders: BTreeSet::from([D::Bomb]), ..delivery.clone() }
    }

    /// The delivery with what is wrong with it: now where its records are concerned, when it is sent otherwise.
    fn disturbed(&mut self, mut delivery: Delivery) -> Delivery {
        let name = delivery.event_name.clone();
        if self.strikes(D::TwoRecords, &name) {
            self.add_record(&mut delivery);
        }
        for record in &mut delivery.data {
            if may_puzzle(&name) && self.strikes(D::UnknownEnum, &name) && !record["status"].is_null() {
                record["status"] = UNKNOWN_STATUS.into();
            }
            if self.strikes(D::UnknownField, &name) {
                record["telematics_score"] = json!({ "value": 7, "of": [10, null] });
            }
        }
        let on_the_wire = [
            D::UnknownField,
            D::NoId,
            D::NoTimestamp,
            D::NoEventName,
            D::PlainBody,
            D::Zulu,
            D::Fraction,
            D::StaleTimestamp,
            D::WrongSecret,
            D::Stall,
        ];
        for disorder in on_the_wire {
            if self.strikes(disorder, &name) {
                delivery.disorders.insert(disorder);
            }
        }
        if delivery.disorders.contains(&D::NoId) {
            delivery.disorders.remove(&D::NoTimestamp);
        }
        let longest = u64::try_from(self.settings.longest_delay.as_millis()).unwrap_or(u64::MAX);
        if self.strikes(D::Shuffle, &name) {
            delivery.held_ms = u64::from(u32::from_be_bytes(self.random.bytes())) % longest.saturating_add(1);
        }
        if self.strikes(D::Delay, &name) {
            delivery.held_ms = longest;
        }
        delivery
    }

    /// Two records: the last one of this event before this, or this one twice.
    fn add_record(&self, delivery: &mut Delivery) {
        let earlier = self.state.last_records.get(&delivery.event_name).filter(|_| !sets_state(&delivery.event_name));
        if let Some(record) = earlier.or(delivery.data.first()).cloned() {
            delivery.data.insert(0, record);
        }
    }

    /// Remembers the record for [`Disorder::TwoRecords`], while that is on.
    pub(crate) fn remember_record(&mut self, event_name: &str, record: &Value) {
        if self.state.disorders.percent(D::TwoRecords, event_name) > 0 {
            self.state.last_records.insert(event_name.to_owned(), record.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disorder_has_a_name_of_its_own_and_is_found_by_it() {
        for (disorder, name, about) in DISORDERS {
            assert_eq!((name.parse(), disorder.to_string().as_str()), (Ok(disorder), name));
            assert_eq!(json!(disorder), json!(name), "the file's word");
            assert!(about.ends_with('.'), "{about}");
        }
    }
}
