//! Reads a contestant's database from outside.

use std::path::Path;

use sqlx::{
    Connection as _,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use uuid::Uuid;

use crate::Failure;

/// A read-only connection to a database that is in use.
pub struct CallbackPolicy(SqliteConnection);

impl CallbackPolicy {
    pub async fn at(file: &Path) -> Result<Self, Failure> {
        Ok(Self(SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file).read_only(true)).await?))
    }

    /// The number of deliveries that wait to be processed.
    pub async fn waiting(&mut self) -> Result<u32, Failure> {
        let query = sqlx::query_scalar("SELECT count(*) FROM deliveries WHERE state = 'received'");
        Ok(query.fetch_one(&mut self.0).await?)
    }

    /// Our id of this fleet's invitation, once it is known.
    pub async fn invitation_of(&mut self, fleet_ref: &str) -> Result<Option<Uuid>, Failure> {
        let query = sqlx::query_scalar(
            "SELECT invitations.id FROM invitations JOIN fleets ON fleets.id = invitations.fleet WHERE fleet_ref = ?",
        );
        let id: Option<String> = query.bind(fleet_ref).fetch_optional(&mut self.0).await?;
        Ok(id.map(|id| id.parse()).transpose()?)
    }
}

/// The number of distinct deliveries in the inbox of a killed contestant, without those in quarantine.
pub async fn kept(file: &Path) -> Result<usize, Failure> {
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await?;
    let quarantine: bool =
        sqlx::query_scalar("SELECT count(*) > 0 FROM pragma_table_info('deliveries') WHERE name = 'state'")
            .fetch_one(&mut connection)
            .await?;
    let query = if quarantine {
        "SELECT count(DISTINCT signature) FROM deliveries WHERE state <> 'quarantined'"
    } else {
        "SELECT count(DISTINCT signature) FROM deliveries"
    };
    let kept: i64 = sqlx::query_scalar(query).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(usize::try_from(kept)?)
}
