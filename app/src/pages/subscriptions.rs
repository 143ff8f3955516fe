//! Which webhooks Catena sends us.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::{
    components::{Document, Notice, NoticeKind, Visit},
    domain::moment,
};

/// One subscription at Catena.
#[derive(Debug, Clone)]
pub struct SubscriptionRow {
    /// The event that it carries.
    pub event_name: String,
    /// Its status, in Catena's word.
    pub status: String,
    /// Where it posts.
    pub endpoint: String,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
}

/// All subscriptions, and what is missing.
#[derive(Debug, Clone)]
pub struct SubscriptionsView {
    /// Those that exist.
    pub rows: Vec<SubscriptionRow>,
    /// What Onramp needs and Catena doesn't send.
    pub missing: Vec<String>,
    /// Our own endpoint.
    pub endpoint: String,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// What has just been done.
    pub notice: Option<String>,
    /// Whether the visitor may change subscriptions.
    pub may_administer: bool,
}

/// The subscriptions.
#[component]
pub fn SubscriptionsPage(
    /// The visit.
    visit: Visit,
    /// The subscriptions.
    view: SubscriptionsView,
) -> impl IntoView {
    let SubscriptionsView { rows, missing, endpoint, problem, notice, may_administer } = view;
    view! {
        <Document visit=visit title="Subscriptions">
            <div class="page-head">
                <div>
                    <h1>"Subscriptions"</h1>
                    <p class="lead">"Catena tells Onramp what fleets do by webhook. Each subscription carries one kind of event to "<code>{endpoint}</code>"."</p>
                </div>
            </div>
            {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {(!missing.is_empty()).then(|| view! { <Missing missing=missing may_administer=may_administer/> })}
            {if rows.is_empty() {
                view! { <p class="card empty">"No subscription at Catena yet."</p> }.into_any()
            } else {
                view! { <SubscriptionTable rows=rows/> }.into_any()
            }}
        </Document>
    }
}

#[component]
fn Missing(missing: Vec<String>, may_administer: bool) -> impl IntoView {
    let count = missing.len();
    let title = if count == 1 {
        "One subscription is missing".to_owned()
    } else {
        format!("{count} subscriptions are missing")
    };
    view! {
        <section class="card missing" aria-labelledby="missing">
            <h2 id="missing">{title}</h2>
            <p>"Until they are set up, Onramp doesn’t hear of these events, and timelines stay behind."</p>
            <ul class="tags">{missing.into_iter().map(|event| view! { <li><code>{event}</code></li> }).collect_view()}</ul>
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
fn SubscriptionTable(rows: Vec<SubscriptionRow>) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Subscriptions at Catena">
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Endpoint"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(subscription_row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn subscription_row(row: SubscriptionRow) -> impl IntoView {
    // Catena's words are an open set (WEBHOOKS.md 2.2); only the one that delivers is good news.
    let tone = match row.status.as_str() {
        "active" => "badge good",
        "stale" | "paused" => "badge warning",
        _ => "badge neutral",
    };
    view! {
        <tr>
            <th scope="row"><code>{row.event_name}</code></th>
            <td data-label="Status"><span class=tone>{row.status}</span></td>
            <td data-label="Endpoint"><code class="address">{row.endpoint}</code></td>
            <td data-label="Created"><time datetime=moment::rfc3339(row.created_at)>{moment::display(row.created_at)}</time></td>
        </tr>
    }
}
