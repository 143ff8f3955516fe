//! What can be made to go wrong on purpose: with webhook deliveries (WEBHOOKS.md 7, point 7), and with the API's
//! answers. Everything is off by default.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// One way in which a delivery goes wrong. The control API calls these disorders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WebhookFault {
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

use WebhookFault as F;

/// Every webhook fault, with its name and what it does.
pub(crate) const WEBHOOK_FAULTS: [(WebhookFault, &str, &str); 23] = [
    (F::Duplicate, "duplicate", "The same delivery is sent twice."),
    (
        F::TwinSameId,
        "twin_same_id",
        "A second subscription to the same address delivers the event too, with the same id.",
    ),
    (F::TwinNewId, "twin_new_id", "A second subscription to the same address delivers the event too, with another id."),
    (F::Shuffle, "shuffle", "Each delivery is held back for a random time, so they arrive in any order."),
    (F::Delay, "delay", "A delivery arrives late."),
    (F::Drop, "drop", "A delivery is never sent and doesn't become a dead letter."),
    (F::SwapAgreement, "swap_agreement", "share_agreement.created arrives before invitation.accepted."),
    (
        F::SkipConnectionCreated,
        "skip_connection_created",
        "connection.created is left out, as if the provider had been linked before.",
    ),
    (F::RejectedTwin, "rejected_twin", "The deprecated invitation.rejected is sent along with invitation.declined."),
    (F::TwoRecords, "two_records", "The delivery holds two records; the first is that of the previous event."),
    (
        F::UnknownEvent,
        "unknown_event",
        "An event with an unknown name, fleet_info.modified, is sent along with each event.",
    ),
    (F::UnknownField, "unknown_field", "Undocumented fields appear at every level."),
    (F::UnknownEnum, "unknown_enum", "The record's status is a value that no event may have."),
    (F::NoId, "no_id", "The event has no id."),
    (F::NoTimestamp, "no_timestamp", "The event has no timestamp. It still has an id, or nothing would date it."),
    (F::NoEventName, "no_event_name", "The body doesn't name the event; the header still does."),
    (F::PlainBody, "plain_body", "The body isn't compressed, and no header claims it is."),
    (F::Zulu, "zulu", "The timestamp header ends in Z instead of +00:00."),
    (F::Fraction, "fraction", "The timestamp header has fractional seconds."),
    (F::StaleTimestamp, "stale_timestamp", "The timestamp header is six minutes old, but correctly signed."),
    (F::WrongSecret, "wrong_secret", "The signature is made with another secret."),
    (F::Bomb, "bomb", "A delivery that decompresses to 64 MB is sent along."),
    (F::Stall, "stall", "The sender stops for three seconds in the middle of the body."),
];

/// The secret that [`WebhookFault::WrongSecret`] signs with. It isn't confidential: a test may teach it to a receiver.
pub const WRONG_SECRET: &str = "sandbox-wrong-secret";

impl WebhookFault {
    /// Whether any careful receiver refuses a delivery with this fault, so that a refusal says nothing about the
    /// receiver's health.
    pub(crate) fn is_refused_by_careful_receivers(self) -> bool {
        matches!(self, Self::StaleTimestamp | Self::WrongSecret | Self::Bomb | Self::Stall)
    }
}

impl fmt::Display for WebhookFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WEBHOOK_FAULTS.iter().find(|(one, ..)| one == self).map_or("", |(_, name, _)| name))
    }
}

impl FromStr for WebhookFault {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        WEBHOOK_FAULTS.iter().find(|(_, known, _)| *known == name).map(|(one, ..)| *one).ok_or(())
    }
}

/// How often a webhook fault strikes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FaultSetting {
    /// The share of deliveries, in percent.
    pub(crate) percent: u8,
    /// The events it is limited to. Empty: all events.
    #[serde(default)]
    pub(crate) events: BTreeSet<String>,
}

/// All webhook faults that are on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WebhookFaults(BTreeMap<WebhookFault, FaultSetting>);

impl WebhookFaults {
    /// The setting of a fault. Off by default.
    pub(crate) fn setting(&self, fault: WebhookFault) -> FaultSetting {
        self.0.get(&fault).cloned().unwrap_or_default()
    }

    /// Changes the setting of a fault.
    pub(crate) fn set(&mut self, fault: WebhookFault, setting: FaultSetting) {
        if setting.percent == 0 {
            self.0.remove(&fault);
        } else {
            self.0.insert(fault, setting);
        }
    }

    /// The share of an event's deliveries that get the fault, in percent.
    pub(crate) fn percent(&self, fault: WebhookFault, event_name: &str) -> u8 {
        let setting = self.0.get(&fault);
        let applies = setting.filter(|setting| setting.events.is_empty() || setting.events.contains(event_name));
        applies.map_or(0, |setting| setting.percent)
    }
}

/// One wrong answer of the API, in the formats of CONTRACT.md 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiFault {
    Unauthorized,
    Conflict,
    /// With a wait in seconds. Without one, `detail` is null.
    TooManyRequests(Option<u32>),
    Internal,
    /// HTML from a gateway.
    BadGateway,
    GatewayTimeout,
    /// An HTML page with a success status, as from a captive portal.
    Html,
}

