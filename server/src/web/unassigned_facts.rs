//! Facts whose fleet is unknown: the list, and the form that assigns them to a fleet.

use app::pages::deliveries::{AssignForm, AssignPage, UnassignedFactsPage, UnassignedGroup};
use axum::{
    Form,
    extract::{FromRequestParts, Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::text;
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    services::timeline::Timeline,
    state::AppState,
    store::{Awaited, SharedStore, WaitingFacts},
    web::{
        errors::PageError,
        extract::session::{Operator, Viewer},
        render::page,
    },
};

/// Groups shown.
const GROUPS: u32 = 200;
/// Facts shown before they are assigned.
const FACTS: u32 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    #[serde(rename = "given")]
    assigned: Option<u64>,
}

pub(super) async fn list(
    viewer: Viewer,
    State(store): State<SharedStore>,
    State(clock): State<SharedClock>,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    let groups: Vec<_> = store.waiting(GROUPS).await?.into_iter().map(group).collect();
    let notice = params.assigned.map(|assigned| match assigned {
        1 => "One fact is on the fleet’s timeline now.".to_owned(),
        assigned => format!("{assigned} facts are on the fleet’s timeline now."),
    });
    let (now, may_operate) = (clock.now(), viewer.staff.role.may_operate());
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || {
        view! { <UnassignedFactsPage visit=visit groups=groups notice=notice now=now may_operate=may_operate/> }
    }))
}

fn group(waiting: WaitingFacts) -> UnassignedGroup {
    let WaitingFacts { awaited, count, first_at, last_at } = waiting;
    let (awaits, id) = awaited.as_ref().map_or(("nothing: they name no fleet", None), words);
    let assign = awaited.map(|awaited| format!("/deliveries/waiting/{}", path(&awaited)));
    UnassignedGroup { awaits: awaits.into(), id, assign, count, first_at, last_at }
}

/// What is awaited, for people. An invitation's digest would mean nothing to them.
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

/// What assigning needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    timeline: Timeline,
}

pub(super) async fn assign_form(
    Operator(viewer): Operator,
    parts: Parts,
    Path((kind, name)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let awaited = read_path(&kind, name).ok_or(PageError::NotFound)?;
    parts.show(viewer, &awaited, String::new(), None).await
}

#[derive(Deserialize)]
pub(super) struct AssignInput {
    #[serde(default)]
    fleet_ref: String,
}

pub(super) async fn assign(
    Operator(viewer): Operator,
    parts: Parts,
    Path((kind, name)): Path<(String, String)>,
    Form(input): Form<AssignInput>,
) -> Result<Response, PageError> {
    let awaited = read_path(&kind, name).ok_or(PageError::NotFound)?;
    let error = match text::fleet_ref(&input.fleet_ref) {
        Err(error) => error.to_string(),
        Ok(fleet_ref) => match parts.store.fleet_by_ref(&fleet_ref).await? {
            Some(fleet) => {
                let facts = parts.timeline.assign(&awaited, fleet.key).await?;
                tracing::info!(fleet = fleet.key.0, facts, by = %viewer.staff.id, "staff assigned facts to a fleet");
                return Ok(Redirect::to(&format!("/deliveries/waiting?given={facts}")).into_response());
            }
            None => "No fleet here has this reference. Check it in the list of invitations.".to_owned(),
        },
    };
    parts.show(viewer, &awaited, input.fleet_ref, Some(error)).await
}

impl Parts {
    async fn show(
        &self,
        viewer: Viewer,
        awaited: &Awaited,
        fleet_ref: String,
        error: Option<String>,
    ) -> Result<Response, PageError> {
        let facts = self.store.facts_waiting_for(awaited, FACTS).await?;
        // They have joined their fleet in the meantime, or never existed.
        if facts.is_empty() {
            return Ok(Redirect::to("/deliveries/waiting").into_response());
        }
        let (awaits, id) = words(awaited);
        let action = format!("/deliveries/waiting/{}", path(awaited));
        let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let form = AssignForm { action, awaits: format!("They wait for {awaits}"), id, facts, fleet_ref, error };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <AssignPage visit=visit form=form/> }))
    }
}
