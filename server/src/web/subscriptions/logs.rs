//! The log of one subscription. Only Catena has it, so this page asks for it each time.

use app::{
    components::Paging,
    pages::subscriptions::{LogFilter, LogRow, LogsPage, LogsView},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use catena::{self, Catena, CatenaError, LogStatus, SubscriptionLog};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::web::{
    errors::PageError,
    extract::{path::SubscriptionPath, period::Period, session::Viewer},
    render::page,
};

/// Lines on a page.
const ROWS: u16 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Params {
    status: String,
    from: String,
    to: String,
    cursor: Option<String>,
}

pub(in super::super) async fn get(
    viewer: Viewer,
    State(catena): State<Catena>,
    State(clock): State<SharedClock>,
    path: SubscriptionPath,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    let id = path.id();
    let (chosen, filter) = read_filter(&params);
    let cursor = params.cursor.filter(|cursor| !cursor.is_empty());
    let is_invalid = filter.from_error.is_some() || filter.to_error.is_some();
    let is_first = cursor.is_none();
    let (status, rows, next) = match load(&catena, id, &chosen, cursor).await {
        Ok((lines, next)) => {
            let status = if is_invalid { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            (status, Ok(lines.into_iter().map(row).collect()), next.map(|next| address(id, &filter, Some(&next))))
        }
        Err(error) => {
            tracing::warn!(%error, webhook = %id, "can't get the log of a subscription");
            (StatusCode::BAD_GATEWAY, Err(error.explain()), None)
        }
    };
    let view = LogsView {
        id: id.to_string(),
        event_name: path.subscription.seen.event_name,
        rows,
        paging: Paging { first: (!is_first).then(|| address(id, &filter, None)), next },
        filter,
        now: clock.now(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <LogsPage visit=visit view=view/> }))
}

async fn load(
    catena: &Catena,
    id: Uuid,
    chosen: &catena::LogFilter,
    cursor: Option<String>,
) -> Result<(Vec<SubscriptionLog>, Option<String>), CatenaError> {
    let pages = catena.subscription_logs(id, chosen).of_size(ROWS);
    let mut pages = match cursor {
        Some(cursor) => pages.from_cursor(cursor),
        None => pages,
    };
    let lines = pages.next().await?.unwrap_or_default();
    Ok((lines.records, pages.cursor().map(str::to_owned)))
}

/// The filter to apply, and the form as it was filled in.
fn read_filter(params: &Params) -> (catena::LogFilter, LogFilter) {
    let Period { from, before, from_error, to_error } = Period::read(&params.from, &params.to);
    let known = LogStatus::KNOWN.iter().find(|status| status.as_str() == params.status);
    let chosen = catena::LogFilter { from, until: before, status: known.cloned() };
    let filter = LogFilter {
        status: params.status.clone(),
        from: params.from.clone(),
        to: params.to.clone(),
        from_error,
        to_error,
    };
    (chosen, filter)
}

fn address(id: Uuid, filter: &LogFilter, cursor: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    let fields = [("status", &filter.status), ("from", &filter.from), ("to", &filter.to)];
    query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    query.extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
    match query.finish() {
        empty if empty.is_empty() => format!("/subscriptions/{id}/logs"),
        query => format!("/subscriptions/{id}/logs?{query}"),
    }
}

fn row(line: SubscriptionLog) -> LogRow {
    LogRow {
        at: line.created_at,
        event_id: line.message_id.map(|id| id.to_string()),
        status: line.status.to_string(),
        status_code: line.status_code.filter(|code| *code > 0),
        error: line.error_message,
        took_ms: line.response_time_ms,
    }
}
