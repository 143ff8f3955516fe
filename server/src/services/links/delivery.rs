//! Discloses a magic link, on screen or by e-mail, and records each disclosure on the timeline. The only place that opens a
//! sealed link to disclose it.

use domain::{
    events::observation::Observation,
    link::{
        audit::{self, Shown},
        message::{Language, MessageState, Occasion, with_link},
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
use platform::{clock::SharedClock, random::SharedRandom};

/// Why an e-mail was not sent, or not entirely as it should.
#[derive(Debug, Error)]
pub enum LinkDeliveryError {
    /// No mail server is configured.
    #[error("no mail server is configured")]
    NoMailServer,
    /// We don't hold the invitation's link.
    #[error("the invitation's link is unknown")]
    NoLink,
    /// The very same message has already been sent.
    #[error("this message has already been sent")]
    AlreadySent,
    /// The very same message is being sent.
    #[error("this message is being sent right now")]
    BeingSent,
    /// The very same message may have been sent before.
    #[error("it is uncertain whether this message has been sent before")]
    Unsure,
    /// It was sent, but that could not be recorded on the timeline.
    #[error("the message was sent, but could not be recorded on the timeline: {0}")]
    NotRecorded(#[source] StoreError),
    /// The mail server did not accept it.
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
    /// Whether any other message would fail now too.
    pub fn concerns_all(&self) -> bool {
        match self {
            Self::NoMailServer => true,
            Self::Mail(error) => error.affects_all(),
            _ => false,
        }
    }

    /// Whether the same message may be sent later without anyone correcting it. Never true if it may have been sent already.
    pub fn is_transient(&self) -> bool {
        self.concerns_all() || matches!(self, Self::Mail(error) if error.is_transient())
    }

    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::NoMailServer => NO_MAIL_SERVER.into(),
            Self::NoLink => "Onramp doesn’t have the link of this invitation, because it was created elsewhere. Refresh the invitation to get it.".into(),
            Self::AlreadySent => "This message was sent a moment ago: see the timeline. It was not sent twice.".into(),
            Self::BeingSent => "This message is being sent at this moment. Before you try again, wait a minute and check the timeline: it shows whether the message was sent.".into(),
            Self::Unsure => "Earlier, the mail server took this message without saying whether it would send it, so nobody knows whether it arrived. It was not sent again: ask the fleet before you send it once more.".into(),
            Self::NotRecorded(_) => "The e-mail was sent: do not send it again. It only is missing from the timeline, because Onramp’s database failed.".into(),
            Self::Mail(error) => error.explain(),
            Self::Store(_) => "Onramp’s database failed. Before you try again, check the timeline: it shows whether the message was sent.".into(),
            Self::Vault(_) => "The link was encrypted with another key, so it can’t be opened. The log has the details: ask whoever runs this Onramp.".into(),
        }
    }
}

/// What staff read where an e-mail would need a mail server.
pub const NO_MAIL_SERVER: &str =
    "Onramp has no mail server to send with. Whoever runs it sets ONRAMP_SMTP_URL and ONRAMP_MAIL_FROM.";

/// What to do with a message that can't be sent now but can be later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTransientError {
    /// It fails: whoever wrote it sees why, and decides.
    Fail,
    /// It stays approved, and waits.
    Wait,
}

/// A text ready to be sent, with [`domain::link::message::LINK`] where the link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailDraft {
    /// E-mail address.
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// An e-mail that a member of staff sends from a form.
#[derive(Debug, Clone, Copy)]
pub struct StaffEmail<'a> {
    /// Identifies the form: the e-mail of one form is sent once.
    pub once: &'a str,
    pub occasion: Occasion,
    pub language: Language,
    pub draft: &'a EmailDraft,
    /// The e-mail address of who sends it.
    pub actor: &'a str,
}

/// Shows and e-mails links.
#[derive(Clone)]
pub struct LinkDelivery {
    mailer: Option<Mailer>,
    store: SharedStore,
    timeline: Timeline,
    vault: Vault,
    clock: SharedClock,
    random: SharedRandom,
}

impl LinkDelivery {
    /// Without a `mailer`, links can only be shown.
    pub fn new(
        mailer: Option<Mailer>,
        store: SharedStore,
        timeline: Timeline,
        vault: Vault,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self { mailer, store, timeline, vault, clock, random }
    }

    /// Whether there is a mail server to send with.
    pub fn can_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// The link in plain text; `None` if we don't hold it. Call [`record_shown`](Self::record_shown) before anyone sees it.
    pub fn link(&self, invitation: &InvitationRow) -> Result<Option<Zeroizing<String>>, VaultError> {
        invitation.sealed_link.as_deref().map(|sealed| self.unseal(sealed)).transpose()
    }

    /// A sealed link in plain text. Call [`record_shown`](Self::record_shown) before anyone sees it.
    pub fn unseal(&self, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        self.vault.open_text(Purpose::MagicLink, sealed)
    }

