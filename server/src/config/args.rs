//! The settings as they are given: flags and environment variables, with the texts of `--help`.

use std::path::PathBuf;

use clap::Args;

/// The settings as given.
#[expect(clippy::doc_markdown, reason = "these words are the help text")]
#[derive(Debug, Clone, Args)]
pub struct CliArgs {
    /// Address and port to listen on.
    #[arg(long, global = true, env = "ONRAMP_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    pub listen: String,
    /// Address under which browsers and Catena reach this Onramp, for example https://onramp.example.com.
    /// [default: http:// and the address it listens on]
    #[arg(long, global = true, env = "ONRAMP_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Directory for the database and the key file; made if it isn't there.
    #[arg(long, global = true, env = "ONRAMP_DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Database: sqlite:FILE. [default: onramp.db in the data directory; onramp-sandbox.db in the sandbox]
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Key that seals secrets at rest: 32 bytes in base64. [default: the file secret.key in the data directory, made once]
    #[arg(long, global = true, env = "ONRAMP_SECRET_KEY", value_name = "BASE64", hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Address of Catena's API.
    #[arg(long, global = true, env = "CATENA_API_URL", value_name = "URL")]
    pub catena_api_url: Option<String>,
    /// Address of Catena's auth server, with the realm.
    #[arg(long, global = true, env = "CATENA_AUTH_URL", value_name = "URL")]
    pub catena_auth_url: Option<String>,
    /// Client id that Catena gave you. Without one, Onramp runs against its own sandbox and nothing reaches Catena.
    #[arg(long, global = true, env = "CATENA_CLIENT_ID", value_name = "ID")]
    pub catena_client_id: Option<String>,
    /// Client secret that Catena gave you.
    #[arg(long, global = true, env = "CATENA_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub catena_client_secret: Option<String>,
    /// Days that processed deliveries are kept in the inbox; what they told stays on timelines for good.
    #[arg(long, global = true, env = "ONRAMP_KEEP_DELIVERIES_DAYS", default_value = "90", value_name = "DAYS")]
    pub keep_deliveries_days: String,
    /// Days that deliveries which could not be verified are kept.
    #[arg(long, global = true, env = "ONRAMP_KEEP_QUARANTINE_DAYS", default_value = "7", value_name = "DAYS")]
    pub keep_quarantine_days: String,
    /// Scopes that the sandbox's tokens hold: partner, all, or scopes with spaces between.
    #[arg(long, global = true, env = "ONRAMP_SANDBOX_SCOPES", default_value = "partner", value_name = "SCOPES")]
    pub sandbox_scopes: String,
    /// Minutes between two checks in which Onramp asks Catena for what no webhook told; 0 leaves them to the button.
    #[arg(long, global = true, env = "ONRAMP_CHECK_EVERY_MINUTES", default_value = "15", value_name = "MINUTES")]
    pub check_every_minutes: String,
    /// Whether events that Catena could not deliver while Onramp was away are fetched after a start, and subscriptions that
    /// Catena switched off are switched on again: yes or no.
    #[arg(long, global = true, env = "ONRAMP_REPLAY_ON_START", default_value = "yes", value_name = "YES|NO")]
    pub replay_on_start: String,
    /// Fleets that an import invites per minute at the most.
    #[arg(long, global = true, env = "ONRAMP_IMPORT_PER_MINUTE", default_value = "120", value_name = "COUNT")]
    pub import_per_minute: String,
    /// Mail server that takes e-mail to fleets: smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS;
    /// without encryption only on this machine. Without it, no mail is sent.
    #[arg(long, global = true, env = "ONRAMP_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Sender of e-mail to fleets, for example Acme Onboarding <onboarding@acme.example>.
    #[arg(long, global = true, env = "ONRAMP_MAIL_FROM", value_name = "SENDER")]
    pub mail_from: Option<String>,
    /// Name under which fleets know you, for example Acme Freight.
    #[arg(long, global = true, env = "ONRAMP_SENDER_NAME", value_name = "NAME")]
    pub sender_name: Option<String>,
    /// Hours that a fleet may take to open or use its link before Onramp proposes a reminder; a link with less time left
    /// gets a third of it.
    #[arg(long, global = true, env = "ONRAMP_REMIND_AFTER_HOURS", default_value = "24", value_name = "HOURS")]
    pub remind_after_hours: String,
    /// Directory of the site files (style, WASM). [default: found beside the binary]
    #[arg(long, global = true, env = "ONRAMP_SITE_DIR", value_name = "DIR")]
    pub site_dir: Option<PathBuf>,
    /// Format of the log on standard error: text or json.
    #[arg(long, global = true, env = "ONRAMP_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: String,
}
