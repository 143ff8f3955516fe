//! The log of one subscription. Catena alone has it, so this page asks for it each time.

use app::{
    components::Paging,
    pages::subscriptions::{LogFilter, LogRow, LogsPage, LogsView},
};
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use domain::timestamp;
use leptos::view;
use serde::Deserialize;
use time::Duration;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::super::{errors::PageError, render::page};
use crate::{
    state::AppState,
    web::{
        extract::session::Viewer,
        subscriptions::detail::{find, read_id},
    },
};
use catena::{self, CatenaError, LogStatus, SubscriptionLog};

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
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let (_, one) = find(&state, id).await?;
    let (chosen, filter) = read_filter(&params);
    let cursor = params.cursor.filter(|cursor| !cursor.is_empty());
    let wrong = filter.from_error.is_some() || filter.to_error.is_some();
    let is_first = cursor.is_none();
    let (status, rows, next) = match ask(&state, id, &chosen, cursor).await {
        Ok((lines, next)) => {
            let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            (status, Ok(lines.into_iter().map(row).collect()), next.map(|next| address(id, &filter, Some(&next))))
        }
        Err(error) => {
            tracing::warn!(%error, webhook = %id, "a subscription's log can't be had");
            (StatusCode::BAD_GATEWAY, Err(error.explain()), None)
        }
    };
    let view = LogsView {
        id: id.to_string(),
        event_name: one.seen.event_name,
        rows,
        paging: Paging { first: (!is_first).then(|| address(id, &filter, None)), next },
        filter,
        now: state.clock.now(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <LogsPage visit=visit view=view/> }))
}

async fn ask(
    state: &AppState,
    id: Uuid,
    chosen: &catena::LogFilter,
    cursor: Option<String>,
) -> Result<(Vec<SubscriptionLog>, Option<String>), CatenaError> {
    let pages = state.catena.subscription_logs(id, chosen).of_size(ROWS);
    let mut pages = match cursor {
        Some(cursor) => pages.from_cursor(cursor),
        None => pages,
    };
    let lines = pages.next().await?.unwrap_or_default();
    Ok((lines, pages.cursor().map(str::to_owned)))
}

/// What the form asks for, and the form as it was typed.
fn read_filter(params: &Params) -> (catena::LogFilter, LogFilter) {
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
    let known = LogStatus::KNOWN.iter().find(|status| status.as_str() == params.status);
    // The minute that is named belongs to what is asked for.
    let until = to.map(|to| to + Duration::minutes(1));
    let chosen = catena::LogFilter { from, until, status: known.cloned() };
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
    let typed = [("status", &filter.status), ("from", &filter.from), ("to", &filter.to)];
    query.extend_pairs(typed.into_iter().filter(|(_, value)| !value.is_empty()));
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
