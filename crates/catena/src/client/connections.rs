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
    listed::Listed,
    open_enum::open_enum,
    paging::Pages,
    resource::{Resource, ShareLevel},
    wire,
};

static LIST: Call = Call::new(Method::GET, "/v2/integrations/connections", "connection:read");
static GET: Call = Call::new(Method::GET, "/v2/integrations/connections/{id}", "connection:read");
static FRESHNESS: Call = Call::new(Method::GET, "/v2/integrations/connections/data-freshness", "connection:read");

open_enum! {
    /// Whether a connection works. `stale`: the credentials no longer work, and the fleet has to renew them.
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
    /// Whether Catena fetches a resource.
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

/// A fleet's connection to a telematics provider. Its credentials, which Catena masks, are not read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Connection {
    /// Catena's id of the connection.
    pub id: Uuid,
    /// The fleet it belongs to, by Catena's id.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub fleet_id: Option<Uuid>,
    /// Our reference for the fleet. May be null even if another call returns it for the same connection: map by `fleet_id`
    /// (CONTRACT.md trap 14).
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_ref: Option<String>,
    /// The provider it leads to.
    pub tsp_id: Uuid,
    /// The integration that reads the provider's data.
    #[serde(deserialize_with = "wire::text")]
    pub source_name: String,
    /// Whether it works.
    pub status: ConnectionStatus,
    /// Free text about the connection.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub description: Option<String>,
    /// When it was created, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

/// How fresh the data of one resource of one connection is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DataFreshness {
    /// The kind of data.
    pub resource: Resource,
    /// Whether the fleet shares it for reading, or for reading and writing.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub share_level: Option<ShareLevel>,
    /// The fleet whose data it is, by Catena's id.
    pub fleet_id: Uuid,
    /// Our reference for the fleet.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_ref: Option<String>,
    /// The connection it is fetched over.
    pub connection_id: Uuid,
    /// Free text about the connection.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub connection_description: Option<String>,
    /// The schedule it is fetched by.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub schedule_id: Option<Uuid>,
    /// The integration that reads the provider's data.
    #[serde(deserialize_with = "wire::text")]
    pub source_name: String,
    /// The provider, by id.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub tsp_id: Option<Uuid>,
    /// The provider, by slug.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub tsp_slug: Option<String>,
    /// When it was last fetched, UTC; `None` if never.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub last_successful_execution_at: Option<OffsetDateTime>,
    /// When it will be fetched next, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub next_execution_at: Option<OffsetDateTime>,
    /// Whether it is fetched at all.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub schedule_status: Option<ScheduleStatus>,
}

/// Whose connections to list. Only one kind of id at a time: what Catena does with both is not documented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FleetFilter {
    /// All fleets.
    #[default]
    All,
    /// These fleets, by Catena's id; an empty list matches nothing.
    Ids(Vec<Uuid>),
    /// These fleets, by our reference; an empty list matches nothing.
    Refs(Vec<String>),
}

impl FleetFilter {
    /// The query of each call that is needed: one call for every hundred fleets.
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
    /// The fleets whose connections to list.
    pub fleets: FleetFilter,
    /// Connections to this provider only.
    pub tsp_id: Option<Uuid>,
}

impl Catena {
    /// The connections that match `filter`, whatever their status: Catena can't filter by it.
    pub async fn connections(&self, filter: &ConnectionFilter) -> Result<Listed<Connection>, CatenaError> {
        let mut connections = Listed::default();
        for mut query in filter.fleets.portions() {
            query.extend(filter.tsp_id.map(|id| ("tsp_id", id.to_string())));
            connections.append(Pages::new(self, &LIST, query).all().await?);
        }
        Ok(connections)
    }

    /// One connection; `None` if Catena doesn't know it. Its `fleet_ref` is null here: map by `fleet_id`
    /// (CONTRACT.md trap 14).
    pub async fn connection(&self, id: Uuid) -> Result<Option<Connection>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// The connections of all fleets, page by page.
    pub fn connection_pages(&self) -> Pages<Connection> {
        Pages::new(self, &LIST, Vec::new())
    }

    /// One row per resource and connection.
    pub async fn data_freshness(&self, fleets: &FleetFilter) -> Result<Listed<DataFreshness>, CatenaError> {
        let mut rows = Listed::default();
        for query in fleets.portions() {
            rows.append(self.list(&FRESHNESS, &Parts::query(query)).await?);
        }
        Ok(rows)
    }
}
