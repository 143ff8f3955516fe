//! Fetch schedules and what is kept about their fetches (CONTRACT.md 11).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::state::rfc3339;

/// Status of a fetch schedule: only those that can occur in the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScheduleStatus {
    Active,
    Inactive,
    Stale,
    /// While the agreement is paused.
    Paused,
    /// Since the agreement was cancelled.
    Cancelled,
}

/// A fetch schedule: one resource of one connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(crate) id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) resource: String,
    pub(crate) status: ScheduleStatus,
    /// When fetching began, or last resumed.
    #[serde(with = "rfc3339")]
    pub(crate) started_at: OffsetDateTime,
    /// When fetching stopped, if it did.
    #[serde(with = "rfc3339::option")]
    pub(crate) halted_at: Option<OffsetDateTime>,
    /// Earlier periods of fetching, as far back as executions are kept.
    #[serde(rename = "earlier", default)]
    pub(crate) earlier_periods: Vec<FetchPeriod>,
    /// How many fetches in a row had failed by `last_failure_at`.
    #[serde(rename = "failed", default)]
    pub(crate) failures_in_a_row: u32,
    #[serde(rename = "failed_at", default, with = "rfc3339::option")]
    pub(crate) last_failure_at: Option<OffsetDateTime>,
}

impl Schedule {
    /// Time between two fetches (CONTRACT.md 11: "600 usual").
    pub(crate) const INTERVAL: Duration = Duration::minutes(10);

    /// Time from the start of a schedule to its first fetch.
    pub(crate) const FIRST_FETCH_AFTER: Duration = Duration::seconds(5);

    /// After this many failures in a row, Catena turns a schedule off (CONTRACT.md 11: "15 usual").
    pub(crate) const ERROR_THRESHOLD: u32 = 15;
}

/// A past period during which a schedule fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FetchPeriod {
    #[serde(with = "rfc3339")]
    pub(crate) from: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) until: OffsetDateTime,
}

/// A fetch that failed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FailedFetch {
    pub(crate) id: Uuid,
    pub(crate) schedule_id: Uuid,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    /// The provider's response.
    pub(crate) response: Value,
}
