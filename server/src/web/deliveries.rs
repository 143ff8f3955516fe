//! The inbox: what came, what became of it, and another chance for what was put aside.

use app::pages::deliveries::{
    DeliveriesPage, DeliveryChange, DeliveryDetail, DeliveryList, DeliveryPage, DeliveryRow, Filter, InboxFigures,
    Retained,
};
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{events::delivery::DeliveryState, timestamp};
use leptos::view;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use url::form_urlencoded::Serializer;

use super::{errors::PageError, render::page};
use crate::{
    state::AppState,
    store::{self, DeliveryCursor, DeliveryFilter, DeliveryKey, InboxState, StoredDelivery},
    web::extract::{page, session::Viewer},
    webhooks::{inbox::QUARANTINE_MAX, reprocess::ReprocessError},
};

/// Other deliveries shown beside one.
const SIBLINGS: u32 = 20;
/// Names of events to choose from.
const NAMES: u32 = 100;
/// Counts are told up to here: what is shown is whether there is something, and roughly how much.
pub(super) const COUNT_MAX: u32 = 1_000;
/// How old the oldest waiting delivery may be before it is worth a look.
const BEHIND: Duration = Duration::seconds(10);

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ListParams {
    state: String,
    event: String,
    from: String,
    to: String,
    behind: Option<String>,
    done: Option<String>,
    count: Option<u64>,
    refused: Option<u64>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    Query(params): Query<ListParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let notice = done(&params);
    show(&state, viewer, params, notice, None).await
}

async fn show(
    state: &AppState,
    viewer: Viewer,
    params: ListParams,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let behind = params.behind.as_deref().and_then(read_cursor);
    let (chosen, filter) = read_filter(&params);
    let wrong = filter.from_error.is_some() || filter.to_error.is_some();
    let mut rows = state.store.deliveries(&chosen, behind, page::ASKED).await?;
    let first = behind.map(|_| address(&filter, None));
    let paging = page::cut(&mut rows, first, |last| address(&filter, Some(last)));
    let now = state.clock.now();
    let list = DeliveryList {
        paging,
        rows: rows.into_iter().map(listed).collect(),
        event_names: state.store.event_names(NAMES).await?,
        figures: figures(state, now).await?,
        retained: retained(state).await?,
        filter,
        now,
        notice,
        may_operate: viewer.staff.role.may_operate(),
        problem: problem.clone(),
    };
    let status = match (problem, wrong) {
        (Some(_), _) => StatusCode::BAD_GATEWAY,
        (None, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, false) => StatusCode::OK,
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <DeliveriesPage visit=visit list=list/> }))
}

/// What the form asks for, and the form as it was typed.
fn read_filter(params: &ListParams) -> (DeliveryFilter, Filter) {
    let moment = |typed: &str| {
        let read = timestamp::parse_local(typed.trim());
        let wrong = (!typed.trim().is_empty() && read.is_none()).then(|| "Write it as 2026-03-02T15:24.".to_owned());
        (read, wrong)
    };
    let (from, from_error) = moment(&params.from);
    let (to, mut to_error) = moment(&params.to);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        to_error = Some("This is before the start.".to_owned());
    }
    let chosen = DeliveryFilter {
        state: DeliveryState::from_name(&params.state),
        event_name: Some(params.event.clone()).filter(|name| !name.is_empty()),
        from,
        // The minute that is named belongs to what is asked for.
        before: to.map(|to| to + Duration::minutes(1)),
    };
    let filter = Filter {
        state: params.state.clone(),
        event: params.event.clone(),
        from: params.from.clone(),
        to: params.to.clone(),
        from_error,
        to_error,
    };
    (chosen, filter)
}

fn address(filter: &Filter, last: Option<&store::DeliveryRow>) -> String {
    let mut query = Serializer::new(String::new());
    let typed = [("state", &filter.state), ("event", &filter.event), ("from", &filter.from), ("to", &filter.to)];
    query.extend_pairs(typed.into_iter().filter(|(_, value)| !value.is_empty()));
    if let Some(last) = last {
        query.append_pair("behind", &format!("{}_{}", timestamp::micros(last.received_at), last.key.0));
    }
    match query.finish() {
        empty if empty.is_empty() => "/deliveries".to_owned(),
        query => format!("/deliveries?{query}"),
    }
}

