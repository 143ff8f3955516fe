//! The share agreements of the API (CONTRACT.md 6), under the hyphen and under the older underscore.
//!
//! Choices: whose token it is does not matter, its scopes do; null as `effective_date` leaves it, null as `expiration_date`
//! means no end; an empty update is one that changes nothing.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
        routes,
    },
    engine::agreement::Act,
    state::{
        Agreement, AgreementStatus,
        body::{Fields, Refusal},
        enums::{AGREEMENT_STATUSES, SHARE_LEVELS},
        error::ApiError,
        resources::RESOURCES,
    },
};

/// `GET /v2/orgs/share-agreements`. Deleted ones are listed only when asked for: a choice.
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:read")?;
    let ask = PageAsk::read(&params)?;
    let (fleet_id, fleet_ref) = (params.uuid("fleet_id")?, params.text("fleet_ref")?);
    let status = params.one_of("share_agreement_status", &AGREEMENT_STATUSES)?;
    let fits = |one: &&Agreement| {
        let status_fits = match status {
            None => one.status != AgreementStatus::Deleted,
            Some(status) => json!(one.status) == status,
        };
        status_fits
            && fleet_id.is_none_or(|id| one.fleet_id == id)
            && fleet_ref.is_none_or(|name| one.fleet_ref.as_deref() == Some(name))
    };
    Ok(Json(sandbox.read(|state, _| {
        let rows =
            state.agreements.values().filter(fits).map(|one| (Place::new(one.effective_date, one.id), one)).collect();
        page(rows, &ask, Total::Told, |one| routes::json(*one))
    })))
}

/// `GET /v2/orgs/share-agreements/{share_agreement_id}`
pub(crate) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:read")?;
    let id = uuid("path.share_agreement_id", &id)?;
    sandbox.read(|state, _| {
        let found = state.agreements.get(&id).filter(|one| one.status != AgreementStatus::Deleted);
        found.map(|one| Json(routes::json(one))).ok_or(ApiError::NotFound)
    })
}

/// `PATCH /v2/orgs/share-agreements/{share_agreement_id}`: the dates, nothing else.
pub(crate) async fn update(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:update")?;
    let id = uuid("path.share_agreement_id", &id)?;
    let mut body = Fields::parse(&body)?;
    let effective = body.moment("effective_date");
    let expiration = body.update("expiration_date", |body| body.moment("expiration_date"));
    let (effective, expiration) = body.finish((effective, expiration))?;
    let changed = sandbox.change(|change| change.date_agreement(id, effective, expiration))?;
    Ok(Json(routes::json(&changed)))
}

fn act(sandbox: &Sandbox, bearer: &Bearer, id: &str, act: Act) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:update")?;
    let id = uuid("path.share_agreement_id", id)?;
    let changed = sandbox.change(|change| change.act_on_agreement(id, act))?;
    Ok(Json(routes::json(&changed)))
}

/// `POST …/{share_agreement_id}/pause`
pub(crate) async fn pause(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act(&sandbox, &bearer, &id, Act::Pause)
}

/// `POST …/{share_agreement_id}/activate`
pub(crate) async fn activate(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act(&sandbox, &bearer, &id, Act::Activate)
}

/// `POST …/{share_agreement_id}/cancel`
pub(crate) async fn cancel(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act(&sandbox, &bearer, &id, Act::Cancel)
}

/// `DELETE /v2/orgs/share-agreements/{share_agreement_id}`
pub(crate) async fn delete(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("share-agreement:delete")?;
    let id = uuid("path.share_agreement_id", &id)?;
    sandbox.change(|change| change.delete_agreement(id))?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(text: &str) -> Result<String, Refusal> {
    let known = RESOURCES.contains(&text);
    if known { Ok(text.to_owned()) } else { Err(("Input should be the name of a resource", "enum")) }
}

/// `POST /v2/orgs/share-agreements/backfill`: adds a resource to agreements made before it was there.
pub(crate) async fn backfill(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:update")?;
    let mut body = Fields::parse(&body)?;
    body.not_null(&["share_level"]);
    let resource = body.required("resource", resource);
    let level = body.word("share_level", &SHARE_LEVELS).unwrap_or_else(|| "read".to_owned());
    let fleet_ids = body.uuids("fleet_ids");
    if fleet_ids.as_ref().is_some_and(Vec::is_empty) {
        body.refuse("fleet_ids", ("List should have at least 1 item", "too_short"));
    }
    let (resource, level, fleet_ids) = body.finish((resource, level, fleet_ids))?;
    let ids = sandbox.change(|change| change.backfill(&resource, &level, fleet_ids.as_deref()));
    Ok(Json(json!({ "share_agreement_ids": ids })))
}
