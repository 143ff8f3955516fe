//! The inbox: which deliveries arrived, what became of them, and buttons that process or verify them again.

use std::sync::Arc;

use app::pages::deliveries::{
    DeliveriesPage, DeliveryChange, DeliveryDetail, DeliveryList, DeliveryPage, DeliveryRow, Filter, InboxFigures,
    Retained,
};
use axum::{
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{events::delivery::DeliveryState, timestamp};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use url::form_urlencoded::Serializer;

use super::{
    counts::{COUNT_MAX, counted},
    errors::PageError,
    extract::{
        page,
        path::DeliveryPath,
        period::Period,
        session::{Operator, Viewer},
    },
    render::page,
};
use crate::{
    config::Settings,
    state::AppState,
    store::{self, DeliveryCursor, DeliveryFilter, DeliveryKey, InboxState, SharedStore, StoredDelivery},
    webhooks::{
        inbox::QUARANTINE_MAX,
        reprocess::{ReprocessError, Reprocessor},
    },
};

/// Other deliveries shown beside one.
const SIBLINGS: u32 = 20;
/// Event names to choose from.
const NAMES: u32 = 100;
/// How long the oldest delivery may wait before the page points it out.
const LATE: Duration = Duration::seconds(10);

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ListParams {
    state: String,
    event: String,
    from: String,
    to: String,
    #[serde(rename = "behind")]
    after: Option<String>,
    done: Option<String>,
    count: Option<u64>,
    refused: Option<u64>,
}

/// What the pages need.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    reprocessor: Arc<Reprocessor>,
}

pub(super) async fn list(
    viewer: Viewer,
    parts: Parts,
    Query(params): Query<ListParams>,
) -> Result<Response, PageError> {
    parts.show_list(viewer, params, None).await
}

/// The filter to apply, and the form as it was filled in.
fn read_filter(params: &ListParams) -> (DeliveryFilter, Filter) {
    let Period { from, before, from_error, to_error } = Period::read(&params.from, &params.to);
    let chosen = DeliveryFilter {
        state: DeliveryState::from_name(&params.state),
        event_name: Some(params.event.clone()).filter(|name| !name.is_empty()),
        from,
        before,
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
    let fields = [("state", &filter.state), ("event", &filter.event), ("from", &filter.from), ("to", &filter.to)];
    query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
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

impl Parts {
    async fn show_list(
        &self,
        viewer: Viewer,
        params: ListParams,
        problem: Option<String>,
    ) -> Result<Response, PageError> {
        let after = params.after.as_deref().and_then(read_cursor);
        let (chosen, filter) = read_filter(&params);
        let is_invalid = filter.from_error.is_some() || filter.to_error.is_some();
        let mut rows = self.store.deliveries(&chosen, after, page::ROWS_TO_LOAD).await?;
        let first = after.map(|_| address(&filter, None));
        let paging = page::cut(&mut rows, first, |last| address(&filter, Some(last)));
        let now = self.clock.now();
        let status = match (&problem, is_invalid) {
            (Some(_), _) => StatusCode::BAD_GATEWAY,
            (None, true) => StatusCode::UNPROCESSABLE_ENTITY,
            (None, false) => StatusCode::OK,
        };
        let list = DeliveryList {
            paging,
            rows: rows.into_iter().map(listed).collect(),
            event_names: self.store.event_names(NAMES).await?,
            figures: self.figures(now).await?,
            retained: self.retained().await?,
            filter,
            now,
            notice: notice(&params),
            may_operate: viewer.staff.role.may_operate(),
            problem,
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <DeliveriesPage visit=visit list=list/> }))
    }

    async fn figures(&self, now: OffsetDateTime) -> Result<InboxFigures, PageError> {
        let InboxState { waiting, oldest, parked, quarantined } = self.store.inbox_state(COUNT_MAX).await?;
        let groups = self.store.waiting(COUNT_MAX).await?;
        let age = oldest.map_or(Duration::ZERO, |oldest| (now - oldest).max(Duration::ZERO));
        let worker = match counted(waiting) {
            None => "up to date".to_owned(),
            Some(count) if age < Duration::SECOND => format!("{count} waiting"),
            Some(count) => format!("{count} waiting, the oldest for {} s", age.whole_seconds()),
        };
        Ok(InboxFigures {
            worker,
            lagging: age > LATE,
            parked: counted(parked),
            quarantined: counted(quarantined),
            unassigned: counted(groups.iter().map(|group| group.count).sum()),
        })
    }

    async fn retained(&self) -> Result<Retained, PageError> {
        let removed = self.store.expired().await?;
        let retention = &self.settings.retention;
        Ok(Retained {
            days: retention.ended.whole_days(),
            quarantine: (retention.quarantined.whole_days(), QUARANTINE_MAX),
            removed: removed.into_iter().map(|row| (row.state, row.count, row.last_at)).collect(),
        })
    }
}

