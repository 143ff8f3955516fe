//! Levers for tests and demos: the clock, what goes wrong, and a look at the counts. Part of the sandbox, not of the
//! contract, without sign-in; a web page of another origin can't pull them.

use app::domain::moment;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    Sandbox,
    errors::ApiError,
    fields::{self, Fields},
    paging::uuid,
    state::InvitationStatus,
    subscriptions::SubscriptionStatus,
};

/// The furthest the clock moves in one call: ten years.
const FURTHEST: i64 = 10 * 365 * 24 * 3_600;

pub(super) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/control/state", get(state))
        .route("/control/clock", post(clock))
        .route("/control/faults", post(faults))
        .route("/control/partner-properties", post(partner_property))
        .route("/control/connections/{connection_id}/stale", post(stale))
        .route("/control/schedules/{connection_id}/fail", post(fail))
        .route("/control/schedules/{connection_id}/deactivate", post(deactivate))
        .route("/control/agreements/{share_agreement_id}/delete", post(delete_agreement))
        .layer(from_fn_with_state(sandbox.clone(), same_site))
}

/// A browser says where a request comes from; a program sends neither header.
fn cross_site(headers: &HeaderMap, own_origin: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
        || text(header::ORIGIN).is_some_and(|origin| origin != own_origin)
}

async fn same_site(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let own = sandbox.settings().base_url.origin().ascii_serialization();
    if cross_site(request.headers(), &own) { ApiError::Forbidden.into_response() } else { next.run(request).await }
}

/// `GET /control/state`: counts.
async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|state, now| {
        let invitations = state.invitations.values().filter(|one| one.status != InvitationStatus::Deleted);
        let subscriptions = state.subscriptions.values().filter(|one| one.status != SubscriptionStatus::Deleted);
        json!({
            "now": moment::rfc3339(now),
            "invitations": invitations.count(),
            "fleets": state.fleets.len(),
            "agreements": state.agreements.len(),
            "connections": state.connections.len(),
            "integration_requests": state.integration_requests.len(),
            "subscriptions": subscriptions.count(),
            "deliveries": {
                "pending": state.deliveries.pending.len(),
                "delivered": state.deliveries.delivered,
                "dead": state.deliveries.dead.len(),
            },
        })
    }))
}

/// `POST /control/clock {"advance_seconds": n}`: moves business time forward and evaluates expiry at once. Signatures and
/// timeouts keep to the real clock.
async fn clock(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let seconds = body.integer("advance_seconds", 0..=FURTHEST);
    if seconds.is_none() && body.value("advance_seconds").is_none() {
        body.refuse("advance_seconds", ("Field required", "missing"));
    }
    let seconds = body.finish(seconds)?.unwrap_or_default();
    sandbox.change(|change| {
        change.state.clock_offset_seconds = change.state.clock_offset_seconds.saturating_add(seconds);
    });
    Ok(Json(json!({ "now": sandbox.read(|_, now| moment::rfc3339(now)) })))
}

/// `POST /control/faults {"status": 429 | 500 | 502 | 504, "count": n, "retry_after_seconds": n}`: the next `count` calls
/// (1 unless told) of the API get that answer, in the shape of CONTRACT.md 3; 502 is HTML, as from a gateway.
async fn faults(State(sandbox): State<Sandbox>, body: Bytes) -> Result<StatusCode, ApiError> {
    let mut body = Fields::parse(&body)?;
    let count = body.integer("count", 1..=1_000).unwrap_or(1);
    let wait = body.integer("retry_after_seconds", 0..=3_600).and_then(|wait| u32::try_from(wait).ok());
    let status = body.integer("status", 400..=599);
    if !matches!(status, Some(429 | 500 | 502 | 504)) {
        body.refuse("status", ("Input should be 429, 500, 502 or 504", "enum"));
    }
    let status = body.finish(status)?;
    sandbox.with(|change| {
        change.state.faults.extend((0..count).map(|_| match status {
            Some(429) => ApiError::TooManyRequests(wait),
            Some(502) => ApiError::BadGateway,
            Some(504) => ApiError::GatewayTimeout,
            _ => ApiError::Internal,
        }));
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/partner-properties {"key": …, "value": …}`: what Catena's staff would set on the partner's own record; no
/// value takes it away.
async fn partner_property(State(sandbox): State<Sandbox>, body: Bytes) -> Result<StatusCode, ApiError> {
    let mut body = Fields::parse(&body)?;
    let key = body.required("key", fields::any);
    let value = body.text("value", fields::any);
    let (key, value) = body.finish((key, value))?;
    sandbox.change(|change| change.set_partner_property(key, value));
    Ok(StatusCode::NO_CONTENT)
}

/// Which resource a lever is about; an empty body names none.
fn resource(body: &[u8]) -> Result<Option<String>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    let mut body = Fields::parse(body)?;
    let resource = body.text("resource", fields::any);
    body.finish(resource)
}

/// `POST /control/connections/{connection_id}/stale`
async fn stale(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let id = uuid("path.connection_id", &id)?;
    sandbox.change(|change| change.stale_connection(id))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/schedules/{connection_id}/fail`, optionally `{"resource": …}`
async fn fail(State(sandbox): State<Sandbox>, Path(id): Path<String>, body: Bytes) -> Result<StatusCode, ApiError> {
    let id = uuid("path.connection_id", &id)?;
    let resource = resource(&body)?;
    sandbox.change(|change| change.fail_fetch(id, resource.as_deref()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/schedules/{connection_id}/deactivate`, optionally `{"resource": …}`
async fn deactivate(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let id = uuid("path.connection_id", &id)?;
    let resource = resource(&body)?;
    sandbox.change(|change| change.deactivate_schedule(id, resource.as_deref()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/agreements/{share_agreement_id}/delete`
async fn delete_agreement(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let id = uuid("path.share_agreement_id", &id)?;
    sandbox.change(|change| change.delete_agreement(id))?;
    Ok(StatusCode::NO_CONTENT)
}
