//! Actions on what is connected: a connection goes stale or is repaired, a fetch fails, a schedule is turned off, an
//! agreement ends.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use uuid::Uuid;

use crate::{
    request::{body::Fields, path::uuid},
    sandbox::Sandbox,
    state::{change::Change, checks, error::ApiError},
};

/// Applies a change to the record with this id. Answers 204.
fn apply(
    sandbox: &Sandbox,
    id_name: &str,
    id: &str,
    change_it: impl FnOnce(&mut Change<'_>, Uuid) -> Result<(), ApiError>,
) -> Result<StatusCode, ApiError> {
    let id = uuid(&format!("path.{id_name}"), id)?;
    sandbox.change(|change| change_it(change, id))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The resource that the body names, if any. The body can be empty.
fn resource(body: &[u8]) -> Result<Option<String>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    let mut body = Fields::parse(body)?;
    let resource = body.text("resource", checks::any);
    body.finish(resource)
}

/// `POST /control/connections/{connection_id}/stale`
pub(crate) async fn stale(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    apply(&sandbox, "connection_id", &id, |change, id| change.mark_connection_stale(id))
}

/// `POST /control/connections/{connection_id}/repair`: as if the fleet had signed in again.
pub(crate) async fn repair(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    apply(&sandbox, "connection_id", &id, |change, id| change.repair_connection(id))
}

/// `POST /control/schedules/{connection_id}/fail`, optionally `{"resource": …}`
pub(crate) async fn fail(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    apply(&sandbox, "connection_id", &id, |change, id| change.fail_fetch(id, resource(&body)?.as_deref()))
}

/// `POST /control/schedules/{connection_id}/deactivate`, optionally `{"resource": …}`
pub(crate) async fn deactivate(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    apply(&sandbox, "connection_id", &id, |change, id| change.deactivate_schedule(id, resource(&body)?.as_deref()))
}

/// `POST /control/agreements/{share_agreement_id}/delete`
pub(crate) async fn delete_agreement(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    apply(&sandbox, "share_agreement_id", &id, |change, id| change.delete_agreement(id))
}
