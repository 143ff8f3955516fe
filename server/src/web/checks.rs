//! Checks, which ask Catena for what no webhook reported: their results, and the button that starts one.

use std::sync::Arc;

use app::pages::{CheckLine, ChecksPage, ChecksView, RepairedFleet};
use axum::{
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::{Redirect, Response},
};
use domain::events::missed_webhooks::HOLES_MATTER_FOR;
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::{
    counts::{COUNT_MAX, counted},
    errors::PageError,
    render::page,
};
use crate::{
    services::reconcile::{ReconcileStatus, Reconciler},
    state::AppState,
    store::{Cause, CheckRow, SharedStore},
    web::extract::session::{Operator, Viewer},
};

/// Checks shown.
const CHECKS: u32 = 20;
/// Fleets shown.
const FLEETS: u32 = 20;

#[derive(Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    started: bool,
}

/// What the page needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    reconciler: Arc<Reconciler>,
}

pub(super) async fn get(viewer: Viewer, parts: Parts, Query(params): Query<Params>) -> Result<Response, PageError> {
    let Parts { store, clock, reconciler } = parts;
    let now = clock.now();
    let holes = async |since: OffsetDateTime| Ok::<_, PageError>(counted(store.holes(since, COUNT_MAX).await?));
    let week = now - Duration::WEEK;
    let fleets = store.holes_by_fleet(week, FLEETS).await?;
    let ReconcileStatus { running_since, next_at } = reconciler.status();
    let view = ChecksView {
        running_since,
        next_at,
        lines: store.checks(CHECKS).await?.into_iter().map(line).collect(),
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
            .then(|| "A check of everything has started. Reload this page to see what it finds.".to_owned()),
        may_operate: viewer.staff.role.may_operate(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <ChecksPage visit=visit view=view/> }))
}

pub(super) async fn post(Operator(viewer): Operator, State(reconciler): State<Arc<Reconciler>>) -> Redirect {
    tracing::info!(by = %viewer.staff.id, "staff started a check of everything");
    reconciler.request_check();
    Redirect::to("/settings/checks?started=true")
}

fn line(check: CheckRow) -> CheckLine {
    CheckLine {
        started_at: check.started_at,
        cause: match check.cause {
            Cause::Schedule => "Schedule",
            Cause::Staff => "Staff asked",
            Cause::Return => "A fleet returned",
        },
        complete: check.complete,
        found: check.found,
        missed: check.holes,
        problem: check.problem,
    }
}
