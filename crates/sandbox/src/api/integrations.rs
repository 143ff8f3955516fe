//! Which resources each provider has: implemented by Catena, not yet, or never (CONTRACT.md 8). The list has no `total`.
//!
//! A choice, by source: the large ones have everything, some have hours of service and engines too, the rest vehicles only,
//! as the recorded one has. A connection fetches what is implemented.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    api::{
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
        tsps::Tsp,
    },
    state::{error::ApiError, resources::fetched},
};

const EVERYTHING: [&str; 4] = ["catena_simulator", "geotab", "motive", "samsara"];
const HOURS_AND_ENGINES: [&str; 4] = ["isaac", "verizon_connect", "webfleet", "zonar"];
const VEHICLES: [&str; 3] = ["user", "vehicle", "vehicle_location"];

/// How far `resource` of `source` is.
fn status(source: &str, resource: &str) -> &'static str {
    let more = resource.starts_with("hos_") || resource.starts_with("engine_") || resource.starts_with("dvir_");
    if EVERYTHING.contains(&source) || VEHICLES.contains(&resource) {
        "implemented"
    } else if HOURS_AND_ENGINES.contains(&source) {
        if more { "implemented" } else { "not_implemented" }
    } else {
        "not_supported"
    }
}

/// Whether a connection with `source` fetches `resource`.
pub(crate) fn fetches(source: &str, resource: &str) -> bool {
    status(source, resource) == "implemented"
}

/// `TspIntegrationsRead`
fn show(tsp: &Tsp) -> Value {
    let all: BTreeMap<_, _> =
        fetched().into_iter().map(|resource| (resource, status(&tsp.source_name, resource))).collect();
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
    let ask = PageAsk::read(&params)?;
    Ok(Json(sandbox.read(|state, _| {
        let rows = state.tsps.values().map(|tsp| (Place::new(tsp.created_at, tsp.id), tsp)).collect();
        page(rows, &ask, Total::Untold, |tsp| show(tsp))
    })))
}

/// `GET /v2/integrations/tsps/{tsp_id}`: no token.
pub(crate) async fn get(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.tsp_id", &id)?;
    sandbox.read(|state, _| state.tsp(id).map(|tsp| Json(show(tsp))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_provider_has_what_was_recorded() {
        let has: Vec<_> = fetched().into_iter().filter(|resource| fetches("hos247", resource)).collect();
        assert_eq!(has, VEHICLES);
        assert!(fetches("zonar", "hos_event") && !fetches("zonar", "message") && fetches("samsara", "message"));
        assert_eq!(status("zonar", "message"), "not_implemented");
        assert_eq!(status("hos247", "message"), "not_supported");
    }
}