    /// Records on the timelines that `actor` (an e-mail address) gets to see these links. Call it before they do.
    #[tracing::instrument(skip_all)]
    pub async fn record_shown(&self, invitations: &[InvitationRow], how: Shown, actor: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let observations: Vec<_> =
            invitations.iter().map(|invitation| audit::shown(invitation.round(), how, actor, now)).collect();
        self.timeline.record(&observations).await?;
        Ok(())
    }

    /// Sends the link by e-mail. The message is stored before it is sent. If the same form is sent again, the message is sent
    /// again only if it failed and so never went out.
    #[tracing::instrument(skip_all)]
    pub async fn send(&self, invitation: &InvitationRow, email: StaffEmail<'_>) -> Result<(), LinkDeliveryError> {
        if self.mailer.is_none() {
            return Err(LinkDeliveryError::NoMailServer);
        }
        if invitation.sealed_link.is_none() {
            return Err(LinkDeliveryError::NoLink);
        }
        let mut message = self.message(invitation, email);
        message.id = self.claim(&message).await?;
        self.deliver(&message, invitation, email.occasion, email.draft, OnTransientError::Fail).await
    }

    fn message(&self, invitation: &InvitationRow, email: StaffEmail<'_>) -> MessageRow {
        let now = self.clock.now();
        MessageRow {
            id: self.random.uuid_v7(now),
            key: format!("letter:{}:{}", invitation.digest, email.once),
            fleet: invitation.fleet,
            invitation: invitation.digest.clone(),
            expires_at: invitation.expires_at,
            occasion: email.occasion.name().to_owned(),
            recipient: Some(email.draft.to.clone()),
            language: email.language.code().to_owned(),
            state: MessageState::Sending,
            since: None,
            made_at: now,
            decided_at: Some(now),
            decided_by: Some(email.actor.to_owned()),
            ended_at: None,
            problem: None,
        }
    }

    /// Stores a message as being sent, for this caller alone; returns the id it is stored under.
    async fn claim(&self, message: &MessageRow) -> Result<Uuid, LinkDeliveryError> {
        if self.store.add_message(message).await? {
            return Ok(message.id);
        }
        let before = self.store.message_by_key(&message.key).await?;
        match before.map(|before| (before.state, before.id)) {
            Some((MessageState::Sent, _)) => Err(LinkDeliveryError::AlreadySent),
            Some((MessageState::Unsure, _)) => Err(LinkDeliveryError::Unsure),
            Some((MessageState::Failed, id)) if self.store.send_again(message).await? => Ok(id),
            _ => Err(LinkDeliveryError::BeingSent),
        }
    }

    /// Sends a message that is stored as being sent, stores the outcome, and records it on the timeline.
    #[tracing::instrument(skip_all)]
    pub async fn deliver(
        &self,
        message: &MessageRow,
        invitation: &InvitationRow,
        occasion: Occasion,
        draft: &EmailDraft,
        on_transient_error: OnTransientError,
    ) -> Result<(), LinkDeliveryError> {
        let (id, actor) = (message.id, message.decided_by.as_deref().unwrap_or_default());
        let mailed = self.mail(id, invitation, draft).await;
        let now = self.clock.now();
        let outcome = match mailed {
            Ok(()) => {
                self.record_sent(audit::sent(invitation.round(), &id.to_string(), occasion, &draft.to, actor, now))
                    .await
            }
            Err(error) => Err(error),
        };
        let state = match &outcome {
            Ok(()) | Err(LinkDeliveryError::NotRecorded(_)) => MessageState::Sent,
            Err(LinkDeliveryError::Mail(error)) if error.may_have_been_sent() => MessageState::Unsure,
            Err(error) if on_transient_error == OnTransientError::Wait && error.is_transient() => {
                MessageState::Approved
            }
            Err(_) => MessageState::Failed,
        };
        let problem = outcome.as_ref().err().map(LinkDeliveryError::explain);
        let ended = self.store.end_sending(id, state, problem.as_deref(), now).await;
        match (outcome, ended) {
            (Ok(()), ended) => Ok(ended?),
            (Err(error), ended) => {
                if let Err(ended) = ended {
                    tracing::error!(mail = %id, error = %ended, "can't store the outcome of a message");
                }
                Err(error)
            }
        }
    }

    /// Tries twice: recording the same observation again adds nothing.
    async fn record_sent(&self, observation: Observation) -> Result<(), LinkDeliveryError> {
        let observations = [observation];
        if self.timeline.record(&observations).await.is_err() {
            self.timeline.record(&observations).await.map_err(LinkDeliveryError::NotRecorded)?;
        }
        Ok(())
    }

    async fn mail(&self, id: Uuid, invitation: &InvitationRow, draft: &EmailDraft) -> Result<(), LinkDeliveryError> {
        let mailer = self.mailer.as_ref().ok_or(LinkDeliveryError::NoMailServer)?;
        let link = self.link(invitation)?.ok_or(LinkDeliveryError::NoLink)?;
        let EmailDraft { to, subject, body } = draft;
        let mail = Mail { to: to.clone(), subject: subject.clone(), text: with_link(body, &link) };
        Ok(mailer.send(&mail, &id.to_string()).await?)
    }
}
