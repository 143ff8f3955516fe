//! Webhook subscriptions: the list, and actions on all of them. `detail` is the page of one, `logs` its log, `add` the form.
//! Pages show what Catena reported last, so that they are fast, and work while Catena can't be reached.

pub(super) mod add;
pub(super) mod detail;
pub(super) mod logs;

use std::sync::Arc;

use app::pages::subscriptions::{RecoveryView, SubscriptionRow, SubscriptionsPage, SubscriptionsView};
use axum::{
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::subscription::{DeadLetters, KnownSubscription, breaker, diagnose, success_rate};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use time::OffsetDateTime;

use crate::{
    services::subscriptions::{Recovery, SubscriptionError, SubscriptionView, Subscriptions},
    state::AppState,
    store::SharedStore,
    web::{
        errors::PageError,
        extract::session::{Administrator, Operator, Viewer},
        render::page,
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    #[serde(rename = "made")]
    added: Option<u32>,
    done: Option<String>,
    replayed: Option<u32>,
    activated: Option<u32>,
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
    subscriptions: Arc<Subscriptions>,
}

pub(super) async fn get(viewer: Viewer, parts: Parts, Query(params): Query<Params>) -> Result<Response, PageError> {
    parts.show(viewer, notice(&params), None).await
}

fn notice(params: &Params) -> Option<String> {
    match params.added {
        Some(0) => return Some("Nothing was missing.".to_owned()),
        Some(1) => return Some("One subscription was set up.".to_owned()),
        Some(added) => return Some(format!("{added} subscriptions were set up.")),
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
            let replayed = count(params.replayed, "queue is being fetched", "queues are being fetched");
            Some(format!("{activated}, and {replayed}. Missed deliveries arrive in the next moments."))
        }
        _ => None,
    }
}

pub(super) async fn ensure(Administrator(viewer): Administrator, parts: Parts) -> Result<Response, PageError> {
    match parts.subscriptions.ensure().await {
        Ok(all) => {
            let added = all.iter().filter(|ensured| ensured.is_new).count();
            tracing::info!(added, by = %viewer.staff.id, "staff set up webhooks");
            Ok(Redirect::to(&format!("/subscriptions?made={added}")).into_response())
        }
        Err(error) => parts.show(viewer, None, Some(explain("set up webhooks", error)?)).await,
    }
}

pub(super) async fn refresh(Operator(viewer): Operator, parts: Parts) -> Result<Response, PageError> {
    match parts.subscriptions.refresh().await {
        Ok(()) => Ok(Redirect::to("/subscriptions?done=refreshed").into_response()),
        Err(error) => parts.show(viewer, None, Some(explain("refresh", error)?)).await,
    }
}

/// Activates subscriptions that Catena has turned off, and replays every queue of ours.
pub(super) async fn fetch_missed(Administrator(viewer): Administrator, parts: Parts) -> Result<Response, PageError> {
    match parts.subscriptions.recover(true).await {
        Ok(Recovery { dead_letters, replayed, activated, failed: 0, .. }) => {
            tracing::info!(dead_letters, replayed, activated, by = %viewer.staff.id, "staff fetched missed deliveries");
            let address = format!("/subscriptions?done=fetched&replayed={replayed}&activated={activated}");
            Ok(Redirect::to(&address).into_response())
        }
        Ok(Recovery { replayed, activated, failed, .. }) => {
            let problem = format!(
                "Catena refused {failed} of the actions. {activated} subscriptions were activated, and {replayed} queues are \
                 being fetched. Open each subscription that still needs an action and try it there: its page says why it \
                 fails."
            );
            parts.show(viewer, None, Some(problem)).await
        }
        Err(error) => parts.show(viewer, None, Some(explain("fetch missed deliveries", error)?)).await,
    }
}

/// What staff can do if an action failed; a failing database has its own error page.
fn explain(action: &str, error: SubscriptionError) -> Result<String, PageError> {
    match error {
        SubscriptionError::Store(error) => Err(error.into()),
        error => {
            tracing::warn!(%error, action, "an action on subscriptions failed");
            Ok(error.explain())
        }
    }
}

impl Parts {
    async fn show(
        &self,
        viewer: Viewer,
        notice: Option<String>,
        problem: Option<String>,
    ) -> Result<Response, PageError> {
        let status = if problem.is_some() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
        let now = self.clock.now();
        let all = self.subscriptions.list().await?;
        let last_refresh = self.store.last_look().await?;
        let known: Vec<KnownSubscription> = all.iter().map(SubscriptionView::known).collect();
        let view = SubscriptionsView {
            diagnosis: diagnose(&known),
            rows: all.into_iter().map(|one| row(one, now)).collect(),
            endpoint: self.subscriptions.endpoints().main,
            as_of: last_refresh.ended_at,
            // The problem of what was just tried is enough.
            stuck: last_refresh.problem.filter(|_| problem.is_none()),
            recovery: self.subscriptions.recovery().map(recovery_view),
            problem,
            notice,
            now,
            may_operate: viewer.staff.role.may_operate(),
            may_administer: viewer.staff.role.may_administer(),
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <SubscriptionsPage visit=visit view=view/> }))
    }
}

fn recovery_view(recovery: Recovery) -> RecoveryView {
    let Recovery { at, dead_letters, replayed, activated, failed } = recovery;
    RecoveryView { at, dead_letters, replayed, activated, failed }
}

/// A subscription as the list and its page show it.
fn row(subscription: SubscriptionView, now: OffsetDateTime) -> SubscriptionRow {
    let SubscriptionView { seen, own, place, measured } = subscription;
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
