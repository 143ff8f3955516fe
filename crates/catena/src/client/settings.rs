//! What the client has to be told.

use std::{num::NonZeroUsize, time::Duration};

use url::Url;

use super::error::{CatenaError, Side};
use platform::secret::Secret;

/// Where Catena is and who asks.
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
    /// How long one try of one call may take, from connecting to the last byte.
    pub timeout: Duration,
    /// How often and with what pauses a call is repeated.
    pub retries: Retries,
    /// How many requests are under way at once; the others wait their turn, which counts towards no timeout.
    pub at_once: NonZeroUsize,
}

/// The usual number of requests at once: enough for staff who look at several pages, too few to be taken for a flood.
pub const CALLS_AT_ONCE: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// The bound on repeating a call.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// Tries in all, the first one included; at least one is made.
    pub tries: u32,
    /// The pause after the first try; it doubles with each further one, and a part of it is chance.
    pub base: Duration,
    /// The longest pause. A call that Catena wants to be repeated later than that fails at once instead.
    pub longest: Duration,
}

impl Default for Retries {
    /// Three tries within a few seconds: somebody may be waiting for the page.
    fn default() -> Self {
        Self { tries: 3, base: Duration::from_millis(250), longest: Duration::from_secs(5) }
    }
}

impl CatenaSettings {
    /// Whether calls leave this machine's loopback.
    pub(crate) fn stays_on_this_machine(&self) -> bool {
        [&self.api_url, &self.auth_url].into_iter().all(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        })
    }

    /// Whether any call is encrypted.
    pub(crate) fn uses_tls(&self) -> bool {
        [&self.api_url, &self.auth_url].into_iter().any(|url| url.scheme() == "https")
    }

    pub(crate) fn check(&self) -> Result<(), CatenaError> {
        for (side, url) in [(Side::Api, &self.api_url), (Side::Auth, &self.auth_url)] {
            if !matches!(url.scheme(), "http" | "https") {
                let problem = "it must start with https:// (or http://, for a stand-in)".to_owned();
                return Err(CatenaError::Setting { name: side.setting(), problem });
            }
        }
        Ok(())
    }
}
