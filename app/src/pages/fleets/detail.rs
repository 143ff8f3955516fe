//! One fleet: its status, all its invitations with their rounds, and its timeline.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    components::{Document, ExactTime, OnboardingStatus, OnboardingView, RecordTable, Visit, fact_title, stage_label},
    islands::LivePart,
};
use domain::{
    onboarding::{lifecycle::Entry, stage::Stage},
    timestamp,
};

/// One round of one of the fleet's invitations.
#[derive(Debug, Clone)]
pub struct RoundRow {
    /// Our id of the invitation; none if Onramp doesn't know it.
    pub invitation: Option<Uuid>,
    /// Whether it is the invitation's first round; otherwise a refresh started it.
    pub is_first: bool,
    /// When it started, UTC.
    pub began_at: Option<OffsetDateTime>,
    /// The member of staff who started it.
    pub actor: Option<String>,
    /// When its link expires or expired, UTC.
    pub expires_at: OffsetDateTime,
    /// The stage that it reached by its own facts.
    pub came_to: Stage,
}

/// One fleet.
#[derive(Debug, Clone)]
pub struct FleetDetail {
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// Its onboarding, with the address of updates; none if Onramp has no invitation of it.
    pub onboarding: Option<(OnboardingView, String)>,
    /// The timeline, if there is no onboarding to show it in.
    pub timeline: Vec<Entry>,
    /// All rounds, latest first.
    pub rounds: Vec<RoundRow>,
    /// Where to invite it again, if the visitor may.
    pub invite: Option<String>,
}

/// One fleet in detail.
#[component]
pub fn FleetPage(
    /// The visit.
    visit: Visit,
    /// The fleet.
    fleet: FleetDetail,
) -> impl IntoView {
    let FleetDetail { fleet_ref, fleet_name, onboarding, timeline, rounds, invite } = fleet;
    let title = fleet_name.unwrap_or_else(|| fleet_ref.clone());
    let standing = match onboarding {
        Some((onboarding, live_url)) => view! {
            <LivePart url=Some(live_url)><OnboardingStatus onboarding=onboarding/></LivePart>
        }
        .into_any(),
        None => view! { <PlainTimeline timeline=timeline/> }.into_any(),
    };
    view! {
        <Document visit=visit title=format!("{title} · Fleet") islands=true>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                    <h1>{title}</h1>
                    <p class="lead">"Reference "<code translate="no" data-testid="fleet-ref">{fleet_ref}</code></p>
                </div>
                {invite.map(|href| view! { <a class="button" href=href>"Invite this fleet"</a> })}
            </div>
            <section class="card rounds" aria-labelledby="rounds">
                <h2 id="rounds">"Invitations"</h2>
                {if rounds.is_empty() {
                    view! { <p>"Onramp has no invitation for this fleet. What it knows about the fleet came from Catena."</p> }.into_any()
                } else {
                    view! { <Rounds rounds=rounds/> }.into_any()
                }}
            </section>
            <div class="invitation fleet">{standing}</div>
        </Document>
    }
}

#[component]
fn Rounds(rounds: Vec<RoundRow>) -> impl IntoView {
    view! {
        <RecordTable
            label="Invitations of this fleet, latest first"
            testid="rounds"
            columns=["Round", "Started", "By", "Link until", "Reached"]
            rows=rounds
            row=round_row
        />
    }
}

fn round_row(row: RoundRow) -> impl IntoView {
    let what = if row.is_first { "New invitation" } else { "Refresh" };
    let what = match row.invitation {
        Some(id) => view! { <a href=format!("/invitations/{id}")>{what}</a> }.into_any(),
        None => what.into_any(),
    };
    let began = match row.began_at {
        Some(at) => view! { <ExactTime at=at/> }.into_any(),
        None => view! { <span class="muted">"not reported"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td data-label="Started">{began}</td>
            <td data-label="By">{row.actor.unwrap_or_else(|| "—".into())}</td>
            <td data-label="Link until"><ExactTime at=row.expires_at/></td>
            <td data-label="Reached">{stage_label(row.came_to)}</td>
        </tr>
    }
}

#[component]
fn PlainTimeline(timeline: Vec<Entry>) -> impl IntoView {
    let entries = timeline.into_iter().map(|Entry { fact, .. }| {
        view! {
            <li data-kind=fact.kind.name().to_owned()>
                <time datetime=timestamp::rfc3339(fact.at)>{timestamp::display_to_the_second(fact.at)}</time>
                <div class="what">
                    <p class="title">{fact_title(&fact.kind)}</p>
                </div>
            </li>
        }
    });
    let entries = entries.collect_view();
    view! {
        <section class="card history" aria-labelledby="timeline">
            <h2 id="timeline">"Timeline"</h2>
            <ol class="timeline" data-testid="timeline">{entries}</ol>
        </section>
    }
}
