//! Schedules, by which a connection's data is fetched, and their runs (CONTRACT.md 11). The scope for them may not be
//! granted (trap 25): whether data flows is told by [`Catena::data_freshness`].

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    connections::ScheduleStatus,
    error::CatenaError,
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
    /// How a run went, or that it has not been yet.
    pub enum ExecutionStatus {
        Failed = "failed",
        Pending = "pending",
        Scheduled = "scheduled",
        Success = "success",
    }
}

/// By what one resource of a connection is fetched.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Schedule {
    /// Its id.
    pub id: Uuid,
    /// Over which connection.
    pub connection_id: Uuid,
    /// What is fetched.
    pub resource: Resource,
    /// Whether it is fetched.
    pub status: ScheduleStatus,
    /// How many seconds lie between two runs.
    #[serde(default)]
    pub execution_interval_seconds: Option<i64>,
    /// How many runs have failed in a row.
    #[serde(default)]
    pub consecutive_error_count: Option<i64>,
    /// After how many of them it goes `inactive`.
    #[serde(default)]
    pub consecutive_error_threshold: Option<i64>,
    /// How many runs may go on at once.
    #[serde(default)]
    pub max_concurrent_executions: Option<i64>,
    /// Up to when there is data, UTC; none: nothing yet.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub last_data_at: Option<OffsetDateTime>,
}

/// One run of a schedule. The provider's raw answer to a failed one is not read: nobody knows what it holds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Execution {
    /// Its id.
    pub id: Uuid,
    /// By which schedule.
    pub schedule_id: Uuid,
    /// Over which connection.
    pub connection_id: Uuid,
    /// Whose data.
    #[serde(default)]
    pub fleet_id: Option<Uuid>,
    /// How it went.
    pub status: ExecutionStatus,
    /// By which integration.
    pub source_name: String,
    /// What was fetched.
    pub resource: Resource,
    /// Up to when there is data, UTC.
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
    /// The schedules of a connection: of one resource, or of all.
    pub async fn schedules(&self, connection: Uuid, of: Option<&Resource>) -> Result<Vec<Schedule>, CatenaError> {
        let query = of.map(|resource| ("resource", resource.to_string())).into_iter().collect();
        Pages::below(self, &LIST, &[connection], query).all().await
    }

    /// One schedule of a connection; none when Catena knows no such schedule.
    pub async fn schedule(&self, connection: Uuid, schedule: Uuid) -> Result<Option<Schedule>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&connection.to_string(), &schedule.to_string()])).await
    }

    /// The runs of a schedule, of which Catena keeps those of seven days: a thousand and more, hence page by page.
    pub fn executions(&self, connection: Uuid, schedule: Uuid) -> Pages<Execution> {
        Pages::below(self, &EXECUTIONS, &[connection, schedule], Vec::new())
    }
}
