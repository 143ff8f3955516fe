//! What the rules say of a subscription, in words.

use leptos::prelude::*;
use time::OffsetDateTime;

use domain::{
    subscription::{Breaker, DeadLetters, SubscriptionProblem, SuccessRate},
    timestamp,
};

/// Its status, in Catena's word: an open set (WEBHOOKS.md 5.5), so only the one that delivers is good news.
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
        None => "not known yet".into(),
        Some(SuccessRate::Known(percent)) => format!("{percent} %"),
        Some(SuccessRate::Counted { successes, attempts }) => format!("{successes} of {attempts}"),
        Some(SuccessRate::Nothing) => "nothing sent".into(),
    }
}

fn percent(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}

/// How far the breaker is, in a cell.
pub(super) fn breaker(breaker: Breaker) -> String {
    match breaker {
        Breaker::Open => "switched off".into(),
        Breaker::Grace(_) => "not judged yet".into(),
        Breaker::Weighted(rate) => format!("{} of 95 %", percent(rate).trim_end_matches(" %")),
        Breaker::Plain { more: 0, .. } => "at its limit".into(),
        Breaker::Plain { more, .. } => format!("{} away", failures(more)),
        Breaker::Run { more, .. } => format!("{} or more away", failures(more)),
        Breaker::Unknown => "not known".into(),
    }
}

/// How far the breaker is, in a sentence.
pub(super) fn breaker_sentence(breaker: Breaker) -> String {
    match breaker {
        Breaker::Open => {
            "Catena has switched it off after too many failures. It stays off until somebody activates it.".into()
        }
        Breaker::Grace(until) => format!(
            "Catena doesn’t judge a subscription in the first 15 minutes after it was made or changed: not before {}.",
            timestamp::display(until)
        ),
        Breaker::Weighted(rate) => format!(
            "With 50 deliveries or more, Catena switches off below a weighted success rate of 95 %. It is {} now.",
            percent(rate)
        ),
        Breaker::Plain { successes, attempts, more } => format!(
            "With 20 to 49 deliveries, Catena switches off below a success rate of 80 %. {successes} of {attempts} succeeded in the \
             last 6 hours: {}.",
            match more {
                0 => "that is below it, so it may be switched off at any moment".into(),
                more => format!("{} in a row from now on would do it", failures(more)),
            }
        ),
        Breaker::Run { failures: failed, more } => format!(
            "With fewer than 20 deliveries, Catena switches off after 10 failures in a row. There were {failed} in the last 6 \
             hours: it takes at least {more} more, one after the other."
        ),
        Breaker::Unknown => "Catena’s figures don’t tell how far it is from being switched off.".into(),
    }
}

fn failures(count: i64) -> String {
    if count == 1 { "1 failure".into() } else { format!("{count} failures") }
}

/// Dead letters, in a cell.
pub(super) fn dead_letters(dead: Option<DeadLetters>, now: OffsetDateTime) -> String {
    match dead {
        None => "not known yet".into(),
        Some(DeadLetters { count: 0, .. }) => "none".into(),
        Some(dead) => match dead.days_left(now) {
            0 => format!("{}, about to be gone", dead.count),
            1 => format!("{}, at most 1 day left", dead.count),
            days => format!("{}, at most {days} days left", dead.count),
        },
    }
}

/// What is wrong, and what follows from it.
pub(super) fn trouble(trouble: SubscriptionProblem) -> &'static str {
    match trouble {
        SubscriptionProblem::Stale => {
            "Catena switched it off after too many failures. New events wait in its queue for 14 days, and nothing comes until it is activated."
        }
        SubscriptionProblem::Paused => {
            "It is paused: Catena doesn’t deliver, and whether it keeps what happens meanwhile isn’t known."
        }
        SubscriptionProblem::OddStatus => {
            "It has a status that this version of Onramp doesn’t know, so it may not deliver."
        }
        SubscriptionProblem::Misplaced { replaced: false } => {
            "It posts to an address that is no longer Onramp’s, so what it carries is lost."
        }
        SubscriptionProblem::Misplaced { replaced: true } => {
            "It posts to an address that is no longer Onramp’s, and another one carries the event here."
        }
        SubscriptionProblem::Duplicate => "Another one carries the same event here, so each event arrives twice.",
        SubscriptionProblem::Filtered => {
            "It carries the events of some fleets only and leaves out those to come. Delete it, then set up webhooks."
        }
        SubscriptionProblem::Unverifiable { needless: false } => {
            "It seems to post to Onramp, but Onramp didn’t make it and doesn’t know its secret: what it brings can’t be verified."
        }
        SubscriptionProblem::Unverifiable { needless: true } => {
            "It seems to post to Onramp with a secret that Onramp doesn’t know, and isn’t needed: an invitation’s callback address may have made it."
        }
        SubscriptionProblem::NotNeeded => "Onramp stores what it brings, but nothing in onboarding needs it.",
        SubscriptionProblem::Foreign => "It posts to somebody else. Onramp leaves it alone.",
    }
}
