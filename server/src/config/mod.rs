//! The settings: each is an environment variable and a command-line flag, and is checked before anything starts. `args`
//! declares them; the other files check them. An invalid one stops the start with one line that names it and the fix.

mod args;
mod catena;
mod clean;
mod error;
mod key_file;
mod limits;
mod mail;
mod mode;
mod public_url;

use std::{net::SocketAddr, path::PathBuf};

use ::catena::CatenaSettings;

use crate::mail::MailSettings;
use mode::{Mode, REAL_DATABASE, SANDBOX_DATABASE};
use public_url::is_loopback;

pub use crate::config::{
    args::CliArgs,
    catena::SANDBOX_CLIENT,
    error::ConfigError,
    key_file::make_dir,
    limits::{ImportPace, ReconcileSettings, Retention},
    public_url::{Addressed, PublicUrl},
};

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// The settings, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The address at which browsers and Catena reach us.
    pub public_url: PublicUrl,
    /// The directory of the key file and, unless `database` says otherwise, the database.
    pub data_dir: PathBuf,
    /// The SQLite file.
    pub database: PathBuf,
    /// How to reach Catena; the sandbox if no client id is set.
    pub catena: CatenaSettings,
    /// Whether `catena` is the built-in sandbox.
    pub sandbox: bool,
    /// Whether this is a sandbox to which the real Catena may send by mistake.
    pub may_hear_real: bool,
    /// The scopes of the sandbox's tokens, separated by spaces.
    pub sandbox_scopes: String,
    /// The directory of the site files; `None`: search for it.
    pub site_dir: Option<PathBuf>,
    /// How long deliveries are kept.
    pub retention: Retention,
    /// When to compare our records with Catena's.
    pub reconcile: ReconcileSettings,
    /// Whether to replay dead letter queues after a start.
    pub replay_on_start: bool,
    /// How fast imports invite fleets.
    pub imports: ImportPace,
    /// How long a fleet may take before a reminder is proposed.
    pub remind_after: time::Duration,
    /// The mail server; `None`: no mail is sent.
    pub mail: Option<MailSettings>,
    /// The name by which fleets know the partner, if it is set.
    pub sender_name: Option<String>,
}

impl CliArgs {
    /// Checks the settings. `listen` is the address that the server is bound to: with port 0, only binding decides it.
    pub fn check(&self, listen: SocketAddr) -> Result<Settings, ConfigError> {
        let local = catena::local_url(listen);
        let public_url = self.public_url(listen)?;
        let (sandbox, may_hear_real) = match mode::mode(self, listen, &public_url)? {
            Mode::Real => (false, false),
            Mode::Sandbox { may_hear_real } => (true, may_hear_real),
        };
        let catena = if sandbox { catena::sandbox_catena(self, &local)? } else { catena::real_catena(self)? };
        if !sandbox && !public_url.is_https() && !is_loopback(&catena.api_url) {
            return Err(ConfigError::Invalid {
                setting: "ONRAMP_PUBLIC_URL",
                problem: format!(
                    "{} is not https, and Catena posts webhooks only to https addresses",
                    public_url.origin()
                ),
                fix: "Give the https address at which Catena reaches this Onramp.",
            });
        }
        Ok(Settings {
            listen,
            public_url,
            data_dir: self.data_dir.clone(),
            database: self.database(sandbox)?,
            catena,
            sandbox,
            may_hear_real,
            sandbox_scopes: self.scopes()?,
            site_dir: self.site_dir.clone(),
            retention: Retention {
                ended: limits::days("ONRAMP_KEEP_DELIVERIES_DAYS", &self.keep_deliveries_days)?,
                quarantined: limits::days("ONRAMP_KEEP_QUARANTINE_DAYS", &self.keep_quarantine_days)?,
            },
            reconcile: ReconcileSettings {
                every: limits::check_every(&self.check_every_minutes)?,
                ..ReconcileSettings::default()
            },
            replay_on_start: yes_or_no("ONRAMP_REPLAY_ON_START", &self.replay_on_start)?,
            imports: ImportPace { per_minute: limits::per_minute(&self.import_per_minute)?, ..ImportPace::default() },
            remind_after: mail::remind_after(self)?,
            mail: mail::mail(self)?,
            sender_name: mail::sender_name(self)?,
        })
    }

    /// The address at which the outside reaches a server bound to `listen`: the setting, or else `listen` itself.
    pub fn public_url(&self, listen: SocketAddr) -> Result<PublicUrl, ConfigError> {
        let url = catena::given_url("ONRAMP_PUBLIC_URL", self.public_url.as_deref())?;
        let url = url.unwrap_or_else(|| catena::local_url(listen));
        PublicUrl::try_from(url.clone()).map_err(|problem| ConfigError::Invalid {
            setting: "ONRAMP_PUBLIC_URL",
            problem: format!("\"{url}\" {problem}"),
            fix: "Write an address such as https://onramp.example.com, without a path: Onramp needs a host or port of its own.",
        })
    }

    /// The address to listen on.
    pub fn listen(&self) -> Result<SocketAddr, ConfigError> {
        self.listen.trim().parse().map_err(|_| ConfigError::Invalid {
            setting: "ONRAMP_LISTEN",
            problem: format!("{:?} is not an address with a port", self.listen),
            fix: "Write an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000.",
        })
    }

    /// The format of log lines.
    pub fn log_format(&self) -> Result<LogFormat, ConfigError> {
        match self.log_format.as_str() {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            other => Err(ConfigError::Invalid {
                setting: "ONRAMP_LOG_FORMAT",
                problem: format!("{other:?} is not a format"),
                fix: "Write text or json.",
            }),
        }
    }

    /// The scopes of the sandbox's tokens, separated by spaces.
    pub fn scopes(&self) -> Result<String, ConfigError> {
        catena::scopes(&self.sandbox_scopes)
    }

    fn database(&self, sandbox: bool) -> Result<PathBuf, ConfigError> {
        // The sandbox's made-up fleets must never mix with real ones, so they have a file of their own.
        let file = if sandbox { SANDBOX_DATABASE } else { REAL_DATABASE };
        let Some(url) = self.database_url.as_deref().filter(|url| !url.is_empty()) else {
            return Ok(self.data_dir.join(file));
        };
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches("//").is_empty() => {
                Ok(path.strip_prefix("//").unwrap_or(path).into())
            }
            _ => Err(ConfigError::Invalid {
                setting: "DATABASE_URL",
                problem: "only sqlite: is supported".into(),
                fix: "Write sqlite: and the path of a file, or leave it out.",
            }),
        }
    }
}

fn yes_or_no(setting: &'static str, value: &str) -> Result<bool, ConfigError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Ok(true),
        "no" | "false" | "off" | "0" => Ok(false),
        _ => Err(ConfigError::Invalid {
            setting,
            problem: format!("{value:?} is neither yes nor no"),
            fix: "Write yes or no.",
        }),
    }
}
