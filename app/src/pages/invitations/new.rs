//! The form that invites a fleet.

use leptos::prelude::*;

use crate::{
    components::{Document, Visit},
    domain::invitation::{Draft, FieldErrors},
};

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct InvitationForm {
    /// What was typed.
    pub draft: Draft,
    /// Sentence by field name.
    pub errors: FieldErrors,
    /// What Catena said where it made nothing, and what to do.
    pub problem: Option<String>,
}

/// Invites a fleet, or renews its invitation.
#[component]
pub fn NewInvitationPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: InvitationForm,
) -> impl IntoView {
    let _ = form;
    view! { <Document visit=visit title="New invitation"><h1>"New invitation"</h1></Document> }
}
