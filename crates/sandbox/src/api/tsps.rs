//! Telematics providers: a dozen to begin with, some of them brands of the same source (CONTRACT.md 8).
//!
//! Choices: a deleted provider is gone, and connections with it stay; one that is not active is listed, but fleets are not
//! offered it; null in an update leaves the field, the description aside, which it clears.

use std::collections::BTreeMap;

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Sandbox,
    api::{
        auth::Bearer,
        paging::{Params, uuid},
        path::Path,
        routes::json,
    },
    state::{
        self,
        body::{self, Fields, Refusal},
        enums::{TSP_STATUSES, is_connection_type, is_source},
        error::ApiError,
        rfc3339,
    },
};

/// A telematics provider, as `TspRead`. `slug` and `id` name it, `source_name` names the integration that several brands
/// may share.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Tsp {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) source_name: String,
    pub(crate) status: String,
    conn_type: String,
    description: Option<String>,
    websites: Option<Vec<String>>,
    is_sandbox: bool,
    logo_url: Option<String>,
    logo_dark_url: Option<String>,
    pub(crate) ext_tsp_id: Option<Uuid>,
    registry: Option<String>,
    compliance_status: String,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    updated_at: OffsetDateTime,
}

/// When the providers that every sandbox has were made: 2026-01-26T15:40:23.624104Z.
const KNOWN_SINCE: i64 = 1_769_442_023_624_104;

