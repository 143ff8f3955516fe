//! Onramp as the benchmark runs it: the release binary with a subscription, a staff account, and an unreachable Catena.

use std::{net::SocketAddr, path::Path, process::Command, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{events::delivery::DeliveryState, staff::Role};
use platform::{
    clock::{Clock as _, SystemClock},
    random::{SharedRandom, SystemRandom},
};
use server::{
    security::{
        passwords::Passwords,
        vault::{Purpose, Vault},
    },
    store::{
        InboxStore as _, NewDelivery, NewStaff, SigningSecret, StaffRow, StaffStore as _, SubscriptionRow,
        SubscriptionStore as _, sqlite::SqliteStore,
    },
};

use crate::{
    Failure,
    requests::{Request, SECRET},
    story::WEBHOOK_ID,
};

/// E-mail address and password of the staff account.
pub const STAFF: (&str, &str) = ("bench@example.com", "correct horse battery");

const KEY: [u8; 32] = [7; 32];
/// A port that nothing listens on.
const NOWHERE: &str = "http://127.0.0.1:9";
/// Deliveries per commit.
const COMMIT: usize = 500;

/// `onramp serve` with this data directory.
pub fn command(binary: &Path, dir: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let ours = ["ONRAMP_", "CATENA_", "DATABASE_URL", "RUST_LOG"];
        if ours.iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    command
        .env("ONRAMP_LISTEN", address.to_string())
        .env("ONRAMP_DATA_DIR", dir)
        .env("ONRAMP_SECRET_KEY", STANDARD.encode(KEY))
        .env("ONRAMP_CHECK_EVERY_MINUTES", "0")
        .env("CATENA_CLIENT_ID", "bench")
        .env("CATENA_CLIENT_SECRET", "bench")
        .env("CATENA_API_URL", NOWHERE)
        .env("CATENA_AUTH_URL", NOWHERE);
    command
}

/// Creates the database with a subscription and a staff account.
pub async fn prepare(dir: &Path) -> Result<(), Failure> {
    let store = SqliteStore::open(&dir.join("onramp.db")).await?;
    let random: SharedRandom = Arc::new(SystemRandom);
    let created_at = SystemClock.now();
    let sealed = vault().seal(Purpose::SigningSecret, SECRET.as_bytes());
    let secret = SigningSecret { id: random.uuid_v4(), event_name: "*".into(), sealed, created_at };
    store.put_secret(&secret).await?;
    let row = SubscriptionRow {
        webhook_id: WEBHOOK_ID,
        event_name: "*".into(),
        url: "-".into(),
        status: "active".into(),
        created_at,
    };
    store.put_subscriptions(secret.id, &[row]).await?;
    let (email, password) = STAFF;
    let row = StaffRow {
        id: random.uuid_v4(),
        email: email.into(),
        role: Role::Operator,
        password_hash: Some(Passwords::new(random).hash(password.into()).await?),
        demo: false,
    };
    store.add_staff(&NewStaff { row, created_at }).await?;
    store.close().await;
    Ok(())
}

/// Stores deliveries in the inbox as the route does, but without a server.
pub async fn fill(dir: &Path, requests: &[Request]) -> Result<(), Failure> {
    let store = SqliteStore::open(&dir.join("onramp.db")).await?;
    let vault = vault();
    for chunk in requests.chunks(COMMIT) {
        let deliveries = chunk.iter().map(|request| NewDelivery {
            received_at: SystemClock.now(),
            state: DeliveryState::Received,
            reason: None,
            webhook_id: Some(WEBHOOK_ID.to_string()),
            event_name: Some(request.event.to_owned()),
            attempt: Some(1),
            sent_at: None,
            signature: None,
            headers: "{}".to_owned(),
            sealed_body: vault.seal(Purpose::Body, request.body.as_bytes()),
        });
        store.append(&deliveries.collect::<Vec<_>>(), 0).await?;
    }
    store.close().await;
    Ok(())
}

fn vault() -> Vault {
    Vault::new(&KEY, Arc::new(SystemRandom))
}
