//! What goes wrong on purpose: with deliveries, and with the API's answers.

use leptos::prelude::*;

use crate::pages::control::{Places, playing::words};
use app::components::Field;

/// One disorder.
#[derive(Debug, Clone)]
pub struct DisorderRow {
    /// Its name in forms.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What was typed, or how it is set: percent.
    pub percent: String,
    /// The events that it is limited to; empty: all.
    pub events: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
}

/// What was typed for a fault, with what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct FaultForm {
    /// Faults to choose: name and label.
    pub choices: Vec<(&'static str, &'static str)>,
    /// The fault chosen.
    pub fault: String,
    /// Whether the number is a share of calls; else it counts the next calls.
    pub is_share: bool,
    /// The number.
    pub amount: String,
    /// What is wrong with it.
    pub amount_error: Option<String>,
    /// What is ordered now, in sentences.
    pub ordered: Vec<String>,
}

/// The switches of the disorders.
#[component]
pub(crate) fn Disorders(places: Places, rows: Vec<DisorderRow>) -> impl IntoView {
    let (action, off) = (places.form("disorders"), places.form("disorders-off"));
    let on = rows.iter().filter(|row| row.percent != "0").count();
    let is_open = on > 0 || rows.iter().any(|row| row.error.is_some());
    let state = match on {
        0 => "All off".to_owned(),
        1 => "One is on".to_owned(),
        count => format!("{count} are on"),
    };
    let rows: Vec<_> = rows.into_iter().map(disorder_row).collect();
    view! {
        <section class="card" aria-labelledby="disorders">
            <h2 id="disorders">"Disorder of deliveries"</h2>
            <p>
                "How many of a hundred deliveries each strikes. The sandbox's own records stay right; a delivery on its way keeps what it was given."
            </p>
            <details class="sandbox-more" open=is_open>
                <summary>{state}</summary>
                <form method="post" action=action>
                    <ul class="sandbox-disorders">{rows}</ul>
                    <div class="sandbox-buttons"><button class="button primary" type="submit">"Set disorder"</button></div>
                </form>
                <form method="post" action=off><button class="button" type="submit">"All off"</button></form>
            </details>
        </section>
    }
}

fn disorder_row(row: DisorderRow) -> impl IntoView {
    let (error_id, about_id) = (format!("{}-error", row.name), format!("{}-about", row.name));
    let described = if row.error.is_some() { format!("{error_id} {about_id}") } else { about_id.clone() };
    let is_on = row.percent != "0";
    view! {
        <li class="field" class:on=is_on>
            <label for=row.name>{words(row.name)}</label>
            <div class="sandbox-percent">
                <input
                    id=row.name
                    name=row.name
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    value=row.percent
                    aria-describedby=described
                    aria-invalid=row.error.is_some().then_some("true")
                />
                <span aria-hidden="true">"%"</span>
            </div>
            {row.error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
            <p class="hint" id=about_id>
                {row.about}
                {(!row.events.is_empty()).then(|| format!(" Only {}.", row.events))}
            </p>
        </li>
    }
}

/// Orders wrong answers of the API.
#[component]
pub(crate) fn Faults(places: Places, form: FaultForm) -> impl IntoView {
    let (action, off) = (places.form("faults"), places.form("faults-off"));
    let options: Vec<_> = form
        .choices
        .into_iter()
        .map(|(name, label)| view! { <option value=name selected=name == form.fault>{label}</option> })
        .collect();
    let some_ordered = !form.ordered.is_empty();
    let ordered: Vec<_> = form.ordered.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect();
    view! {
        <section class="card" aria-labelledby="faults">
            <h2 id="faults">"Wrong answers of the API"</h2>
            {some_ordered.then(|| view! {
                <ul class="sandbox-ordered">{ordered}</ul>
                <form method="post" action=off><button class="button" type="submit">"Answer rightly again"</button></form>
            })}
            <form method="post" action=action>
                <div class="fields">
                    <div class="field">
                        <label for="fault">"Answer"</label>
                        <select id="fault" name="fault">{options}</select>
                    </div>
                    <div class="field">
                        <label for="how">"For"</label>
                        <select id="how" name="how">
                            <option value="next" selected=!form.is_share>"so many of the next calls"</option>
                            <option value="share" selected=form.is_share>"so many of a hundred calls"</option>
                        </select>
                    </div>
                    <Field name="amount" label="How many" value=form.amount error=form.amount_error inputmode="numeric"/>
                </div>
                <div class="sandbox-buttons"><button class="button primary" type="submit">"Order"</button></div>
            </form>
        </section>
    }
}