/// Id, name, slug, source, way to give credentials, website.
const KNOWN: [(u128, [&str; 5]); 12] = [
    (0x3da6_22c3_abfe_4228_bf21_9e9c_b0eb_53f1, ["3PL Tek", "3pl-tek", "hos247", "company_id", "https://3pltek.us/"]),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a001,
        ["Catena Simulator", "catena-simulator", "catena_simulator", "token", "https://simulator.example/"],
    ),
    (0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a002, ["Geotab", "geotab", "geotab", "geotab", "https://www.geotab.com/"]),
    (0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a003, ["HOS247", "hos247", "hos247", "company_id", "https://hos247.com/"]),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a004,
        ["ISAAC Instruments", "isaac", "isaac", "isaac", "https://isaacinstruments.com/"],
    ),
    (0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a005, ["Motive", "motive", "motive", "motive", "https://gomotive.com/"]),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a006,
        ["Northline ELD", "northline-eld", "hos247", "company_id", "https://northline-eld.example/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a007,
        ["Prairie Fleet GPS", "prairie-fleet-gps", "gpstab", "api_key", "https://prairie-fleet.example/"],
    ),
    (
        0x8ac5_1ca7_c430_48a9_81ad_fa55_ac79_e6c5,
        ["Samsara", "samsara", "samsara", "samsara", "https://www.samsara.com/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a008,
        ["Verizon Connect", "verizon-connect", "verizon_connect", "verizon_connect", "https://www.verizonconnect.com/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a009,
        ["Webfleet", "webfleet", "webfleet", "api_basic", "https://www.webfleet.com/"],
    ),
    (
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a00a,
        ["Zonar", "zonar", "zonar", "api_basic", "https://www.zonarsystems.com/"],
    ),
];

/// The providers that every sandbox has.
pub(crate) fn known() -> BTreeMap<Uuid, Tsp> {
    let at = domain::timestamp::from_micros(KNOWN_SINCE);
    let known = KNOWN.map(|(id, [name, slug, source_name, conn_type, website])| Tsp {
        id: Uuid::from_u128(id),
        name: name.to_owned(),
        slug: slug.to_owned(),
        source_name: source_name.to_owned(),
        status: "active".to_owned(),
        conn_type: conn_type.to_owned(),
        description: Some(name.to_owned()),
        websites: Some(vec![website.to_owned()]),
        is_sandbox: source_name == "catena_simulator",
        logo_url: None,
        logo_dark_url: None,
        ext_tsp_id: crate::api::external_tsps::known_as(name),
        registry: Some("fmcsa".to_owned()),
        compliance_status: "compliant".to_owned(),
        created_at: at,
        updated_at: at,
    });
    known.into_iter().map(|tsp| (tsp.id, tsp)).collect()
}

impl Tsp {
    /// Whether an invitation's `limit_tsps` lets the fleet choose it. A value may be a slug or a `source_name`: which of
    /// the two Catena means is not known (CONTRACT.md 5), so either counts.
    pub(crate) fn allowed_by(&self, limit: Option<&[String]>) -> bool {
        limit.is_none_or(|names| names.iter().any(|name| *name == self.slug || *name == self.source_name))
    }
}

impl state::State {
    /// The providers that fleets are offered, by name.
    pub(crate) fn offered_tsps(&self) -> Vec<&Tsp> {
        let mut offered: Vec<_> = self.tsps.values().filter(|tsp| tsp.status == "active").collect();
        offered.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        offered
    }

    /// The provider with this slug, if fleets are offered it.
    pub(crate) fn tsp_with_slug(&self, slug: &str) -> Option<&Tsp> {
        self.tsps.values().find(|tsp| tsp.slug == slug && tsp.status == "active")
    }

    /// The provider with this id.
    pub(crate) fn tsp(&self, id: Uuid) -> Result<&Tsp, ApiError> {
        self.tsps.get(&id).ok_or(ApiError::NotFound)
    }

    /// A slug for a new provider that no other has.
    fn free_slug(&self, name: &str, id: Uuid) -> String {
        let words: String =
            name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
        let slug = words.split_ascii_whitespace().collect::<Vec<_>>().join("-");
        let taken = slug.is_empty() || self.tsps.values().any(|tsp| tsp.slug == slug);
        if taken { format!("{slug}-{}", id.simple()).trim_start_matches('-').to_owned() } else { slug }
    }
}

/// `GET /v2/orgs/tsps`: a bare array, no token, no pages; by name, a choice.
pub(crate) async fn list(State(sandbox): State<Sandbox>, params: Params) -> Result<Json<Vec<Value>>, ApiError> {
    let slug = params.text("slug")?;
    let source = params.checked("source_name", is_source, "Input should be the name of a source")?;
    Ok(Json(sandbox.read(|state, _| {
        let fits =
            |tsp: &&Tsp| slug.is_none_or(|slug| tsp.slug == slug) && source.is_none_or(|name| tsp.source_name == name);
        let mut found: Vec<_> = state.tsps.values().filter(fits).collect();
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

/// `POST /v2/orgs/tsps`: 201. An administrator's call.
pub(crate) async fn create(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    bearer.needs("tsp:create")?;
    let mut body = Fields::parse(&body)?;
    body.not_null(&["status", "is_sandbox"]);
    let (id, now) = sandbox.with(|change| (change.random.uuid_v4(), change.now));
    let tsp = Tsp {
        id,
        name: body.required("name", body::any),
        slug: String::new(),
        source_name: body.required("source_name", source),
        status: body.word("status", &TSP_STATUSES).unwrap_or_else(|| "active".to_owned()),
        conn_type: body.required("conn_type", connection_type),
        description: body.text("description", body::any),
        websites: body.texts_of("websites", body::web_url),
        is_sandbox: body.truth("is_sandbox").unwrap_or(false),
        logo_url: body.text("logo_url", body::web_url),
        logo_dark_url: body.text("logo_dark_url", body::web_url),
        ext_tsp_id: None,
        registry: None,
        compliance_status: "unknown".to_owned(),
        created_at: now,
        updated_at: now,
    };
    let tsp = body.finish(tsp)?;
    Ok(sandbox.change(|change| {
        let tsp = Tsp { slug: change.state.free_slug(&tsp.name, tsp.id), ..tsp };
        let shown = json(&tsp);
        change.state.tsps.insert(tsp.id, tsp);
        (StatusCode::CREATED, Json(shown))
    }))
}

/// `PATCH /v2/orgs/tsps/{tsp_id}`: an administrator's call. The slug stays.
pub(crate) async fn update(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("tsp:update")?;
    let id = uuid("path.tsp_id", &id)?;
    let mut body = Fields::parse(&body)?;
    let name = body.text("name", body::any);
    let source_name = body.text("source_name", source);
    let conn_type = body.text("conn_type", connection_type);
    let description = body.update("description", |body| body.text("description", body::any));
    let (name, source_name, conn_type, description) = body.finish((name, source_name, conn_type, description))?;
    sandbox.change(|change| {
        let tsp = change.state.tsps.get_mut(&id).ok_or(ApiError::NotFound)?;
        let take = |field: &mut String, value: Option<String>| *field = value.unwrap_or_else(|| std::mem::take(field));
        take(&mut tsp.name, name);
        take(&mut tsp.source_name, source_name);
        take(&mut tsp.conn_type, conn_type);
        description.apply(&mut tsp.description);
        tsp.updated_at = change.now;
        Ok(Json(json(tsp)))
    })
}

/// `DELETE /v2/orgs/tsps/{tsp_id}`: an administrator's call.
pub(crate) async fn delete(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("tsp:delete")?;
    let id = uuid("path.tsp_id", &id)?;
    sandbox.change(|change| change.state.tsps.remove(&id).map(|_| StatusCode::NO_CONTENT).ok_or(ApiError::NotFound))
}
