//! Facts whose fleet isn't known yet, and the form that assigns them to one.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{
    Columns, Document, ErrorSummary, Field, MomentView, Notice, NoticeKind, RecordTable, RelativeTime, Visit,
    fact_title,
};
use domain::events::fact::Fact;

/// Facts that can be assigned together, since the same id would lead to their fleet.
#[derive(Debug, Clone)]
pub struct UnassignedGroup {
    /// What would identify the fleet, as text.
    pub awaits: String,
    /// The id that would identify the fleet, if it may be shown.
    pub id: Option<String>,
    /// Address of the form that assigns them; none if they can't be assigned.
    pub assign: Option<String>,
    /// How many.
    pub count: u32,
    /// When the first one happened, UTC.
    pub first_at: OffsetDateTime,
    /// When the last one happened, UTC.
    pub last_at: OffsetDateTime,
}

/// The unassigned facts.
#[component]
pub fn UnassignedFactsPage(
    /// The visit.
    visit: Visit,
    /// The facts, newest first.
    groups: Vec<UnassignedGroup>,
    /// What the visitor just did.
    notice: Option<String>,
    /// Now, UTC; relative times count from here.
    now: OffsetDateTime,
    /// Whether the visitor may assign them to a fleet.
    may_operate: bool,
) -> impl IntoView {
    let columns = Columns::from(["Waiting for", "Facts", "First", "Last"]).controls(["Action"]);
    view! {
        <Document visit=visit title="Unassigned facts">
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/deliveries">"Deliveries"</a></p>
                    <h1>"Unassigned facts"</h1>
                    <p class="lead">
                        "Catena reported these without naming the fleet. They are assigned automatically as soon as an event links them to one. \
                        If that doesn’t happen, assign them yourself."
                    </p>
                </div>
            </div>
            {notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <RecordTable
                label="Unassigned facts"
                testid="waiting"
                columns=columns
                rows=groups
                row=move |group| row(group, now, may_operate)
                empty="Nothing to assign: every fact is on its fleet’s timeline."
            />
        </Document>
    }
}

fn row(group: UnassignedGroup, now: OffsetDateTime, may_operate: bool) -> impl IntoView {
    let when = |at: OffsetDateTime| {
        view! { <RelativeTime at now/> }
    };
    let action = match group.assign {
        Some(href) if may_operate => view! { <a class="button" href=href>"Assign to a fleet"</a> }.into_any(),
        Some(_) => view! { <span class="muted">"An operator can assign them"</span> }.into_any(),
        None => view! { <span class="muted">"Can’t be assigned"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{group.awaits}{group.id.map(|id| view! { " "<code translate="no" class="reference">{id}</code> })}</th>
            <td data-label="Facts">{group.count}</td>
            <td data-label="First">{when(group.first_at)}</td>
            <td data-label="Last">{when(group.last_at)}</td>
            <td>{action}</td>
        </tr>
    }
}

/// The form that assigns facts to a fleet.
#[derive(Debug, Clone)]
pub struct AssignForm {
    /// Where the form posts to.
    pub action: String,
    /// What would identify the fleet, as text.
    pub awaits: String,
    /// The id that would identify the fleet, if it may be shown.
    pub id: Option<String>,
    /// The facts, earliest first; only the first ones if there are many.
    pub facts: Vec<Fact>,
    /// The reference, as typed.
    pub fleet_ref: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// Assigns facts to a fleet.
#[component]
pub fn AssignPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: AssignForm,
) -> impl IntoView {
    let errors = form.error.clone().map(|error| ("fleet_ref".to_owned(), "Reference".to_owned(), error));
    let facts = form.facts.into_iter().map(|fact| {
        let at = MomentView::to_the_second(fact.at);
        view! { <li><span class="what">{fact_title(&fact.kind)}</span>" "<time class="muted" datetime=at.datetime>{at.display}</time></li> }
    });
    let facts = facts.collect_view();
    view! {
        <Document visit=visit title="Assign facts to a fleet">
            <div class="medium">
                <p class="crumbs"><a href="/deliveries/waiting">"Unassigned facts"</a></p>
                <h1>"Assign facts to a fleet"</h1>
                <p class="lead">{form.awaits}{form.id.map(|id| view! { " "<code translate="no">{id}</code> })}</p>
                <ErrorSummary errors=errors.into_iter().collect()/>
                <section class="card" aria-labelledby="facts">
                    <h2 id="facts">"Facts"</h2>
                    <ul class="changes">{facts}</ul>
                </section>
                <form class="card" method="post" action=form.action>
                    <Field
                        name="fleet_ref"
                        label="Fleet reference"
                        value=form.fleet_ref
                        hint="As in the list of invitations, for example, FLEET-42."
                        error=form.error
                        required=true
                    />
                    <p class="hint">
                        "These facts and all later ones with the same ID go on that fleet’s timeline. This can’t be undone. If in doubt, check Catena’s portal first."
                    </p>
                    <p class="actions"><button class="button primary">"Assign to this fleet"</button><a class="button quiet" href="/deliveries/waiting">"Cancel"</a></p>
                </form>
            </div>
        </Document>
    }
}
