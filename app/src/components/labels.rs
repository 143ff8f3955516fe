//! The words in which stages, facts and next moves are said to staff.

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

/// A stage in a word or two.
pub fn stage_label(stage: Stage) -> &'static str {
    match stage {
        Stage::Created => "Created",
        Stage::Sent => "Sent",
        Stage::Viewed => "Opened",
        Stage::Accepted => "Accepted",
        Stage::Agreement => "Agreement made",
        Stage::Connection => "Provider linked",
        Stage::Connected => "Connected",
        Stage::Declined => "Declined",
        Stage::Expired => "Expired",
        Stage::Deleted => "Ended",
    }
}

/// Health in a word or two.
pub fn health_label(health: Health) -> &'static str {
    match health {
        Health::Flowing => "Data flows",
        Health::FetchFailing => "Fetch failing",
        Health::Stopped => "Fetching stopped",
        Health::NeedsReauthentication => "Needs sign-in",
    }
}

/// What a step of an onboarding is called.
pub fn step_label(step: Stage) -> &'static str {
    match step {
        Stage::Created => "Invited",
        Stage::Agreement => "Agreement",
        other => stage_label(other),
    }
}

/// Where a fact comes from.
pub fn source_label(source: Source) -> &'static str {
    match source {
        Source::Webhook => "Catena webhook",
        Source::Check => "found by check",
        Source::Staff => "staff",
        Source::Landing => "landing page",
    }
}

/// What happened, in one plain line.
pub fn fact_title(kind: &Kind) -> String {
    let title = match kind {
        Kind::InvitationCreated => "Invitation created",
        Kind::InvitationRefreshed => "Invitation renewed",
        Kind::InvitationSent => "Catena e-mailed the link",
        Kind::InvitationViewed => "Fleet opened the link",
        Kind::InvitationAccepted => "Fleet accepted the invitation",
        Kind::InvitationDeclined => "Fleet declined the invitation",
        Kind::InvitationExpired => "Link ran out",
        Kind::InvitationDeleted => "Invitation deleted",
        Kind::AgreementCreated => "Data-sharing agreement made",
        Kind::AgreementUpdated => "Data-sharing agreement changed",
        Kind::AgreementDeleted => "Data-sharing agreement ended",
        Kind::ConnectionCreated => "Fleet linked its provider",
        Kind::FleetConnectionCreated => "Provider connected to the fleet",
        Kind::ConnectionStaled => "Provider stopped accepting the fleet’s sign-in",
        Kind::ConnectionRecovered => "Connection works again",
        Kind::ExecutionFailed => "A fetch failed",
        Kind::ExecutionStaled => "A fetch hung",
        Kind::ScheduleDeactivated => "Catena stopped fetching",
        Kind::ReturnedSuccess => "Browser came to the success page",
        Kind::ReturnedIntegrationRequested => "Fleet asked for a provider that isn’t supported yet",
        Kind::ReturnedFailure => "Browser came to the failure page",
        Kind::LinkShown => "Magic link shown to staff",
        Kind::LinkSent => "Magic link e-mailed to the fleet",
        Kind::ReminderSent => "Fleet reminded by e-mail",
        Kind::Other(name) => return format!("Event “{name}”"),
    };
    title.to_owned()
}

/// Whether it is bad news.
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

/// What else is worth knowing about an entry, if anything.
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
            // What the fleet wrote itself.
            Kind::InvitationDeclined => format!("“{note}”"),
            _ => note.clone(),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// What happens now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextMove {
    /// Whose move it is, and what staff can do when nothing moves by itself.
    pub sentence: String,
    /// Whether it won't move until a person of ours does something.
    pub stuck: bool,
}

const RAN_OUT: &str = "The link ran out before the fleet accepted. Invite it again, and send it its new link.";

