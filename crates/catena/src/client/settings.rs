//! The client's settings.

use std::{num::NonZeroUsize, time::Duration};

use url::Url;

use super::error::{CatenaError, Side};
use platform::secret::Secret;

/// Where Catena is, how to authenticate, and how patient to be.
#[derive(Debug, Clone)]
pub struct CatenaSettings {
    /// `CATENA_API_URL`: scheme and host of the API; a path is kept as a prefix.
    pub api_url: Url,
    /// `CATENA_AUTH_URL`: the realm; the token endpoint is `{auth_url}/protocol/openid-connect/token`.
    pub auth_url: Url,
    /// `CATENA_CLIENT_ID`.
    pub client_id: String,
    /// `CATENA_CLIENT_SECRET`.
    pub client_secret: Secret,
    /// How long one attempt may take, from connecting to the last byte.
    pub timeout: Duration,
    /// How often and after what pauses a call is retried.
    pub retries: Retries,
    /// The number of concurrent requests. Others wait their turn, which doesn't count toward the timeout.
    pub at_once: NonZeroUsize,
}

/// The usual number of concurrent requests: enough for staff with several pages open, few enough not to strain Catena.
pub const CALLS_AT_ONCE: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// How often a call is retried. Only calls without side effects are, and those that Catena certainly didn't act on.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// The number of attempts, including the first. There is always at least one.
    pub tries: u32,
    /// The pause after the first attempt. It doubles after each further one; up to half of it is random.
    pub base: Duration,
    /// The longest pause. If Catena asks for a longer one, the call fails at once.
    pub longest: Duration,
}

impl Default for Retries {
    /// Three attempts within a few seconds, because somebody may be waiting for the page.
    fn default() -> Self {
        Self { tries: 3, base: Duration::from_millis(250), longest: Duration::from_secs(5) }
    }
}

impl CatenaSettings {
    /// Whether no call leaves this machine's loopback interface.
    pub(crate) fn stays_on_this_machine(&self) -> bool {
        [&self.api_url, &self.auth_url].into_iter().all(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        })
    }

    /// Whether any call uses TLS.
    pub(crate) fn uses_tls(&self) -> bool {
        [&self.api_url, &self.auth_url].into_iter().any(|url| url.scheme() == "https")
    }

    pub(crate) fn check(&self) -> Result<(), CatenaError> {
        for (side, url) in [(Side::Api, &self.api_url), (Side::Auth, &self.auth_url)] {
            if !matches!(url.scheme(), "http" | "https") {
                let problem = "it must start with https:// (or http://, for a sandbox)".to_owned();
                return Err(CatenaError::Setting { name: side.setting(), problem });
            }
        }
        Ok(())
    }
}
