//! Where Catena is, which credentials it knows us by, and the web addresses among the settings.

use std::{net::SocketAddr, sync::LazyLock, time::Duration};

use url::Url;

use super::{args::CliArgs, error::ConfigError};
use catena::{CALLS_AT_ONCE, CatenaSettings, Retries, scopes as known};
use platform::secret::Secret;

/// The client id and secret of the built-in sandbox. Nothing else accepts them.
pub const SANDBOX_CLIENT: (&str, &str) = ("onramp-sandbox", "not-a-secret-the-sandbox-is-on-this-machine");

const API_URL: &str = "https://api.catenatelematics.com";
const AUTH_URL: &str = "https://auth.catenatelematics.com/realms/catena";

/// How long one call to Catena may take.
const TIMEOUT: Duration = Duration::from_secs(15);

#[expect(clippy::expect_used, reason = "a constant")]
static LOCAL: LazyLock<Url> = LazyLock::new(|| Url::parse("http://127.0.0.1").expect("a URL"));

/// Settings for the built-in sandbox, which this server, reached at `local`, serves itself.
pub(super) fn sandbox_catena(args: &CliArgs, local: &Url) -> Result<CatenaSettings, ConfigError> {
    let below = |path: &str| {
        let mut url = local.clone();
        url.set_path(path);
        url
    };
    let (api, auth) = (args.catena_api_url.as_deref(), args.catena_auth_url.as_deref());
    Ok(CatenaSettings {
        api_url: given_url("CATENA_API_URL", api)?.unwrap_or_else(|| below("/sandbox")),
        auth_url: given_url("CATENA_AUTH_URL", auth)?.unwrap_or_else(|| below("/sandbox/realms/catena")),
        client_id: SANDBOX_CLIENT.0.to_owned(),
        client_secret: Secret::from(SANDBOX_CLIENT.1),
        timeout: TIMEOUT,
        retries: Retries::default(),
        at_once: CALLS_AT_ONCE,
    })
}

/// Settings for Catena itself, or for another stand-in whose addresses and credentials are given.
pub(super) fn real_catena(args: &CliArgs) -> Result<CatenaSettings, ConfigError> {
    let secret = args.catena_client_secret.as_deref().filter(|secret| !secret.trim().is_empty());
    let secret = secret.ok_or_else(|| ConfigError::Invalid {
        setting: "CATENA_CLIENT_SECRET",
        problem: "it is missing, but CATENA_CLIENT_ID is set".into(),
        fix: "Set the secret that Catena gave you with the client id.",
    })?;
    let url = |setting, value: Option<&str>, default| {
        Ok(given_url(setting, value.or(Some(default)))?.unwrap_or_else(|| LOCAL.clone()))
    };
    Ok(CatenaSettings {
        api_url: url("CATENA_API_URL", args.catena_api_url.as_deref(), API_URL)?,
        auth_url: url("CATENA_AUTH_URL", args.catena_auth_url.as_deref(), AUTH_URL)?,
        client_id: args.catena_client_id.clone().unwrap_or_default(),
        client_secret: Secret::from(secret),
        timeout: TIMEOUT,
        retries: Retries::default(),
        at_once: CALLS_AT_ONCE,
    })
}

/// The scopes of the sandbox's tokens, separated by spaces: those that `partner` or `all` stands for, or the listed ones.
pub(super) fn scopes(value: &str) -> Result<String, ConfigError> {
    match value.trim() {
        "partner" => Ok(known::PARTNER.join(" ")),
        "all" => Ok(known::ALL.join(" ")),
        listed => {
            let is_known = |name: &str| known::ALL.contains(&name);
            match listed.split_ascii_whitespace().find(|name| !is_known(name)) {
                None => Ok(listed.to_owned()),
                Some(unknown) => Err(ConfigError::Invalid {
                    setting: "ONRAMP_SANDBOX_SCOPES",
                    problem: format!("{unknown:?} is not a scope"),
                    fix: "Write partner, all, or scopes such as invitation:read separated by spaces.",
                }),
            }
        }
    }
}

/// A setting's web address; `None` if it is empty.
pub(super) fn given_url(setting: &'static str, value: Option<&str>) -> Result<Option<Url>, ConfigError> {
    let Some(text) = value.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let invalid = |problem: &str| ConfigError::Invalid {
        setting,
        problem: format!("{text:?} {problem}"),
        fix: "Write an address such as https://onramp.example.com, without a query.",
    };
    let url = Url::parse(text).map_err(|_| invalid("is not a web address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(invalid("is not a web address"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("has more than a scheme, host, port, and path"));
    }
    Ok(Some(url))
}

/// The address at which this machine reaches a server of its own. If that listens on every interface, it is the loopback's.
pub(super) fn local_url(listen: SocketAddr) -> Url {
    let host = match listen {
        SocketAddr::V4(address) if address.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) if address.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    let mut url = LOCAL.clone();
    // Both come from a socket address, so neither can be invalid.
    let _ = url.set_host(Some(&host));
    let _ = url.set_port(Some(listen.port()));
    url
}
