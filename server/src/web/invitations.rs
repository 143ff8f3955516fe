//! Invitations: the list, a new one, and one with its timeline.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    components::OnboardingView,
    domain::{
        attention::{HOLES_MATTER_FOR, webhooks_may_not_arrive},
        invitation::{Checked, Draft, EXPIRY_DEFAULT, FieldErrors},
        lifecycle::{Stage, fold},
        moment,
    },
    pages::{
        InvitationDetail, InvitationDetailPage, InvitationForm, InvitationList, InvitationListPage, InvitationRow,
        NewInvitationPage,
    },
};
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use leptos::view;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    deliveries::{COUNT_MAX, counted},
    errors::PageError,
    render::page,
    visitor::Viewer,
};
use crate::{
    asked,
    onramp::Onramp,
    repair::with_provider_names,
    store::{Cause, CheckRow, ListCursor, ListedInvitation},
    vault::Purpose,
};

/// Rows on a page of the list.
const ROWS: u32 = 50;

pub(super) async fn home(_: Viewer) -> Redirect {
    Redirect::to("/invitations")
}

#[derive(Deserialize)]
pub(super) struct ListParams {
    behind: Option<String>,
}

pub(super) async fn list(
    State(onramp): State<Arc<Onramp>>,
    Query(params): Query<ListParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let behind = params.behind.as_deref().and_then(read_cursor);
    // One more than is shown tells whether there is another page.
    let mut rows = onramp.store.invitations(behind, ROWS + 1).await?;
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let older = rows.last().filter(|_| more).map(|last| format!("/invitations?behind={}", write_cursor(last)));
    let now = onramp.clock.now();
    let list = InvitationList {
        rows: rows.into_iter().map(|row| listed(row, now)).collect(),
        newest: behind.map(|_| "/invitations".to_owned()),
        older,
        now,
        may_invite: viewer.staff.role.may_invite(),
        webhooks_missing: webhooks_missing(&onramp, now).await?,
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <InvitationListPage visit=visit list=list/> }))
}

async fn webhooks_missing(onramp: &Onramp, now: time::OffsetDateTime) -> Result<Option<String>, PageError> {
    let holes = onramp.store.holes(now - HOLES_MATTER_FOR, COUNT_MAX).await?;
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
fn status(stage: Option<Stage>, expires_at: time::OffsetDateTime, now: time::OffsetDateTime) -> Stage {
    match stage.unwrap_or(Stage::Created) {
        Stage::Created | Stage::Sent | Stage::Viewed if expires_at <= now => Stage::Expired,
        stage => stage,
    }
}

fn write_cursor(row: &ListedInvitation) -> String {
    format!("{}_{}", moment::micros(row.created_at), row.id)
}

fn read_cursor(text: &str) -> Option<ListCursor> {
    let (micros, id) = text.split_once('_')?;
    Some(ListCursor { created_at: moment::from_micros(micros.parse().ok()?), id: Uuid::parse_str(id).ok()? })
}

#[derive(Deserialize)]
pub(super) struct NewParams {
    #[serde(default)]
    fleet_ref: String,
}

pub(super) async fn new(
    State(onramp): State<Arc<Onramp>>,
    Query(params): Query<NewParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let draft = Draft {
        fleet_ref: params.fleet_ref,
        expires_in_hours: EXPIRY_DEFAULT.to_string(),
        ..with_landing_pages(&onramp)
    };
    Ok(form(viewer, StatusCode::OK, InvitationForm { draft, errors: FieldErrors::new(), problem: None }))
}

/// A draft that sends fleets to our own landing pages.
pub fn with_landing_pages(onramp: &Onramp) -> Draft {
    let base = onramp.settings.public_url.as_str().trim_end_matches('/');
    Draft {
        success_redirect_url: format!("{base}/onboarding/success"),
        failure_redirect_url: format!("{base}/onboarding/failure"),
        ..Draft::default()
    }
}

pub(super) async fn create(
    State(onramp): State<Arc<Onramp>>,
    viewer: Viewer,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let draft = read_draft(typed);
    let checked: Checked = match draft.check() {
        Ok(checked) => checked,
        Err(errors) => {
            let form_state = InvitationForm { draft, errors, problem: None };
            return Ok(form(viewer, StatusCode::UNPROCESSABLE_ENTITY, form_state));
        }
    };
    match onramp.inviter.invite(&checked, &asked::to_json(&checked), &viewer.staff.email).await {
        Ok(invited) => {
            let what = if invited.is_new { "created" } else { "refreshed" };
            Ok(Redirect::to(&format!("/invitations/{}?done={what}", invited.id)).into_response())
        }
        Err(error) => {
            let errors = error.fields();
            // What is wrong with a field stands beside it; the rest stands above the form.
            let known = errors.keys().all(|field| is_field(field));
            let (status, problem) = if errors.is_empty() {
                tracing::warn!(%error, "a fleet could not be invited");
                (StatusCode::BAD_GATEWAY, Some(error.explain()))
            } else {
                (StatusCode::UNPROCESSABLE_ENTITY, (!known).then(|| error.explain()))
            };
            Ok(form(viewer, status, InvitationForm { draft, errors, problem }))
        }
    }
}

const FIELDS: [&str; 13] = [
    "fleet_ref",
    "fleet_name",
    "fleet_email",
    "fleet_phone",
    "fleet_website",
    "fleet_country_code",
    "fleet_regulatory_id",
    "fleet_regulatory_id_type",
    "expires_in_hours",
    "success_redirect_url",
    "failure_redirect_url",
    "callback_url",
    "limit_tsps",
];

fn is_field(name: &str) -> bool {
    FIELDS.contains(&name) || name == "permissions"
}

fn read_draft(mut typed: BTreeMap<String, String>) -> Draft {
    let permissions = typed
        .iter()
        .filter(|(_, level)| !level.is_empty())
        .filter_map(|(name, level)| Some((name.strip_prefix("permission.")?.to_owned(), level.clone())))
        .collect();
    let mut take = |name: &str| typed.remove(name).unwrap_or_default();
    Draft {
        fleet_ref: take("fleet_ref"),
        fleet_name: take("fleet_name"),
        fleet_email: take("fleet_email"),
        fleet_phone: take("fleet_phone"),
        fleet_website: take("fleet_website"),
        fleet_country_code: take("fleet_country_code"),
        fleet_regulatory_id: take("fleet_regulatory_id"),
        fleet_regulatory_id_type: take("fleet_regulatory_id_type"),
        expires_in_hours: take("expires_in_hours"),
        success_redirect_url: take("success_redirect_url"),
        failure_redirect_url: take("failure_redirect_url"),
        callback_url: take("callback_url"),
        limit_tsps: take("limit_tsps"),
        permissions,
    }
}

fn form(viewer: Viewer, status: StatusCode, form: InvitationForm) -> Response {
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <NewInvitationPage visit=visit form=form/> })
}

