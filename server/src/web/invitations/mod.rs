//! Invitations: the list, and one with its timeline.

pub(crate) mod delete;
pub(crate) mod new;
pub(crate) mod renew;
pub(crate) mod share;

use app::{
    components::OnboardingView,
    pages::{DifferenceRow, InvitationDetail, InvitationDetailPage, InvitationList, InvitationListPage, InvitationRow},
};
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    events::missed_webhooks::{HOLES_MATTER_FOR, webhooks_may_not_arrive},
    onboarding::{lifecycle::fold, stage::Stage},
    timestamp,
};
use leptos::view;
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    services::invitations::{request, response_diff},
    state::AppState,
    store::{Cause, CheckRow, ListCursor, ListedInvitation},
    web::{
        deliveries::{COUNT_MAX, counted},
        errors::PageError,
        extract::{magic_link, page, session::Viewer},
        render::page,
    },
};

pub(super) async fn home(_: Viewer) -> Redirect {
    Redirect::to("/invitations")
}

#[derive(Deserialize)]
pub(super) struct ListParams {
    behind: Option<String>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    Query(params): Query<ListParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let behind = params.behind.as_deref().and_then(read_cursor);
    let mut rows = state.store.invitations(behind, page::ASKED).await?;
    let first = behind.map(|_| "/invitations".to_owned());
    let paging = page::cut(&mut rows, first, |last| format!("/invitations?behind={}", write_cursor(last)));
    let now = state.clock.now();
    let list = InvitationList {
        rows: rows.into_iter().map(|row| listed(row, now)).collect(),
        paging,
        now,
        may_invite: viewer.staff.role.may_invite(),
        webhooks_missing: webhooks_missing(&state, now).await?,
        reminders: counted(state.store.count_proposed(COUNT_MAX).await?.0),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <InvitationListPage visit=visit list=list/> }))
}

async fn webhooks_missing(state: &AppState, now: time::OffsetDateTime) -> Result<Option<String>, PageError> {
    let holes = state.store.holes(now - HOLES_MATTER_FOR, COUNT_MAX).await?;
    Ok(webhooks_may_not_arrive(counted(holes).as_deref()))
}

fn listed(row: ListedInvitation, now: time::OffsetDateTime) -> InvitationRow {
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

/// How an invitation stands at this moment: one that is past its expiry is expired, whether or not anyone said so
/// (CONTRACT.md 13.16).
pub(super) fn status(stage: Option<Stage>, expires_at: time::OffsetDateTime, now: time::OffsetDateTime) -> Stage {
    match stage.unwrap_or(Stage::Created) {
        Stage::Created | Stage::Sent | Stage::Viewed if expires_at <= now => Stage::Expired,
        stage => stage,
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

pub(super) async fn detail(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(params): Query<DetailParams>,
    session: Session,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let checked = params.checked.map(|found| match found {
        0 => "Catena was asked: nothing new.".to_owned(),
        1 => "Catena was asked: one fact was found.".to_owned(),
        found => format!("Catena was asked: {found} facts were found."),
    });
    let notice = params.done.as_deref().and_then(notice).or(checked);
    show(&state, &session, viewer, id, StatusCode::OK, notice, None).await
}

/// Asks Catena about the fleet.
pub(super) async fn check(
    State(state): State<AppState>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_operate()?;
    let id = read_id(&id)?;
    let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = state.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let CheckRow { found, problem, .. } = state.reconciler.one_fleet(&fleet, Cause::Staff).await?;
    match problem {
        None => Ok(Redirect::to(&format!("/invitations/{id}?checked={found}")).into_response()),
        Some(problem) => {
            let so_far = match found {
                0 => String::new(),
                1 => " One fact was found before.".to_owned(),
                found => format!(" {found} facts were found before."),
            };
            let problem = format!("The check is not complete: {problem}{so_far}");
            show(&state, &session, viewer, id, StatusCode::BAD_GATEWAY, None, Some(problem)).await
        }
    }
}

fn read_id(id: &str) -> Result<Uuid, PageError> {
    Uuid::parse_str(id).map_err(|_| PageError::NoSuchInvitation)
}

async fn show(
    state: &AppState,
    session: &Session,
    viewer: Viewer,
    id: Uuid,
    code: StatusCode,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = state.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let onboarding = fold(state.store.facts_of(fleet.key).await?);
    let onboarding = state.providers.with_names(onboarding).await?;
    let now = state.clock.now();
    let magic_link = magic_link::view(state, session, &viewer, &invitation).await?;
    let status = status(invitation.stage, invitation.expires_at, now);
    let latest = state.store.invitations_of(fleet.key).await?.into_iter().next();
    let newer = latest.map(|latest| latest.id).filter(|latest| *latest != id);
    let may_act = viewer.staff.role.may_invite() && newer.is_none();
    let renew =
        may_act.then(|| renew::offer(state.random.uuid_v4().to_string(), &invitation, &fleet, status, &onboarding));
    let differences = state.store.differences(id).await?;
    let detail = InvitationDetail {
        id,
        fleet_ref: fleet.fleet_ref,
        fleet_name: fleet.name,
        magic_link,
        status,
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        now,
        asked: invitation.asked.as_deref().map(request::describe).unwrap_or_default(),
        differences: differences.as_deref().map(difference_rows).unwrap_or_default(),
        renew,
        newer,
        onboarding: OnboardingView::new(&onboarding, invitation.expires_at, now),
        live_url: format!("/live?invitation={id}"),
        notice,
        problem,
        checked_at: state.store.last_check_of(fleet.key).await?.map(|check| check.started_at),
        may_operate: viewer.staff.role.may_operate(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(code, &nonce, || view! { <InvitationDetailPage visit=visit detail=detail/> }))
}

fn difference_rows(json: &str) -> Vec<DifferenceRow> {
    let rows = response_diff::from_json(json).into_iter().map(|difference| DifferenceRow {
        label: difference.label.to_owned(),
        asked: difference.requested,
        kept: difference.returned,
    });
    rows.collect()
}

/// What has just been done, in a sentence.
fn notice(done: &str) -> Option<String> {
    let sentence = match done {
        "created" => "The invitation is ready. Hand its link to the fleet.",
        "refreshed" => {
            "This fleet had an invitation already: Catena refreshed it, with a new expiry. Its earlier history stays below."
        }
        "reopened" => {
            "Catena opened the declined invitation again, with a new expiry. Send its link to the fleet once more; its earlier history stays below."
        }
        "reauthentication" => {
            "The link works again. Send it to the fleet, which signs in to its provider there once more."
        }
        "sent" => "The e-mail with the link is on its way: your mail server took it.",
        "sent-before" => "This e-mail was sent a moment ago, and not a second time.",
        "deleted" => "The invitation was deleted: its link no longer works.",
        _ => return None,
    };
    Some(sentence.to_owned())
}
