//! Invitations: the list, and the page of one with its timeline.

pub(crate) mod delete;
pub(crate) mod new;
pub(crate) mod renew;
pub(crate) mod send;
pub(crate) mod share;

use std::sync::Arc;

use app::{
    components::OnboardingView,
    pages::{DifferenceRow, InvitationDetail, InvitationDetailPage, InvitationList, InvitationListPage, InvitationRow},
};
use axum::{
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    events::missed_webhooks::{HOLES_MATTER_FOR, webhooks_may_not_arrive},
    invitation::status::status,
    onboarding::lifecycle::fold,
    timestamp,
};
use leptos::view;
use platform::{clock::SharedClock, random::SharedRandom};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    services::{
        invitations::{request, response_diff},
        providers::Providers,
        reconcile::Reconciler,
    },
    state::AppState,
    store::{Cause, CheckRow, ListCursor, ListedInvitation, SharedStore},
    web::{
        counts::{COUNT_MAX, counted},
        errors::PageError,
        extract::{
            magic_link::ShownLinks,
            page,
            path::InvitationPath,
            session::{Operator, Viewer},
        },
        render::page,
    },
};

pub(super) async fn home(_: Viewer) -> Redirect {
    Redirect::to("/invitations")
}

#[derive(Deserialize)]
pub(super) struct ListParams {
    #[serde(rename = "behind")]
    after: Option<String>,
}

pub(super) async fn list(
    viewer: Viewer,
    State(store): State<SharedStore>,
    State(clock): State<SharedClock>,
    Query(params): Query<ListParams>,
) -> Result<Response, PageError> {
    let after = params.after.as_deref().and_then(read_cursor);
    let mut rows = store.invitations(after, page::ROWS_TO_LOAD).await?;
    let first = after.map(|_| "/invitations".to_owned());
    let paging = page::cut(&mut rows, first, |last| format!("/invitations?behind={}", write_cursor(last)));
    let now = clock.now();
    let missed = counted(store.holes(now - HOLES_MATTER_FOR, COUNT_MAX).await?);
    let list = InvitationList {
        rows: rows.into_iter().map(|row| listed(row, now)).collect(),
        paging,
        now,
        may_invite: viewer.staff.role.may_invite(),
        webhooks_missing: webhooks_may_not_arrive(missed.as_deref()),
        reminders: counted(store.count_proposed(COUNT_MAX).await?.0),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <InvitationListPage visit=visit list=list/> }))
}

fn listed(row: ListedInvitation, now: OffsetDateTime) -> InvitationRow {
    InvitationRow {
        id: row.id,
        fleet_ref: row.fleet.fleet_ref,
        fleet_name: row.fleet.name,
        stage: row.fleet.stage,
        health: row.fleet.health,
        status: status(row.stage, row.expires_at, now),
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}

fn write_cursor(row: &ListedInvitation) -> String {
    format!("{}_{}", timestamp::micros(row.created_at), row.id)
}

fn read_cursor(text: &str) -> Option<ListCursor> {
    let (micros, id) = text.split_once('_')?;
    Some(ListCursor { created_at: timestamp::from_micros(micros.parse().ok()?), id: Uuid::parse_str(id).ok()? })
}

#[derive(Deserialize)]
pub(super) struct DetailParams {
    done: Option<String>,
    checked: Option<u32>,
}

/// What the page of an invitation needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    random: SharedRandom,
    #[from_request(via(State))]
    reconciler: Arc<Reconciler>,
    #[from_request(via(State))]
    providers: Arc<Providers>,
    links: ShownLinks,
}

pub(super) async fn detail(
    viewer: Viewer,
    parts: Parts,
    path: InvitationPath,
    Query(params): Query<DetailParams>,
) -> Result<Response, PageError> {
    let checked = params.checked.map(|found| match found {
        0 => "Catena was asked: nothing new.".to_owned(),
        1 => "Catena was asked: one fact was found.".to_owned(),
        found => format!("Catena was asked: {found} facts were found."),
    });
    let message = params.done.as_deref().and_then(notice).or(checked).map_or(Message::None, Message::Notice);
    parts.show(viewer, path, message).await
}

