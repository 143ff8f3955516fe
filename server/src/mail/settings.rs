//! Where mail is handed over, and who writes it.

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

/// How long the whole of a sending may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server and a sender that can be used.
#[derive(Clone)]
pub struct MailSettings {
    /// `ONRAMP_MAIL_FROM`: who writes.
    pub from: Mailbox,
    /// How long the whole of a sending may take, from looking the server up to its last answer.
    pub timeout: Duration,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) sign_in: Option<SignIn>,
}

/// How the connection is kept from others.
#[derive(Clone)]
pub(super) enum Encryption {
    /// Not at all: it does not leave this machine.
    None,
    /// After the greeting, or the sending fails.
    StartTls(TlsParameters),
    /// From the first byte.
    FromTheStart(TlsParameters),
}

/// What the mail server knows us by.
#[derive(Clone)]
pub(super) struct SignIn {
    pub user: String,
    pub password: Secret,
}

/// A setting of mail that can't be used, without anything of what it holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}. {mend}")]
pub struct WrongMailSetting {
    /// Its name.
    pub setting: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub mend: &'static str,
}

impl MailSettings {
    /// Reads both settings: `url` as in `smtps://user:password@host:465` or `smtp://user:password@host:587`, user and password
    /// percent-encoded, and `from` as in `Acme Onboarding <onboarding@acme.example>`. A connection is encrypted unless it
    /// stays on this machine; the usual ports are 465, 587, and 25 on this machine.
    pub fn new(url: &str, from: &str) -> Result<Self, WrongMailSetting> {
        let from = usable_sender(from).ok_or_else(|| WrongMailSetting {
            setting: "ONRAMP_MAIL_FROM",
            problem: "it is no sender".into(),
            mend: "Write a name and an address, such as Acme Onboarding <onboarding@acme.example>.",
        })?;
        let wrong = |problem: &str| WrongMailSetting {
            setting: "ONRAMP_SMTP_URL",
            problem: problem.to_owned(),
            mend: "Write an address such as smtps://user:password@smtp.example.com:465, or smtp:// and port 587 for STARTTLS, \
                   with user and password percent-encoded.",
        };
        let url = Url::parse(url.trim()).map_err(|_| wrong("it is no address"))?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it holds more than scheme, user, password, host and port"));
        }
        // For a scheme that is no web scheme, `Url` takes the host as it stands.
        let host = url.host_str().and_then(|host| Host::parse(host).ok()).ok_or_else(|| wrong("it names no host"))?;
        let name = match &host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        };
        if ServerName::try_from(name.as_str()).is_err() {
            return Err(wrong("its host is no name of a server"));
        }
        let tls = || {
            TlsParameters::new(name.clone()).map_err(|_| WrongMailSetting {
                setting: "ONRAMP_SMTP_URL",
                problem: "the certificates of this machine, by which mail servers are recognised, can't be read".into(),
                mend: "Install them: on Debian the package ca-certificates.",
            })
        };
        let (encryption, usual_port) = match url.scheme() {
            "smtps" => (Encryption::FromTheStart(tls()?), 465),
            "smtp" if is_this_machine(&host) => (Encryption::None, 25),
            "smtp" => (Encryption::StartTls(tls()?), 587),
            _ => return Err(wrong("it begins with neither smtps:// nor smtp://")),
        };
        let sign_in = sign_in(&url).map_err(wrong)?;
        let port = url.port().unwrap_or(usual_port);
        Ok(Self { from, timeout: TIMEOUT, host: name, port, encryption, sign_in })
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

/// The sender, if a message can be made with it.
fn usable_sender(text: &str) -> Option<Mailbox> {
    let from = sender(text)?;
    let probe = Mail { to: String::new(), subject: String::new(), text: String::new() };
    compose(&from, recipient("probe@example.com")?, &probe, "probe", OffsetDateTime::UNIX_EPOCH)?;
    Some(from)
}

/// None where the address names nobody; what is wrong where it names half of it.
fn sign_in(url: &Url) -> Result<Option<SignIn>, &'static str> {
    match (url.username(), url.password()) {
        ("", None | Some("")) => Ok(None),
        ("", Some(_)) | (_, None | Some("")) => Err("it needs both user and password, or neither"),
        (user, Some(password)) => {
            let plain = |text| percent_decode_str(text).decode_utf8().map_err(|_| "user or password is not UTF-8");
            let (user, password) = (plain(user)?.into_owned(), Secret::from(&*plain(password)?));
            Ok(Some(SignIn { user, password }))
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
            Encryption::FromTheStart(_) => "tls",
        };
        let sign_in = settings.sign_in.map(|known| (known.user, known.password.expose().to_owned()));
        (settings.host, settings.port, encryption, sign_in)
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
