//! The sign-in page.

use leptos::prelude::*;

use crate::components::{Document, Field, Notice, NoticeKind, Visit};

/// What was typed, and why signing in failed.
#[derive(Debug, Clone, Default)]
pub struct LoginForm {
    /// E-mail address as typed.
    pub email: String,
    /// Where to go after signing in.
    pub next: String,
    /// Why the last attempt failed.
    pub problem: Option<String>,
    /// The address of this Onramp, if the page seems to be open under another, where signing in doesn't last.
    pub elsewhere: Option<String>,
    /// E-mail address and password of the sandbox's demo account, which the page offers.
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
    let problem = form.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> });
    let next = form.next.clone();
    view! {
        <Document visit=visit title="Sign in">
            <div class="narrow">
                <h1>"Sign in"</h1>
                {form.elsewhere.map(|address| view! { <Elsewhere address=address/> })}
                {problem}
                <form class="card" method="post" action="/login">
                    <input type="hidden" name="next" value=form.next/>
                    <Field name="email" label="E-mail" kind="email" value=form.email autocomplete="username" required=true autofocus=true/>
                    <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true/>
                    <div class="actions"><button class="button primary">"Sign in"</button></div>
                </form>
                {form.demo.map(|(email, password)| view! { <DemoAccount email=email password=password next=next/> })}
            </div>
        </Document>
    }
}

#[component]
fn Elsewhere(address: String) -> impl IntoView {
    view! {
        <p class="notice problem" role="status">
            "Sign in at "<a href=format!("{address}/login") translate="no">{address.clone()}</a>
            ". Under any other address, your browser forgets at once that you signed in."
        </p>
    }
}

#[component]
fn DemoAccount(email: String, password: String, next: String) -> impl IntoView {
    view! {
        <form class="card demo" method="post" action="/login" aria-labelledby="demo">
            <h2 id="demo">"Just trying out Onramp?"</h2>
            <p>"The sandbox has a demo account. It can do everything, and nothing reaches Catena."</p>
            <dl>
                <div><dt>"E-mail"</dt><dd><code translate="no">{email.clone()}</code></dd></div>
                <div><dt>"Password"</dt><dd><code translate="no">{password.clone()}</code></dd></div>
            </dl>
            <input type="hidden" name="next" value=next/>
            <input type="hidden" name="email" value=email/>
            <input type="hidden" name="password" value=password/>
            <div class="actions"><button class="button">"Sign in with the demo account"</button></div>
        </form>
    }
}
