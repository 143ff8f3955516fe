//! Labels and sentences for staff: stages, facts, and what has to happen next.

use time::OffsetDateTime;

use domain::{
    events::fact::{Fact, Kind, Source},
    link::reminder::{asked_for_integration, is_opened_by_scanners_alone},
    onboarding::{
        lifecycle::{Entry, Onboarding},
        stage::{Health, Stage},
    },
    timestamp,
};

/// Short label of a stage.
pub fn stage_label(stage: Stage) -> &'static str {
    match stage {
        Stage::Created => "Created",
        Stage::Sent => "Sent",
        Stage::Viewed => "Opened",
        Stage::Accepted => "Accepted",
        Stage::Agreement => "Agreement created",
        Stage::Connection => "Provider linked",
        Stage::Connected => "Connected",
        Stage::Declined => "Declined",
        Stage::Expired => "Expired",
        Stage::Deleted => "Ended",
    }
}

/// Short label of a health.
pub fn health_label(health: Health) -> &'static str {
    match health {
        Health::Flowing => "Data flowing",
        Health::FetchFailing => "Fetch failing",
        Health::Stopped => "Fetching stopped",
        Health::NeedsReauthentication => "Needs sign-in",
    }
}

/// Label of a step of an onboarding.
pub fn step_label(step: Stage) -> &'static str {
    match step {
        Stage::Created => "Invited",
        Stage::Agreement => "Agreement",
        other => stage_label(other),
    }
}

/// Label of what reported a fact.
pub fn source_label(source: Source) -> &'static str {
    match source {
        Source::Webhook => "Catena webhook",
        Source::Check => "found by check",
        Source::Staff => "staff",
        Source::Landing => "landing page",
    }
}

/// What happened, in one line.
pub fn fact_title(kind: &Kind) -> String {
    let title = match kind {
        Kind::InvitationCreated => "Invitation created",
        Kind::InvitationRefreshed => "Invitation renewed",
        Kind::InvitationSent => "Catena e-mailed the link",
        Kind::InvitationViewed => "Fleet opened the link",
        Kind::InvitationAccepted => "Fleet accepted the invitation",
        Kind::InvitationDeclined => "Fleet declined the invitation",
        Kind::InvitationExpired => "Link expired",
        Kind::InvitationDeleted => "Invitation deleted",
        Kind::AgreementCreated => "Data-sharing agreement created",
        Kind::AgreementUpdated => "Data-sharing agreement changed",
        Kind::AgreementDeleted => "Data-sharing agreement ended",
        Kind::ConnectionCreated => "Fleet linked its provider",
        Kind::FleetConnectionCreated => "Provider connected to the fleet",
        Kind::ConnectionStaled => "Provider no longer accepts the fleet’s sign-in",
        Kind::ConnectionRecovered => "Connection recovered",
        Kind::ExecutionFailed => "Data fetch failed",
        Kind::ExecutionStaled => "Data fetch hung",
        Kind::ScheduleDeactivated => "Catena stopped fetching",
        Kind::ReturnedSuccess => "Browser reached the success page",
        Kind::ReturnedIntegrationRequested => "Fleet asked for a provider that isn’t supported yet",
        Kind::ReturnedFailure => "Browser reached the failure page",
        Kind::LinkShown => "Magic link shown to staff",
        Kind::LinkSent => "Magic link e-mailed to the fleet",
        Kind::ReminderSent => "Fleet reminded by e-mail",
        Kind::Other(name) => return format!("Event “{name}”"),
    };
    title.to_owned()
}

/// Whether it is a setback, which the timeline highlights.
pub fn is_trouble(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::InvitationDeclined
            | Kind::InvitationExpired
            | Kind::InvitationDeleted
            | Kind::AgreementDeleted
            | Kind::ConnectionStaled
            | Kind::ExecutionFailed
            | Kind::ExecutionStaled
            | Kind::ScheduleDeactivated
            | Kind::ReturnedFailure
    )
}

