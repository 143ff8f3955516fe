//! What is wrong with existing subscriptions, and how to fix each problem.
//!
//! Catena masks part of every URL, so ours are recognized by our own record of their ids (WEBHOOKS.md 5.2); for the others we can
//! only tell whether the visible part looks like an address of ours.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::subscription::recommended::{Ask, RECOMMENDED, missing};

/// Where Onramp receives deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where events go.
    pub main: String,
    /// Where events about subscriptions go.
    pub watch: String,
}

/// Where a subscription posts to, as far as we can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Ours, and to an address of ours.
    Here,
    /// Ours, but to an earlier address of ours: the public URL changed.
    Formerly,
    /// Not made by us, but the visible part of its URL fits an address of ours.
    LooksLikeHere,
    /// Somebody else's.
    Foreign,
}

impl Endpoints {
    /// Where a subscription posts to: by our own record of its URL, else by the part Catena shows.
    pub fn place(&self, own_record: Option<&str>, masked_url: &str) -> Place {
        match own_record {
            Some(url) if self.has(url) => Place::Here,
            Some(_) => Place::Formerly,
            None if [&self.main, &self.watch].into_iter().any(|url| could_be(masked_url, url)) => Place::LooksLikeHere,
            None => Place::Foreign,
        }
    }

    /// Whether this is an address of ours.
    pub fn has(&self, url: &str) -> bool {
        url == self.main || url == self.watch
    }

    /// Where an event goes: events about a dead endpoint can't arrive there (WEBHOOKS.md 4.4).
    pub fn of_event(&self, event_name: &str) -> &str {
        if event_name.starts_with("webhook.") { &self.watch } else { &self.main }
    }
}

/// Whether a masked URL can be this one. Asterisks replace the last segment of the path or all of it (WEBHOOKS.md 5.1): what comes
/// before them must be the start of the URL, at least up to its host.
pub fn could_be(masked_url: &str, url: &str) -> bool {
    let Some((visible, _)) = masked_url.split_once('*') else { return masked_url == url };
    let origin = url.find("://").and_then(|at| url[at + 3..].find('/').map(|slash| at + 3 + slash + 1));
    let Some(rest) = url.strip_prefix(visible) else { return false };
    // One segment at the end is hidden, or everything after the host.
    !rest.trim_end_matches('/').contains('/') || origin == Some(visible.len())
}

/// What is known about a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSubscription {
    /// Catena's id.
    pub id: Uuid,
    /// Its event, or a wildcard.
    pub event_name: String,
    /// Its status, an open set.
    pub status: String,
    /// Where it posts to.
    pub place: Place,
    /// Whether it only has the events of some fleets.
    pub filtered: bool,
    /// When it was made, UTC.
    pub created_at: Option<OffsetDateTime>,
}

/// What is wrong with a subscription, or worth knowing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionProblem {
    /// Switched off by Catena after too many failures, until somebody acts (WEBHOOKS.md 8.25).
    Stale,
    /// Switched off by somebody; what happens to events in the meantime isn't documented (WEBHOOKS.md 5.5).
    Paused,
    /// A status that this version doesn't know.
    OddStatus,
    /// It posts to an address that is no longer ours.
    Misplaced {
        /// Whether another one of ours delivers the event to our address.
        replaced: bool,
    },
    /// Another one of ours delivers the same event here.
    Duplicate,
    /// It leaves out fleets, including future ones (WEBHOOKS.md 8.33).
    Filtered,
    /// It seems to post to us, but its secret is unknown, so its deliveries can't be verified (WEBHOOKS.md 8.23).
    Unverifiable {
        /// Whether one of ours delivers the same, or it only has the events of some fleets, like one made by an invitation's
        /// `callback_url`: then it isn't needed.
        needless: bool,
    },
    /// Ours, and not needed for onboarding.
    NotNeeded,
    /// Somebody else's.
    Foreign,
}

