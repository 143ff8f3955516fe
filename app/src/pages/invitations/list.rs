//! The list of invitations, newest first.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::components::{
    Document, ExactTime, HealthBadge, Pages, Paging, RecordTable, RelativeTime, StageBadge, Visit, stage_label,
};
use domain::onboarding::stage::{Health, Stage};

/// One invitation in the list.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// The stage of the fleet's onboarding; none if nothing has been reported.
    pub stage: Option<Stage>,
    /// The fleet's health; none before it is connected.
    pub health: Option<Health>,
    /// The invitation's own stage.
    pub status: Stage,
    /// When it was created, UTC.
    pub created_at: OffsetDateTime,
    /// When its link expires, UTC.
    pub expires_at: OffsetDateTime,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct InvitationList {
    /// The invitations, newest first.
    pub rows: Vec<InvitationRow>,
    /// The other pages.
    pub paging: Paging,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// Whether the visitor may invite.
    pub may_invite: bool,
    /// A warning that webhooks may not arrive.
    pub webhooks_missing: Option<String>,
    /// How many reminders are proposed, as text; none if there are none.
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
                <a class="button" href="/invitations/import">"Import"</a>
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
            } else {
                view! { <InvitationTable rows=rows now=now/> }.into_any()
            }}
            <Pages paging=paging/>
        </Document>
    }
}

/// Leads to the deliveries and subscriptions, where the cause may show.
#[component]
fn WebhooksMissing(sentence: String) -> impl IntoView {
    view! {
        <p class="notice attention" role="status" data-testid="webhooks-missing">
            {sentence}
            " Look at "<a href="/deliveries">"deliveries"</a>" and "<a href="/subscriptions">"subscriptions"</a>". "
            <a href="/settings/checks">"Checks"</a>" lists the fleets affected."
        </p>
    }
}

/// Leads to the reminders.
#[component]
fn Reminders(count: String) -> impl IntoView {
    let sentence = match count.as_str() {
        "1" => "1 fleet hasn’t finished connecting. ".to_owned(),
        many => format!("{many} fleets haven’t finished connecting. "),
    };
    view! {
        <p class="notice attention" role="status" data-testid="reminders">{sentence}<a href="/reminders">"Review reminders"</a></p>
    }
}

#[component]
fn Empty(children: Children) -> impl IntoView {
    view! {
        <section class="card empty">
            <h2>"Invite your first fleet"</h2>
            <p>"An invitation gives you a magic link. The fleet opens it, agrees to share its data, and links its telematics provider. You can follow each step here."</p>
            <p class="actions">{children()}</p>
        </section>
    }
}

#[component]
fn InvitationTable(rows: Vec<InvitationRow>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <RecordTable
            label="Invitations, newest first"
            testid="invitations"
            columns=["Fleet", "Onboarding", "Invitation", "Link expires", "Created"]
            rows=rows
            row=move |row| invitation_row(row, now)
            empty="No older invitations."
        />
    }
}

fn invitation_row(row: InvitationRow, now: OffsetDateTime) -> impl IntoView {
    let reference = row
        .fleet_name
        .is_some()
        .then(|| view! { <code translate="no" class="reference">{row.fleet_ref.clone()}</code> });
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
            <td data-label="Link expires">
                <RelativeTime at=row.expires_at now=now/>
            </td>
            <td data-label="Created">
                <ExactTime at=row.created_at/>
            </td>
        </tr>
    }
}
