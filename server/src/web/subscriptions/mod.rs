//! Webhook subscriptions: the list, and the moves on all of them. `one` has a page for each, `logs` its log, `add` the form.
//! Pages are served from what was last heard of Catena, so that they come quickly and also when it can't be reached.

pub(super) mod add;
pub(super) mod detail;
pub(super) mod logs;

use app::pages::subscriptions::{RecoveryView, SubscriptionRow, SubscriptionsPage, SubscriptionsView};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::subscription::{DeadLetters, KnownSubscription, breaker, diagnose, success_rate};
use leptos::view;
use serde::Deserialize;
use time::OffsetDateTime;

use super::{errors::PageError, render::page};
use crate::{
    services::subscriptions::{Recovery, SubscriptionError, SubscriptionView},
    state::AppState,
    web::extract::session::Viewer,
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    made: Option<u32>,
    done: Option<String>,
    replayed: Option<u32>,
    activated: Option<u32>,
}

pub(super) async fn get(
    State(state): State<AppState>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    show(&state, viewer, done(&params), None).await
}

fn done(params: &Params) -> Option<String> {
    match params.made {
        Some(0) => return Some("Nothing was missing.".to_owned()),
        Some(1) => return Some("One subscription was set up.".to_owned()),
        Some(made) => return Some(format!("{made} subscriptions were set up.")),
        None => {}
    }
    match params.done.as_deref()? {
        "refreshed" => Some("Catena was asked just now.".to_owned()),
        "deleted" => Some("The subscription was deleted.".to_owned()),
        "fetched" => {
            let count = |count: Option<u32>, one: &str, many: &str| match count.unwrap_or_default() {
                1 => format!("1 {one}"),
                count => format!("{count} {many}"),
            };
            let activated = count(params.activated, "subscription was activated", "subscriptions were activated");
            let replayed = count(params.replayed, "queue is fetched", "queues are fetched");
            Some(format!("{activated}, and {replayed}. What waited comes in the next moments."))
        }
        _ => None,
    }
}

pub(super) async fn ensure(State(state): State<AppState>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_administer()?;
    match state.subscriptions.ensure().await {
        Ok(all) => {
            let made = all.iter().filter(|ensured| ensured.is_new).count();
            tracing::info!(made, by = viewer.staff.email, "webhooks were set up");
            Ok(Redirect::to(&format!("/subscriptions?made={made}")).into_response())
        }
        Err(error) => show(&state, viewer, None, Some(explain("set up webhooks", error)?)).await,
    }
}

pub(super) async fn refresh(State(state): State<AppState>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_operate()?;
    match state.subscriptions.refresh().await {
        Ok(()) => Ok(Redirect::to("/subscriptions?done=refreshed").into_response()),
        Err(error) => show(&state, viewer, None, Some(explain("refresh", error)?)).await,
    }
}

/// Activates what Catena switched off, and replays every queue of ours.
pub(super) async fn fetch_missed(State(state): State<AppState>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_administer()?;
    match state.subscriptions.recover(true).await {
        Ok(Recovery { dead_letters, replayed, activated, failed: 0, .. }) => {
            tracing::info!(dead_letters, replayed, activated, by = viewer.staff.email, "what was missed is fetched");
            let address = format!("/subscriptions?done=fetched&replayed={replayed}&activated={activated}");
            Ok(Redirect::to(&address).into_response())
        }
        Ok(Recovery { replayed, activated, failed, .. }) => {
            let problem = format!(
                "Catena refused {failed} of the moves; {activated} subscriptions were activated, and {replayed} queues are fetched. \
                 Open the subscriptions that still need a move and try each by itself: its page says why it fails."
            );
            show(&state, viewer, None, Some(problem)).await
        }
        Err(error) => show(&state, viewer, None, Some(explain("fetch what was missed", error)?)).await,
    }
}

/// What a visitor can do about a move that failed; a failing database has a page of its own.
fn explain(what: &str, error: SubscriptionError) -> Result<String, PageError> {
    match error {
        SubscriptionError::Store(error) => Err(error.into()),
        error => {
            tracing::warn!(%error, what, "a move on subscriptions failed");
            Ok(error.explain())
        }
    }
}

async fn show(
    state: &AppState,
    viewer: Viewer,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let status = if problem.is_some() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
    let now = state.clock.now();
    let standing = state.subscriptions.list().await?;
    let look = state.store.last_look().await?;
    let known: Vec<KnownSubscription> = standing.iter().map(SubscriptionView::known).collect();
    let view = SubscriptionsView {
        diagnosis: diagnose(&known),
        rows: standing.into_iter().map(|one| row(one, now)).collect(),
        endpoint: state.subscriptions.endpoints().main,
        as_of: look.ended_at,
        // What was just tried is said already.
        stuck: look.problem.filter(|_| problem.is_none()),
        recovery: state.subscriptions.recovery().map(recovery_view),
        problem,
        notice,
        now,
        may_operate: viewer.staff.role.may_operate(),
        may_administer: viewer.staff.role.may_administer(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <SubscriptionsPage visit=visit view=view/> }))
}

fn recovery_view(recovery: Recovery) -> RecoveryView {
    let Recovery { at, dead_letters, replayed, activated, failed } = recovery;
    RecoveryView { at, dead_letters, replayed, activated, failed }
}

/// As lists and pages show it.
fn row(standing: SubscriptionView, now: OffsetDateTime) -> SubscriptionRow {
    let SubscriptionView { seen, own, place, measured } = standing;
    let figures = measured.map(|measured| measured.figures);
    let changed_at = seen.updated_at.or(seen.created_at);
    SubscriptionRow {
        breaker: breaker(&seen.status, figures.as_ref(), changed_at, now),
        id: seen.webhook_id.to_string(),
        event_name: seen.event_name,
        status: seen.status,
        place,
        address: own.map_or(seen.masked_url, |own| own.url),
        rate: figures.map(|figures| success_rate(&figures, |periods| periods.day)),
        dead: measured
            .map(|measured| DeadLetters { count: measured.figures.dead_letters, oldest: measured.oldest_dead }),
    }
}