fn notice(params: &ListParams) -> Option<String> {
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

pub(super) async fn process_all_again(
    Operator(viewer): Operator,
    State(reprocessor): State<Arc<Reprocessor>>,
) -> Result<Redirect, PageError> {
    let count = reprocessor.process_all_again().await?;
    tracing::info!(count, by = %viewer.staff.id, "staff released parked deliveries");
    Ok(Redirect::to(&format!("/deliveries?done=process&count={count}")))
}

pub(super) async fn verify_all_again(Operator(viewer): Operator, parts: Parts) -> Result<Response, PageError> {
    match parts.reprocessor.verify_all_again().await {
        Ok(verdicts) => {
            let (count, refused) = (verdicts.verified, verdicts.refused);
            tracing::info!(count, refused, by = %viewer.staff.id, "staff reverified the quarantine");
            Ok(Redirect::to(&format!("/deliveries?done=verify&count={count}&refused={refused}")).into_response())
        }
        Err(error) => {
            let params = ListParams { state: DeliveryState::Quarantined.name().to_owned(), ..ListParams::default() };
            parts.show_list(viewer, params, Some(explain(error)?)).await
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DetailParams {
    done: Option<String>,
}

pub(super) async fn detail(
    viewer: Viewer,
    parts: Parts,
    DeliveryPath(delivery): DeliveryPath,
    Query(params): Query<DetailParams>,
) -> Result<Response, PageError> {
    let notice = match params.done.as_deref() {
        Some("process") => Some("It is being processed again. Reload this page to see the result."),
        Some("verify") => Some("It could be verified now, and is being processed. Reload this page to see the result."),
        Some("refused") => Some("It was verified again, and still can’t be believed: see the reason."),
        _ => None,
    };
    parts.show_one(viewer, delivery, notice.map(str::to_owned), None).await
}

impl Parts {
    async fn show_one(
        &self,
        viewer: Viewer,
        delivery: StoredDelivery,
        notice: Option<String>,
        problem: Option<String>,
    ) -> Result<Response, PageError> {
        let key = delivery.row.key;
        let changes = self.store.changes_of(key).await?.into_iter().map(|change| DeliveryChange {
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
            siblings: self.store.siblings(key, SIBLINGS).await?.into_iter().map(listed).collect(),
            now: self.clock.now(),
            notice,
            problem,
            may_operate: viewer.staff.role.may_operate(),
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <DeliveryPage visit=visit detail=detail/> }))
    }
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
        (None, DeliveryState::Received) => Err("Encrypted until it is processed: it may contain secrets."),
        (None, DeliveryState::Quarantined) => Err("Encrypted: it could not be verified, and may contain secrets."),
        (None, _) => Err("Encrypted: it could not be read, so it is unknown which parts are secret."),
    }
}

pub(super) async fn process_again(
    Operator(viewer): Operator,
    State(reprocessor): State<Arc<Reprocessor>>,
    DeliveryPath(delivery): DeliveryPath,
) -> Result<Redirect, PageError> {
    let key = delivery.row.key;
    let released = reprocessor.process_again(key).await?;
    tracing::info!(delivery = key.0, released, by = %viewer.staff.id, "staff released a parked delivery");
    // If somebody else was faster, there is nothing to say.
    Ok(Redirect::to(&format!("/deliveries/{}{}", key.0, if released { "?done=process" } else { "" })))
}

pub(super) async fn verify_again(
    Operator(viewer): Operator,
    parts: Parts,
    DeliveryPath(delivery): DeliveryPath,
) -> Result<Response, PageError> {
    let key = delivery.row.key;
    match parts.reprocessor.verify_again(key).await {
        Ok(verdict) => {
            let done = match verdict {
                None => "",
                Some(Ok(())) => "?done=verify",
                Some(Err(_)) => "?done=refused",
            };
            tracing::info!(delivery = key.0, ?verdict, by = %viewer.staff.id, "staff reverified a delivery");
            Ok(Redirect::to(&format!("/deliveries/{}{done}", key.0)).into_response())
        }
        Err(error) => parts.show_one(viewer, delivery, None, Some(explain(error)?)).await,
    }
}

/// What staff can do if verifying failed; a failing database has its own error page.
fn explain(error: ReprocessError) -> Result<String, PageError> {
    match error {
        ReprocessError::Store(error) => Err(error.into()),
        ReprocessError::Secrets(error) => {
            tracing::error!(%error, "can't verify a delivery again");
            Ok("A secret or a body can’t be opened, because it was encrypted with another key. Start Onramp with that key \
                (ONRAMP_SECRET_KEY, or secret.key in the data directory), then try again."
                .into())
        }
    }
}
