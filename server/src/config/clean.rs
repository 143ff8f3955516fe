//! Takes from the settings what doesn't belong to them: files with variables and secrets end their lines in ways that one can't
//! see.

use std::path::PathBuf;

use super::{args::CliArgs, error::ConfigError};

impl CliArgs {
    /// The settings without white space at their ends. A control character inside of one is an error: it would make a secret
    /// that Catena refuses, or a file with a name that nobody can type.
    pub fn cleaned(mut self) -> Result<Self, ConfigError> {
        // Without `..`, so that no new setting is forgotten.
        let Self {
            listen,
            public_url,
            data_dir,
            database_url,
            secret_key,
            sandbox,
            catena_api_url,
            catena_auth_url,
            catena_client_id,
            catena_client_secret,
            keep_deliveries_days,
            keep_quarantine_days,
            sandbox_scopes,
            check_every_minutes,
            replay_on_start,
            import_per_minute,
            smtp_url,
            mail_from,
            sender_name,
            remind_after_hours,
            site_dir,
            log_format,
        } = &mut self;
        let required = [
            ("ONRAMP_LISTEN", listen),
            ("ONRAMP_KEEP_DELIVERIES_DAYS", keep_deliveries_days),
            ("ONRAMP_KEEP_QUARANTINE_DAYS", keep_quarantine_days),
            ("ONRAMP_SANDBOX_SCOPES", sandbox_scopes),
            ("ONRAMP_CHECK_EVERY_MINUTES", check_every_minutes),
            ("ONRAMP_REPLAY_ON_START", replay_on_start),
            ("ONRAMP_IMPORT_PER_MINUTE", import_per_minute),
            ("ONRAMP_REMIND_AFTER_HOURS", remind_after_hours),
            ("ONRAMP_LOG_FORMAT", log_format),
        ];
        let optional = [
            ("ONRAMP_PUBLIC_URL", public_url),
            ("DATABASE_URL", database_url),
            ("ONRAMP_SECRET_KEY", secret_key),
            ("ONRAMP_SANDBOX", sandbox),
            ("CATENA_API_URL", catena_api_url),
            ("CATENA_AUTH_URL", catena_auth_url),
            ("CATENA_CLIENT_ID", catena_client_id),
            ("CATENA_CLIENT_SECRET", catena_client_secret),
            ("ONRAMP_SMTP_URL", smtp_url),
            ("ONRAMP_MAIL_FROM", mail_from),
            ("ONRAMP_SENDER_NAME", sender_name),
        ];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value.as_mut()?)));
        for (setting, value) in required.into_iter().chain(optional) {
            *value = clean(setting, value)?;
        }
        let paths = [("ONRAMP_DATA_DIR", Some(data_dir)), ("ONRAMP_SITE_DIR", site_dir.as_mut())];
        for (setting, path) in paths.into_iter().filter_map(|(name, path)| Some((name, path?))) {
            // A path that isn't UTF-8 was not typed, and stays as it is.
            if let Some(text) = path.to_str() {
                *path = PathBuf::from(clean(setting, text)?);
            }
        }
        Ok(self)
    }
}

/// The message never holds the value: it may be a secret.
fn clean(setting: &'static str, value: &str) -> Result<String, ConfigError> {
    // Some editors begin a file with U+FEFF.
    let clean = value.trim_start_matches('\u{feff}').trim();
    match clean.chars().find(|c| c.is_control()) {
        None => Ok(clean.to_owned()),
        Some(found) => Err(ConfigError::Invalid {
            setting,
            problem: format!("it has a control character (U+{:04X}) inside", u32::from(found)),
            fix: "Write it anew, on one line.",
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        args: CliArgs,
    }

    /// Flags win over the environment, so the test's own environment doesn't matter.
    fn cleaned(flag: &str, value: &str) -> Result<CliArgs, String> {
        let line = ["onramp".to_owned(), format!("--{flag}={value}")];
        let parsed = CommandLine::try_parse_from(line).map_err(|error| error.to_string()).unwrap();
        parsed.args.cleaned().map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_loses_white_space_at_its_ends() {
        for end in ["\r", "\n", "\r\n", " ", "\t", "\u{a0}"] {
            let args = |flag| cleaned(flag, &format!("{end}some value{end}")).unwrap();
            assert_eq!(args("catena-client-secret").catena_client_secret.as_deref(), Some("some value"), "{end:?}");
            assert_eq!(args("secret-key").secret_key.as_deref(), Some("some value"));
            assert_eq!(args("listen").listen, "some value");
            assert_eq!(args("data-dir").data_dir, Path::new("some value"));
        }
        assert_eq!(cleaned("catena-client-id", "\u{feff}id").unwrap().catena_client_id.as_deref(), Some("id"));
    }

    #[test]
    fn a_control_character_inside_any_setting_is_refused_by_name_and_without_the_value() {
        let command = CommandLine::command();
        let settings: Vec<_> = command.get_arguments().filter(|arg| arg.get_env().is_some()).collect();
        assert!(settings.len() > 20);
        for setting in settings {
            let variable = setting.get_env().unwrap().to_string_lossy().into_owned();
            for (control, name) in [('\n', "U+000A"), ('\u{7}', "U+0007"), ('\u{85}', "U+0085")] {
                let line = cleaned(setting.get_long().unwrap(), &format!("hunter{control}2")).unwrap_err();
                assert!(line.starts_with(&format!("{variable}: ")) && line.contains(name), "{line}");
                assert!(!line.contains("hunter") && line.lines().count() == 1, "{line}");
            }
        }
    }
}
