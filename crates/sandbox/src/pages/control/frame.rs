//! The page around the levers, with the counts, the clock and the way to begin anew.

use leptos::prelude::*;

use crate::pages::control::Places;
use app::components::{Document, ErrorSummary, Field, Visit};

/// The document, its heading, and the way back to Onramp.
#[component]
pub(crate) fn Frame(places: Places, children: Children) -> impl IntoView {
    let visit = Visit { stylesheet: places.stylesheet, sandbox: true, path: places.page, ..Visit::default() };
    view! {
        <Document visit=visit title="Sandbox control">
            <div class="page-head">
                <div>
                    {places.onramp.map(|onramp| view! { <p class="crumbs"><a href=onramp>"Onramp"</a></p> })}
                    <h1>"Sandbox control"</h1>
                    <p class="lead">"Move time, play stories, and let things go wrong. Nothing here reaches Catena or a fleet."</p>
                </div>
            </div>
            {children()}
        </Document>
    }
}

/// What there is.
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

/// Business time and how to move it.
#[component]
pub(crate) fn Clock(
    places: Places,
    now: String,
    ahead: Option<String>,
    next_expiry: Option<String>,
    hours: (String, Option<String>),
) -> impl IntoView {
    let action = places.form("clock");
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
                {ahead.map(|ahead| format!(", {ahead} ahead of the machine's clock"))}"."
                {next_expiry.map(|at| format!(" The next invitation runs out at {at}."))}
            </p>
            <form method="post" action=action>
                <div class="sandbox-buttons">{step("hour", "+1 hour")}{step("day", "+1 day")}{to_expiry}</div>
                <div class="sandbox-row">
                    <Field name="hours" label="Hours" value=typed error=problem kind="text" inputmode="numeric"/>
                    <button class="button" type="submit" name="advance" value="hours">"Move on"</button>
                </div>
                <p class="hint">"Time only goes forward. What is due on the way happens, each at its own moment."</p>
            </form>
        </section>
    }
}

/// Forgets everything, after a confirmation.
#[component]
pub(crate) fn Reset(places: Places, problem: Option<String>) -> impl IntoView {
    let action = places.form("reset");
    let errors =
        problem.clone().map(|text| ("confirm".to_owned(), "Confirmation".to_owned(), text)).into_iter().collect();
    let wrong = problem.is_some();
    view! {
        <section class="card" aria-labelledby="reset">
            <h2 id="reset">"Begin anew"</h2>
            <ErrorSummary errors=errors/>
            <p>
                "Forgets every invitation, fleet, connection and subscription, and sets the clock back. Onramp notices that its webhooks are gone and must set them up again."
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
                    <label for="confirm">"Forget everything in the sandbox"</label>
                </div>
                <button class="button danger" type="submit">"Begin anew"</button>
            </form>
        </section>
    }
}
