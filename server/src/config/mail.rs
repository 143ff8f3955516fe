//! The settings of mail and reminders, and the name by which fleets know the partner.

use domain::text::one_line;

use super::{args::CliArgs, error::ConfigError};
use crate::mail::{InvalidMailSetting, MailSettings};

/// In characters.
const SENDER_NAME_MAX: usize = 100;

/// The mail server and sender; `None` if neither is set.
pub(super) fn mail(args: &CliArgs) -> Result<Option<MailSettings>, ConfigError> {
    let missing = |setting, other: &str, fix| ConfigError::Invalid {
        setting,
        problem: format!("it is missing, but {other} is set"),
        fix,
    };
    match (filled(args.smtp_url.as_deref()), filled(args.mail_from.as_deref())) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => match MailSettings::new(url, from) {
            Ok(settings) => Ok(Some(settings)),
            Err(InvalidMailSetting { setting, problem, fix }) => Err(ConfigError::Invalid { setting, problem, fix }),
        },
        (Some(_), None) => {
            let fix = "Write who sends the mail, such as Acme Onboarding <onboarding@acme.example>.";
            Err(missing("ONRAMP_MAIL_FROM", "ONRAMP_SMTP_URL", fix))
        }
        (None, Some(_)) => {
            let fix = "Write your mail server's address, such as smtps://user:password@smtp.example.com:465.";
            Err(missing("ONRAMP_SMTP_URL", "ONRAMP_MAIL_FROM", fix))
        }
    }
}

/// The name by which fleets know the partner, cleaned; `None` if it is empty.
pub(super) fn sender_name(args: &CliArgs) -> Result<Option<String>, ConfigError> {
    let Some(name) = filled(args.sender_name.as_deref()) else { return Ok(None) };
    if name.chars().any(char::is_control) || name.chars().count() > SENDER_NAME_MAX {
        return Err(ConfigError::Invalid {
            setting: "ONRAMP_SENDER_NAME",
            problem: format!("{name:?} is too long or more than one line"),
            fix: "Write the name by which fleets know you, in at most 100 characters.",
        });
    }
    Ok(Some(one_line(name)).filter(|name| !name.is_empty()))
}

/// How long a fleet may take before a reminder is proposed.
pub(super) fn remind_after(args: &CliArgs) -> Result<time::Duration, ConfigError> {
    let hours = args.remind_after_hours.trim().parse().ok().filter(|hours| (0..=672).contains(hours));
    hours.map(time::Duration::hours).ok_or_else(|| ConfigError::Invalid {
        setting: "ONRAMP_REMIND_AFTER_HOURS",
        problem: format!("{:?} is not a number of hours", args.remind_after_hours),
        fix: "Write a whole number from 0 to 672.",
    })
}

fn filled(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        args: CliArgs,
    }

    /// Flags win over the environment, so the test's own environment doesn't matter.
    fn args(url: &str, from: &str, name: &str) -> CliArgs {
        let line = ["onramp", "--smtp-url", url, "--mail-from", from, "--sender-name", name];
        CommandLine::try_parse_from(line).map_err(|error| error.to_string()).unwrap().args
    }

    const URL: &str = "smtps://user:hunter2@smtp.example.com";
    const FROM: &str = "Acme Onboarding <onboarding@acme.example>";

    #[test]
    fn mail_is_off_until_both_settings_are_there() {
        assert!(mail(&args("", " ", "")).unwrap().is_none());
        assert!(mail(&args(URL, FROM, "")).unwrap().is_some());
    }

    #[test]
    fn a_wrong_or_missing_setting_is_named_in_one_line_without_the_password() {
        let table = [
            ("ONRAMP_MAIL_FROM", URL, ""),
            ("ONRAMP_SMTP_URL", "", FROM),
            ("ONRAMP_MAIL_FROM", URL, "Acme"),
            ("ONRAMP_SMTP_URL", "smtps://user:hunter2@", FROM),
        ];
        for (setting, url, from) in table {
            let line = mail(&args(url, from, "")).unwrap_err().to_string();
            assert!(line.starts_with(&format!("{setting}: ")), "{line}");
            assert!(!line.contains("hunter2") && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn a_senders_name_is_one_line_of_bounded_length() {
        let name = |text: &str| sender_name(&args("", "", text)).map_err(|error| error.to_string());
        assert_eq!(name("  "), Ok(None));
        assert_eq!(name(" Acme Freight "), Ok(Some("Acme Freight".into())));
        assert_eq!(name("Mu\u{308}ller\u{a0}Freight\u{200b}"), Ok(Some("Müller Freight".into())));
        assert_eq!(name(&"ü".repeat(100)), Ok(Some("ü".repeat(100))));
        for bad in [&*"x".repeat(101), "Acme\nFreight", "Acme\u{1b}[31m"] {
            assert!(name(bad).unwrap_err().starts_with("ONRAMP_SENDER_NAME: "), "{bad:?}");
        }
    }
}
