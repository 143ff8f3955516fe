//! The list of deliveries: which arrived, what became of them, and the buttons for all of them.

use std::sync::Arc;

use app::pages::deliveries::{DeliveriesPage, DeliveryList, Filter, InboxFigures, Retained};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{events::delivery::DeliveryState, timestamp};
use leptos::view;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use url::form_urlencoded::Serializer;

use super::parts::{Parts, explain, listed};
use crate::{
    store::{self, DeliveryCursor, DeliveryFilter, DeliveryKey, InboxState},
    web::{
        counts::{COUNT_MAX, counted},
        errors::PageError,
        extract::{
            page,
            period::Period,
            session::{Operator, Viewer},
        },
        render::page,
    },
    webhooks::{inbox::QUARANTINE_MAX, reprocess::Reprocessor},
};

/// Event names to choose from.
const NAMES: u32 = 100;
/// How long the oldest delivery may wait before the page points it out.
const LATE: Duration = Duration::seconds(10);

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct ListParams {
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

pub(in crate::web) async fn list(
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

pub(in crate::web) async fn process_all_again(
    Operator(viewer): Operator,
    State(reprocessor): State<Arc<Reprocessor>>,
) -> Result<Redirect, PageError> {
    let count = reprocessor.process_all_again().await?;
    tracing::info!(count, by = %viewer.staff.id, "staff released parked deliveries");
    Ok(Redirect::to(&format!("/deliveries?done=process&count={count}")))
}

pub(in crate::web) async fn verify_all_again(Operator(viewer): Operator, parts: Parts) -> Result<Response, PageError> {
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
