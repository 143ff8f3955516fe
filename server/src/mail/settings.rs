//! The mail server and the sender.

use std::{fmt, time::Duration};

use lettre::{message::Mailbox, transport::smtp::client::TlsParameters};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use time::OffsetDateTime;
use url::{Host, Url};

use super::{
    Mail,
    address::{recipient, sender},
    compose::compose,
};
use platform::secret::Secret;

/// How long it may take to send one mail.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server and a sender, both checked.
#[derive(Clone)]
pub struct MailSettings {
    /// `ONRAMP_MAIL_FROM`: the sender.
    pub from: Mailbox,
    /// How long it may take to send one mail, from looking up the server to its last reply.
    pub timeout: Duration,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
}

/// How the connection is encrypted.
#[derive(Clone)]
pub(super) enum Encryption {
    /// It isn't, because it doesn't leave this machine.
    None,
    /// After the greeting; sending fails if the server refuses.
    StartTls(TlsParameters),
    /// From the first byte.
    Implicit(TlsParameters),
}

/// Credentials for the mail server.
#[derive(Clone)]
pub(super) struct Credentials {
    pub user: String,
    pub password: Secret,
}

/// Why a mail setting is invalid. Never holds its value, which may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}. {fix}")]
pub struct InvalidMailSetting {
    /// The setting's environment variable.
    pub setting: &'static str,
    /// What is wrong with it.
    pub problem: String,
    /// What to write instead.
    pub fix: &'static str,
}

impl MailSettings {
    /// Checks both settings: `url`, such as `smtps://user:password@host:465` or `smtp://user:password@host:587` with user and
    /// password percent-encoded, and `from`, such as `Acme Onboarding <onboarding@acme.example>`. A connection is encrypted
    /// unless it stays on this machine. The default ports are 465 and 587, and 25 on this machine.
    pub fn new(url: &str, from: &str) -> Result<Self, InvalidMailSetting> {
        let from = usable_sender(from).ok_or_else(|| InvalidMailSetting {
            setting: "ONRAMP_MAIL_FROM",
            problem: "it is not a sender".into(),
            fix: "Write a name and an address, such as Acme Onboarding <onboarding@acme.example>.",
        })?;
        let invalid = |problem: &str| InvalidMailSetting {
            setting: "ONRAMP_SMTP_URL",
            problem: problem.to_owned(),
            fix: "Write an address such as smtps://user:password@smtp.example.com:465, or smtp:// and port 587 for STARTTLS, \
                   with user and password percent-encoded.",
        };
        let url = Url::parse(url.trim()).map_err(|_| invalid("it is not an address"))?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it has more than a scheme, user, password, host, and port"));
        }
        // `Url` checks hosts only for the schemes of the web.
        let host = url.host_str().and_then(|host| Host::parse(host).ok()).ok_or_else(|| invalid("it has no host"))?;
        let name = match &host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        };
        if ServerName::try_from(name.as_str()).is_err() {
            return Err(invalid("its host is not a server name"));
        }
        let tls = || {
            TlsParameters::new(name.clone()).map_err(|_| InvalidMailSetting {
                setting: "ONRAMP_SMTP_URL",
                problem: "this machine's CA certificates, which verify mail servers, can't be read".into(),
                fix: "Install them: on Debian, with the package ca-certificates.",
            })
        };
        let (encryption, default_port) = match url.scheme() {
            "smtps" => (Encryption::Implicit(tls()?), 465),
            "smtp" if is_this_machine(&host) => (Encryption::None, 25),
            "smtp" => (Encryption::StartTls(tls()?), 587),
            _ => return Err(invalid("it starts with neither smtps:// nor smtp://")),
        };
        let credentials = credentials(&url).map_err(invalid)?;
        let port = url.port().unwrap_or(default_port);
        Ok(Self { from, timeout: TIMEOUT, host: name, port, encryption, credentials })
    }
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, timeout, host, port, .. } = self;
        let mut all = f.debug_struct("MailSettings");
        all.field("from", from)
            .field("timeout", timeout)
            .field("host", host)
            .field("port", port)
            .finish_non_exhaustive()
    }
}

/// The sender, if a message can be composed with it.
fn usable_sender(text: &str) -> Option<Mailbox> {
    let from = sender(text)?;
    let probe = Mail { to: String::new(), subject: String::new(), text: String::new() };
    compose(&from, recipient("probe@example.com")?, &probe, "probe", OffsetDateTime::UNIX_EPOCH)?;
    Some(from)
}

