//! The fleets of the API (CONTRACT.md 7). A partner sees those it has an active share agreement with.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use serde_json::Value;

use super::{
    Sandbox,
    auth::Bearer,
    errors::ApiError,
    paging::{PageAsk, Params, Place, Total, page, uuid},
    routes::json,
    state::{self, AgreementStatus, Fleet},
};

/// `FleetRead`: in practice every field is there, null when unknown.
#[derive(Serialize)]
struct FleetRead<'a> {
    #[serde(flatten)]
    fleet: &'a Fleet,
    description: (),
    display_name: (),
    legal_name: (),
    dba_name: (),
    regulatory_id_date: (),
    regulatory_id_status: (),
    registered_fax: (),
    address: (),
    city: (),
    province: (),
    postal_code: (),
}

fn show(fleet: &Fleet) -> Value {
    json(&FleetRead {
        fleet,
        description: (),
        display_name: (),
        legal_name: (),
        dba_name: (),
        regulatory_id_date: (),
        regulatory_id_status: (),
        registered_fax: (),
        address: (),
        city: (),
        province: (),
        postal_code: (),
    })
}

fn shared(state: &state::State, fleet: &Fleet) -> bool {
    state.agreements.values().any(|one| one.fleet_id == fleet.id && one.status == AgreementStatus::Active)
}

/// `GET /v2/orgs/fleets`
pub(super) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("fleet:read")?;
    let ask = PageAsk::read(&params)?;
    let refs = params.some("fleet_refs")?;
    Ok(Json(sandbox.read(|state, _| {
        let fits = |one: &&Fleet| (refs.is_empty() || refs.contains(&one.fleet_ref.as_str())) && shared(state, one);
        let rows = state.fleets.values().filter(fits).map(|one| (Place::new(one.created_at, one.id), one)).collect();
        page(rows, &ask, Total::Told, |one| show(one))
    })))
}

/// `GET /v2/orgs/fleets/{fleet_id}`
pub(super) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("fleet:read")?;
    let id = uuid("path.fleet_id", &id)?;
    sandbox.read(|state, _| {
        let found = state.fleets.get(&id).filter(|fleet| shared(state, fleet));
        found.map(|fleet| Json(show(fleet))).ok_or(ApiError::NotFound)
    })
}
