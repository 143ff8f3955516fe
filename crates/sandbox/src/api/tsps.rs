//! The telematics providers of the API (CONTRACT.md 8). Only administrators of Catena have the scopes of the writes.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use serde_json::Value;

use crate::{
    api::call::Call,
    engine::tsp::TspUpdate,
    request::{
        body::Fields,
        path::{Path, uuid},
        query::Params,
    },
    sandbox::Sandbox,
    state::{
        checks::{self, Refusal},
        enums::{TSP_STATUSES, is_connection_type, is_source},
        error::ApiError,
        records::{Tsp, json},
    },
};

/// `GET /v2/orgs/tsps`: an array, without pages. No token. A choice: sorted by name.
pub(crate) async fn list(State(sandbox): State<Sandbox>, params: Params) -> Result<Json<Vec<Value>>, ApiError> {
    let slug = params.text("slug")?;
    let source = params.checked("source_name", is_source, "Input should be the name of a source")?;
    Ok(Json(sandbox.read(|state, _| {
        let matches =
            |tsp: &&Tsp| slug.is_none_or(|slug| tsp.slug == slug) && source.is_none_or(|name| tsp.source_name == name);
        let mut found: Vec<_> = state.tsps.values().filter(matches).collect();
        found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        found.into_iter().map(json).collect()
    })))
}

/// `GET /v2/orgs/tsps/{tsp_id}`: no token.
pub(crate) async fn get(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.tsp_id", &id)?;
    sandbox.read(|state, _| state.tsp(id).map(|tsp| Json(json(tsp))))
}

fn source(text: &str) -> Result<String, Refusal> {
    if is_source(text) { Ok(text.to_owned()) } else { Err(("Input should be the name of a source", "enum")) }
}

fn connection_type(text: &str) -> Result<String, Refusal> {
    if is_connection_type(text) { Ok(text.to_owned()) } else { Err(("Input should be a connection type", "enum")) }
}

/// `POST /v2/orgs/tsps`: 201.
pub(crate) async fn create(call: Call, body: Bytes) -> Result<(StatusCode, Json<Value>), ApiError> {
    call.needs("tsp:create")?;
    let mut body = Fields::parse(&body)?;
    body.not_null(&["status", "is_sandbox"]);
    let (id, now) = call.sandbox.with(|change| (change.random.uuid_v4(), change.now));
    let tsp = Tsp {
        id,
        name: body.required("name", checks::any),
        slug: String::new(),
        source_name: body.required("source_name", source),
        status: body.one_of("status", &TSP_STATUSES).unwrap_or_else(|| "active".to_owned()),
        conn_type: body.required("conn_type", connection_type),
        description: body.text("description", checks::any),
        websites: body.checked_texts("websites", checks::web_url),
        is_sandbox: body.boolean("is_sandbox").unwrap_or(false),
        logo_url: body.text("logo_url", checks::web_url),
        logo_dark_url: body.text("logo_dark_url", checks::web_url),
        ext_tsp_id: None,
        registry: None,
        compliance_status: "unknown".to_owned(),
        created_at: now,
        updated_at: now,
    };
    let tsp = body.finish(tsp)?;
    let added = call.sandbox.change(|change| change.add_tsp(tsp));
    Ok((StatusCode::CREATED, Json(json(&added))))
}

/// `PATCH /v2/orgs/tsps/{tsp_id}`
pub(crate) async fn update(call: Call, body: Bytes) -> Result<Json<Value>, ApiError> {
    call.needs("tsp:update")?;
    let id = call.id("tsp_id")?;
    let mut body = Fields::parse(&body)?;
    let update = TspUpdate {
        name: body.text("name", checks::any),
        source_name: body.text("source_name", source),
        conn_type: body.text("conn_type", connection_type),
        description: body.update("description", |body| body.text("description", checks::any)),
    };
    let update = body.finish(update)?;
    call.sandbox.change(|change| change.update_tsp(id, update).map(|tsp| Json(json(tsp))))
}

/// `DELETE /v2/orgs/tsps/{tsp_id}`
pub(crate) async fn delete(call: Call) -> Result<StatusCode, ApiError> {
    call.delete("tsp:delete", "tsp_id", |change, id| change.delete_tsp(id))
}
