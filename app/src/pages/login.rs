//! Signing in.

use leptos::prelude::*;

use crate::components::{Document, Visit};

/// What was typed, and why it didn't do.
#[derive(Debug, Clone, Default)]
pub struct LoginForm {
    /// E-mail address as typed.
    pub email: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why the last try failed.
    pub problem: Option<String>,
    /// E-mail address and password of the sandbox's demo account, offered on the page.
    pub demo: Option<(String, String)>,
}

/// Signs staff in.
#[component]
pub fn LoginPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: LoginForm,
) -> impl IntoView {
    let _ = form;
    view! { <Document visit=visit title="Sign in"><h1>"Sign in"</h1></Document> }
}
