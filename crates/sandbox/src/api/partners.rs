//! The partners of the API (CONTRACT.md 9). A choice: a partner sees its own record and those created in this sandbox.

use axum::{Json, body::Bytes, http::StatusCode};
use serde_json::Value;

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
        properties::read_pairs_in,
    },
    engine::property::OwnerKind,
    request::body::Fields,
    state::{
        checks,
        enums::{PARTNER_CATEGORIES, PARTNER_PROPERTIES},
        error::ApiError,
        records::{Partner, json},
    },
};

/// `GET /v2/orgs/partners`
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("partner:read")?;
    let request = call.page()?;
    Ok(Json(call.sandbox.read(|state, _| {
        let rows = state.partners.values().map(|one| (Position::new(one.created_at, one.id), one));
        page(rows, &request, Total::Included, json)
    })))
}

/// `POST /v2/orgs/partners`: 201.
pub(crate) async fn create(call: Call, body: Bytes) -> Result<(StatusCode, Json<Value>), ApiError> {
    call.needs("partner:create")?;
    let mut body = Fields::parse(&body)?;
    body.not_null(&["categories", "is_sandbox", "properties"]);
    let name = body.required("name", checks::any);
    let description = body.text("description", checks::any);
    let websites = body.checked_texts("websites", checks::web_url);
    let categories = body.texts("categories").unwrap_or_default();
    if categories.iter().any(|one| !PARTNER_CATEGORIES.contains(&one.as_str())) {
        body.refuse("categories", ("Input should be a list of the listed words", "enum"));
    }
    let is_sandbox = body.boolean("is_sandbox").unwrap_or(false);
    let parent_partner_id = body.uuid("parent_partner_id");
    let pairs = read_pairs_in(&mut body, "properties", &PARTNER_PROPERTIES);
    let (id, now) = call.sandbox.with(|change| (change.random.uuid_v4(), change.now));
    let partner = Partner {
        id,
        name,
        slug: Some(format!("partner-{}", id.simple())),
        description,
        websites,
        categories,
        is_sandbox,
        parent_partner_id,
        created_at: now,
        updated_at: now,
    };
    let (partner, pairs) = body.finish((partner, pairs))?;
    call.sandbox.change(|change| {
        change.add_properties(OwnerKind::Partner, id, pairs)?;
        let shown = json(&partner);
        change.state.partners.insert(id, partner);
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

/// `GET /v2/orgs/partners/{partner_id}`
pub(crate) async fn get(call: Call) -> Result<Json<Value>, ApiError> {
    call.get("partner:read", "partner_id", |state, id| state.partner(id).map(json))
}

/// `PATCH /v2/orgs/partners/{partner_id}`
pub(crate) async fn update(call: Call, body: Bytes) -> Result<Json<Value>, ApiError> {
    call.needs("partner:update")?;
    let id = call.id("partner_id")?;
    let mut body = Fields::parse(&body)?;
    let name = body.text("name", checks::any);
    let description = body.update("description", |body| body.text("description", checks::any));
    let (name, description) = body.finish((name, description))?;
    call.sandbox.change(|change| change.update_partner(id, name, description).map(|partner| Json(json(partner))))
}

/// `DELETE /v2/orgs/partners/{partner_id}`
pub(crate) async fn delete(call: Call) -> Result<StatusCode, ApiError> {
    call.delete("partner:create", "partner_id", |change, id| change.delete_partner(id))
}
