//! The state as a JSON file: loaded once, saved after changes, never half written.

use std::{
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{task::spawn_blocking, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Sandbox, errors::SandboxError, state::State};

/// The least time between two saves, so that a burst of changes costs one.
const BREATH: Duration = Duration::from_millis(100);

/// Loads a snapshot; none when the file does not exist.
pub(super) async fn load(path: PathBuf) -> Result<Option<State>, SandboxError> {
    let bytes = match tokio::fs::read(&path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SandboxError::Read { path, source }),
    };
    // The parser's own message may quote what it read.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| SandboxError::Damaged { path, line: error.line() })
}

/// Writes beside the file, then renames: a reader sees the old snapshot or the new one. Only the owner may read it.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

impl Sandbox {
    /// Saves after changes until `shutdown`. The more a save costs, the rarer it is: at most a tenth of the time goes into it.
    pub(super) async fn save_changes(&self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.0.changed.notified() => {}
            }
            let started = Instant::now();
            self.save().await;
            let pause = BREATH.max(started.elapsed() * 10);
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Saves now. A failure is logged; the sandbox goes on from memory.
    pub(super) async fn save(&self) {
        let Some(path) = self.settings().state_file.clone() else { return };
        let bytes = self.with(|change| serde_json::to_vec(change.state));
        let outcome = match bytes {
            Ok(bytes) => spawn_blocking(move || write(&path, &bytes)).await.unwrap_or_else(|error| Err(error.into())),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "the sandbox's state could not be saved");
        }
    }
}
