//! Submits a mail to the mail server, step by step.

use std::{error::Error as _, io, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::{
    Message,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::AsyncSmtpConnection,
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::ClientId,
    },
};
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    Mail,
    address::recipient,
    compose::compose,
    error::{MailError, Step},
    settings::{Encryption, MailSettings},
    smtp_reply::redact,
};
use platform::clock::SharedClock;

/// How long to wait for the reply to `QUIT`, when the outcome is known already.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);
/// How many of the server's addresses can be tried before the time for a mail is up.
const ADDRESSES: u32 = 3;

/// Sends mail through the configured server, each over a connection of its own.
#[derive(Clone)]
pub struct Mailer {
    settings: Arc<MailSettings>,
    clock: SharedClock,
}

impl Mailer {
    /// A mailer that dates mails by this clock.
    pub fn new(settings: &MailSettings, clock: SharedClock) -> Self {
        Self { settings: Arc::new(settings.clone()), clock }
    }

    /// Submits a mail, once; `Ok` means that the mail server accepted it. `id` becomes the local part of the Message-ID, so that a
    /// repeated mail can be recognized. It must be an id of ours, never a secret.
    pub async fn send(&self, mail: &Mail, id: &str) -> Result<(), MailError> {
        let to = recipient(&mail.to).ok_or(MailError::Address)?;
        let message = compose(&self.settings.from, to, mail, id, self.clock.now()).ok_or(MailError::Address)?;
        let started = Instant::now();
        let deadline = started + self.settings.timeout;
        let mut connection = timeout_at(deadline, self.connect(mail)).await.unwrap_or(Err(MailError::TimedOut))?;
        let outcome = self.submit(&mut connection, &message, mail, deadline).await;
        // Only a courtesy: the outcome is known.
        let _ = timeout(QUIT_TIMEOUT, connection.abort()).await;
        if outcome.is_ok() {
            tracing::debug!(
                mail = id,
                elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                "a mail was submitted"
            );
        }
        outcome
    }

    async fn connect(&self, mail: &Mail) -> Result<AsyncSmtpConnection, MailError> {
        let settings = &*self.settings;
        let hello = ClientId::Domain(settings.from.email.domain().to_owned());
        let tls = match &settings.encryption {
            Encryption::Implicit(tls) => Some(tls.clone()),
            Encryption::None | Encryption::StartTls(_) => None,
        };
        let server = (&*settings.host, settings.port);
        let timeout = Some(settings.timeout / ADDRESSES);
        let failed = |error| self.error(&error, Step::Greeting, mail);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, timeout, &hello, tls, None).await.map_err(failed)?;
        if let Encryption::StartTls(tls) = &settings.encryption {
            if !connection.can_starttls() {
                return Err(MailError::NotEncrypted { reason: "it does not offer STARTTLS".into() });
            }
            connection.starttls(tls.clone(), &hello).await.map_err(failed)?;
        }
        Ok(connection)
    }

    async fn submit(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
        mail: &Mail,
        deadline: Instant,
    ) -> Result<(), MailError> {
        let prepared = timeout_at(deadline, self.prepare(connection, message, mail)).await;
        prepared.unwrap_or(Err(MailError::TimedOut))?;
        // From here on, the server may accept the message even if its reply never arrives.
        match timeout_at(deadline, connection.message(&message.formatted())).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.status().is_some() => Err(self.error(&error, Step::Content, mail)),
            Ok(Err(_)) | Err(_) => Err(MailError::Unknown),
        }
    }

    /// All steps before the message itself.
    async fn prepare(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
        mail: &Mail,
    ) -> Result<(), MailError> {
        if let Some(known) = &self.settings.credentials {
            if connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
                return Err(MailError::SignIn { reply: "it offers no sign-in method that Onramp supports".into() });
            }
            let credentials = Credentials::new(known.user.clone(), known.password.expose().to_owned());
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| self.error(&error, Step::SignIn, mail))?;
        }
        let from = MailFrom::new(message.envelope().from().cloned(), vec![]);
        connection.command(from).await.map_err(|error| self.error(&error, Step::Sender, mail))?;
        for to in message.envelope().to() {
            let to = Rcpt::new(to.clone(), vec![]);
            connection.command(to).await.map_err(|error| self.error(&error, Step::Recipient, mail))?;
        }
        connection.command(Data).await.map_err(|error| self.error(&error, Step::Content, mail))?;
        Ok(())
    }

    /// The meaning of an error at a step before the message, or of a reply to the message.
    fn error(&self, error: &SmtpError, step: Step, mail: &Mail) -> MailError {
        let Some(code) = error.status().map(u16::from) else {
            return connection_error(error);
        };
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let reply = self.redact(&format!("{code} {text}"), mail);
        match code {
            400..500 => MailError::Deferred { step, reply },
            // 530: authentication required; 534, 535: rejected mechanism, credentials (RFC 4954, 6).
            _ if step == Step::SignIn || matches!(code, 530 | 534 | 535) => MailError::SignIn { reply },
            _ => MailError::Refused { step, reply },
        }
    }

    fn redact(&self, reply: &str, mail: &Mail) -> String {
        let Some(known) = &self.settings.credentials else { return redact(reply, [&*mail.text]) };
        // In the clear, and as the mechanisms PLAIN and LOGIN encode them.
        let (user, password) = (&*known.user, known.password.expose());
        let (plain, login) = (STANDARD.encode(format!("\0{user}\0{password}")), STANDARD.encode(password));
        redact(reply, [&*mail.text, password, &*plain, &*login])
    }
}

/// The meaning of an error that isn't a reply of the server.
fn connection_error(error: &SmtpError) -> MailError {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let wrapped = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if wrapped.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) {
            return MailError::NotEncrypted { reason: inner.to_string() };
        }
        reason = inner.to_string();
        cause = inner.source();
    }
    if error.is_response() {
        // The parser's own message may quote what the server sent.
        reason = "it closed the connection, or it is not a mail server".into();
    }
    MailError::Unreachable { reason }
}
