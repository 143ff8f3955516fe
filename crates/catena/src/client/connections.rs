//! Connections to telematics providers and how fresh their data is (CONTRACT.md 11). Read-only for a partner.

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    fleets::MOST_AT_ONCE,
    open_enum::open_enum,
    paging::Pages,
    resource::{Resource, ShareLevel},
    wire,
};

static LIST: Call = Call::new(Method::GET, "/v2/integrations/connections", "connection:read");
static GET: Call = Call::new(Method::GET, "/v2/integrations/connections/{id}", "connection:read");
static FRESHNESS: Call = Call::new(Method::GET, "/v2/integrations/connections/data-freshness", "connection:read");

open_enum! {
    /// Whether a connection works. `stale`: the provider's credentials stopped working, and the fleet has to renew them.
    pub enum ConnectionStatus {
        Active = "active",
        Failed = "failed",
        Cancelled = "cancelled",
        Paused = "paused",
        Stale = "stale",
        Deleted = "deleted",
    }
}

open_enum! {
    /// Whether a resource is fetched.
    pub enum ScheduleStatus {
        Inactive = "inactive",
        Active = "active",
        Paused = "paused",
        Stale = "stale",
        Deleted = "deleted",
        Cancelled = "cancelled",
        CancelledInsufficientScope = "cancelled_insufficient_scope",
    }
}

/// A fleet's connection to a provider. Its credentials, masked by Catena, are not read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Connection {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    #[serde(default)]
    pub fleet_id: Option<Uuid>,
    /// Our id for whose it is. May be null for the very connection that has one elsewhere: map by `fleet_id`
    /// (CONTRACT.md trap 14).
    #[serde(default)]
    pub fleet_ref: Option<String>,
    /// To which provider.
    pub tsp_id: Uuid,
    /// By which integration.
    pub source_name: String,
    /// Whether it works.
    pub status: ConnectionStatus,
    /// About it.
    #[serde(default)]
    pub description: Option<String>,
    /// When it was made, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

/// How fresh one resource of one connection is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DataFreshness {
    /// What is fetched.
    pub resource: Resource,
    /// How far it is shared.
    #[serde(default)]
    pub share_level: Option<ShareLevel>,
    /// Whose data it is.
    pub fleet_id: Uuid,
    /// Our id for whose data it is.
    #[serde(default)]
    pub fleet_ref: Option<String>,
    /// Over which connection.
    pub connection_id: Uuid,
    /// About the connection.
    #[serde(default)]
    pub connection_description: Option<String>,
    /// By which schedule.
    #[serde(default)]
    pub schedule_id: Option<Uuid>,
    /// By which integration.
    pub source_name: String,
    /// From which provider.
    #[serde(default)]
    pub tsp_id: Option<Uuid>,
    /// From which provider, in words.
    #[serde(default)]
    pub tsp_slug: Option<String>,
    /// When it was last fetched, UTC; none: never yet.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub last_successful_execution_at: Option<OffsetDateTime>,
    /// When it is fetched next, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub next_execution_at: Option<OffsetDateTime>,
    /// Whether it is fetched.
    #[serde(default)]
    pub schedule_status: Option<ScheduleStatus>,
}

/// Whose connections. Named by one kind of id only: what Catena does with both is not documented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FleetFilter {
    /// Every fleet's.
    #[default]
    All,
    /// Those of these fleets, by Catena's id; an empty list finds nothing.
    Ids(Vec<Uuid>),
    /// Those of these fleets, by our id; an empty list finds nothing.
    Refs(Vec<String>),
}

impl FleetFilter {
    /// The parameters of each call that it takes: one for every hundred fleets.
    fn portions(&self) -> Vec<Vec<(&'static str, String)>> {
        match self {
            Self::All => vec![Vec::new()],
            Self::Ids(ids) => portions("fleet_ids", ids),
            Self::Refs(refs) => portions("fleet_refs", refs),
        }
    }
}

fn portions(name: &'static str, values: &[impl ToString]) -> Vec<Vec<(&'static str, String)>> {
    values.chunks(MOST_AT_ONCE).map(|portion| portion.iter().map(|value| (name, value.to_string())).collect()).collect()
}

/// Which connections to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// Whose.
    pub fleets: FleetFilter,
    /// To this provider only.
    pub tsp_id: Option<Uuid>,
}

impl Catena {
    /// The connections that match, of every status: there is no filter by it.
    pub async fn connections(&self, filter: &ConnectionFilter) -> Result<Vec<Connection>, CatenaError> {
        let mut connections = Vec::new();
        for mut query in filter.fleets.portions() {
            query.extend(filter.tsp_id.map(|id| ("tsp_id", id.to_string())));
            connections.extend(Pages::new(self, &LIST, query).all().await?);
        }
        Ok(connections)
    }

    /// One connection; none when Catena knows no such connection. Its `fleet_ref` is null here: map by `fleet_id`
    /// (CONTRACT.md trap 14).
    pub async fn connection(&self, id: Uuid) -> Result<Option<Connection>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// The connections of every fleet, page by page.
    pub fn connection_pages(&self) -> Pages<Connection> {
        Pages::new(self, &LIST, Vec::new())
    }

    /// One row for each resource of each connection.
    pub async fn data_freshness(&self, fleets: &FleetFilter) -> Result<Vec<DataFreshness>, CatenaError> {
        let mut rows: Vec<DataFreshness> = Vec::new();
        for query in fleets.portions() {
            let portion: Vec<DataFreshness> = self.json(&FRESHNESS, &Parts::query(query)).await?;
            rows.extend(portion);
        }
        Ok(rows)
    }
}
