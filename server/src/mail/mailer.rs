//! Hands a mail to the mail server, step by step.

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
    said::repeatable,
    settings::{Encryption, MailSettings},
};
use platform::clock::SharedClock;

/// How long the server's farewell is waited for. What became of the mail is known by then.
const FAREWELL: Duration = Duration::from_secs(1);
/// How many addresses of the mail server get their turn within the time for a sending.
const ADDRESSES: u32 = 3;

/// Sends mail through the mail server of the settings. A connection a mail: they are few.
#[derive(Clone)]
pub struct Mailer {
    settings: Arc<MailSettings>,
    clock: SharedClock,
}

impl Mailer {
    /// A mailer for these settings, whose mails are dated by this clock.
    pub fn new(settings: &MailSettings, clock: SharedClock) -> Self {
        Self { settings: Arc::new(settings.clone()), clock }
    }

    /// Hands a mail over; the mail server has taken it once this is `Ok`. `id` becomes the left part of its Message-ID, so that
    /// who sends the same again can be recognised: an id of ours, never a secret. Nothing is tried twice.
    pub async fn send(&self, mail: &Mail, id: &str) -> Result<(), MailError> {
        let to = recipient(&mail.to).ok_or(MailError::Address)?;
        let message = compose(&self.settings.from, to, mail, id, self.clock.now()).ok_or(MailError::Address)?;
        let started = Instant::now();
        let until = started + self.settings.timeout;
        let mut connection = timeout_at(until, self.connect(mail)).await.unwrap_or(Err(MailError::TimedOut))?;
        let outcome = self.hand_over(&mut connection, &message, mail, until).await;
        // Politeness alone.
        let _ = timeout(FAREWELL, connection.abort()).await;
        if outcome.is_ok() {
            tracing::debug!(id, elapsed_ms = started.elapsed().as_millis(), "handed a mail over");
        }
        outcome
    }

    async fn connect(&self, mail: &Mail) -> Result<AsyncSmtpConnection, MailError> {
        let settings = &*self.settings;
        let hello = ClientId::Domain(settings.from.email.domain().to_owned());
        let tls = match &settings.encryption {
            Encryption::FromTheStart(tls) => Some(tls.clone()),
            Encryption::None | Encryption::StartTls(_) => None,
        };
        let server = (&*settings.host, settings.port);
        let patience = Some(settings.timeout / ADDRESSES);
        let lost = |error| self.lost(&error, Step::Greeting, mail);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, patience, &hello, tls, None).await.map_err(lost)?;
        if let Encryption::StartTls(tls) = &settings.encryption {
            if !connection.can_starttls() {
                return Err(MailError::NotEncrypted { reason: "it does not offer STARTTLS".into() });
            }
            connection.starttls(tls.clone(), &hello).await.map_err(lost)?;
        }
        Ok(connection)
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
        mail: &Mail,
        until: Instant,
    ) -> Result<(), MailError> {
        let announced = timeout_at(until, self.publish(connection, message, mail)).await;
        announced.unwrap_or(Err(MailError::TimedOut))?;
        // From here on the server may take the message without our hearing of it.
        match timeout_at(until, connection.message(&message.formatted())).await {
            Ok(Ok(_taken)) => Ok(()),
            Ok(Err(error)) if error.status().is_some() => Err(self.lost(&error, Step::Content, mail)),
            Ok(Err(_)) | Err(_) => Err(MailError::Unknown),
        }
    }

    /// Everything before the message itself.
    async fn publish(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
        mail: &Mail,
    ) -> Result<(), MailError> {
        if let Some(known) = &self.settings.sign_in {
            if connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
                return Err(MailError::SignIn { said: "it offers no way of signing in that Onramp knows".into() });
            }
            let credentials = Credentials::new(known.user.clone(), known.password.expose().to_owned());
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| self.lost(&error, Step::SignIn, mail))?;
        }
        let from = MailFrom::new(message.envelope().from().cloned(), vec![]);
        connection.command(from).await.map_err(|error| self.lost(&error, Step::Sender, mail))?;
        for to in message.envelope().to() {
            let to = Rcpt::new(to.clone(), vec![]);
            connection.command(to).await.map_err(|error| self.lost(&error, Step::Recipient, mail))?;
        }
        connection.command(Data).await.map_err(|error| self.lost(&error, Step::Content, mail))?;
        Ok(())
    }

    /// What an error means that came before the message was handed over, or as the answer to it.
    fn lost(&self, error: &SmtpError, step: Step, mail: &Mail) -> MailError {
        let Some(code) = error.status().map(u16::from) else {
            return broken(error);
        };
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        let said = self.repeatable(&format!("{code} {words}"), mail);
        match code {
            400..500 => MailError::Deferred { step, said },
            // 530: "authentication required", 534 and 535: not like this (RFC 4954, 6).
            _ if step == Step::SignIn || matches!(code, 530 | 534 | 535) => MailError::SignIn { said },
            _ => MailError::Refused { step, said },
        }
    }

    fn repeatable(&self, said: &str, mail: &Mail) -> String {
        let Some(known) = &self.settings.sign_in else { return repeatable(said, [&*mail.text]) };
        // As they are, and as they travel.
        let (user, password) = (&*known.user, known.password.expose());
        let (plain, login) = (STANDARD.encode(format!("\0{user}\0{password}")), STANDARD.encode(password));
        repeatable(said, [&*mail.text, password, &*plain, &*login])
    }
}

/// What an error means that is no answer of the server's.
fn broken(error: &SmtpError) -> MailError {
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
        // The words are the parser's, and may hold what the server sent.
        reason = "it hung up, or does not answer as a mail server does".into();
    }
    MailError::Unreachable { reason }
}
