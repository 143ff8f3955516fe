//! The document of the page, with the counts, the clock, and the reset.

use leptos::prelude::*;

use app::components::{Document, ErrorSummary, Field, Visit};

use crate::pages::control::urls::PageUrls;

/// The document, its heading, and the link to Onramp.
#[component]
pub(crate) fn Frame(urls: PageUrls, children: Children) -> impl IntoView {
    let visit = Visit { stylesheet: urls.stylesheet, sandbox: true, path: urls.page, ..Visit::default() };
    view! {
        <Document visit=visit title="Sandbox control">
            <div class="page-head">
                <div>
                    {urls.onramp.map(|onramp| view! { <p class="crumbs"><a href=onramp>"Onramp"</a></p> })}
                    <h1>"Sandbox control"</h1>
                    <p class="lead">"Move time, play stories, and make things go wrong. Nothing here reaches Catena or a real fleet."</p>
                </div>
            </div>
            {children()}
        </Document>
    }
}

/// The counts.
#[component]
pub(crate) fn Counts(counts: Vec<(&'static str, u64)>) -> impl IntoView {
    view! {
        <dl class="figures sandbox-figures">
            {counts
                .into_iter()
                .map(|(label, count)| view! { <div><dt>{label}</dt><dd>{count}</dd></div> })
                .collect_view()}
        </dl>
    }
}

/// Business time, and the forms to move it.
#[component]
pub(crate) fn Clock(
    urls: PageUrls,
    now: String,
    ahead: Option<String>,
    next_expiry: Option<String>,
    hours: (String, Option<String>),
) -> impl IntoView {
    let action = urls.form("clock");
    let (typed, problem) = hours;
    let step = |name: &'static str, label: &'static str| {
        view! { <button class="button" type="submit" name="advance" value=name formnovalidate>{label}</button> }
    };
    let to_expiry = next_expiry.is_some().then(|| step("expiry", "To the next expiry"));
    view! {
        <section class="card" aria-labelledby="clock">
            <h2 id="clock">"Clock"</h2>
            <p>
                "Business time is "<strong>{now}</strong>
                {ahead.map(|ahead| format!(", {ahead} ahead of this machine's clock"))}"."
                {next_expiry.map(|at| format!(" The next expiry is at {at}."))}
            </p>
            <form method="post" action=action>
                <div class="sandbox-buttons">{step("hour", "+1 hour")}{step("day", "+1 day")}{to_expiry}</div>
                <div class="sandbox-row">
                    <Field name="hours" label="Hours" value=typed error=problem kind="text" inputmode="numeric"/>
                    <button class="button" type="submit" name="advance" value="hours">"Move forward"</button>
                </div>
                <p class="hint">"Time only moves forward. What falls due on the way happens, each at its own time."</p>
            </form>
        </section>
    }
}

/// Resets the sandbox, after a confirmation.
#[component]
pub(crate) fn Reset(urls: PageUrls, problem: Option<String>) -> impl IntoView {
    let action = urls.form("reset");
    let errors =
        problem.clone().map(|text| ("confirm".to_owned(), "Confirmation".to_owned(), text)).into_iter().collect();
    let wrong = problem.is_some();
    view! {
        <section class="card" aria-labelledby="reset">
            <h2 id="reset">"Reset"</h2>
            <ErrorSummary errors=errors/>
            <p>
                "Deletes every invitation, fleet, connection, and subscription, and sets the clock back. Onramp will notice that its webhooks are gone and need to be set up again."
            </p>
            <form method="post" action=action>
                <div class="sandbox-check">
                    <input
                        type="checkbox"
                        id="confirm"
                        name="confirm"
                        value="yes"
                        required
                        aria-invalid=wrong.then_some("true")
                    />
                    <label for="confirm">"Delete everything in the sandbox"</label>
                </div>
                <button class="button danger" type="submit">"Reset the sandbox"</button>
            </form>
        </section>
    }
}
