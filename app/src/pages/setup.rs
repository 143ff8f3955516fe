//! Creates an account from a one-time link: for the first administrator, or for someone added without a password.

use leptos::prelude::*;

use crate::components::{Document, Field, Notice, NoticeKind, Visit};
use domain::{invitation::request::FieldErrors, staff::PASSWORD_MIN};

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct SetupForm {
    /// E-mail address of the account.
    pub email: String,
    /// Whether the link is for this address only.
    pub email_fixed: bool,
    /// Errors by field name: `email`, `password`, `password_again`.
    pub errors: FieldErrors,
    /// What went wrong otherwise.
    pub problem: Option<String>,
}

/// The form that creates an account.
#[component]
pub fn SetupPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: SetupForm,
) -> impl IntoView {
    let SetupForm { email, email_fixed, errors, problem } = form;
    let error = move |field: &str| errors.get(field).cloned();
    let lead = if email_fixed {
        "Choose a password for your account."
    } else {
        "Create the first account. It becomes the administrator, who manages subscriptions and settings."
    };
    let email_hint = if email_fixed { "This link is for this address only." } else { "You sign in with this address." };
    view! {
        <Document visit=visit title="Create your account">
            <div class="narrow">
                <h1>"Create your account"</h1>
                <p class="lead">{lead}</p>
                {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
                <form class="card" method="post" action="/setup" novalidate=true>
                    <Field
                        name="email"
                        label="E-mail"
                        kind="email"
                        value=email
                        hint=email_hint
                        error=error("email")
                        autocomplete="username"
                        required=true
                        readonly=email_fixed
                        autofocus=!email_fixed
                    />
                    <Field
                        name="password"
                        label="Password"
                        kind="password"
                        hint=format!("At least {PASSWORD_MIN} characters. A few unrelated words work well.")
                        error=error("password")
                        autocomplete="new-password"
                        required=true
                        autofocus=email_fixed
                    />
                    <Field
                        name="password_again"
                        label="Repeat password"
                        kind="password"
                        error=error("password_again")
                        autocomplete="new-password"
                        required=true
                    />
                    <div class="actions"><button class="button primary">"Create account"</button></div>
                </form>
            </div>
        </Document>
    }
}
