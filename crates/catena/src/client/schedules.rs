//! The schedules by which Catena fetches a connection's data, and their runs (CONTRACT.md 11). A client may lack the scopes for them
//! (trap 25); [`Catena::data_freshness`] also says whether data flows.

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    connections::ScheduleStatus,
    error::CatenaError,
    listed::Listed,
    open_enum::open_enum,
    paging::Pages,
    resource::Resource,
    wire,
};

static LIST: Call = Call::new(Method::GET, "/v2/integrations/connections/{id}/schedules", "schedule:read");
static GET: Call = Call::new(Method::GET, "/v2/integrations/connections/{id}/schedules/{id}", "schedule:read");
static EXECUTIONS: Call =
    Call::new(Method::GET, "/v2/integrations/connections/{id}/schedules/{id}/executions", "execution:read");

open_enum! {
    /// How a run went, or that it is yet to come.
    pub enum ExecutionStatus {
        Failed = "failed",
        Pending = "pending",
        Scheduled = "scheduled",
        Success = "success",
    }
}

/// When and how often one resource of a connection is fetched.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Schedule {
    /// Catena's id of the schedule.
    pub id: Uuid,
    /// The connection it belongs to.
    pub connection_id: Uuid,
    /// The kind of data it fetches.
    pub resource: Resource,
    /// Whether it runs.
    pub status: ScheduleStatus,
    /// Seconds between two runs.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub execution_interval_seconds: Option<i64>,
    /// How many of the last runs failed in a row.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub consecutive_error_count: Option<i64>,
    /// How many failures in a row make it `inactive`.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub consecutive_error_threshold: Option<i64>,
    /// How many of its runs may overlap.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub max_concurrent_executions: Option<i64>,
    /// The time of the newest data, UTC; `None` if there is no data yet.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub last_data_at: Option<OffsetDateTime>,
}

/// One run of a schedule. The provider's raw answer to a failed run is not read, because it may contain anything.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Execution {
    /// Catena's id of the run.
    pub id: Uuid,
    /// The schedule it belongs to.
    pub schedule_id: Uuid,
    /// The connection it fetches from.
    pub connection_id: Uuid,
    /// The fleet whose data it fetches, by Catena's id.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub fleet_id: Option<Uuid>,
    /// How it went.
    pub status: ExecutionStatus,
    /// The integration that reads the provider's data.
    #[serde(deserialize_with = "wire::text")]
    pub source_name: String,
    /// The kind of data it fetches.
    pub resource: Resource,
    /// The time of the newest data, UTC; `None` if there is no data yet.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub last_data_at: Option<OffsetDateTime>,
    /// When it was planned, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

impl Catena {
    /// The schedules of a connection, for one resource or for all.
    pub async fn schedules(&self, connection: Uuid, of: Option<&Resource>) -> Result<Listed<Schedule>, CatenaError> {
        let query = of.map(|resource| ("resource", resource.to_string())).into_iter().collect();
        Pages::below(self, &LIST, &[connection], query).all().await
    }

    /// One schedule of a connection; `None` if Catena doesn't know it.
    pub async fn schedule(&self, connection: Uuid, schedule: Uuid) -> Result<Option<Schedule>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&connection.to_string(), &schedule.to_string()])).await
    }

    /// The runs of a schedule, page by page: Catena keeps those of seven days, which may be more than a thousand.
    pub fn executions(&self, connection: Uuid, schedule: Uuid) -> Pages<Execution> {
        Pages::below(self, &EXECUTIONS, &[connection, schedule], Vec::new())
    }
}
