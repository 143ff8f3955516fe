//! The share agreements of the API (CONTRACT.md 6), under the path with a hyphen and the older one with an underscore.
//!
//! Choices: only the scopes of a token matter, not its owner; null as `effective_date` leaves it, null as `expiration_date`
//! removes the end; an empty update is valid and changes nothing.

use axum::{Json, body::Bytes, http::StatusCode};
use serde_json::{Value, json};

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    engine::agreement::AgreementAction,
    request::body::Fields,
    state::{
        checks::Refusal,
        enums::{AGREEMENT_STATUSES, SHARE_LEVELS},
        error::ApiError,
        records::{Agreement, AgreementStatus, json},
        resources::RESOURCES,
    },
};

/// `GET /v2/orgs/share-agreements`. A choice: deleted ones are listed only if that status is requested.
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("share-agreement:read")?;
    let request = call.page()?;
    let (fleet_id, fleet_ref) = (call.params.uuid("fleet_id")?, call.params.text("fleet_ref")?);
    let status = call.params.one_of("share_agreement_status", &AGREEMENT_STATUSES)?;
    let matches = |one: &&Agreement| {
        let status_matches = match status {
            None => one.status != AgreementStatus::Deleted,
            Some(status) => json!(one.status) == status,
        };
        status_matches
            && fleet_id.is_none_or(|id| one.fleet_id == id)
            && fleet_ref.is_none_or(|name| one.fleet_ref.as_deref() == Some(name))
    };
    Ok(Json(call.sandbox.read(|state, _| {
        let found = state.agreements.values().filter(matches);
        page(found.map(|one| (Position::new(one.effective_date, one.id), one)), &request, Total::Included, json)
    })))
}

/// `GET /v2/orgs/share-agreements/{share_agreement_id}`
pub(crate) async fn get(call: Call) -> Result<Json<Value>, ApiError> {
    call.get("share-agreement:read", "share_agreement_id", |state, id| {
        let found = state.agreements.get(&id).filter(|one| one.status != AgreementStatus::Deleted);
        found.map(json).ok_or(ApiError::NotFound)
    })
}

/// `PATCH /v2/orgs/share-agreements/{share_agreement_id}`: only the dates.
pub(crate) async fn update(call: Call, body: Bytes) -> Result<Json<Value>, ApiError> {
    call.needs("share-agreement:update")?;
    let id = call.id("share_agreement_id")?;
    let mut body = Fields::parse(&body)?;
    let effective = body.datetime("effective_date");
    let expiration = body.update("expiration_date", |body| body.datetime("expiration_date"));
    let (effective, expiration) = body.finish((effective, expiration))?;
    let changed = call.sandbox.change(|change| change.set_agreement_dates(id, effective, expiration))?;
    Ok(Json(json(&changed)))
}

/// `POST …/{share_agreement_id}/pause`, `…/activate`, `…/cancel`
pub(crate) async fn change(call: Call, action: AgreementAction) -> Result<Json<Value>, ApiError> {
    call.needs("share-agreement:update")?;
    let id = call.id("share_agreement_id")?;
    let changed = call.sandbox.change(|change| change.change_agreement(id, action))?;
    Ok(Json(json(&changed)))
}

/// `DELETE /v2/orgs/share-agreements/{share_agreement_id}`
pub(crate) async fn delete(call: Call) -> Result<StatusCode, ApiError> {
    call.delete("share-agreement:delete", "share_agreement_id", |change, id| change.delete_agreement(id))
}

fn resource(text: &str) -> Result<String, Refusal> {
    let known = RESOURCES.contains(&text);
    if known { Ok(text.to_owned()) } else { Err(("Input should be the name of a resource", "enum")) }
}

/// `POST /v2/orgs/share-agreements/backfill`: adds a resource to agreements that were made before it existed.
pub(crate) async fn backfill(call: Call, body: Bytes) -> Result<Json<Value>, ApiError> {
    call.needs("share-agreement:update")?;
    let mut body = Fields::parse(&body)?;
    body.not_null(&["share_level"]);
    let resource = body.required("resource", resource);
    let level = body.one_of("share_level", &SHARE_LEVELS).unwrap_or_else(|| "read".to_owned());
    let fleet_ids = body.uuids("fleet_ids");
    if fleet_ids.as_ref().is_some_and(Vec::is_empty) {
        body.refuse("fleet_ids", ("List should have at least 1 item", "too_short"));
    }
    let (resource, level, fleet_ids) = body.finish((resource, level, fleet_ids))?;
    let ids = call.sandbox.change(|change| change.backfill(&resource, &level, fleet_ids.as_deref()));
    Ok(Json(json!({ "share_agreement_ids": ids })))
}