fn read_cursor(text: &str) -> Option<DeliveryCursor> {
    let (micros, key) = text.split_once('_')?;
    let received_at = timestamp::from_micros(micros.parse().ok()?);
    Some(DeliveryCursor { received_at, key: DeliveryKey(key.parse().ok()?) })
}

fn listed(row: store::DeliveryRow) -> DeliveryRow {
    DeliveryRow {
        id: row.key.0,
        received_at: row.received_at,
        state: row.state,
        event_name: row.event_name,
        attempt: row.attempt,
        reason: row.reason,
    }
}

async fn figures(state: &AppState, now: OffsetDateTime) -> Result<InboxFigures, PageError> {
    let InboxState { waiting, oldest, parked, quarantined } = state.store.inbox_state(COUNT_MAX).await?;
    let groups = state.store.waiting(COUNT_MAX).await?;
    let age = oldest.map_or(Duration::ZERO, |oldest| (now - oldest).max(Duration::ZERO));
    let worker = match counted(waiting) {
        None => "up to date".to_owned(),
        Some(count) if age < Duration::SECOND => format!("{count} waiting"),
        Some(count) => format!("{count} waiting, the oldest for {} s", age.whole_seconds()),
    };
    Ok(InboxFigures {
        worker,
        lagging: age > BEHIND,
        parked: counted(parked),
        quarantined: counted(quarantined),
        unassigned: counted(groups.iter().map(|group| group.count).sum()),
    })
}

/// A count that stopped at [`COUNT_MAX`], for people; none for nothing.
pub(super) fn counted(count: u32) -> Option<String> {
    match count {
        0 => None,
        count if count >= COUNT_MAX => Some(format!("{COUNT_MAX} or more")),
        count => Some(count.to_string()),
    }
}

async fn retained(state: &AppState) -> Result<Retained, PageError> {
    let removed = state.store.expired().await?;
    Ok(Retained {
        days: state.settings.retention.ended.whole_days(),
        quarantine: (state.settings.retention.quarantined.whole_days(), QUARANTINE_MAX),
        removed: removed.into_iter().map(|row| (row.state, row.count, row.last_at)).collect(),
    })
}

fn done(params: &ListParams) -> Option<String> {
    let deliveries = |count: u64| if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") };
    let count = deliveries(params.count.unwrap_or_default());
    match params.done.as_deref()? {
        "process" => Some(format!("{count} will be processed again now.")),
        "verify" => {
            let refused = deliveries(params.refused.unwrap_or_default());
            Some(format!("{count} could be verified and will be processed now; {refused} could not and stay."))
        }
        _ => None,
    }
}

pub(super) async fn process_all_again(State(state): State<AppState>, viewer: Viewer) -> Result<Redirect, PageError> {
    viewer.may_operate()?;
    let count = state.reprocessor.process_all_again().await?;
    tracing::info!(count, by = viewer.staff.email, "parked deliveries are processed again");
    Ok(Redirect::to(&format!("/deliveries?done=process&count={count}")))
}

