//! Facts whose fleet isn't known yet, and the form that gives them to one.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{Document, ErrorSummary, Field, MomentView, Notice, NoticeKind, Visit, fact_title};
use domain::{events::fact::Fact, timestamp};

/// Facts that wait for the same name.
#[derive(Debug, Clone)]
pub struct WaitingGroup {
    /// For what, in words.
    pub awaits: String,
    /// The id by which the fleet would be found, where it may be shown.
    pub id: Option<String>,
    /// Address of the form that gives them to a fleet; none where nothing could.
    pub assign: Option<String>,
    /// How many.
    pub count: u32,
    /// When the first of them happened, UTC.
    pub first_at: OffsetDateTime,
    /// When the last of them happened, UTC.
    pub last_at: OffsetDateTime,
}

/// Facts that wait for a fleet.
#[component]
pub fn WaitingPage(
    /// The visit.
    visit: Visit,
    /// What waits, the newest first.
    groups: Vec<WaitingGroup>,
    /// What has just been done.
    notice: Option<String>,
    /// The moment from which distances in time are said, UTC.
    now: OffsetDateTime,
    /// Whether the visitor may give them to a fleet.
    may_operate: bool,
) -> impl IntoView {
    view! {
        <Document visit=visit title="Facts without a fleet">
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/deliveries">"Deliveries"</a></p>
                    <h1>"Facts without a fleet"</h1>
                    <p class="lead">
                        "Catena told of these, but not whose they are. They join their fleet by themselves as soon as any event names both. \
                        Where that never comes, give them to the fleet yourself."
                    </p>
                </div>
            </div>
            {notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {if groups.is_empty() {
                view! { <p class="card empty">"Nothing waits: every fact is on its fleet’s timeline."</p> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Facts without a fleet">
                        <table class="cards" data-testid="waiting">
                            <thead>
                                <tr>
                                    <th scope="col">"Waits for"</th>
                                    <th scope="col">"Facts"</th>
                                    <th scope="col">"First"</th>
                                    <th scope="col">"Last"</th>
                                    <th scope="col"><span class="visually-hidden">"Move"</span></th>
                                </tr>
                            </thead>
                            <tbody>{groups.into_iter().map(|group| row(group, now, may_operate)).collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </Document>
    }
}

fn row(group: WaitingGroup, now: OffsetDateTime, may_operate: bool) -> impl IntoView {
    let when = |at: OffsetDateTime| {
        view! { <time datetime=timestamp::rfc3339(at) title=timestamp::display(at)>{timestamp::relative(at, now)}</time> }
    };
    let action = match group.assign {
        Some(href) if may_operate => view! { <a class="button" href=href>"Give to a fleet"</a> }.into_any(),
        Some(_) => view! { <span class="muted">"An operator can give them to a fleet"</span> }.into_any(),
        None => view! { <span class="muted">"Nothing in them leads to a fleet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{group.awaits}{group.id.map(|id| view! { " "<code class="reference">{id}</code> })}</th>
            <td data-label="Facts">{group.count}</td>
            <td data-label="First">{when(group.first_at)}</td>
            <td data-label="Last">{when(group.last_at)}</td>
            <td>{action}</td>
        </tr>
    }
}

/// Giving facts to a fleet.
#[derive(Debug, Clone)]
pub struct AssignForm {
    /// Where the form posts.
    pub action: String,
    /// What they wait for, in words.
    pub awaits: String,
    /// The id by which the fleet would be found, where it may be shown.
    pub id: Option<String>,
    /// The facts, the earliest first; the first of many.
    pub facts: Vec<Fact>,
    /// The reference, as typed.
    pub fleet_ref: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// The form that gives facts to a fleet.
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
        <Document visit=visit title="Give facts to a fleet">
            <div class="medium">
                <p class="crumbs"><a href="/deliveries/waiting">"Facts without a fleet"</a></p>
                <h1>"Give facts to a fleet"</h1>
                <p class="lead">{form.awaits}{form.id.map(|id| view! { " "<code>{id}</code> })}</p>
                <ErrorSummary errors=errors.into_iter().collect()/>
                <section class="card" aria-labelledby="facts">
                    <h2 id="facts">"What waits"</h2>
                    <ul class="changes">{facts}</ul>
                </section>
                <form class="card" method="post" action=form.action>
                    <Field
                        name="fleet_ref"
                        label="Reference of the fleet"
                        value=form.fleet_ref
                        hint="As in the list of invitations, for example FLEET-42."
                        error=form.error
                        required=true
                    />
                    <p class="hint">
                        "These facts and all later ones with the same id go onto that fleet’s timeline. This can’t be taken back: compare with Catena’s portal first if in doubt."
                    </p>
                    <p class="actions"><button class="button primary">"Give to this fleet"</button><a class="button quiet" href="/deliveries/waiting">"Cancel"</a></p>
                </form>
            </div>
        </Document>
    }
}
