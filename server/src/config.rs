//! The settings: each an environment variable and a command-line flag, checked before anything starts. A wrong one stops
//! the start with one line that names it and the mend. `given` is what was typed, `mail` checks what concerns e-mail.

mod args;
mod mail;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use thiserror::Error;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::mail::MailSettings;
use catena::{CALLS_AT_ONCE, CatenaSettings, Retries, scopes};
use platform::{random::SharedRandom, secret::Secret};

pub use crate::config::args::CliArgs;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A setting that can't be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// One setting is wrong by itself.
    #[error("{setting}: {problem}. {mend}")]
    Wrong {
        /// Its name.
        setting: &'static str,
        /// What is wrong.
        problem: String,
        /// What to do.
        mend: &'static str,
    },
    /// The data directory or the key file can't be used.
    #[error("ONRAMP_DATA_DIR: {} can't be used: {error}. Name a directory that this user may write to.", .path.display())]
    DataDir {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// The settings, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How we are reached.
    pub public_url: Url,
    /// Where files lie.
    pub data_dir: PathBuf,
    /// The SQLite file.
    pub database: PathBuf,
    /// Who Catena is; the sandbox if no client id was given.
    pub catena: CatenaSettings,
    /// Whether Catena is the sandbox.
    pub sandbox: bool,
    /// The scopes that the sandbox's tokens hold, with spaces between.
    pub sandbox_scopes: String,
    /// Where the site files lie, if it was said.
    pub site_dir: Option<PathBuf>,
    /// How long deliveries are kept.
    pub retention: Retention,
    /// When Catena is asked for what no webhook told.
    pub checks: Checks,
    /// Whether dead letter queues are replayed after a start.
    pub replay_on_start: bool,
    /// How fast imports invite.
    pub imports: ImportPace,
    /// How long a fleet may take before a reminder is proposed.
    pub remind_after: time::Duration,
    /// Where e-mail is handed over, if it is.
    pub mail: Option<MailSettings>,
    /// The name under which fleets know the partner, if it was said.
    pub sender_name: Option<String>,
}

/// When Catena is asked for what no webhook told, and how gently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// Time between two checks of everything; none: only on demand.
    pub every: Option<time::Duration>,
    /// Pause between two questions of a check of everything.
    pub pause: Duration,
}

impl Default for Checks {
    fn default() -> Self {
        Self { every: Some(time::Duration::minutes(15)), pause: Duration::from_millis(500) }
    }
}

/// How fast an import of many invitations goes, and how patient it is. Catena publishes no figures on its rate limits
/// (CONTRACT.md 3), so the pace is gentle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPace {
    /// Fleets invited per minute at the most.
    pub per_minute: u32,
    /// Waits before the same row is tried again when Catena fails; after the last one the import pauses.
    pub waits: Vec<Duration>,
    /// The longest wait that Catena may ask for; a longer one pauses the import.
    pub longest: Duration,
}

impl ImportPace {
    /// The time between two rows for which Catena is asked.
    pub fn interval(&self) -> Duration {
        Duration::from_mins(1) / self.per_minute.max(1)
    }
}

impl Default for ImportPace {
    fn default() -> Self {
        Self { per_minute: 120, waits: [2, 15].map(Duration::from_secs).to_vec(), longest: Duration::from_mins(5) }
    }
}

/// How long deliveries are kept in the inbox. What they told stays on timelines for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Those that were verified and whose processing ended, whether well or not.
    pub ended: time::Duration,
    /// Those that could not be verified.
    pub quarantined: time::Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { ended: time::Duration::days(90), quarantined: time::Duration::days(7) }
    }
}

/// Client id and secret under which the sandbox knows us. Nothing else accepts them.
pub const SANDBOX_CLIENT: (&str, &str) = ("onramp-sandbox", "not-a-secret-the-sandbox-is-on-this-machine");

const CATENA_API: &str = "https://api.catenatelematics.com";
const CATENA_AUTH: &str = "https://auth.catenatelematics.com/realms/catena";

/// How long one call to Catena may take.
const CATENA_TIMEOUT: Duration = Duration::from_secs(15);

