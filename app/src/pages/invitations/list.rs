//! All invitations, the newest first.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::components::{Document, HealthBadge, Pages, Paging, StageBadge, Visit, stage_label};
use domain::{
    onboarding::stage::{Health, Stage},
    timestamp,
};

/// One invitation in the list.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// Where the fleet's onboarding stands; none where nothing tells.
    pub stage: Option<Stage>,
    /// Whether the fleet's data flows; none before it is connected.
    pub health: Option<Health>,
    /// How the invitation itself stands.
    pub status: Stage,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct InvitationList {
    /// The invitations, the newest first.
    pub rows: Vec<InvitationRow>,
    /// The other pages.
    pub paging: Paging,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// Whether the visitor may invite.
    pub may_invite: bool,
    /// What a person should look at first: that webhooks may not arrive.
    pub webhooks_missing: Option<String>,
    /// How many reminders are proposed, in words; none where there are none.
    pub reminders: Option<String>,
}

/// The list of invitations.
#[component]
pub fn InvitationListPage(
    /// The visit.
    visit: Visit,
    /// The list.
    list: InvitationList,
) -> impl IntoView {
    let InvitationList { rows, paging, now, may_invite, webhooks_missing, reminders } = list;
    let first_page = paging.first.is_none();
    let invite = move || {
        may_invite.then(|| {
            view! {
                <a class="button primary" href="/invitations/new">"New invitation"</a>
                <a class="button" href="/invitations/import">"Import many"</a>
            }
        })
    };
    view! {
        <Document visit=visit title="Invitations">
            <div class="page-head">
                <h1>"Invitations"</h1>
                {(!rows.is_empty() || !first_page).then(|| view! { <div class="buttons">{invite()}</div> })}
            </div>
            {webhooks_missing.map(|sentence| view! { <WebhooksMissing sentence=sentence/> })}
            {reminders.filter(|_| may_invite).map(|count| view! { <Reminders count=count/> })}
            {if rows.is_empty() && first_page {
                view! { <Empty>{invite()}</Empty> }.into_any()
            } else if rows.is_empty() {
                view! { <p class="card empty">"No older invitations."</p> }.into_any()
            } else {
                view! { <InvitationTable rows=rows now=now/> }.into_any()
            }}
            <Pages paging=paging/>
        </Document>
    }
}

/// The move is to see what is delivered, and whether everything is subscribed to.
#[component]
fn WebhooksMissing(sentence: String) -> impl IntoView {
    view! {
        <p class="notice attention" role="status" data-testid="webhooks-missing">
            {sentence}
            " Look at the "<a href="/deliveries">"deliveries"</a>" and the "<a href="/subscriptions">"subscriptions"</a>"; the "
            <a href="/settings/checks">"checks"</a>" say which fleets it was about."
        </p>
    }
}

/// The move is to remind them.
#[component]
fn Reminders(count: String) -> impl IntoView {
    let sentence = match count.as_str() {
        "1" => "One fleet has its link and does nothing with it. ".to_owned(),
        many => format!("{many} fleets have their link and do nothing with it. "),
    };
    view! {
        <p class="notice attention" role="status" data-testid="reminders">{sentence}<a href="/reminders">"Remind them"</a>"."</p>
    }
}

#[component]
fn Empty(children: Children) -> impl IntoView {
    view! {
        <section class="card empty">
            <h2>"Invite the first fleet"</h2>
            <p>"An invitation gives you a magic link. The fleet opens it, agrees to share its data and links its telematics provider; you watch each step here as it happens."</p>
            <p class="actions">{children()}</p>
        </section>
    }
}

#[component]
fn InvitationTable(rows: Vec<InvitationRow>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Invitations, the newest first">
            <table class="cards" data-testid="invitations">
                <thead>
                    <tr>
                        <th scope="col">"Fleet"</th>
                        <th scope="col">"Onboarding"</th>
                        <th scope="col">"Invitation"</th>
                        <th scope="col">"Link runs out"</th>
                        <th scope="col">"Created"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| invitation_row(row, now)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn invitation_row(row: InvitationRow, now: OffsetDateTime) -> impl IntoView {
    let reference = row.fleet_name.is_some().then(|| view! { <code class="reference">{row.fleet_ref.clone()}</code> });
    let name = row.fleet_name.unwrap_or(row.fleet_ref);
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/invitations/{}", row.id)>{name}</a>
                {reference}
            </th>
            <td data-label="Onboarding">
                <span class="badges">
                    {match row.stage {
                        Some(stage) => view! { <StageBadge stage=stage/> }.into_any(),
                        None => view! { <span class="muted">"not reported"</span> }.into_any(),
                    }}
                    {row.health.map(|health| view! { <HealthBadge health=health/> })}
                </span>
            </td>
            <td data-label="Invitation">{stage_label(row.status)}</td>
            <td data-label="Link runs out">
                <time datetime=timestamp::rfc3339(row.expires_at) title=timestamp::display(row.expires_at)>
                    {timestamp::relative(row.expires_at, now)}
                </time>
            </td>
            <td data-label="Created">
                <time datetime=timestamp::rfc3339(row.created_at)>{timestamp::display(row.created_at)}</time>
            </td>
        </tr>
    }
}
