//! Making an account from a one-time link: the first administrator, or whoever was added without a password.

use leptos::prelude::*;

use crate::{
    components::{Document, Visit},
    domain::invitation::FieldErrors,
};

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct SetupForm {
    /// E-mail address of the account.
    pub email: String,
    /// Whether the link is for this address alone.
    pub email_fixed: bool,
    /// Sentence by field name: `email`, `password`, `password_again`.
    pub errors: FieldErrors,
    /// What is wrong besides.
    pub problem: Option<String>,
}

/// Makes an account.
#[component]
pub fn SetupPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: SetupForm,
) -> impl IntoView {
    let _ = form;
    view! { <Document visit=visit title="Set up"><h1>"Set up"</h1></Document> }
}