impl CliArgs {
    /// Checks them. `listen` is where the server really listens, once it does: with port 0 that is known only then.
    pub fn check(&self, listen: SocketAddr) -> Result<Settings, ConfigError> {
        let sandbox = self.catena_client_id.as_deref().is_none_or(|id| id.trim().is_empty());
        let local = local_url(listen);
        let public_url = self.public_url(listen)?;
        let catena = if sandbox { sandbox_catena(self, &local)? } else { real_catena(self)? };
        if !sandbox && public_url.scheme() != "https" && !is_loopback(&catena.api_url) {
            return Err(ConfigError::Wrong {
                setting: "ONRAMP_PUBLIC_URL",
                problem: format!("{public_url} is not https, and Catena posts webhooks to https addresses only"),
                mend: "Give the https address under which Catena reaches this Onramp.",
            });
        }
        Ok(Settings {
            listen,
            public_url,
            data_dir: self.data_dir.clone(),
            database: self.database(sandbox)?,
            catena,
            sandbox,
            sandbox_scopes: self.scopes()?,
            site_dir: self.site_dir.clone(),
            retention: Retention {
                ended: days("ONRAMP_KEEP_DELIVERIES_DAYS", &self.keep_deliveries_days)?,
                quarantined: days("ONRAMP_KEEP_QUARANTINE_DAYS", &self.keep_quarantine_days)?,
            },
            checks: Checks { every: check_every(&self.check_every_minutes)?, ..Checks::default() },
            replay_on_start: yes_or_no("ONRAMP_REPLAY_ON_START", &self.replay_on_start)?,
            imports: ImportPace { per_minute: per_minute(&self.import_per_minute)?, ..ImportPace::default() },
            remind_after: mail::remind_after(self)?,
            mail: mail::mail(self)?,
            sender_name: mail::sender_name(self)?,
        })
    }

    /// How the outside reaches a server that listens at `listen`: as it was said, else at that address.
    pub fn public_url(&self, listen: SocketAddr) -> Result<Url, ConfigError> {
        let said = given_url("ONRAMP_PUBLIC_URL", self.public_url.as_deref())?;
        Ok(said.unwrap_or_else(|| local_url(listen)))
    }

    /// The address to listen on.
    pub fn listen(&self) -> Result<SocketAddr, ConfigError> {
        self.listen.trim().parse().map_err(|_| ConfigError::Wrong {
            setting: "ONRAMP_LISTEN",
            problem: format!("{:?} is no address with a port", self.listen),
            mend: "Write an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000.",
        })
    }

    /// How log lines are to look.
    pub fn log_format(&self) -> Result<LogFormat, ConfigError> {
        match self.log_format.as_str() {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            other => Err(ConfigError::Wrong {
                setting: "ONRAMP_LOG_FORMAT",
                problem: format!("{other:?} is no format"),
                mend: "Write text or json.",
            }),
        }
    }

    /// The scopes that the sandbox's tokens hold.
    pub fn scopes(&self) -> Result<String, ConfigError> {
        checked_scopes(&self.sandbox_scopes)
    }

    fn database(&self, sandbox: bool) -> Result<PathBuf, ConfigError> {
        // What the sandbox made up must never mix with real fleets, so it has a file of its own.
        let file = if sandbox { "onramp-sandbox.db" } else { "onramp.db" };
        let Some(url) = self.database_url.as_deref().filter(|url| !url.is_empty()) else {
            return Ok(self.data_dir.join(file));
        };
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches("//").is_empty() => {
                Ok(path.strip_prefix("//").unwrap_or(path).into())
            }
            _ => Err(ConfigError::Wrong {
                setting: "DATABASE_URL",
                problem: "only sqlite: is understood".into(),
                mend: "Write sqlite: and the path of a file, or leave it out.",
            }),
        }
    }

    /// The key that seals secrets: the one given, else the one in the key file, which is made if it isn't there.
    pub fn key(&self, random: &SharedRandom) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
        let wrong = |problem: &str| ConfigError::Wrong {
            setting: "ONRAMP_SECRET_KEY",
            problem: problem.to_owned(),
            mend: "Give 32 random bytes in base64, for example from: openssl rand -base64 32",
        };
        if let Some(text) = self.secret_key.as_deref().filter(|text| !text.is_empty()) {
            return decode_key(text).ok_or_else(|| wrong("it is not 32 bytes in base64"));
        }
        make_dir(&self.data_dir)?;
        let path = self.data_dir.join("secret.key");
        match std::fs::read_to_string(&path) {
            Ok(text) => decode_key(&text).ok_or_else(|| wrong(&format!("the key file {} is damaged", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Zeroizing::new(random.bytes::<32>());
                write_private(&path, STANDARD.encode(*key).as_bytes())
                    .map_err(|error| ConfigError::DataDir { path, error })?;
                Ok(key)
            }
            Err(error) => Err(ConfigError::DataDir { path, error }),
        }
    }
}

fn days(setting: &'static str, given: &str) -> Result<time::Duration, ConfigError> {
    let days = given.trim().parse().ok().filter(|days| (1..=3_650).contains(days));
    days.map(time::Duration::days).ok_or_else(|| ConfigError::Wrong {
        setting,
        problem: format!("{given:?} is no number of days"),
        mend: "Write a whole number from 1 to 3650.",
    })
}

/// The scopes behind a word, or those named; a scope that the contract does not name is a mistake.
fn checked_scopes(given: &str) -> Result<String, ConfigError> {
    match given.trim() {
        "partner" => Ok(scopes::PARTNER.join(" ")),
        "all" => Ok(scopes::ALL.join(" ")),
        named => {
            let unknown = named.split_ascii_whitespace().find(|scope| !scopes::ALL.contains(scope));
            unknown.map_or(Ok(named.to_owned()), |unknown| {
                Err(ConfigError::Wrong {
                    setting: "ONRAMP_SANDBOX_SCOPES",
                    problem: format!("{unknown:?} is no scope"),
                    mend: "Write partner, all, or scopes such as invitation:read with spaces between.",
                })
            })
        }
    }
}