/// The user and password in `url`: `Ok(None)` without either, an error with only one.
fn credentials(url: &Url) -> Result<Option<Credentials>, &'static str> {
    match (url.username(), url.password()) {
        ("", None | Some("")) => Ok(None),
        ("", Some(_)) | (_, None | Some("")) => Err("it needs both user and password, or neither"),
        (user, Some(password)) => {
            let plain = |text| percent_decode_str(text).decode_utf8().map_err(|_| "user or password is not UTF-8");
            let (user, password) = (plain(user)?.into_owned(), Secret::from(&*plain(password)?));
            Ok(Some(Credentials { user, password }))
        }
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Acme Onboarding <onboarding@acme.example>";

    fn read(url: &str) -> (String, u16, &'static str, Option<(String, String)>) {
        let settings = MailSettings::new(url, FROM).expect(url);
        let encryption = match settings.encryption {
            Encryption::None => "none",
            Encryption::StartTls(_) => "starttls",
            Encryption::Implicit(_) => "tls",
        };
        let credentials = settings.credentials.map(|known| (known.user, known.password.expose().to_owned()));
        (settings.host, settings.port, encryption, credentials)
    }

    #[test]
    fn a_connection_is_encrypted_unless_it_stays_on_this_machine() {
        let table = [
            ("smtps://smtp.example.com", "smtp.example.com", 465, "tls"),
            ("smtps://smtp.example.com:2465/", "smtp.example.com", 2465, "tls"),
            ("smtps://127.0.0.1", "127.0.0.1", 465, "tls"),
            ("smtp://smtp.example.com", "smtp.example.com", 587, "starttls"),
            ("smtp://SMTP.Example.com:25", "smtp.example.com", 25, "starttls"),
            ("smtp://192.0.2.1", "192.0.2.1", 587, "starttls"),
            ("smtp://0.0.0.0", "0.0.0.0", 587, "starttls"),
            ("smtp://localhost.example.com", "localhost.example.com", 587, "starttls"),
            ("smtp://127.0.0.1.example.com", "127.0.0.1.example.com", 587, "starttls"),
            ("smtp://127.0.0.1", "127.0.0.1", 25, "none"),
            ("smtp://localhost:1025", "localhost", 1025, "none"),
            ("smtp://[::1]:1025", "::1", 1025, "none"),
        ];
        for (url, host, port, encryption) in table {
            assert_eq!(read(url), (host.to_owned(), port, encryption, None), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let known = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(read("smtps://ops%40acme.example:p%3A%2F%20%C3%BC@h.example").3, known("ops@acme.example", "p:/ ü"));
        assert_eq!(read("smtp://user:password@localhost").3, known("user", "password"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let bad = [
            "",
            "smtp.example.com",
            "hunter2hunter2",
            "smtps://",
            "smtps:smtp.example.com",
            "https://user:hunter2@smtp.example.com",
            "smtps://user:hunter2@smtp.example.com/path",
            "smtps://user:hunter2@smtp.example.com?tls=none",
            "smtps://user:hunter2@smtp.example.com#x",
            "smtps://user:hunter2@smtp example.com",
            "smtps://user:hunter2@smtp..example.com",
            "smtps://user:hunter2@smtp.example.com:port",
            "smtps://user@smtp.example.com",
            "smtps://:hunter2@smtp.example.com",
            "smtps://user:hunter2%FF@smtp.example.com",
        ];
        for url in bad {
            let wrong = MailSettings::new(url, FROM).expect_err(url);
            assert_eq!(wrong.setting, "ONRAMP_SMTP_URL", "{url}");
            let text = format!("{wrong} {wrong:?}");
            assert!(!text.contains("hunter2") && !wrong.to_string().contains('\n'), "{text}");
        }
        let wrong = MailSettings::new("smtps://user:hunter2@smtp.example.com", "Acme").unwrap_err();
        assert_eq!(wrong.setting, "ONRAMP_MAIL_FROM");
    }

    #[test]
    fn printed_settings_hold_no_password() {
        let settings = MailSettings::new("smtps://user:hunter2@smtp.example.com", FROM).unwrap();
        let text = format!("{settings:?}");
        assert!(text.contains("smtp.example.com") && !text.contains("hunter2"), "{text}");
    }
}
