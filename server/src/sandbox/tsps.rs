//! Telematics providers: a dozen, some of them brands of the same source (CONTRACT.md 8).

use axum::{Json, extract::Path};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    errors::ApiError,
    paging::{Params, uuid},
};

/// A telematics provider. `slug` and `id` name it, `source_name` names the integration that several brands may share.
#[derive(Debug)]
pub(super) struct Tsp {
    pub(super) id: Uuid,
    pub(super) name: &'static str,
    pub(super) slug: &'static str,
    pub(super) source_name: &'static str,
    conn_type: &'static str,
    website: &'static str,
}

const fn tsp(
    id: u128,
    name: &'static str,
    [slug, source_name, conn_type]: [&'static str; 3],
    website: &'static str,
) -> Tsp {
    Tsp { id: Uuid::from_u128(id), name, slug, source_name, conn_type, website }
}

/// The providers of the sandbox.
pub(super) static TSPS: [Tsp; 12] = [
    tsp(
        0x3da6_22c3_abfe_4228_bf21_9e9c_b0eb_53f1,
        "3PL Tek",
        ["3pl-tek", "hos247", "company_id"],
        "https://3pltek.us/",
    ),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a001,
        "Catena Simulator",
        ["catena-simulator", "catena_simulator", "token"],
        "https://simulator.example/",
    ),
    tsp(0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a002, "Geotab", ["geotab", "geotab", "geotab"], "https://www.geotab.com/"),
    tsp(0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a003, "HOS247", ["hos247", "hos247", "company_id"], "https://hos247.com/"),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a004,
        "ISAAC Instruments",
        ["isaac", "isaac", "isaac"],
        "https://isaacinstruments.com/",
    ),
    tsp(0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a005, "Motive", ["motive", "motive", "motive"], "https://gomotive.com/"),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a006,
        "Northline ELD",
        ["northline-eld", "hos247", "company_id"],
        "https://northline-eld.example/",
    ),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a007,
        "Prairie Fleet GPS",
        ["prairie-fleet-gps", "gpstab", "api_key"],
        "https://prairie-fleet.example/",
    ),
    tsp(
        0x8ac5_1ca7_c430_48a9_81ad_fa55_ac79_e6c5,
        "Samsara",
        ["samsara", "samsara", "samsara"],
        "https://www.samsara.com/",
    ),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a008,
        "Verizon Connect",
        ["verizon-connect", "verizon_connect", "verizon_connect"],
        "https://www.verizonconnect.com/",
    ),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a009,
        "Webfleet",
        ["webfleet", "webfleet", "api_basic"],
        "https://www.webfleet.com/",
    ),
    tsp(
        0x5f0c_1b5a_7d0e_4c1e_9a64_2f8d_11c0_a00a,
        "Zonar",
        ["zonar", "zonar", "api_basic"],
        "https://www.zonarsystems.com/",
    ),
];

impl Tsp {
    /// The provider with this slug.
    pub(super) fn by_slug(slug: &str) -> Option<&'static Self> {
        TSPS.iter().find(|tsp| tsp.slug == slug)
    }

    /// The provider with this id.
    pub(super) fn by_id(id: Uuid) -> Option<&'static Self> {
        TSPS.iter().find(|tsp| tsp.id == id)
    }

    /// Whether an invitation's `limit_tsps` lets the fleet choose it. A value may be a slug or a `source_name`: which of
    /// the two Catena means is not known (CONTRACT.md 5), so either counts.
    pub(super) fn allowed_by(&self, limit: Option<&[String]>) -> bool {
        limit.is_none_or(|names| names.iter().any(|name| name == self.slug || name == self.source_name))
    }

    /// As `TspRead`.
    fn read(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.name,
            "websites": [self.website],
            "source_name": self.source_name,
            "status": "active",
            "conn_type": self.conn_type,
            "is_sandbox": self.source_name == "catena_simulator",
            "logo_url": null,
            "logo_dark_url": null,
            "slug": self.slug,
            "ext_tsp_id": null,
            "created_at": "2026-01-26T15:40:23.624104Z",
            "updated_at": "2026-01-26T15:40:23.624104Z",
            "registry": "fmcsa",
            "compliance_status": "compliant",
        })
    }
}

/// `GET /v2/orgs/tsps`: a bare array, no token, no pages.
pub(super) async fn list(params: Params) -> Json<Vec<Value>> {
    let fits = |tsp: &&Tsp| {
        params.one("slug").is_none_or(|slug| tsp.slug == slug)
            && params.one("source_name").is_none_or(|name| tsp.source_name == name)
    };
    Json(TSPS.iter().filter(fits).map(Tsp::read).collect())
}

/// `GET /v2/orgs/tsps/{tsp_id}`: no token.
pub(super) async fn get(Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Tsp::by_id(uuid("path.tsp_id", &id)?).map(|tsp| Json(tsp.read())).ok_or(ApiError::NotFound)
}
