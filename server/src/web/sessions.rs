//! Browser sessions: tower-sessions on top of our store. The database has a digest of the cookie, never the cookie.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use domain::digest::digest;
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store,
};
use uuid::Uuid;

use crate::{
    state::AppState,
    store::{SessionRow, SharedStore, StoreError},
};
use platform::clock::SharedClock;

/// The session key with the id of who signed in.
pub(super) const STAFF_ID: &str = "staff_id";
/// A session ends after this long without a request, plus or minus an hour (see `extract/session.rs`).
const IDLE: time::Duration = time::Duration::hours(12);
/// How long a request waits for the database to read or change its session. A page that can't be shown is better than none.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The session layer.
pub(super) fn layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    let public_url = &state.settings.public_url;
    let store = Sessions { store: state.store.clone(), clock: state.clock.clone() };
    SessionManagerLayer::new(store)
        .with_name(public_url.cookie_name("onramp"))
        .with_secure(public_url.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// The key of a session in the database.
pub(super) fn id_digest(id: &Id) -> String {
    digest(&["session", &id.to_string()])
}

/// Implements tower-sessions' store with ours.
#[derive(Clone)]
pub(super) struct Sessions {
    store: SharedStore,
    clock: SharedClock,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

fn row(record: &Record) -> Result<SessionRow, session_store::Error> {
    let staff_id = record.data.get(STAFF_ID).and_then(|id| id.as_str()).and_then(|id| Uuid::parse_str(id).ok());
    let data = serde_json::to_vec(&record.data).map_err(|error| session_store::Error::Encode(error.to_string()))?;
    Ok(SessionRow { id_digest: id_digest(&record.id), staff_id, data, expires_at: record.expiry_date })
}

impl Sessions {
    /// What the database answers, within [`PATIENCE`]. This is where a failure is logged: tower-sessions passes it on as a text.
    async fn ask<T>(
        operation: &'static str,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> session_store::Result<T> {
        let error = match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", PATIENCE.as_millis()),
        };
        tracing::error!(error, operation, "a session can't be read or changed");
        Err(session_store::Error::Backend(error))
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        while !Self::ask("create", self.store.add_session(&row(record)?)).await? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        Self::ask("save", self.store.put_session(&row(record)?)).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let digest = id_digest(id);
        let load = self.store.session(&digest, self.clock.now());
        let Some(row) = Self::ask("load", load).await? else { return Ok(None) };
        let data =
            serde_json::from_slice(&row.data).map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: row.expires_at }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        Self::ask("end", self.store.end_session(&id_digest(id))).await
    }
}