/// What happens now with `onboarding`, seen at `now`, when its invitation's link runs out at `expires_at`.
pub fn next_move(onboarding: &Onboarding, expires_at: OffsetDateTime, now: OffsetDateTime) -> NextMove {
    let waits = |text: &str| NextMove { sentence: text.to_owned(), stuck: false };
    let stuck = |sentence: String| NextMove { sentence, stuck: true };
    let ran_out = expires_at <= now;
    let Some(stage) = onboarding.stage else {
        return waits("Nothing has been reported about this fleet yet.");
    };
    match stage {
        // The status may lag behind the clock: what has run out is over, reported or not (CONTRACT.md 13.16).
        Stage::Created | Stage::Sent | Stage::Viewed if ran_out => {
            stuck(RAN_OUT.into())
        }
        Stage::Created if has(onboarding, &Kind::LinkSent) => {
            waits("The fleet’s move: it was e-mailed its link, and hasn’t opened it yet.")
        }
        Stage::Created => {
            waits("The fleet’s move: it hasn’t opened its link yet. Make sure that the link has reached it.")
        }
        Stage::Sent => waits("The fleet’s move: Catena has e-mailed the link, and the fleet hasn’t opened it yet."),
        Stage::Viewed if is_opened_by_scanners_alone(onboarding) => waits(
            "The fleet’s move: its link was opened seconds after the e-mail, possibly by a mail scanner. Make sure that \
             the link has reached a person.",
        ),
        Stage::Viewed => waits("The fleet’s move: it has opened its link and hasn’t accepted yet."),
        Stage::Accepted | Stage::Agreement if ran_out => stuck(
            "The fleet accepted but hasn’t linked a provider, and its link has run out. Refresh the invitation: it stays \
             accepted, and the fleet can go on."
                .into(),
        ),
        Stage::Accepted | Stage::Agreement if asked_for_integration(onboarding) => waits(
            "The fleet asked for a provider that Catena doesn’t support yet. Catena’s team takes it from there; \
             the fleet can link another provider through the same link meanwhile.",
        ),
        Stage::Accepted => waits("Catena’s move: the fleet accepted, and the data-sharing agreement is being made."),
        Stage::Agreement => {
            waits("The fleet’s move: the agreement is made, and the fleet has to sign in to its provider.")
        }
        Stage::Connection => waits("Catena’s move: the provider is linked and is being connected to the fleet."),
        Stage::Connected => connected_move(onboarding, ran_out),
        Stage::Declined => stuck(format!(
            "The fleet declined{}. Talk to it first, then open the invitation again.",
            decline_reason(onboarding).map(|reason| format!(" and wrote: “{reason}”")).unwrap_or_default()
        )),
        Stage::Expired => stuck(RAN_OUT.into()),
        Stage::Deleted if has(onboarding, &Kind::AgreementDeleted) || has(onboarding, &Kind::AgreementUpdated) => {
            stuck(
                "The fleet’s data-sharing agreement has ended, so no data comes. An ended agreement can’t be revived: \
             invite the fleet again if it should come back."
                    .into(),
            )
        }
        Stage::Deleted => stuck(
            "The invitation was deleted and its link no longer works. Invite the fleet again if it should come back."
                .into(),
        ),
    }
}

fn connected_move(onboarding: &Onboarding, ran_out: bool) -> NextMove {
    let (sentence, stuck) = match onboarding.health {
        None | Some(Health::Flowing) => ("All done: the fleet is connected and its data follows.", false),
        Some(Health::FetchFailing) => (
            "Connected, but Catena’s fetches fail again and again. Catena goes on trying by itself; if it doesn’t \
             recover within a day, ask the fleet whether its provider’s account still works.",
            true,
        ),
        Some(Health::Stopped) => (
            "Connected, but Catena stopped fetching after too many errors. It doesn’t start again by itself: ask \
             Catena’s support, and tell them the fleet’s reference.",
            true,
        ),
        // Whether a link that has run out still lets the fleet sign in is unknown (CONTRACT.md 13.21): renew it first.
        Some(Health::NeedsReauthentication) if ran_out => (
            "Connected, but the provider no longer accepts the fleet’s sign-in, and the link has run out. Refresh \
             the invitation to renew it, then ask the fleet to open it and to sign in again.",
            true,
        ),
        Some(Health::NeedsReauthentication) => (
            "Connected, but the provider no longer accepts the fleet’s sign-in. Ask the fleet to open the same link \
             and to sign in to its provider again.",
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
