//! Problems with the subscriptions, each with the button that fixes it.

use leptos::prelude::*;

use super::{action_buttons::remedy_button, labels::problem};
use domain::subscription::{Ask, Diagnosis, Finding, Remedy};

/// Missing subscriptions, problems, and notes.
#[component]
pub(super) fn DiagnosisCards(diagnosis: Diagnosis, dead_letters: u64, may_administer: bool) -> impl IntoView {
    let Diagnosis { missing, findings } = diagnosis;
    let (serious, notes): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.trouble.is_serious());
    let stale = serious.iter().filter(|finding| finding.trouble.remedy() == Remedy::ActivateAndReplay).count();
    view! {
        {(!missing.is_empty()).then(|| view! { <Missing missing=missing may_administer=may_administer/> })}
        {(!serious.is_empty()).then(|| view! { <Serious findings=serious may_administer=may_administer/> })}
        {(may_administer && (stale > 1 || dead_letters > 0)).then(|| view! { <FetchAll stale=stale dead_letters=dead_letters/> })}
        {(!notes.is_empty()).then(|| view! { <Notes findings=notes/> })}
    }
}

#[component]
fn Missing(missing: Vec<Ask>, may_administer: bool) -> impl IntoView {
    let title = match missing.len() {
        1 => "1 subscription is missing".to_owned(),
        count => format!("{count} subscriptions are missing"),
    };
    let tag = |ask: Ask| view! { <li><code translate="no">{ask.event_name}</code></li> };
    view! {
        <section class="card missing" aria-labelledby="missing">
            <h2 id="missing">{title}</h2>
            <p>"Until they are set up, Onramp doesn’t receive these events, and timelines fall behind."</p>
            <ul class="tags">{missing.into_iter().map(tag).collect_view()}</ul>
            {if may_administer {
                view! {
                    <form method="post" action="/subscriptions/ensure">
                        <button class="button primary">"Set up webhooks"</button>
                    </form>
                }
                .into_any()
            } else {
                view! { <p class="hint">"An administrator can set them up."</p> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Serious(findings: Vec<Finding>, may_administer: bool) -> impl IntoView {
    let title = match findings.len() {
        1 => "1 subscription needs attention".to_owned(),
        count => format!("{count} problems need attention"),
    };
    let line = |finding: Finding| {
        let Finding { id, event_name, trouble: what } = finding;
        let id = id.to_string();
        let button = may_administer.then(|| remedy_button(what.remedy(), id.clone(), event_name.clone())).flatten();
        view! {
            <li>
                <p><a href=format!("/subscriptions/{id}")><code translate="no">{event_name}</code></a>" "{problem(what)}</p>
                {button}
            </li>
        }
    };
    view! {
        <section class="card attention-card" aria-labelledby="attention" data-testid="attention">
            <h2 id="attention">{title}</h2>
            <ul class="needed">{findings.into_iter().map(line).collect_view()}</ul>
            {(!may_administer).then(|| view! { <p class="hint">"An administrator can fix these."</p> })}
        </section>
    }
}

#[component]
fn FetchAll(stale: usize, dead_letters: u64) -> impl IntoView {
    let what = match (stale, dead_letters) {
        (0, 1) => "1 event is waiting in a queue at Catena and arrives only on request.".to_owned(),
        (0, count) => format!("{count} events are waiting in queues at Catena and arrive only on request."),
        (_, 0) => {
            "Activates all subscriptions that Catena switched off and fetches the events waiting in their queues."
                .to_owned()
        }
        (_, count) => {
            format!(
                "Activates all subscriptions that Catena switched off and fetches the waiting events: {count} so far."
            )
        }
    };
    view! {
        <form class="all-again" method="post" action="/subscriptions/fetch-missed">
            <button class="button">"Fetch all missed events"</button>
            <p class="hint">{what}" Events that already arrived have no effect."</p>
        </form>
    }
}

#[component]
fn Notes(findings: Vec<Finding>) -> impl IntoView {
    let line = |finding: Finding| {
        let Finding { id, event_name, trouble: what } = finding;
        view! { <li><a href=format!("/subscriptions/{id}")><code translate="no">{event_name}</code></a>" "{problem(what)}</li> }
    };
    view! {
        <details class="card notes">
            <summary>{format!("Good to know ({})", findings.len())}</summary>
            <ul>{findings.into_iter().map(line).collect_view()}</ul>
        </details>
    }
}
