//! The settings of a sandbox.

use std::{path::PathBuf, time::Duration};

use url::Url;
use uuid::Uuid;

/// The slug of the sandbox's own partner.
pub(crate) const PARTNER_SLUG: &str = "sandbox-partner";

/// The name of the sandbox's own partner, as its fleets see it.
pub(crate) const PARTNER_NAME: &str = "Sandbox Partner";

/// The default lifetime of an access token (CONTRACT.md 14).
pub const DEFAULT_TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// The default scopes of a partner's token: all that CONTRACT.md 2 lists, except for writes that belong to a fleet
/// (`fleet:create`, `fleet:update`, `fleet:delete`, `share-agreement:delete`) or to an administrator of Catena
/// (`partner:create`, `tsp:create`, `tsp:update`, `tsp:delete`). A choice: Catena decides which ones a client gets.
pub const PARTNER_SCOPES: &str = "connection:read execution:read fleet:read invitation:create invitation:delete \
    invitation:read partner-property:create partner-property:read partner:read partner:update schedule:read \
    share-agreement:read share-agreement:update webhook:create webhook:delete webhook:read webhook:update";

/// Every scope. A token with these can make every call.
pub const ALL_SCOPES: &str = "connection:read execution:read fleet:create fleet:delete fleet:read fleet:update \
    invitation:create invitation:delete invitation:read partner-property:create partner-property:read partner:create \
    partner:read partner:update schedule:read share-agreement:delete share-agreement:read share-agreement:update \
    tsp:create tsp:delete tsp:update webhook:create webhook:delete webhook:read webhook:update";

/// The settings of one sandbox. No `Debug`: they include a secret.
#[derive(Clone)]
pub struct SandboxSettings {
    /// The address at which others reach the sandbox, for example `http://127.0.0.1:3000/sandbox`. Magic links start
    /// with it.
    pub base_url: Url,
    /// The client id that the token endpoint accepts.
    pub client_id: String,
    /// The client secret that the token endpoint accepts.
    pub client_secret: String,
    /// The SQLite file that holds the state. `None`: the state is in memory only, and lost when the process ends.
    pub data: Option<PathBuf>,
    /// Seed for ids, tokens, secrets, and chance. `None`: they come from the randomness passed to
    /// [`crate::Sandbox::open`]. Reopened with the same seed and file, a sandbox draws different values.
    pub seed: Option<u64>,
    /// The scopes of a token, separated by spaces: [`PARTNER_SCOPES`], [`ALL_SCOPES`], or any others.
    pub scopes: String,
    /// The lifetime of an access token.
    pub token_lifetime: Duration,
    /// The waits before the second, third, … attempt of a delivery. If the attempt after the last wait fails too, the
    /// delivery becomes a dead letter.
    pub retry_waits: Vec<Duration>,
    /// How long the webhook fault `delay` holds back a delivery, and the longest that `shuffle` does.
    pub longest_delay: Duration,
    /// File name of the style sheet below `/pkg`, for Connect's pages and the control page.
    pub stylesheet: String,
}

impl SandboxSettings {
    /// Long enough to be late, short enough to wait for in a test.
    pub const DEFAULT_LONGEST_DELAY: Duration = Duration::from_secs(5);

    /// One attempt and three retries, after 0.5 s, 1.5 s, and 3 s (WEBHOOKS.md 7, point 3).
    pub fn default_retry_waits() -> Vec<Duration> {
        [500, 1_500, 3_000].map(Duration::from_millis).to_vec()
    }

    /// The path of [`Self::base_url`] without a trailing slash. Links on the sandbox's own pages start with it.
    pub(crate) fn base_path(&self) -> &str {
        self.base_url.path().trim_end_matches('/')
    }

    /// The path of the control page: the sandbox's own path, or `/sandbox` if the sandbox has the server to itself.
    pub(crate) fn control_page(&self) -> &str {
        Some(self.base_path()).filter(|path| !path.is_empty()).unwrap_or("/sandbox")
    }

    /// [`Self::base_url`] without a trailing slash.
    pub(crate) fn base(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }

    /// The link that a fleet opens to answer an invitation. Whoever has it can act as the fleet.
    pub(crate) fn magic_link(&self, invitation_id: Uuid) -> String {
        format!("{}/connect?invite={invitation_id}", self.base())
    }
}
