//! What is found by asking Catena: how the checks go, and the button that starts one.

use app::pages::{CheckLine, ChecksPage, ChecksView, RepairedFleet};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Redirect, Response},
};
use domain::events::missed_webhooks::HOLES_MATTER_FOR;
use leptos::view;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::{
    deliveries::{COUNT_MAX, counted},
    errors::PageError,
    render::page,
};
use crate::{
    services::reconcile::ReconcileStatus,
    state::AppState,
    store::{Cause, CheckRow},
    web::extract::session::Viewer,
};

/// Checks on the page.
const LINES: u32 = 20;
/// Fleets on the page.
const FLEETS: u32 = 20;

#[derive(Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    started: bool,
}

pub(super) async fn get(
    State(state): State<AppState>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let now = state.clock.now();
    let holes = async |since: OffsetDateTime| Ok::<_, PageError>(counted(state.store.holes(since, COUNT_MAX).await?));
    let week = now - Duration::WEEK;
    let fleets = state.store.holes_by_fleet(week, FLEETS).await?;
    let ReconcileStatus { running_since, next_at } = state.reconciler.status();
    let view = ChecksView {
        running_since,
        next_at,
        lines: state.store.checks(LINES).await?.into_iter().map(line).collect(),
        day: holes(now - HOLES_MATTER_FOR).await?,
        week: holes(week).await?,
        ever: holes(OffsetDateTime::UNIX_EPOCH).await?,
        fleets: fleets
            .into_iter()
            .map(|(fleet, count)| RepairedFleet { fleet_ref: fleet.fleet_ref, name: fleet.name, count })
            .collect(),
        now,
        notice: params
            .started
            .then(|| "A check of everything is started. Reload this page to see what it finds.".to_owned()),
        may_operate: viewer.staff.role.may_operate(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <ChecksPage visit=visit view=view/> }))
}

pub(super) async fn post(State(state): State<AppState>, viewer: Viewer) -> Result<Redirect, PageError> {
    viewer.may_operate()?;
    tracing::info!(by = viewer.staff.email, "a check of everything is started");
    state.reconciler.request_check();
    Ok(Redirect::to("/settings/checks?started=true"))
}

fn line(check: CheckRow) -> CheckLine {
    CheckLine {
        started_at: check.started_at,
        cause: match check.cause {
            Cause::Schedule => "It was time",
            Cause::Staff => "Staff asked",
            Cause::Return => "A fleet came back",
        },
        complete: check.complete,
        found: check.found,
        missed: check.holes,
        problem: check.problem,
    }
}
