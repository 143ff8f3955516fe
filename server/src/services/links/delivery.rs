//! Gets the magic link to a fleet: shows it to staff, e-mails it, and notes both on the timeline. The one place that opens a
//! sealed link to hand it out.

use domain::{
    events::observation::Observation,
    link::{
        audit::{self, Shown},
        message::{MessageState, Occasion, with_link},
    },
};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    mail::{Mail, MailError, Mailer},
    security::vault::{Purpose, Vault, VaultError},
    services::timeline::Timeline,
    store::{InvitationRow, MessageRow, SharedStore, StoreError},
};
use platform::clock::SharedClock;

/// Why a message was not sent.
#[derive(Debug, Error)]
pub enum LinkDeliveryError {
    /// No mail server is set.
    #[error("no mail server is set")]
    NoMailServer,
    /// The invitation's link is not known.
    #[error("the invitation's link is not known")]
    NoLink,
    /// The very same message was sent before.
    #[error("this message was sent before")]
    SentBefore,
    /// The very same message is being sent.
    #[error("this message is being sent at this moment")]
    UnderWay,
    /// The very same message may have been sent before.
    #[error("nobody knows whether this message was sent before")]
    InDoubt,
    /// It was sent, and that could not be written onto the timeline.
    #[error("the message was sent, and the timeline could not be told: {0}")]
    NotNoted(#[source] StoreError),
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

impl LinkDeliveryError {
    /// Whether another message would not be sent now either.
    pub fn concerns_all(&self) -> bool {
        match self {
            Self::NoMailServer => true,
            Self::Mail(error) => error.affects_all(),
            _ => false,
        }
    }

    /// Whether the same message may be sent later, without anybody correcting it. Never where it may have been sent already.
    pub fn may_wait(&self) -> bool {
        self.concerns_all() || matches!(self, Self::Mail(error) if error.is_transient())
    }

    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::NoMailServer => "Onramp has no mail server to send with. Whoever runs it sets ONRAMP_SMTP_URL and ONRAMP_MAIL_FROM.".into(),
            Self::NoLink => "The link of this invitation isn’t known here: it was made elsewhere. Refresh the invitation, and Catena tells it.".into(),
            Self::SentBefore => "This message was sent a moment ago: the timeline shows it. It was not sent twice.".into(),
            Self::UnderWay => "This message is being sent at this moment. Look at the timeline in a minute, before you try again: it shows whether it was sent.".into(),
            Self::InDoubt => "The mail server took this message before and did not say whether it would send it, so nobody knows whether it arrived. It was not sent again: ask the fleet before you send it once more.".into(),
            Self::NotNoted(_) => "The e-mail was sent: do not send it again. Only its note on the timeline is missing, because Onramp’s database failed.".into(),
            Self::Mail(error) => error.explain(),
            Self::Store(_) => "Onramp’s database failed. Look at the timeline before you try again: it shows whether the message was sent.".into(),
            Self::Vault(_) => "The link was sealed with another key, so it can’t be opened. Whoever runs this Onramp finds the cause in the log.".into(),
        }
    }
}

/// What becomes of a message that could not be sent now and can be later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meanwhile {
    /// It failed: whoever wrote it is told, and decides.
    Failed,
    /// It stays approved, and waits.
    Waits,
}

/// A text ready to be sent, with [`domain::link::message::LINK`] where the link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailDraft {
    /// E-mail address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Shows and sends links.
#[derive(Clone)]
pub struct LinkDelivery {
    mailer: Option<Mailer>,
    store: SharedStore,
    timeline: Timeline,
    vault: Vault,
    clock: SharedClock,
}

