//! Levers on what is connected: a connection goes stale or is repaired, a fetch fails, a schedule is switched off, an
//! agreement ends.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};

use crate::{
    Sandbox,
    api::paging::uuid,
    state::{
        body::{self, Fields},
        error::ApiError,
    },
};

/// Which resource a lever is about; an empty body names none.
fn resource(body: &[u8]) -> Result<Option<String>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    let mut body = Fields::parse(body)?;
    let resource = body.text("resource", body::any);
    body.finish(resource)
}

/// `POST /control/connections/{connection_id}/stale`
pub(crate) async fn stale(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let id = uuid("path.connection_id", &id)?;
    sandbox.change(|change| change.stale_connection(id))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/connections/{connection_id}/repair`: as if the fleet had signed in again.
pub(crate) async fn repair(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let id = uuid("path.connection_id", &id)?;
    sandbox.change(|change| change.repair(id))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/schedules/{connection_id}/fail`, optionally `{"resource": …}`
pub(crate) async fn fail(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let id = uuid("path.connection_id", &id)?;
    let resource = resource(&body)?;
    sandbox.change(|change| change.fail_fetch(id, resource.as_deref()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/schedules/{connection_id}/deactivate`, optionally `{"resource": …}`
pub(crate) async fn deactivate(
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
pub(crate) async fn delete_agreement(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = uuid("path.share_agreement_id", &id)?;
    sandbox.change(|change| change.delete_agreement(id))?;
    Ok(StatusCode::NO_CONTENT)
}
