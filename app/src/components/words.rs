//! The words in which stages, facts and next moves are said to staff.

use time::OffsetDateTime;

use crate::domain::{
    fact::{Fact, Kind, Source},
    lifecycle::{Health, Onboarding, Stage},
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
        Kind::Other(name) => return format!("Event “{name}”"),
    };
    title.to_owned()
}

/// What else is worth knowing about a fact, if anything.
pub fn fact_detail(fact: &Fact) -> Option<String> {
    let about = &fact.about;
    let status = about.status.as_deref().filter(|_| fact.kind == Kind::AgreementUpdated);
    let until = fact
        .about
        .round
        .as_ref()
        .filter(|_| matches!(fact.kind, Kind::InvitationCreated | Kind::InvitationRefreshed))
        .map(|round| format!("Valid until {}", crate::domain::moment::display(round.expires_at)));
    let parts: Vec<String> = [
        about.provider.as_ref().map(|provider| format!("Provider: {provider}")),
        about.resource.as_ref().map(|resource| format!("Resource: {resource}")),
        status.map(|status| format!("Status: {status}")),
        until,
        about.note.as_ref().map(|note| format!("“{note}”")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// What happens now: whose move it is, and what staff can do when nothing moves by itself.
pub fn next_move(onboarding: &Onboarding, expires_at: OffsetDateTime, now: OffsetDateTime) -> String {
    let _ = (onboarding, expires_at, now);
    String::new()
}