pub(super) async fn verify_all_again(State(state): State<AppState>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_operate()?;
    match state.reprocessor.verify_all_again().await {
        Ok(verdicts) => {
            let (count, refused) = (verdicts.verified, verdicts.refused);
            tracing::info!(count, refused, by = viewer.staff.email, "the quarantine was verified again");
            Ok(Redirect::to(&format!("/deliveries?done=verify&count={count}&refused={refused}")).into_response())
        }
        Err(error) => {
            let params = ListParams { state: DeliveryState::Quarantined.name().to_owned(), ..ListParams::default() };
            show(&state, viewer, params, None, Some(explain(error)?)).await
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DetailParams {
    done: Option<String>,
}

pub(super) async fn detail(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(params): Query<DetailParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let notice = match params.done.as_deref() {
        Some("process") => Some("It is processed again. Reload this page to see what became of it."),
        Some("verify") => {
            Some("It could be verified now, and is processed. Reload this page to see what became of it.")
        }
        Some("refused") => Some("It was verified again, and still can’t be believed: see the reason."),
        _ => None,
    };
    show_one(&state, viewer, key(&id)?, notice.map(str::to_owned), None).await
}

fn key(id: &str) -> Result<DeliveryKey, PageError> {
    id.parse().map(DeliveryKey).map_err(|_| PageError::NoSuchDelivery)
}

async fn show_one(
    state: &AppState,
    viewer: Viewer,
    key: DeliveryKey,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let delivery = state.store.delivery(key).await?.ok_or(PageError::NoSuchDelivery)?;
    let changes = state.store.changes_of(key).await?.into_iter().map(|change| DeliveryChange {
        effect: change.effect,
        fact: change.fact,
        fleet_ref: change.fleet_ref,
    });
    let status = if problem.is_some() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
    let detail = DeliveryDetail {
        event_id: delivery.row.event_id.map(|id| id.to_string()),
        ended_at: delivery.ended_at,
        headers: headers(&delivery),
        payload: payload(&delivery),
        row: listed(delivery.row),
        changes: changes.collect(),
        siblings: state.store.siblings(key, SIBLINGS).await?.into_iter().map(listed).collect(),
        now: state.clock.now(),
        notice,
        problem,
        may_operate: viewer.staff.role.may_operate(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <DeliveryPage visit=visit detail=detail/> }))
}

fn headers(delivery: &StoredDelivery) -> Vec<(String, String)> {
    let StoredDelivery { row, sent_at, signature, headers, .. } = delivery;
    let own = [
        ("X-Catena-Timestamp", sent_at.clone()),
        ("X-Catena-Signature", signature.clone()),
        ("X-Webhook-ID", row.webhook_id.clone()),
        ("X-Delivery-Attempt", row.attempt.map(|attempt| attempt.to_string())),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    own.chain(headers.clone()).collect()
}

fn payload(delivery: &StoredDelivery) -> Result<String, &'static str> {
    match (&delivery.body, delivery.row.state) {
        (Some(body), _) => serde_json::to_string_pretty(body).map_err(|_| "It can’t be shown."),
        (None, DeliveryState::Received) => Err("Sealed until it is processed: it may hold secrets."),
        (None, DeliveryState::Quarantined) => Err("Sealed: it could not be verified, and may hold secrets."),
        (None, _) => Err("Sealed: it could not be read, so nothing tells what in it is secret."),
    }
}

pub(super) async fn process_again(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    viewer.may_operate()?;
    let key = key(&id)?;
    let released = state.reprocessor.process_again(key).await?;
    tracing::info!(delivery = key.0, released, by = viewer.staff.email, "a parked delivery is processed again");
    // Someone else may have been quicker: then there is nothing to say.
    Ok(Redirect::to(&format!("/deliveries/{}{}", key.0, if released { "?done=process" } else { "" })))
}

pub(super) async fn verify_again(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_operate()?;
    let key = key(&id)?;
    match state.reprocessor.verify_again(key).await {
        Ok(verdict) => {
            let done = match verdict {
                None => "",
                Some(Ok(())) => "?done=verify",
                Some(Err(_)) => "?done=refused",
            };
            tracing::info!(delivery = key.0, ?verdict, by = viewer.staff.email, "a delivery was verified again");
            Ok(Redirect::to(&format!("/deliveries/{}{done}", key.0)).into_response())
        }
        Err(error) => {
            let problem = explain(error)?;
            show_one(&state, viewer, key, None, Some(problem)).await
        }
    }
}

/// What a visitor can do about a review that broke off; a failing database has a page of its own.
fn explain(error: ReprocessError) -> Result<String, PageError> {
    match error {
        ReprocessError::Store(error) => Err(error.into()),
        ReprocessError::Secrets(error) => {
            tracing::error!(%error, "a delivery can't be verified again");
            Ok("A secret or a body can’t be opened: it was sealed with another key. Start Onramp with the key of then \
                (ONRAMP_SECRET_KEY, or secret.key in the data directory), then try again."
                .into())
        }
    }
}
