//! The share agreements of the API (CONTRACT.md 6), under the hyphen and under the older underscore.

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::Value;

use super::{
    Sandbox,
    auth::Bearer,
    errors::ApiError,
    paging::{PageAsk, Params, Place, Total, page, uuid},
    routes::json,
    state::{Agreement, AgreementStatus},
};

/// `GET /v2/orgs/share-agreements`. Deleted ones are listed only when asked for: a choice.
pub(super) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:read")?;
    let ask = PageAsk::read(&params)?;
    let fleet_id = params.uuid("fleet_id")?;
    let status = params.one_of("share_agreement_status", &["active", "paused", "cancelled", "deleted", "expired"])?;
    let fits = |one: &&Agreement| {
        let status_fits = matches!(
            (status, one.status),
            (Some("deleted"), AgreementStatus::Deleted) | (None | Some("active"), AgreementStatus::Active)
        );
        status_fits
            && fleet_id.is_none_or(|id| one.fleet_id == id)
            && params.one("fleet_ref").is_none_or(|name| one.fleet_ref.as_deref() == Some(name))
    };
    Ok(Json(sandbox.read(|state, _| {
        let rows =
            state.agreements.values().filter(fits).map(|one| (Place::new(one.effective_date, one.id), one)).collect();
        page(rows, &ask, Total::Told, |one| json(*one))
    })))
}

/// `GET /v2/orgs/share-agreements/{share_agreement_id}`
pub(super) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("share-agreement:read")?;
    let id = uuid("path.share_agreement_id", &id)?;
    sandbox.read(|state, _| {
        let found = state.agreements.get(&id).filter(|one| one.status == AgreementStatus::Active);
        found.map(|one| Json(json(one))).ok_or(ApiError::NotFound)
    })
}
