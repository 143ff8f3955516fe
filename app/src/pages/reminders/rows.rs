//! What the tables of reminders have in common.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use domain::link::message::{MessageState, Occasion};

/// The fleet that a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemindedFleet {
    /// Our reference for it.
    pub fleet_ref: String,
    /// Its name as people write it.
    pub name: Option<String>,
    /// Our id of the invitation.
    pub invitation: Uuid,
}

/// A proposed reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedRow {
    /// Our id.
    pub id: Uuid,
    /// The fleet it is for.
    pub fleet: RemindedFleet,
    /// What the fleet hasn’t done yet.
    pub occasion: Option<Occasion>,
    /// When the fleet last made progress, UTC.
    pub since: Option<OffsetDateTime>,
    /// When the link expires, UTC.
    pub expires_at: OffsetDateTime,
    /// E-mail address, if one is known.
    pub recipient: Option<String>,
    /// Name of the language.
    pub language: &'static str,
}

/// A reminder that someone has sent or dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedRow {
    /// Our id.
    pub id: Uuid,
    /// The fleet it is for.
    pub fleet: RemindedFleet,
    /// What it is about.
    pub occasion: Option<Occasion>,
    /// E-mail address.
    pub recipient: Option<String>,
    /// What became of it.
    pub state: MessageState,
    /// Who sent or dismissed it.
    pub by: Option<String>,
    /// When, UTC.
    pub at: Option<OffsetDateTime>,
    /// Why it was not sent, and what to do.
    pub problem: Option<String>,
}

/// Why a fleet gets a reminder.
pub(super) fn reason(occasion: Option<Occasion>) -> &'static str {
    match occasion {
        Some(Occasion::NotOpened) => "Not opened",
        Some(Occasion::NotFinished) => "Opened, provider not linked",
        Some(Occasion::SignInAgain) => "Needs to sign in again",
        Some(Occasion::Invitation) => "First message",
        None => "Unknown",
    }
}

/// The fleet, linked to its invitation.
#[component]
pub(super) fn FleetCell(fleet: RemindedFleet) -> impl IntoView {
    let reference =
        fleet.name.is_some().then(|| view! { <code translate="no" class="reference">{fleet.fleet_ref.clone()}</code> });
    let name = fleet.name.unwrap_or(fleet.fleet_ref);
    view! { <a href=format!("/invitations/{}", fleet.invitation)>{name}</a>{reference} }
}
