//! Which resources each provider has: implemented by Catena, not yet, or never (CONTRACT.md 8). The list has no `total`.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    api::paging::{PageRequest, Position, Total, page},
    request::{
        path::{Path, uuid},
        query::Params,
    },
    sandbox::Sandbox,
    state::{
        error::ApiError,
        records::Tsp,
        resources::{integration_resources, integration_status},
    },
};

/// `TspIntegrationsRead`
fn show(tsp: &Tsp) -> Value {
    let status = |resource| (resource, integration_status(&tsp.source_name, resource));
    let all: BTreeMap<_, _> = integration_resources().into_iter().map(status).collect();
    let count = |wanted: &str| all.values().filter(|status| **status == wanted).count();
    json!({
        "tsp_id": tsp.id,
        "slug": tsp.slug,
        "source_name": tsp.source_name,
        "implemented_count": count("implemented"),
        "not_implemented_count": count("not_implemented"),
        "not_supported_count": count("not_supported"),
        "integrations": all,
    })
}

/// `GET /v2/integrations/tsps`: no token.
pub(crate) async fn list(State(sandbox): State<Sandbox>, params: Params) -> Result<Json<Value>, ApiError> {
    let request = PageRequest::parse(&params)?;
    Ok(Json(sandbox.read(|state, _| {
        let rows = state.tsps.values().map(|tsp| (Position::new(tsp.created_at, tsp.id), tsp));
        page(rows, &request, Total::Omitted, |tsp| show(tsp))
    })))
}

/// `GET /v2/integrations/tsps/{tsp_id}`: no token.
pub(crate) async fn get(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.tsp_id", &id)?;
    sandbox.read(|state, _| state.tsp(id).map(|tsp| Json(show(tsp))))
}
