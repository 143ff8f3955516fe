//! The settings as they come in: flags and environment variables, with their `--help` texts.

use std::path::PathBuf;

use clap::Args;

/// The settings as they come in, not checked yet.
#[expect(clippy::doc_markdown, reason = "this is the help text")]
#[allow(rustdoc::bare_urls, reason = "this is the help text")]
#[derive(Debug, Clone, Args)]
pub struct CliArgs {
    /// Address and port to listen on.
    #[arg(long, global = true, env = "ONRAMP_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    pub listen: String,
    /// Address at which browsers and Catena reach this Onramp, for example https://onramp.example.com, without a path.
    /// [default: http:// and the listen address]
    #[arg(long, global = true, env = "ONRAMP_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Directory for the database and the key file; created if it doesn't exist.
    #[arg(long, global = true, env = "ONRAMP_DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Database, as sqlite:FILE. [default: onramp.db in the data directory; onramp-sandbox.db with the sandbox]
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Key that encrypts secrets at rest: 32 bytes in base64. [default: from secret.key in the data directory, created once]
    #[arg(long, global = true, env = "ONRAMP_SECRET_KEY", value_name = "BASE64", hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Whether to run against the built-in sandbox, in which anyone can sign in: yes or no. Needed where others than this
    /// machine reach Onramp, and in a directory with the data of the real Catena. [default: yes without CATENA_CLIENT_ID]
    #[arg(long, global = true, env = "ONRAMP_SANDBOX", value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub sandbox: Option<String>,
    /// Address of Catena's API.
    #[arg(long, global = true, env = "CATENA_API_URL", value_name = "URL")]
    pub catena_api_url: Option<String>,
    /// Address of Catena's auth server, including the realm.
    #[arg(long, global = true, env = "CATENA_AUTH_URL", value_name = "URL")]
    pub catena_auth_url: Option<String>,
    /// Client id that Catena gave you. Without one, Onramp runs against its own sandbox and nothing reaches Catena.
    #[arg(long, global = true, env = "CATENA_CLIENT_ID", value_name = "ID")]
    pub catena_client_id: Option<String>,
    /// Client secret that Catena gave you.
    #[arg(long, global = true, env = "CATENA_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub catena_client_secret: Option<String>,
    /// Days to keep processed deliveries in the inbox. What they reported stays on timelines forever.
    #[arg(long, global = true, env = "ONRAMP_KEEP_DELIVERIES_DAYS", default_value = "90", value_name = "DAYS")]
    pub keep_deliveries_days: String,
    /// Days to keep deliveries that could not be verified.
    #[arg(long, global = true, env = "ONRAMP_KEEP_QUARANTINE_DAYS", default_value = "7", value_name = "DAYS")]
    pub keep_quarantine_days: String,
    /// Scopes of the sandbox's tokens: partner, all, or a list separated by spaces.
    #[arg(long, global = true, env = "ONRAMP_SANDBOX_SCOPES", default_value = "partner", value_name = "SCOPES")]
    pub sandbox_scopes: String,
    /// Minutes between two checks of all fleets, in which Onramp fetches from Catena what no webhook reported; 0 checks
    /// only on demand.
    #[arg(long, global = true, env = "ONRAMP_CHECK_EVERY_MINUTES", default_value = "15", value_name = "MINUTES")]
    pub check_every_minutes: String,
    /// Whether to recover after a start: have Catena deliver again what it could not deliver while Onramp was down, and
    /// reactivate subscriptions that Catena disabled.
    #[arg(long, global = true, env = "ONRAMP_REPLAY_ON_START", default_value = "yes", value_name = "YES|NO")]
    pub replay_on_start: String,
    /// The most fleets that an import invites per minute.
    #[arg(long, global = true, env = "ONRAMP_IMPORT_PER_MINUTE", default_value = "120", value_name = "COUNT")]
    pub import_per_minute: String,
    /// Mail server for e-mail to fleets: smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS.
    /// Connections are encrypted unless the server is on this machine. If it isn't set, no mail is sent.
    #[arg(long, global = true, env = "ONRAMP_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Sender of e-mail to fleets, for example Acme Onboarding <onboarding@acme.example>.
    #[arg(long, global = true, env = "ONRAMP_MAIL_FROM", value_name = "SENDER")]
    pub mail_from: Option<String>,
    /// Name by which fleets know you, for example Acme Freight.
    #[arg(long, global = true, env = "ONRAMP_SENDER_NAME", value_name = "NAME")]
    pub sender_name: Option<String>,
    /// Hours that a fleet may take to open or use its link before Onramp proposes a reminder. For a link that expires
    /// sooner, a third of the time it has left.
    #[arg(long, global = true, env = "ONRAMP_REMIND_AFTER_HOURS", default_value = "24", value_name = "HOURS")]
    pub remind_after_hours: String,
    /// Directory of the site files (CSS, WASM). [default: found next to the binary]
    #[arg(long, global = true, env = "ONRAMP_SITE_DIR", value_name = "DIR")]
    pub site_dir: Option<PathBuf>,
    /// Format of the log on standard error: text or json.
    #[arg(long, global = true, env = "ONRAMP_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: String,
}
