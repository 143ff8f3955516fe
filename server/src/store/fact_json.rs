//! The JSON form of [`About`] in a fact's row, the same for every database.

use domain::{
    events::fact::{About, Round},
    timestamp::{from_micros, micros},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::StoreError;

#[derive(Serialize, Deserialize)]
struct Json {
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<RoundJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct RoundJson {
    created_at: i64,
    expires_at: i64,
    invitation: String,
}

pub(super) fn to_json(about: &About) -> String {
    let About { round, agreement, connection, schedule, provider, resource, status, note } = about.clone();
    let round = round.map(|round| RoundJson {
        created_at: micros(round.created_at),
        expires_at: micros(round.expires_at),
        invitation: round.invitation,
    });
    let json = Json { round, agreement, connection, schedule, provider, resource, status, note };
    serde_json::to_string(&json).unwrap_or_default()
}

pub(super) fn from_json(text: &str) -> Result<About, StoreError> {
    let json: Json = serde_json::from_str(text).map_err(|_| StoreError::Unreadable("fact"))?;
    let Json { round, agreement, connection, schedule, provider, resource, status, note } = json;
    let round = round.map(|round| Round {
        created_at: from_micros(round.created_at),
        expires_at: from_micros(round.expires_at),
        invitation: round.invitation,
    });
    Ok(About { round, agreement, connection, schedule, provider, resource, status, note })
}
