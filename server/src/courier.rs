//! Gets the magic link to a fleet: shows it to staff, e-mails it, and notes both on the timeline. The one place that opens a
//! sealed link to hand it out.

use app::domain::{
    fact::Round,
    handover::{self, Shown},
    message::{MessageState, Occasion, with_link},
};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    clock::SharedClock,
    mail::{Mail, MailError, Mailer},
    store::{InvitationRow, MessageRow, SharedStore, StoreError},
    timeline::Timeline,
    vault::{Purpose, Vault, VaultError},
};

/// Why a message was not sent.
#[derive(Debug, Error)]
pub enum CourierError {
    /// No mail server is set.
    #[error("no mail server is set")]
    NoMailServer,
    /// The invitation's link is not known.
    #[error("the invitation's link is not known")]
    NoLink,
    /// The very same message was sent before, or is being sent.
    #[error("this message was sent before")]
    SentBefore,
    /// The mail server did not take it.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The link can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl CourierError {
    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::NoMailServer => "Onramp has no mail server to send with. Whoever runs it sets ONRAMP_SMTP_URL and ONRAMP_MAIL_FROM.".into(),
            Self::NoLink => "The link of this invitation isn’t known here: it was made elsewhere. Refresh the invitation, and Catena tells it.".into(),
            Self::SentBefore => "This message was sent a moment ago: the timeline shows it. It was not sent twice.".into(),
            Self::Mail(error) => error.explain(),
            Self::Store(_) => "Onramp’s database failed. Look at the timeline before you try again: it shows whether the message was sent.".into(),
            Self::Vault(_) => "The link was sealed with another key, so it can’t be opened. Whoever runs this Onramp finds the cause in the log.".into(),
        }
    }
}

/// A text ready to be sent, with [`app::domain::message::LINK`] where the link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// E-mail address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Shows and sends links.
#[derive(Clone)]
pub struct Courier {
    mailer: Option<Mailer>,
    store: SharedStore,
    timeline: Timeline,
    vault: Vault,
    clock: SharedClock,
}

impl Courier {
    /// Ready to show links, and to send them if there is a mailer.
    pub fn new(
        mailer: Option<Mailer>,
        store: SharedStore,
        timeline: Timeline,
        vault: Vault,
        clock: SharedClock,
    ) -> Self {
        Self { mailer, store, timeline, vault, clock }
    }

    /// Whether there is a mail server to send with.
    pub fn can_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// The link in the clear, for whoever it has been noted for; none where it isn't known.
    pub fn link(&self, invitation: &InvitationRow) -> Result<Option<Zeroizing<String>>, VaultError> {
        let sealed = invitation.sealed_link.as_deref();
        sealed.map(|sealed| self.vault.open_text(Purpose::MagicLink, sealed)).transpose()
    }

    /// Notes on the timelines that `actor` (their e-mail) gets these links to see, before they do.
    pub async fn note_shown(&self, invitations: &[InvitationRow], how: Shown, actor: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let told: Vec<_> =
            invitations.iter().map(|invitation| handover::shown(round(invitation), how, actor, now)).collect();
        self.timeline.tell(&told).await?;
        Ok(())
    }

    /// Sends a letter that staff asked for. `message` says what it is; it is written down before the mail leaves, and one with
    /// the same key is never sent again.
    pub async fn send(
        &self,
        message: &MessageRow,
        invitation: &InvitationRow,
        occasion: Occasion,
        letter: &Letter,
    ) -> Result<(), CourierError> {
        if self.mailer.is_none() {
            return Err(CourierError::NoMailServer);
        }
        if invitation.sealed_link.is_none() {
            return Err(CourierError::NoLink);
        }
        if !self.store.add_message(message).await? {
            return Err(CourierError::SentBefore);
        }
        self.hand_over(message.id, invitation, occasion, letter, message.decided_by.as_deref().unwrap_or_default())
            .await
    }

    /// Sends a letter that is written down as being sent, notes what came of it, and puts it onto the timeline.
    pub async fn hand_over(
        &self,
        message: Uuid,
        invitation: &InvitationRow,
        occasion: Occasion,
        letter: &Letter,
        actor: &str,
    ) -> Result<(), CourierError> {
        let outcome = self.mail(message, invitation, letter).await;
        let now = self.clock.now();
        let (state, problem) = match &outcome {
            Ok(()) => (MessageState::Sent, None),
            Err(CourierError::Mail(error)) if error.may_have_been_sent() => {
                (MessageState::Unsure, Some(error.explain()))
            }
            Err(error) => (MessageState::Failed, Some(error.explain())),
        };
        if outcome.is_ok() {
            let told = handover::sent(round(invitation), &message.to_string(), occasion, &letter.to, actor, now);
            self.timeline.tell(&[told]).await?;
        }
        self.store.end_sending(message, state, problem.as_deref(), now).await?;
        outcome
    }

    async fn mail(&self, id: Uuid, invitation: &InvitationRow, letter: &Letter) -> Result<(), CourierError> {
        let mailer = self.mailer.as_ref().ok_or(CourierError::NoMailServer)?;
        let link = self.link(invitation)?.ok_or(CourierError::NoLink)?;
        let Letter { to, subject, body } = letter;
        let mail = Mail { to: to.clone(), subject: subject.clone(), text: with_link(body, &link) };
        Ok(mailer.send(&mail, &id.to_string()).await?)
    }
}

/// The round that an invitation is in.
pub fn round(invitation: &InvitationRow) -> Round {
    let InvitationRow { digest, created_at, expires_at, .. } = invitation;
    Round { created_at: *created_at, expires_at: *expires_at, invitation: digest.clone() }
}
