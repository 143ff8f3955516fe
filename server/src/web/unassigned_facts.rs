//! Facts whose fleet isn't known: the list, and the form that gives them to one.

use app::pages::deliveries::{AssignForm, AssignPage, UnassignedFactsPage, UnassignedGroup};
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::fleet::check_fleet_ref;
use leptos::view;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    state::AppState,
    store::{Awaited, WaitingFacts},
    web::{errors::PageError, extract::session::Viewer, render::page},
};

/// Names shown on the list.
const GROUPS: u32 = 200;
/// Facts shown before they are given away.
const FACTS: u32 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    given: Option<u64>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let groups: Vec<_> = state.store.waiting(GROUPS).await?.into_iter().map(group).collect();
    let notice = params.given.map(|given| match given {
        1 => "One fact is on the fleet’s timeline now.".to_owned(),
        given => format!("{given} facts are on the fleet’s timeline now."),
    });
    let (now, may_operate) = (state.clock.now(), viewer.staff.role.may_operate());
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || {
        view! { <UnassignedFactsPage visit=visit groups=groups notice=notice now=now may_operate=may_operate/> }
    }))
}

fn group(waiting: WaitingFacts) -> UnassignedGroup {
    let WaitingFacts { awaited, count, first_at, last_at } = waiting;
    let (awaits, id) = awaited.as_ref().map_or(("no name at all", None), words);
    let assign = awaited.map(|awaited| format!("/deliveries/waiting/{}", path(&awaited)));
    UnassignedGroup { awaits: awaits.into(), id, assign, count, first_at, last_at }
}

/// What is awaited, for people. An invitation's digest tells nobody anything.
fn words(awaited: &Awaited) -> (&'static str, Option<String>) {
    match awaited {
        Awaited::Fleet(id) => ("a fleet with Catena’s id", Some(id.to_string())),
        Awaited::Connection(id) => ("the fleet of the connection", Some(id.to_string())),
        Awaited::Invitation(_) => ("the fleet of an invitation without a reference", None),
    }
}

fn path(awaited: &Awaited) -> String {
    match awaited {
        Awaited::Fleet(id) => format!("fleet/{id}"),
        Awaited::Connection(id) => format!("connection/{id}"),
        Awaited::Invitation(digest) => format!("invitation/{digest}"),
    }
}

fn read_path(kind: &str, name: String) -> Option<Awaited> {
    match kind {
        "fleet" => Uuid::parse_str(&name).ok().map(Awaited::Fleet),
        "connection" => Uuid::parse_str(&name).ok().map(Awaited::Connection),
        "invitation" => Some(Awaited::Invitation(name)),
        _ => None,
    }
}

pub(super) async fn assign_form(
    State(state): State<AppState>,
    Path((kind, name)): Path<(String, String)>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_operate()?;
    let awaited = read_path(&kind, name).ok_or(PageError::NotFound)?;
    form(&state, viewer, &awaited, StatusCode::OK, String::new(), None).await
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    fleet_ref: String,
}

pub(super) async fn assign(
    State(state): State<AppState>,
    Path((kind, name)): Path<(String, String)>,
    viewer: Viewer,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    viewer.may_operate()?;
    let awaited = read_path(&kind, name).ok_or(PageError::NotFound)?;
    let wrong = match check_fleet_ref(&typed.fleet_ref) {
        Err(error) => error.to_string(),
        Ok(fleet_ref) => match state.store.fleet_by_ref(fleet_ref).await? {
            Some(fleet) => {
                let given = state.timeline.assign(&awaited, fleet.key).await?;
                tracing::info!(
                    fleet = fleet.key.0,
                    facts = given,
                    by = viewer.staff.email,
                    "facts were given to a fleet"
                );
                return Ok(Redirect::to(&format!("/deliveries/waiting?given={given}")).into_response());
            }
            None => "No fleet here has this reference. Check it in the list of invitations.".to_owned(),
        },
    };
    form(&state, viewer, &awaited, StatusCode::UNPROCESSABLE_ENTITY, typed.fleet_ref, Some(wrong)).await
}

async fn form(
    state: &AppState,
    viewer: Viewer,
    awaited: &Awaited,
    status: StatusCode,
    fleet_ref: String,
    error: Option<String>,
) -> Result<Response, PageError> {
    let facts = state.store.facts_waiting_for(awaited, FACTS).await?;
    // They joined their fleet meanwhile, or there never were any.
    if facts.is_empty() {
        return Ok(Redirect::to("/deliveries/waiting").into_response());
    }
    let (awaits, id) = words(awaited);
    let action = format!("/deliveries/waiting/{}", path(awaited));
    let form = AssignForm { action, awaits: format!("They wait for {awaits}"), id, facts, fleet_ref, error };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <AssignPage visit=visit form=form/> }))
}
