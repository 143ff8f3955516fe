//! Saves the state after it changed.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::sandbox::Sandbox;

/// The shortest time between two saves, so that a burst of changes costs one save.
const MIN_PAUSE: Duration = Duration::from_millis(100);

/// Saves after changes, until `shutdown`. The longer a save takes, the rarer saves are: they take at most a tenth of the
/// time.
pub(crate) async fn run(sandbox: &Sandbox, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sandbox.signals().changed.notified() => {}
        }
        let started = Instant::now();
        save(sandbox).await;
        let pause = MIN_PAUSE.max(started.elapsed() * 10);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Saves for the last time and closes the file.
pub(crate) async fn close(sandbox: &Sandbox) {
    save(sandbox).await;
    if let Some(file) = sandbox.file() {
        file.lock().await.close().await;
    }
}

/// Saves now. An error is logged: the sandbox continues in memory, and the next save includes what this one didn't write.
async fn save(sandbox: &Sandbox) {
    let Some(file) = sandbox.file() else { return };
    let mut file = file.lock().await;
    let changes = sandbox.with(|change| file.changes(change.state));
    if let Err(error) = file.save(changes).await {
        tracing::error!(%error, "can't save the sandbox's state");
    }
}
