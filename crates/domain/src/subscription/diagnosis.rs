//! What is wrong with the subscriptions that exist, and the move that mends each.
//!
//! Catena masks part of every URL that it shows, so ours are recognised by our own record of their ids (WEBHOOKS.md 5.2), and
//! of the others one can only say whether what is left of the URL looks like an address of ours.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::subscription::recommended::{Ask, RECOMMENDED, missing};

/// Where Onramp takes deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where events go.
    pub main: String,
    /// Where news about subscriptions goes.
    pub watch: String,
}

/// Where a subscription posts to, as far as one can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Ours, and to an address of ours.
    Here,
    /// Ours, but to an address that was ours once: the public URL changed.
    Formerly,
    /// Not made by us, but what is visible of its URL fits an address of ours.
    LooksLikeHere,
    /// Somebody else's.
    Foreign,
}

impl Endpoints {
    /// Where a subscription posts to: by our own record of its URL, else by what Catena left visible of it.
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

    /// Where an event is to go: news about a dead endpoint can't arrive at it (WEBHOOKS.md 4.4).
    pub fn of_event(&self, event_name: &str) -> &str {
        if event_name.starts_with("webhook.") { &self.watch } else { &self.main }
    }
}

/// Whether a masked URL may stand for this one. The last segment of the path is replaced by asterisks, or all of the path
/// (WEBHOOKS.md 5.1): what comes before them must be the beginning of the URL, its host at least.
pub fn could_be(masked_url: &str, url: &str) -> bool {
    let Some((visible, _)) = masked_url.split_once('*') else { return masked_url == url };
    let origin = url.find("://").and_then(|at| url[at + 3..].find('/').map(|slash| at + 3 + slash + 1));
    let Some(rest) = url.strip_prefix(visible) else { return false };
    // Hidden is one segment at the end, or everything after the host.
    !rest.trim_end_matches('/').contains('/') || origin == Some(visible.len())
}

/// A subscription as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSubscription {
    /// Catena's id.
    pub id: Uuid,
    /// The event it carries, or a wildcard.
    pub event_name: String,
    /// Its status, an open word.
    pub status: String,
    /// Where it posts to.
    pub place: Place,
    /// Whether it carries the events of some fleets only.
    pub filtered: bool,
    /// When it was made, UTC.
    pub created_at: Option<OffsetDateTime>,
}

/// What is wrong with a subscription, or worth knowing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionProblem {
    /// Switched off by Catena after too many failures; it stays so until somebody acts (WEBHOOKS.md 8.25).
    Stale,
    /// Switched off by somebody: what happens to events meanwhile isn't told (WEBHOOKS.md 5.5).
    Paused,
    /// A status that this version doesn't know.
    OddStatus,
    /// It posts to an address that is no longer ours.
    Misplaced {
        /// Whether another one of ours carries the event to where we are.
        replaced: bool,
    },
    /// Another one of ours carries the same event here.
    Duplicate,
    /// It leaves out fleets, those to come among them (WEBHOOKS.md 8.33).
    Filtered,
    /// It seems to post to us, but its secret is unknown, so nothing that it brings can be verified (WEBHOOKS.md 8.23).
    Unverifiable {
        /// Whether it brings what one of ours brings as well, or events of some fleets only, as one made by an invitation's
        /// `callback_url` does: then it isn't needed.
        needless: bool,
    },
    /// Ours, and of no use for onboarding.
    NotNeeded,
    /// Somebody else's.
    Foreign,
}

/// A move that mends something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Let it deliver again.
    Activate,
    /// Let it deliver again, and have what was missed delivered.
    ActivateAndReplay,
    /// Give it our present address.
    PointHere,
    /// Give it our address and a secret of ours.
    TakeOver,
    /// Delete it.
    Delete,
    /// Nothing is to be done.
    Leave,
}

impl SubscriptionProblem {
    /// The move that mends it.
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

    /// Whether onboarding suffers from it.
    pub fn is_serious(self) -> bool {
        !matches!(self, Self::NotNeeded | Self::Foreign)
    }
}

/// What was found about one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub id: Uuid,
    /// The event it carries.
    pub event_name: String,
    /// What is wrong with it.
    pub trouble: SubscriptionProblem,
}

/// What was found about all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The creation calls that make what is missing.
    pub missing: Vec<Ask>,
    /// What is wrong with those that exist, in their order. One may have several.
    pub findings: Vec<Finding>,
}

/// Judges the subscriptions that exist. Deleted ones don't count.
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
    // One that is to be deleted needn't be mended first.
    let doomed = place.is_some_and(|trouble| trouble.remedy() == Remedy::Delete);
    place.into_iter().chain(status.filter(|_| !doomed)).collect()
}

/// Of several that carry the same event the one with the least rank stays: one that delivers, and the one that was first.
fn rank(one: &KnownSubscription) -> (bool, bool, Option<OffsetDateTime>, Uuid) {
    (one.status != "active", one.created_at.is_none(), one.created_at, one.id)
}

/// Whether onboarding needs this event, or the events that this wildcard stands for.
pub fn is_recommended(event_name: &str) -> bool {
    RECOMMENDED.iter().any(|wanted| wanted.ask == event_name || wanted.events.contains(&event_name))
}

#[cfg(test)]
#[path = "diagnosis_tests.rs"]
mod tests;
