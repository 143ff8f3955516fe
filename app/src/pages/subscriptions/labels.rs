//! Labels and sentences about a subscription.

use leptos::prelude::*;
use time::OffsetDateTime;

use domain::{
    subscription::{Breaker, DeadLetters, SubscriptionProblem, SuccessRate},
    timestamp,
};

/// Its status in Catena's word. New words may appear (WEBHOOKS.md 5.5), so only a known good one looks good.
#[component]
pub(super) fn StatusBadge(#[prop(into)] status: String) -> impl IntoView {
    let tone = match status.as_str() {
        "active" => "badge good",
        "stale" => "badge bad",
        "paused" => "badge warning",
        _ => "badge neutral",
    };
    view! { <span class=tone data-status=status.clone()>{status.clone()}</span> }
}

pub(super) fn rate(rate: Option<SuccessRate>) -> String {
    match rate {
        None => "unknown".into(),
        Some(SuccessRate::Known(percent)) => format!("{percent}%"),
        Some(SuccessRate::Counted { successes, attempts }) => format!("{successes} of {attempts}"),
        Some(SuccessRate::Nothing) => "nothing sent".into(),
    }
}

fn percent(fraction: f64) -> String {
    format!("{:.1}%", fraction * 100.0)
}

/// The distance from being switched off, for a table cell.
pub(super) fn breaker(breaker: Breaker) -> String {
    match breaker {
        Breaker::Open => "switched off".into(),
        Breaker::Grace(_) => "grace period".into(),
        Breaker::Weighted(rate) => format!("{} of 95%", percent(rate).trim_end_matches('%')),
        Breaker::Plain { more: 0, .. } => "at its limit".into(),
        Breaker::Plain { more, .. } => format!("{} away", failures(more)),
        Breaker::Run { more, .. } => format!("{} or more away", failures(more)),
        Breaker::Unknown => "unknown".into(),
    }
}

/// The distance from being switched off, as a sentence.
pub(super) fn breaker_sentence(breaker: Breaker) -> String {
    match breaker {
        Breaker::Open => {
            "Catena switched it off after too many failures. It stays off until someone activates it.".into()
        }
        Breaker::Grace(until) => format!(
            "Catena can’t switch off a subscription in the first 15 minutes after it was created or changed: not before {}.",
            timestamp::display(until)
        ),
        Breaker::Weighted(rate) => format!(
            "With 50 or more deliveries, Catena switches a subscription off below a weighted success rate of 95%. It is {} now.",
            percent(rate)
        ),
        Breaker::Plain { successes, attempts, more } => format!(
            "With 20 to 49 deliveries, Catena switches a subscription off below a success rate of 80%. {successes} of {attempts} \
             succeeded in the last 6 hours: {}.",
            match more {
                0 => "that is below the limit, so it may be switched off at any moment".into(),
                more => format!("{} in a row would switch it off", failures(more)),
            }
        ),
        Breaker::Run { failures: failed, more } => format!(
            "With fewer than 20 deliveries, Catena switches a subscription off after 10 failures in a row. There were {failed} in \
             the last 6 hours, so at least {more} more in a row would switch it off."
        ),
        Breaker::Unknown => "Catena’s metrics don’t show how close it is to being switched off.".into(),
    }
}

fn failures(count: i64) -> String {
    if count == 1 { "1 failure".into() } else { format!("{count} failures") }
}

/// Dead letters, for a table cell.
pub(super) fn dead_letters(dead: Option<DeadLetters>, now: OffsetDateTime) -> String {
    match dead {
        None => "unknown".into(),
        Some(DeadLetters { count: 0, .. }) => "none".into(),
        Some(dead) => match dead.days_left(now) {
            0 => format!("{}, expiring soon", dead.count),
            1 => format!("{}, at most 1 day left", dead.count),
            days => format!("{}, at most {days} days left", dead.count),
        },
    }
}

/// A problem and its consequences.
pub(super) fn problem(problem: SubscriptionProblem) -> &'static str {
    match problem {
        SubscriptionProblem::Stale => {
            "Catena switched it off after too many failures. New events stay in its queue for 14 days and arrive only after it is activated."
        }
        SubscriptionProblem::Paused => "It is paused. Catena delivers nothing and may not keep events for later.",
        SubscriptionProblem::OddStatus => "This version of Onramp doesn’t know its status, so it may not deliver.",
        SubscriptionProblem::Misplaced { replaced: false } => {
            "It posts to an old address of Onramp, so its events are lost."
        }
        SubscriptionProblem::Misplaced { replaced: true } => {
            "It posts to an old address of Onramp. Another subscription delivers the same event here."
        }
        SubscriptionProblem::Duplicate => {
            "Another subscription delivers the same event here, so each event arrives twice."
        }
        SubscriptionProblem::Filtered => {
            "It covers only some fleets and no future ones. Delete it, then set up webhooks."
        }
        SubscriptionProblem::Unverifiable { needless: false } => {
            "It seems to post to Onramp, but Onramp didn’t create it and doesn’t know its secret, so its deliveries can’t be verified."
        }
        SubscriptionProblem::Unverifiable { needless: true } => {
            "It seems to post to Onramp with a secret that Onramp doesn’t know, and it isn’t needed. An invitation’s callback address may have created it."
        }
        SubscriptionProblem::NotNeeded => "Onramp stores its events, but onboarding doesn’t need them.",
        SubscriptionProblem::Foreign => "It posts to another system. Onramp leaves it alone.",
    }
}
