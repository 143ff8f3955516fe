//! What goes wrong on purpose: with webhook deliveries, and with the API's answers.

use leptos::prelude::*;

use app::components::Field;

use crate::pages::control::{labels::humanize, urls::PageUrls};

/// One webhook fault.
#[derive(Debug, Clone)]
pub(crate) struct WebhookFaultRow {
    /// Its name in forms.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What was typed, or else the current setting, in percent.
    pub percent: String,
    /// The events that it is limited to. Empty: all.
    pub events: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
}

/// What was typed for an API fault, with what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ApiFaultForm {
    /// The name and label of each fault.
    pub options: Vec<(&'static str, &'static str)>,
    /// The selected fault.
    pub fault: String,
    /// Whether `amount` is a percentage of calls. Otherwise, it is a number of calls.
    pub is_share: bool,
    pub amount: String,
    pub amount_error: Option<String>,
    /// The calls it is for; empty for all.
    pub call: String,
    pub call_error: Option<String>,
    /// The faults that are on, in sentences.
    pub active: Vec<String>,
}

/// The settings of the webhook faults.
#[component]
pub(crate) fn WebhookFaults(urls: PageUrls, rows: Vec<WebhookFaultRow>) -> impl IntoView {
    let (action, off) = (urls.form("disorders"), urls.form("disorders-off"));
    let on = rows.iter().filter(|row| row.percent != "0").count();
    let is_open = on > 0 || rows.iter().any(|row| row.error.is_some());
    let state = match on {
        0 => "All off".to_owned(),
        1 => "One is on".to_owned(),
        count => format!("{count} are on"),
    };
    let rows: Vec<_> = rows.into_iter().map(webhook_fault_row).collect();
    view! {
        <section class="card" aria-labelledby="disorders">
            <h2 id="disorders">"Webhook faults"</h2>
            <p>
                "The percentage of deliveries that get each fault. The sandbox's own records stay correct, and pending deliveries keep the faults they have."
            </p>
            <details class="sandbox-more" open=is_open>
                <summary>{state}</summary>
                <form method="post" action=action>
                    <ul class="sandbox-disorders">{rows}</ul>
                    <div class="sandbox-buttons"><button class="button primary" type="submit">"Save webhook faults"</button></div>
                </form>
                <form method="post" action=off><button class="button" type="submit">"Turn all off"</button></form>
            </details>
        </section>
    }
}

fn webhook_fault_row(row: WebhookFaultRow) -> impl IntoView {
    let (error_id, about_id) = (format!("{}-error", row.name), format!("{}-about", row.name));
    let described = if row.error.is_some() { format!("{error_id} {about_id}") } else { about_id.clone() };
    let is_on = row.percent != "0";
    view! {
        <li class="field" class:on=is_on>
            <label for=row.name>{humanize(row.name)}</label>
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
                {(!row.events.is_empty()).then(|| format!(" Only for {}.", row.events))}
            </p>
        </li>
    }
}

/// Sets wrong answers of the API.
#[component]
pub(crate) fn ApiFaults(urls: PageUrls, form: ApiFaultForm) -> impl IntoView {
    let (action, off) = (urls.form("faults"), urls.form("faults-off"));
    let options: Vec<_> = form
        .options
        .into_iter()
        .map(|(name, label)| view! { <option value=name selected=name == form.fault>{label}</option> })
        .collect();
    let any_active = !form.active.is_empty();
    let active: Vec<_> = form.active.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect();
    view! {
        <section class="card" aria-labelledby="faults">
            <h2 id="faults">"API faults"</h2>
            {any_active.then(|| view! {
                <ul class="sandbox-ordered">{active}</ul>
                <form method="post" action=off><button class="button" type="submit">"Answer correctly again"</button></form>
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
                            <option value="next" selected=!form.is_share>"this many of the next calls"</option>
                            <option value="share" selected=form.is_share>"this percentage of all calls"</option>
                        </select>
                    </div>
                    <Field name="amount" label="Amount" value=form.amount error=form.amount_error inputmode="numeric"/>
                    <Field name="call" label="Only for these calls (optional)" value=form.call error=form.call_error/>
                </div>
                <div class="sandbox-buttons"><button class="button primary" type="submit">"Set API fault"</button></div>
            </form>
        </section>
    }
}