fn check_every(given: &str) -> Result<Option<time::Duration>, ConfigError> {
    let minutes: i64 = given.trim().parse().ok().filter(|minutes| (0..=1_440).contains(minutes)).ok_or_else(|| {
        ConfigError::Wrong {
            setting: "ONRAMP_CHECK_EVERY_MINUTES",
            problem: format!("{given:?} is no number of minutes"),
            mend: "Write a whole number from 1 to 1440, or 0 for checks on demand alone.",
        }
    })?;
    Ok((minutes > 0).then(|| time::Duration::minutes(minutes)))
}

fn yes_or_no(setting: &'static str, given: &str) -> Result<bool, ConfigError> {
    match given.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Ok(true),
        "no" | "false" | "off" | "0" => Ok(false),
        _ => Err(ConfigError::Wrong {
            setting,
            problem: format!("{given:?} is neither yes nor no"),
            mend: "Write yes or no.",
        }),
    }
}

fn per_minute(given: &str) -> Result<u32, ConfigError> {
    let count = given.trim().parse().ok().filter(|count| (1..=60_000).contains(count));
    count.ok_or_else(|| ConfigError::Wrong {
        setting: "ONRAMP_IMPORT_PER_MINUTE",
        problem: format!("{given:?} is no number of fleets"),
        mend: "Write a whole number from 1 to 60000.",
    })
}

/// Makes a directory that only this user may enter.
pub fn make_dir(dir: &Path) -> Result<(), ConfigError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| ConfigError::DataDir { path: dir.to_owned(), error })
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

fn decode_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

fn sandbox_catena(given: &CliArgs, local: &Url) -> Result<CatenaSettings, ConfigError> {
    let below = |path: &str| {
        let mut url = local.clone();
        url.set_path(path);
        url
    };
    let (api, auth) = (given.catena_api_url.as_deref(), given.catena_auth_url.as_deref());
    Ok(CatenaSettings {
        api_url: given_url("CATENA_API_URL", api)?.unwrap_or_else(|| below("/sandbox")),
        auth_url: given_url("CATENA_AUTH_URL", auth)?.unwrap_or_else(|| below("/sandbox/realms/catena")),
        client_id: SANDBOX_CLIENT.0.to_owned(),
        client_secret: Secret::from(SANDBOX_CLIENT.1),
        timeout: CATENA_TIMEOUT,
        retries: Retries::default(),
        at_once: CALLS_AT_ONCE,
    })
}

fn real_catena(given: &CliArgs) -> Result<CatenaSettings, ConfigError> {
    let secret = given.catena_client_secret.as_deref().filter(|secret| !secret.trim().is_empty());
    let secret = secret.ok_or_else(|| ConfigError::Wrong {
        setting: "CATENA_CLIENT_SECRET",
        problem: "it is missing, while CATENA_CLIENT_ID is set".into(),
        mend: "Set the secret that Catena gave you with the client id.",
    })?;
    let url = |setting, given: Option<&str>, otherwise| {
        Ok(given_url(setting, given.or(Some(otherwise)))?.unwrap_or_else(|| LOCAL.clone()))
    };
    Ok(CatenaSettings {
        api_url: url("CATENA_API_URL", given.catena_api_url.as_deref(), CATENA_API)?,
        auth_url: url("CATENA_AUTH_URL", given.catena_auth_url.as_deref(), CATENA_AUTH)?,
        client_id: given.catena_client_id.clone().unwrap_or_default(),
        client_secret: Secret::from(secret),
        timeout: CATENA_TIMEOUT,
        retries: Retries::default(),
        at_once: CALLS_AT_ONCE,
    })
}

fn given_url(setting: &'static str, given: Option<&str>) -> Result<Option<Url>, ConfigError> {
    let Some(text) = given.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = |problem: &str| ConfigError::Wrong {
        setting,
        problem: format!("{text:?} {problem}"),
        mend: "Write an address such as https://onramp.example.com, without a query.",
    };
    let url = Url::parse(text).map_err(|_| wrong("is no web address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("is no web address"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds more than scheme, host, port and path"));
    }
    Ok(Some(url))
}

/// The address of this machine's own server: what listens on every address is reached on the loopback.
fn local_url(listen: SocketAddr) -> Url {
    let host = match listen {
        SocketAddr::V4(address) if address.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) if address.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    let mut url = LOCAL.clone();
    // Both are parts of a socket address, so neither is refused.
    let _ = url.set_host(Some(&host));
    let _ = url.set_port(Some(listen.port()));
    url
}

#[expect(clippy::expect_used, reason = "a constant")]
static LOCAL: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| Url::parse("http://127.0.0.1").expect("a URL"));

/// Whether an address names this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