#[derive(Deserialize)]
pub(super) struct DetailParams {
    done: Option<String>,
    checked: Option<u32>,
}

pub(super) async fn detail(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    Query(params): Query<DetailParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let notice = match (params.done.as_deref(), params.checked) {
        (Some("created"), _) => Some("The invitation is ready. Hand its link to the fleet.".to_owned()),
        (Some("refreshed"), _) => Some(
            "This fleet had an invitation already: Catena refreshed it, with a new expiry. Its earlier history stays below.".to_owned(),
        ),
        (_, Some(found)) => Some(match found {
            0 => "Catena was asked: nothing new.".to_owned(),
            1 => "Catena was asked: one fact was found.".to_owned(),
            found => format!("Catena was asked: {found} facts were found."),
        }),
        _ => None,
    };
    show(&onramp, viewer, id, StatusCode::OK, notice, None).await
}

/// Asks Catena about the fleet.
pub(super) async fn check(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_operate()?;
    let id = read_id(&id)?;
    let invitation = onramp.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = onramp.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let CheckRow { found, problem, .. } = onramp.checker.one_fleet(&fleet, Cause::Staff).await?;
    match problem {
        None => Ok(Redirect::to(&format!("/invitations/{id}?checked={found}")).into_response()),
        Some(problem) => {
            let so_far = match found {
                0 => String::new(),
                1 => " One fact was found before.".to_owned(),
                found => format!(" {found} facts were found before."),
            };
            let problem = format!("The check is not complete: {problem}{so_far}");
            show(&onramp, viewer, id, StatusCode::BAD_GATEWAY, None, Some(problem)).await
        }
    }
}

fn read_id(id: &str) -> Result<Uuid, PageError> {
    Uuid::parse_str(id).map_err(|_| PageError::NoSuchInvitation)
}

async fn show(
    onramp: &Onramp,
    viewer: Viewer,
    id: Uuid,
    code: StatusCode,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let invitation = onramp.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = onramp.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let onboarding = fold(onramp.store.facts_of(fleet.key).await?);
    let onboarding = with_provider_names(&onramp.store, onboarding).await?;
    let now = onramp.clock.now();
    let sealed_link = invitation.sealed_link.as_ref().filter(|_| viewer.staff.role.may_invite());
    let magic_link = sealed_link.map(|sealed| onramp.vault.open_text(Purpose::MagicLink, sealed)).transpose()?;
    let detail = InvitationDetail {
        id,
        fleet_ref: fleet.fleet_ref,
        fleet_name: fleet.name,
        magic_link: magic_link.map(|link| link.to_string()),
        status: status(invitation.stage, invitation.expires_at, now),
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        now,
        asked: invitation.asked.as_deref().map(asked::for_people).unwrap_or_default(),
        onboarding: OnboardingView::new(&onboarding, invitation.expires_at, now),
        live_url: format!("/live?invitation={id}"),
        notice,
        problem,
        checked_at: onramp.store.last_check_of(fleet.key).await?.map(|check| check.started_at),
        may_operate: viewer.staff.role.may_operate(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(code, &nonce, || view! { <InvitationDetailPage visit=visit detail=detail/> }))
}