/// Asks Catena about the fleet.
pub(super) async fn check(
    Operator(viewer): Operator,
    parts: Parts,
    path: InvitationPath,
) -> Result<Response, PageError> {
    let CheckRow { found, problem, .. } = parts.reconciler.one_fleet(&path.fleet, Cause::Staff).await?;
    let Some(problem) = problem else {
        return Ok(Redirect::to(&format!("/invitations/{}?checked={found}", path.invitation.id)).into_response());
    };
    let so_far = match found {
        0 => String::new(),
        1 => " One fact was found before.".to_owned(),
        found => format!(" {found} facts were found before."),
    };
    // The check may have changed them.
    let path = parts.reload(path.invitation.id).await?;
    parts.show(viewer, path, Message::Problem(format!("The check is not complete: {problem}{so_far}"))).await
}

/// What the page says above everything else.
enum Message {
    None,
    Notice(String),
    Problem(String),
}

impl Parts {
    async fn reload(&self, id: Uuid) -> Result<InvitationPath, PageError> {
        let invitation = self.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
        let fleet = self.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
        Ok(InvitationPath { invitation, fleet })
    }

    async fn show(&self, viewer: Viewer, path: InvitationPath, message: Message) -> Result<Response, PageError> {
        let InvitationPath { invitation, fleet } = path;
        let id = invitation.id;
        let onboarding = fold(self.store.facts_of(fleet.key).await?);
        let onboarding = self.providers.with_names(onboarding).await?;
        let now = self.clock.now();
        let status = status(invitation.stage, invitation.expires_at, now);
        let latest = self.store.invitations_of(fleet.key).await?.into_iter().next();
        let newer = latest.map(|latest| latest.id).filter(|latest| *latest != id);
        let may_renew = viewer.staff.role.may_invite() && newer.is_none();
        let renewal = may_renew
            .then(|| renew::offer(self.random.uuid_v4().to_string(), &invitation, &fleet, status, &onboarding));
        let differences = self.store.differences(id).await?;
        let (code, notice, problem) = match message {
            Message::None => (StatusCode::OK, None, None),
            Message::Notice(notice) => (StatusCode::OK, Some(notice), None),
            Message::Problem(problem) => (StatusCode::BAD_GATEWAY, None, Some(problem)),
        };
        let detail = InvitationDetail {
            id,
            magic_link: self.links.view(&viewer, &invitation).await?,
            status,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            now,
            requested: invitation.request.as_deref().map(request::describe).unwrap_or_default(),
            differences: differences.as_deref().map(difference_rows).unwrap_or_default(),
            renew: renewal,
            newer,
            onboarding: OnboardingView::new(&onboarding, invitation.expires_at, now),
            live_url: format!("/live?invitation={id}"),
            notice,
            problem,
            checked_at: self.store.last_check_of(fleet.key).await?.map(|check| check.started_at),
            may_operate: viewer.staff.role.may_operate(),
            fleet_ref: fleet.fleet_ref,
            fleet_name: fleet.name,
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(code, &nonce, || view! { <InvitationDetailPage visit=visit detail=detail/> }))
    }
}

fn difference_rows(json: &str) -> Vec<DifferenceRow> {
    let rows = response_diff::from_json(json).into_iter().map(|difference| DifferenceRow {
        label: difference.label.to_owned(),
        requested: difference.requested,
        returned: difference.returned,
    });
    rows.collect()
}

/// What was just done, in a sentence.
fn notice(done: &str) -> Option<String> {
    let sentence = match done {
        "created" => "The invitation is ready. Send its link to the fleet.",
        "refreshed" => {
            "This fleet already had an invitation. Catena refreshed it, with a new expiry. Its earlier history stays below."
        }
        "reopened" => {
            "Catena opened the declined invitation again, with a new expiry. Send its link to the fleet once more. Its earlier history stays below."
        }
        "reauthentication" => {
            "The link works again. Send it to the fleet, which signs in to its provider there once more."
        }
        "sent" => "The e-mail with the link is on its way: your mail server accepted it.",
        "sent-before" => "This e-mail was sent a moment ago. It was not sent twice.",
        "deleted" => "The invitation was deleted: its link no longer works.",
        _ => return None,
    };
    Some(sentence.to_owned())
}
