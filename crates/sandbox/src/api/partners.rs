//! The partners of the API and their properties (CONTRACT.md 9).
//!
//! Choices: a partner sees its own record and those that were made here; it can't delete its own (409); null in an update
//! leaves the name and clears the description.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Sandbox,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
        routes::json,
    },
    engine::{
        invitation::{PARTNER_NAME, PARTNER_SLUG},
        property::{self, Kind, Property, pairs_in, read_pairs},
    },
    state::{
        self,
        body::{self, Fields},
        enums::{PARTNER_CATEGORIES, PARTNER_PROPERTIES},
        error::ApiError,
        rfc3339,
    },
};

/// A partner, as `PartnerRead`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Partner {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) slug: Option<String>,
    description: Option<String>,
    websites: Option<Vec<String>>,
    categories: Vec<String>,
    is_sandbox: bool,
    parent_partner_id: Option<Uuid>,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    updated_at: OffsetDateTime,
}

impl Partner {
    /// The partner whose tokens this sandbox gives out.
    pub(crate) fn own(id: Uuid, now: OffsetDateTime) -> Self {
        Self {
            id,
            name: PARTNER_NAME.to_owned(),
            slug: Some(PARTNER_SLUG.to_owned()),
            description: None,
            websites: None,
            categories: Vec::new(),
            is_sandbox: true,
            parent_partner_id: None,
            created_at: now,
            updated_at: now,
        }
    }
}

impl state::State {
    /// The name under which fleets know the partner.
    pub(crate) fn partner_name(&self) -> &str {
        self.partners.get(&self.partner_id).map_or(PARTNER_NAME, |partner| &partner.name)
    }

    /// What the partner set for whatever a create call leaves out (CONTRACT.md 9).
    pub(crate) fn partner_default(&self, key: &str) -> Option<&str> {
        let found = property::of(&self.partner_properties, self.partner_id).find(|one| one.key == key);
        found.map(|property| property.value.as_str())
    }

    fn partner(&self, id: Uuid) -> Result<&Partner, ApiError> {
        self.partners.get(&id).ok_or(ApiError::NotFound)
    }
}

/// `GET /v2/orgs/partners`
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("partner:read")?;
    let ask = PageAsk::read(&params)?;
    Ok(Json(sandbox.read(|state, _| {
        let rows = state.partners.values().map(|one| (Place::new(one.created_at, one.id), one)).collect();
        page(rows, &ask, Total::Told, |one| json(*one))
    })))
}

/// `POST /v2/orgs/partners`: 201.
pub(crate) async fn create(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    bearer.needs("partner:create")?;
    let mut body = Fields::parse(&body)?;
    body.not_null(&["categories", "is_sandbox", "properties"]);
    let name = body.required("name", body::any);
    let description = body.text("description", body::any);
    let websites = body.texts_of("websites", body::web_url);
    let categories = body.texts("categories").unwrap_or_default();
    if categories.iter().any(|one| !PARTNER_CATEGORIES.contains(&one.as_str())) {
        body.refuse("categories", ("Input should be a list of the listed words", "enum"));
    }
    let is_sandbox = body.truth("is_sandbox").unwrap_or(false);
    let parent_partner_id = body.uuid("parent_partner_id");
    let pairs = pairs_in(&mut body, "properties", &PARTNER_PROPERTIES);
    let (id, now) = sandbox.with(|change| (change.random.uuid_v4(), change.now));
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
    sandbox.change(|change| {
        change.add_properties(Kind::Partner, id, pairs)?;
        let shown = json(&partner);
        change.state.partners.insert(id, partner);
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

/// `GET /v2/orgs/partners/{partner_id}`
pub(crate) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("partner:read")?;
    let id = uuid("path.partner_id", &id)?;
    sandbox.read(|state, _| state.partner(id).map(|partner| Json(json(partner))))
}

/// `PATCH /v2/orgs/partners/{partner_id}`
pub(crate) async fn update(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("partner:update")?;
    let id = uuid("path.partner_id", &id)?;
    let mut body = Fields::parse(&body)?;
    let name = body.text("name", body::any);
    let description = body.update("description", |body| body.text("description", body::any));
    let (name, description) = body.finish((name, description))?;
    sandbox.change(|change| {
        let partner = change.state.partners.get_mut(&id).ok_or(ApiError::NotFound)?;
        if let Some(name) = name {
            partner.name = name;
        }
        description.apply(&mut partner.description);
        partner.updated_at = change.now;
        Ok(Json(json(partner)))
    })
}

/// `DELETE /v2/orgs/partners/{partner_id}`: it and its properties.
pub(crate) async fn delete(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("partner:create")?;
    let id = uuid("path.partner_id", &id)?;
    sandbox.change(|change| {
        change.state.partner(id)?;
        if id == change.state.partner_id {
            return Err(ApiError::Conflict("A partner can't delete its own record"));
        }
        change.state.partners.remove(&id);
        change.state.partner_properties.retain(|_, property| property.owner != id);
        Ok(StatusCode::NO_CONTENT)
    })
}

fn show(property: &Property) -> Value {
    property.read("partner_id")
}

/// `GET /v2/orgs/partners/{partner_id}/properties`: a bare array.
pub(crate) async fn properties(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Vec<Value>>, ApiError> {
    bearer.needs("partner-property:read")?;
    let id = uuid("path.partner_id", &id)?;
    sandbox.read(|state, _| {
        state.partner(id)?;
        Ok(Json(property::of(&state.partner_properties, id).map(show).collect()))
    })
}

/// `POST /v2/orgs/partners/{partner_id}/properties`: an array in, 201 with an array.
pub(crate) async fn add_properties(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Vec<Value>>), ApiError> {
    bearer.needs("partner-property:create")?;
    let id = uuid("path.partner_id", &id)?;
    let pairs = read_pairs(&body, &PARTNER_PROPERTIES)?;
    sandbox.change(|change| {
        change.state.partner(id)?;
        let made = change.add_properties(Kind::Partner, id, pairs)?;
        Ok((StatusCode::CREATED, Json(made.iter().map(show).collect())))
    })
}

/// `DELETE /v2/orgs/partners/{partner_id}/properties/{property_id}`: the create scope (CONTRACT.md 2).
pub(crate) async fn delete_property(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path((id, property_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("partner-property:create")?;
    let (id, property_id) = (uuid("path.partner_id", &id)?, uuid("path.property_id", &property_id)?);
    sandbox.change(|change| change.delete_property(Kind::Partner, id, property_id))?;
    Ok(StatusCode::NO_CONTENT)
}