impl LinkDelivery {
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
            invitations.iter().map(|invitation| audit::shown(invitation.round(), how, actor, now)).collect();
        self.timeline.record(&told).await?;
        Ok(())
    }

    /// Sends a letter that staff asked for. `message` says what it is; it is written down before the mail leaves, and one with
    /// the same key is sent again only if it failed and so has never left.
    pub async fn send(
        &self,
        message: &MessageRow,
        invitation: &InvitationRow,
        occasion: Occasion,
        letter: &EmailDraft,
    ) -> Result<(), LinkDeliveryError> {
        if self.mailer.is_none() {
            return Err(LinkDeliveryError::NoMailServer);
        }
        if invitation.sealed_link.is_none() {
            return Err(LinkDeliveryError::NoLink);
        }
        let id = self.claim(message).await?;
        let message = MessageRow { id, ..message.clone() };
        self.hand_over(&message, invitation, occasion, letter, Meanwhile::Failed).await
    }

    /// Writes a message down as being sent, for this caller alone; gives its id.
    async fn claim(&self, message: &MessageRow) -> Result<Uuid, LinkDeliveryError> {
        if self.store.add_message(message).await? {
            return Ok(message.id);
        }
        let before = self.store.message_by_key(&message.key).await?;
        match before.map(|before| (before.state, before.id)) {
            Some((MessageState::Sent, _)) => Err(LinkDeliveryError::SentBefore),
            Some((MessageState::Unsure, _)) => Err(LinkDeliveryError::InDoubt),
            Some((MessageState::Failed, id)) if self.store.send_again(message).await? => Ok(id),
            _ => Err(LinkDeliveryError::UnderWay),
        }
    }

    /// Sends a letter that is written down as being sent, notes what came of it, and puts it onto the timeline. `meanwhile` says
    /// what becomes of one that can be sent later only.
    pub async fn hand_over(
        &self,
        message: &MessageRow,
        invitation: &InvitationRow,
        occasion: Occasion,
        letter: &EmailDraft,
        meanwhile: Meanwhile,
    ) -> Result<(), LinkDeliveryError> {
        let (id, actor) = (message.id, message.decided_by.as_deref().unwrap_or_default());
        let mailed = self.mail(id, invitation, letter).await;
        let now = self.clock.now();
        let outcome = match mailed {
            Ok(()) => {
                let told = audit::sent(invitation.round(), &id.to_string(), occasion, &letter.to, actor, now);
                self.note_sent(told).await
            }
            Err(error) => Err(error),
        };
        let state = match &outcome {
            Ok(()) | Err(LinkDeliveryError::NotNoted(_)) => MessageState::Sent,
            Err(LinkDeliveryError::Mail(error)) if error.may_have_been_sent() => MessageState::Unsure,
            Err(error) if meanwhile == Meanwhile::Waits && error.may_wait() => MessageState::Approved,
            Err(_) => MessageState::Failed,
        };
        let problem = outcome.as_ref().err().map(LinkDeliveryError::explain);
        let ended = self.store.end_sending(id, state, problem.as_deref(), now).await;
        match (outcome, ended) {
            (Ok(()), ended) => Ok(ended?),
            (Err(error), ended) => {
                if let Err(ended) = ended {
                    tracing::error!(message = %id, error = %ended, "what became of a message could not be written down");
                }
                Err(error)
            }
        }
    }

    /// Puts what has left onto the timeline, at the second try if need be: told twice, it is there once.
    async fn note_sent(&self, told: Observation) -> Result<(), LinkDeliveryError> {
        let told = [told];
        if self.timeline.record(&told).await.is_err() {
            self.timeline.record(&told).await.map_err(LinkDeliveryError::NotNoted)?;
        }
        Ok(())
    }

    async fn mail(&self, id: Uuid, invitation: &InvitationRow, letter: &EmailDraft) -> Result<(), LinkDeliveryError> {
        let mailer = self.mailer.as_ref().ok_or(LinkDeliveryError::NoMailServer)?;
        let link = self.link(invitation)?.ok_or(LinkDeliveryError::NoLink)?;
        let EmailDraft { to, subject, body } = letter;
        let mail = Mail { to: to.clone(), subject: subject.clone(), text: with_link(body, &link) };
        Ok(mailer.send(&mail, &id.to_string()).await?)
    }
}