/// Every API fault, with its name and label.
pub(crate) const API_FAULTS: [(&str, ApiFault, &str); 7] = [
    ("401", ApiFault::Unauthorized, "401: the token has expired"),
    ("409", ApiFault::Conflict, "409: conflict"),
    ("429", ApiFault::TooManyRequests(None), "429: too many requests"),
    ("500", ApiFault::Internal, "500: a body without a code"),
    ("502", ApiFault::BadGateway, "502: HTML from a gateway"),
    ("504", ApiFault::GatewayTimeout, "504: the gateway timed out"),
    ("html", ApiFault::Html, "200: HTML instead of JSON"),
];

impl ApiFault {
    /// The fault with this name. `wait` applies only to a 429.
    pub(crate) fn from_name(name: &str, wait: Option<u32>) -> Option<Self> {
        let (_, fault, _) = API_FAULTS.iter().find(|(known, ..)| *known == name)?;
        Some(if let Self::TooManyRequests(_) = fault { Self::TooManyRequests(wait) } else { *fault })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        let same = |other: &Self| std::mem::discriminant(other) == std::mem::discriminant(&self);
        API_FAULTS.iter().find(|(_, fault, _)| same(fault)).map_or("", |(name, ..)| name)
    }
}

/// The calls that a fault is for, as `POST /v2/orgs/invitations`. `*` stands for one part of the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallPattern {
    method: String,
    path: String,
}

impl CallPattern {
    /// Whether the fault is for this call.
    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        let (mut wanted, mut given) = (self.path.split('/'), path.trim_end_matches('/').split('/'));
        let same = |(wanted, given): (&str, &str)| wanted == "*" || wanted == given;
        method == self.method
            && loop {
                match (wanted.next(), given.next()) {
                    (None, None) => break true,
                    (Some(wanted), Some(given)) if same((wanted, given)) => {}
                    _ => break false,
                }
            }
    }
}

impl FromStr for CallPattern {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (method, path) = text.trim().split_once(' ').ok_or(())?;
        let known = ["GET", "POST", "PATCH", "DELETE"].contains(&method) && path.starts_with("/v2/");
        known.then(|| Self { method: method.to_owned(), path: path.trim_end_matches('/').to_owned() }).ok_or(())
    }
}

impl fmt::Display for CallPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A fault and the calls it is for; without a pattern, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FaultyCall {
    pub(crate) fault: ApiFault,
    pub(crate) call: Option<CallPattern>,
}

impl FaultyCall {
    fn is_for(&self, method: &str, path: &str) -> bool {
        self.call.as_ref().is_none_or(|call| call.matches(method, path))
    }
}

/// The API faults that are on.
#[derive(Debug, Default)]
pub(crate) struct ApiFaults {
    /// For the next calls, one each.
    pub(crate) next: VecDeque<FaultyCall>,
    /// For this percentage of calls.
    pub(crate) share: Option<(FaultyCall, u8)>,
}

impl ApiFaults {
    /// The fault that this call gets, if any; one for the next calls is used up. `dice` is a number below 100.
    pub(crate) fn take(&mut self, method: &str, path: &str, dice: impl FnOnce() -> u16) -> Option<ApiFault> {
        if let Some(at) = self.next.iter().position(|faulty| faulty.is_for(method, path)) {
            return self.next.remove(at).map(|faulty| faulty.fault);
        }
        let (faulty, percent) = self.share.as_ref().filter(|(faulty, _)| faulty.is_for(method, path))?;
        (dice() < u16::from(*percent)).then_some(faulty.fault)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_webhook_fault_has_its_own_name_and_is_found_by_it() {
        for (fault, name, about) in WEBHOOK_FAULTS {
            assert_eq!((name.parse(), fault.to_string().as_str()), (Ok(fault), name));
            assert_eq!(json!(fault), json!(name), "the name in the file");
            assert!(about.ends_with('.'), "{about}");
        }
    }

    #[test]
    fn a_fault_waits_for_the_call_it_is_for() {
        let call = "PATCH /v2/notifications/webhooks/*".parse().ok();
        let mut faults = ApiFaults::default();
        faults.next.push_back(FaultyCall { fault: ApiFault::Internal, call });
        let mut take = |method, path| faults.take(method, path, || 99).is_some();
        assert!(!take("GET", "/v2/notifications/webhooks/1"), "another method");
        assert!(!take("PATCH", "/v2/notifications/webhooks"), "a shorter path");
        assert!(!take("PATCH", "/v2/notifications/webhooks/1/pause"), "a longer path");
        assert!(take("PATCH", "/v2/notifications/webhooks/1/"));
        assert!(!take("PATCH", "/v2/notifications/webhooks/1"), "it is used up");
    }

    #[test]
    fn a_call_is_a_method_and_a_path_of_the_api() {
        for good in ["GET /v2/orgs/fleets", "POST /v2/orgs/invitations/*/accept"] {
            assert_eq!(good.parse::<CallPattern>().map(|call| call.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", "/v2/orgs/fleets", "get /v2/orgs/fleets", "GET v2/orgs", "GET /orgs/fleets"] {
            assert!(bad.parse::<CallPattern>().is_err(), "{bad}");
        }
    }
}
