//! What a sandbox is told when it opens.

use std::{path::PathBuf, time::Duration};

use url::Url;

/// How long an access token lives unless told otherwise (CONTRACT.md 14).
pub const DEFAULT_TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// The scopes of a partner's token unless told otherwise: all that CONTRACT.md 2 names but the writes that are a fleet's own
/// (`fleet:create`, `fleet:update`, `fleet:delete`, `share-agreement:delete`) or an administrator's of Catena
/// (`partner:create`, `tsp:create`, `tsp:update`, `tsp:delete`). A choice: which of them a client holds is decided by Catena.
pub const PARTNER_SCOPES: &str = "connection:read execution:read fleet:read invitation:create invitation:delete \
    invitation:read partner-property:create partner-property:read partner:read partner:update schedule:read \
    share-agreement:read share-agreement:update webhook:create webhook:delete webhook:read webhook:update";

/// Every scope there is: with them a token reaches every call.
pub const ALL_SCOPES: &str = "connection:read execution:read fleet:create fleet:delete fleet:read fleet:update \
    invitation:create invitation:delete invitation:read partner-property:create partner-property:read partner:create \
    partner:read partner:update schedule:read share-agreement:delete share-agreement:read share-agreement:update \
    tsp:create tsp:delete tsp:update webhook:create webhook:delete webhook:read webhook:update";

/// The settings of one sandbox. No `Debug`: it holds a secret.
#[derive(Clone)]
pub struct SandboxSettings {
    /// The sandbox's own external address, for example `http://127.0.0.1:3000/sandbox`. Magic links start with it.
    pub base_url: Url,
    /// The client id that the token endpoint accepts.
    pub client_id: String,
    /// The client secret that the token endpoint accepts.
    pub client_secret: String,
    /// The SQLite file in which the state is kept; none: memory only, gone when the process ends.
    pub data: Option<PathBuf>,
    /// From what ids, tokens, secrets and chance are drawn; none: from the random that [`crate::Sandbox::open`] is given.
    /// A sandbox that is opened again with the same seed and file draws others than before.
    pub seed: Option<u64>,
    /// The scopes that a token holds, with spaces between: [`PARTNER_SCOPES`], [`ALL_SCOPES`] or any others.
    pub scopes: String,
    /// How long an access token lives.
    pub token_lifetime: Duration,
    /// Waits before the second, third, … attempt of a delivery; after the last one it goes to the dead letters.
    pub retry_waits: Vec<Duration>,
    /// How long the disorder `delay` holds a delivery back, and `shuffle` at most.
    pub longest_delay: Duration,
    /// File name of the style sheet below `/pkg` for the pages that fleets see.
    pub stylesheet: String,
}

impl SandboxSettings {
    /// Long enough to come late, short enough to wait for.
    pub const DEFAULT_LONGEST_DELAY: Duration = Duration::from_secs(5);

    /// One try and three retries, 0.5 s, 1.5 s and 3 s apart (WEBHOOKS.md 7, point 3).
    pub fn default_retry_waits() -> Vec<Duration> {
        [500, 1_500, 3_000].map(Duration::from_millis).to_vec()
    }

    /// The path of [`Self::base_url`] without a final slash: what links of the sandbox's own pages start with.
    pub(crate) fn base_path(&self) -> &str {
        self.base_url.path().trim_end_matches('/')
    }

    /// Path of the control page: below the sandbox's own path, or `/sandbox` where it has the server to itself.
    pub(crate) fn control_page(&self) -> &str {
        Some(self.base_path()).filter(|path| !path.is_empty()).unwrap_or("/sandbox")
    }

    /// [`Self::base_url`] without a final slash.
    pub(crate) fn base(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }
}
