//! The settings of mail and reminders, and the name under which fleets know the partner.

use super::{CliArgs, ConfigError};
use crate::mail::MailSettings;

/// The longest name of a partner, in characters.
const LONGEST_NAME: usize = 100;

/// Where mail is handed over; none where neither setting is there.
pub(super) fn mail(given: &CliArgs) -> Result<Option<MailSettings>, ConfigError> {
    let missing = |setting, other: &str, mend| ConfigError::Wrong {
        setting,
        problem: format!("it is missing, while {other} is set"),
        mend,
    };
    match (filled(given.smtp_url.as_deref()), filled(given.mail_from.as_deref())) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => match MailSettings::new(url, from) {
            Ok(settings) => Ok(Some(settings)),
            Err(wrong) => Err(ConfigError::Wrong { setting: wrong.setting, problem: wrong.problem, mend: wrong.mend }),
        },
        (Some(_), None) => {
            let mend = "Write who sends the mail, such as Acme Onboarding <onboarding@acme.example>.";
            Err(missing("ONRAMP_MAIL_FROM", "ONRAMP_SMTP_URL", mend))
        }
        (None, Some(_)) => {
            let mend = "Write your mail server's address, such as smtps://user:password@smtp.example.com:465.";
            Err(missing("ONRAMP_SMTP_URL", "ONRAMP_MAIL_FROM", mend))
        }
    }
}

/// The name under which fleets know the partner, trimmed.
pub(super) fn sender_name(given: &CliArgs) -> Result<Option<String>, ConfigError> {
    let Some(name) = filled(given.sender_name.as_deref()) else { return Ok(None) };
    if name.chars().any(char::is_control) || name.chars().count() > LONGEST_NAME {
        return Err(ConfigError::Wrong {
            setting: "ONRAMP_SENDER_NAME",
            problem: format!("{name:?} is too long or more than one line"),
            mend: "Write the name under which fleets know you, in at most 100 characters.",
        });
    }
    Ok(Some(name.to_owned()))
}

/// How long a fleet may take before a reminder is proposed.
pub(super) fn remind_after(given: &CliArgs) -> Result<time::Duration, ConfigError> {
    let hours = given.remind_after_hours.trim().parse().ok().filter(|hours| (0..=672).contains(hours));
    hours.map(time::Duration::hours).ok_or_else(|| ConfigError::Wrong {
        setting: "ONRAMP_REMIND_AFTER_HOURS",
        problem: format!("{:?} is no number of hours", given.remind_after_hours),
        mend: "Write a whole number from 0 to 672.",
    })
}

fn filled(given: Option<&str>) -> Option<&str> {
    given.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        given: CliArgs,
    }

    /// The settings as this command line gives them, whatever the environment says.
    fn given(url: &str, from: &str, name: &str) -> CliArgs {
        let typed = ["onramp", "--smtp-url", url, "--mail-from", from, "--sender-name", name];
        Typed::try_parse_from(typed).map_err(|error| error.to_string()).unwrap().given
    }

    const URL: &str = "smtps://user:hunter2@smtp.example.com";
    const FROM: &str = "Acme Onboarding <onboarding@acme.example>";

    #[test]
    fn mail_is_off_until_both_settings_are_there() {
        assert!(mail(&given("", " ", "")).unwrap().is_none());
        assert!(mail(&given(URL, FROM, "")).unwrap().is_some());
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
            let line = mail(&given(url, from, "")).unwrap_err().to_string();
            assert!(line.starts_with(&format!("{setting}: ")), "{line}");
            assert!(!line.contains("hunter2") && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn a_senders_name_is_one_line_of_bounded_length() {
        let name = |text: &str| sender_name(&given("", "", text)).map_err(|error| error.to_string());
        assert_eq!(name("  "), Ok(None));
        assert_eq!(name(" Acme Freight "), Ok(Some("Acme Freight".into())));
        assert_eq!(name(&"ü".repeat(100)), Ok(Some("ü".repeat(100))));
        for bad in [&*"x".repeat(101), "Acme\nFreight", "Acme\u{1b}[31m"] {
            assert!(name(bad).unwrap_err().starts_with("ONRAMP_SENDER_NAME: "), "{bad:?}");
        }
    }
}