/// A way to fix a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Activate it.
    Activate,
    /// Activate it and replay what was missed.
    ActivateAndReplay,
    /// Give it our current address.
    PointHere,
    /// Give it our address and a secret of ours.
    TakeOver,
    /// Delete it.
    Delete,
    /// Do nothing.
    Leave,
}

impl SubscriptionProblem {
    /// How to fix it.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::Stale => Remedy::ActivateAndReplay,
            Self::Paused | Self::OddStatus => Remedy::Activate,
            Self::Misplaced { replaced: false } => Remedy::PointHere,
            Self::Unverifiable { needless: false } => Remedy::TakeOver,
            Self::Misplaced { replaced: true }
            | Self::Duplicate
            | Self::Filtered
            | Self::Unverifiable { needless: true } => Remedy::Delete,
            Self::NotNeeded | Self::Foreign => Remedy::Leave,
        }
    }

    /// Whether it affects onboarding.
    pub fn is_serious(self) -> bool {
        !matches!(self, Self::NotNeeded | Self::Foreign)
    }
}

/// A problem of one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub id: Uuid,
    /// Its event.
    pub event_name: String,
    /// What is wrong with it.
    pub trouble: SubscriptionProblem,
}

/// The problems of all subscriptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The create calls for what is missing.
    pub missing: Vec<Ask>,
    /// The problems of the existing ones, in their order. One subscription can have several.
    pub findings: Vec<Finding>,
}

/// Diagnoses the existing subscriptions. Deleted ones don't count.
pub fn diagnose(all: &[KnownSubscription]) -> Diagnosis {
    let all: Vec<&KnownSubscription> = all.iter().filter(|one| one.status != "deleted").collect();
    let covering: Vec<&KnownSubscription> =
        all.iter().copied().filter(|one| one.place == Place::Here && !one.filtered).collect();
    let findings = all.iter().flat_map(|one| {
        let finding = |trouble| Finding { id: one.id, event_name: one.event_name.clone(), trouble };
        troubles(one, &covering).into_iter().map(finding)
    });
    Diagnosis { missing: missing(covering.iter().map(|one| one.event_name.as_str())), findings: findings.collect() }
}

fn troubles(one: &KnownSubscription, covering: &[&KnownSubscription]) -> Vec<SubscriptionProblem> {
    let others = || covering.iter().filter(|other| other.id != one.id && other.event_name == one.event_name);
    let is_covered = others().next().is_some();
    let place = match one.place {
        Place::Foreign => return vec![SubscriptionProblem::Foreign],
        Place::LooksLikeHere => {
            return vec![SubscriptionProblem::Unverifiable { needless: one.filtered || is_covered }];
        }
        Place::Formerly => Some(SubscriptionProblem::Misplaced { replaced: is_covered }),
        Place::Here if one.filtered => Some(SubscriptionProblem::Filtered),
        Place::Here if others().any(|other| rank(other) < rank(one)) => Some(SubscriptionProblem::Duplicate),
        Place::Here if !is_recommended(&one.event_name) => Some(SubscriptionProblem::NotNeeded),
        Place::Here => None,
    };
    let status = match one.status.as_str() {
        "active" => None,
        "stale" => Some(SubscriptionProblem::Stale),
        "paused" => Some(SubscriptionProblem::Paused),
        _ => Some(SubscriptionProblem::OddStatus),
    };
    // One that is to be deleted needn't be fixed first.
    let doomed = place.is_some_and(|trouble| trouble.remedy() == Remedy::Delete);
    place.into_iter().chain(status.filter(|_| !doomed)).collect()
}

/// Of several for the same event the one with the lowest rank stays: an active one, then the oldest one.
fn rank(one: &KnownSubscription) -> (bool, bool, Option<OffsetDateTime>, Uuid) {
    (one.status != "active", one.created_at.is_none(), one.created_at, one.id)
}

/// Whether onboarding needs this event, or the events of this wildcard.
pub fn is_recommended(event_name: &str) -> bool {
    RECOMMENDED.iter().any(|wanted| wanted.ask == event_name || wanted.events.contains(&event_name))
}

#[cfg(test)]
#[path = "diagnosis_tests.rs"]
mod tests;