/// Details of an entry, if there are any.
pub fn entry_detail(entry: &Entry) -> Option<String> {
    let scanned = entry.scanned_after.map(|after| {
        let after = match after.whole_seconds() {
            1 => "1 second".to_owned(),
            seconds => format!("{seconds} seconds"),
        };
        format!("Possibly a mail scanner: {after} after an e-mail with the link")
    });
    let parts: Vec<String> = fact_detail(&entry.fact).into_iter().chain(scanned).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn fact_detail(fact: &Fact) -> Option<String> {
    let about = &fact.about;
    let status = about.status.as_deref().filter(|_| fact.kind == Kind::AgreementUpdated);
    let begins_round = matches!(fact.kind, Kind::InvitationCreated | Kind::InvitationRefreshed);
    let until = about
        .round
        .as_ref()
        .filter(|_| begins_round)
        .map(|round| format!("Valid until {}", timestamp::display(round.expires_at)));
    let parts: Vec<String> = [
        about.provider.as_ref().map(|provider| format!("Provider: {provider}")),
        about.resource.as_ref().map(|resource| format!("Resource: {resource}")),
        status.map(|status| format!("Status: {status}")),
        until,
        about.note.as_ref().map(|note| match fact.kind {
            // Written by the fleet.
            Kind::InvitationDeclined => format!("“{note}”"),
            _ => note.clone(),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// What has to happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextMove {
    /// Who has to act, and what staff can do if nothing happens on its own.
    pub sentence: String,
    /// Whether nothing happens until staff act.
    pub stuck: bool,
}

const EXPIRED: &str = "The link expired before the fleet accepted. Invite it again and send the new link.";

/// What has to happen next in `onboarding`, as of `now`; `expires_at` is when the invitation's link expires.
pub fn next_move(onboarding: &Onboarding, expires_at: OffsetDateTime, now: OffsetDateTime) -> NextMove {
    let waits = |text: &str| NextMove { sentence: text.to_owned(), stuck: false };
    let stuck = |sentence: String| NextMove { sentence, stuck: true };
    let expired = expires_at <= now;
    let Some(stage) = onboarding.stage else {
        return waits("Nothing has been reported about this fleet yet.");
    };
    match stage {
        // The status may lag behind the clock: an expired link is over, whether or not Catena has reported it
        // (CONTRACT.md 13.16).
        Stage::Created | Stage::Sent | Stage::Viewed if expired => {
            stuck(EXPIRED.into())
        }
        Stage::Created if has(onboarding, &Kind::LinkSent) => {
            waits("Waiting for the fleet: its link was e-mailed, but it hasn’t opened it yet.")
        }
        Stage::Created => {
            waits("Waiting for the fleet: it hasn’t opened its link yet. Make sure it has received the link.")
        }
        Stage::Sent => waits("Waiting for the fleet: Catena has e-mailed the link, but the fleet hasn’t opened it yet."),
        Stage::Viewed if is_opened_by_scanners_alone(onboarding) => waits(
            "Waiting for the fleet: its link was opened seconds after the e-mail, possibly by a mail scanner. Make sure \
             that a person has received it.",
        ),
        Stage::Viewed => waits("Waiting for the fleet: it has opened its link but hasn’t accepted yet."),
        Stage::Accepted | Stage::Agreement if expired => stuck(
            "The fleet accepted but hasn’t linked a provider, and its link has expired. Refresh the invitation: it stays \
             accepted, and the fleet can continue."
                .into(),
        ),
        Stage::Accepted | Stage::Agreement if asked_for_integration(onboarding) => waits(
            "The fleet asked for a provider that Catena doesn’t support yet. Catena’s team takes it from there. \
             Meanwhile, the fleet can link another provider with the same link.",
        ),
        Stage::Accepted => waits("Waiting for Catena: the fleet accepted, and the data-sharing agreement is being created."),
        Stage::Agreement => {
            waits("Waiting for the fleet: the agreement exists, and the fleet has to sign in to its provider.")
        }
        Stage::Connection => waits("Waiting for Catena: the provider is linked and is being connected to the fleet."),
        Stage::Connected => connected_move(onboarding, expired),
        Stage::Declined => stuck(format!(
            "The fleet declined{}. Talk to it first, then reopen the invitation.",
            decline_reason(onboarding).map(|reason| format!(" and wrote: “{reason}”")).unwrap_or_default()
        )),
        Stage::Expired => stuck(EXPIRED.into()),
        Stage::Deleted if has(onboarding, &Kind::AgreementDeleted) || has(onboarding, &Kind::AgreementUpdated) => {
            stuck(
                "The fleet’s data-sharing agreement has ended, so no data arrives. An ended agreement can’t be restored: \
                 to get the fleet back, invite it again."
                    .into(),
            )
        }
        Stage::Deleted => stuck(
            "The invitation was deleted and its link no longer works. To get the fleet back, invite it again."
                .into(),
        ),
    }
}

fn connected_move(onboarding: &Onboarding, expired: bool) -> NextMove {
    let (sentence, stuck) = match onboarding.health {
        None | Some(Health::Flowing) => ("Connected. Data is flowing.", false),
        Some(Health::FetchFailing) => (
            "Connected, but Catena’s data fetches keep failing. Catena retries automatically. If that doesn’t help \
             within a day, ask the fleet whether its provider account still works.",
            true,
        ),
        Some(Health::Stopped) => (
            "Connected, but Catena stopped fetching data after too many errors and won’t resume on its own. Contact \
             Catena’s support and give them the fleet’s reference.",
            true,
        ),
        // Whether an expired link still lets the fleet sign in is unknown (CONTRACT.md 13.21): renew it first.
        Some(Health::NeedsReauthentication) if expired => (
            "Connected, but the provider no longer accepts the fleet’s sign-in, and the link has expired. Refresh \
             the invitation to renew it, then ask the fleet to open it and sign in again.",
            true,
        ),
        Some(Health::NeedsReauthentication) => (
            "Connected, but the provider no longer accepts the fleet’s sign-in. Ask the fleet to open the same link \
             and sign in to its provider again.",
            true,
        ),
    };
    NextMove { sentence: sentence.to_owned(), stuck }
}

fn has(onboarding: &Onboarding, kind: &Kind) -> bool {
    onboarding.timeline.iter().any(|entry| entry.fact.kind == *kind)
}

fn decline_reason(onboarding: &Onboarding) -> Option<&str> {
    let declined = onboarding.timeline.iter().rev().find(|entry| entry.fact.kind == Kind::InvitationDeclined)?;
    declined.fact.about.note.as_deref()
}

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
