//! Onramp as a child process.

use std::{path::Path, process::Stdio, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{staff::Role, timestamp};
use platform::random::SystemRandom;
use server::{
    security::{
        passwords::Passwords,
        vault::{Purpose, Vault},
    },
    store::{NewStaff, SharedStore, SigningSecret, StaffRow, SubscriptionRow, sqlite::SqliteStore},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use uuid::Uuid;

use crate::catena::{HOOK, SECRET};

const KEY: [u8; 32] = [7; 32];
/// Who can sign in after [`add_operator`].
pub const EMAIL: &str = "ada@example.com";
pub const PASSWORD: &str = "correct horse battery";

/// A running Onramp.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    /// Starts it with the data in `dir` at `listen` and waits until it prints its address. `wrapper` is a shell command that comes
    /// before the binary's path and runs it.
    pub async fn start(dir: &Path, listen: &str, wrapper: Option<&str>) -> Self {
        let binary = env!("CARGO_BIN_EXE_onramp");
        let mut command = match wrapper {
            Some(words) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(format!("{words} {binary}"));
                command
            }
            None => Command::new(binary),
        };
        command
            .env("ONRAMP_DATA_DIR", dir)
            .env("ONRAMP_LISTEN", listen)
            .env("ONRAMP_SECRET_KEY", STANDARD.encode(KEY))
            // Nothing listens there: these tests don't need Catena.
            .env("CATENA_CLIENT_ID", "client")
            .env("CATENA_CLIENT_SECRET", "secret")
            .env("CATENA_API_URL", "http://127.0.0.1:9")
            .env("CATENA_AUTH_URL", "http://127.0.0.1:9/realms/catena")
            .env("RUST_LOG", "off")
            .env_remove("DATABASE_URL")
            .env_remove("ONRAMP_PUBLIC_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.expect("it starts in time");
        let line = first.unwrap().expect("it says where it is");
        let url = line.strip_prefix("Onramp is at ").unwrap_or_else(|| panic!("unexpected: {line}"));
        Self { url: url.trim_end_matches('/').to_owned(), child }
    }

    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

pub async fn store(dir: &Path) -> SharedStore {
    Arc::new(SqliteStore::open(&dir.join("onramp.db")).await.unwrap())
}

/// Stores a subscription in `dir`, as if it had been set up.
pub async fn subscribe(dir: &Path) {
    let store = SqliteStore::open(&dir.join("onramp.db")).await.unwrap();
    let vault = Vault::new(&KEY, Arc::new(SystemRandom));
    let created_at = timestamp::parse("2026-03-02T15:00:00Z").unwrap();
    let sealed = vault.seal(Purpose::SigningSecret, SECRET.as_bytes());
    let secret = SigningSecret { id: Uuid::from_u128(1), event_name: "*".into(), sealed, created_at };
    let row = SubscriptionRow {
        webhook_id: HOOK,
        event_name: "*".into(),
        url: "-".into(),
        status: "active".into(),
        created_at,
    };
    let shared: SharedStore = Arc::new(store.clone());
    shared.put_secret(&secret).await.unwrap();
    shared.put_subscriptions(secret.id, &[row]).await.unwrap();
    store.close().await;
}

/// Adds a member of staff in `dir`.
pub async fn add_operator(dir: &Path) {
    let store = SqliteStore::open(&dir.join("onramp.db")).await.unwrap();
    let hash = Passwords::new(Arc::new(SystemRandom)).hash(PASSWORD.into()).await.unwrap();
    let (id, password_hash) = (Uuid::from_u128(2), Some(hash));
    let row = StaffRow { id, email: EMAIL.into(), role: Role::Operator, password_hash, demo: false };
    let created_at = timestamp::parse("2026-03-02T15:00:00Z").unwrap();
    let shared: SharedStore = Arc::new(store.clone());
    assert!(shared.add_staff(&NewStaff { row, created_at }).await.unwrap());
    store.close().await;
}

/// Waits for a condition, for at most 30 seconds.
pub async fn until<T>(what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
    let look = async {
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), look).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}
