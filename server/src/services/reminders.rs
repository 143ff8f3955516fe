//! Reminders: proposed for a fleet that has its link but makes no progress, and sent once staff approve. When a reminder is due
//! is a rule of `domain::link::reminder`; this finds due ones, stores them as proposals, and sends each at most once.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    link::{
        message::{Language, MessageContext, MessageState, Occasion, message as text_for},
        reminder::{DueReminder, due_reminder},
    },
    onboarding::lifecycle::fold,
};
use time::OffsetDateTime;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    services::{
        invitations::request,
        links::delivery::{EmailDraft, LinkDelivery, LinkDeliveryError, OnTransientError},
    },
    store::{FleetRow, InvitationRow, ListedMessage, MessageRow, SharedStore, StoreError},
};
use platform::{clock::SharedClock, random::SharedRandom};

/// Invitations or proposals read at once: few, because each needs its fleet's facts folded, and pages wait for the same
/// database.
const BATCH: u32 = 20;
/// What staff read about a message that was being sent when the server stopped.
const INTERRUPTED: &str = "Onramp stopped while this was being sent, so nobody knows whether it arrived. It is not sent again automatically: ask the fleet, or send the link by hand.";

/// The result of looking for due reminders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProposalChanges {
    /// New proposals.
    pub proposed: u32,
    /// Proposals that were withdrawn because they no longer make sense.
    pub withdrawn: u32,
}

/// The state of sending. Lost at a restart; the first attempt after it finds out again.
#[derive(Debug, Default)]
struct Queue {
    /// The last message that has to wait. Those after it go first, so it holds up none of them.
    after: Option<(OffsetDateTime, Uuid)>,
    /// Why it waits, and what to do about it.
    problem: Option<String>,
}

/// Proposes reminders and sends approved ones.
#[derive(Clone)]
pub struct Reminders {
    store: SharedStore,
    links: LinkDelivery,
    clock: SharedClock,
    random: SharedRandom,
    /// How long a fleet may make no progress before a reminder is due.
    patience: time::Duration,
    /// Our name, as fleets know it.
    sender: Option<String>,
    /// Wakes the sending job.
    approved: Arc<Notify>,
    queue: Arc<Mutex<Queue>>,
}

impl Reminders {
    /// A reminder is due after `patience` without progress. Fleets know us as `sender`.
    pub fn new(
        store: SharedStore,
        links: LinkDelivery,
        (clock, random): (SharedClock, SharedRandom),
        patience: time::Duration,
        sender: Option<String>,
    ) -> Self {
        Self { store, links, clock, random, patience, sender, approved: Arc::default(), queue: Arc::default() }
    }

    /// Wakes the sending job after messages were approved.
    pub fn wake(&self) {
        self.approved.notify_one();
    }

    /// Why approved messages have to wait and what to do about it, if the last attempt to send one failed that way.
    pub fn problem(&self) -> Option<String> {
        self.queue().problem.clone()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notified by [`wake`](Self::wake).
    pub fn approved(&self) -> &Notify {
        &self.approved
    }

    /// Checks up to `limit` working links, the earliest to expire first: proposes reminders that are due, and withdraws
    /// proposals that no longer are. Pauses between batches, so that a background run doesn't slow anyone down.
    #[tracing::instrument(skip_all)]
    pub async fn propose_due(&self, limit: u32, pause: Duration) -> Result<ProposalChanges, StoreError> {
        let withdrawn = self.withdraw_stale(limit, pause).await?;
        let mut changes = ProposalChanges { withdrawn, proposed: 0 };
        let (mut left, mut after) = (limit, None);
        while left > 0 {
            let invitations = self.store.open_invitations(self.clock.now(), after, BATCH.min(left)).await?;
            let Some(last) = invitations.last() else { break };
            after = Some((last.expires_at, last.id));
            left = left.saturating_sub(u32::try_from(invitations.len()).unwrap_or(u32::MAX));
            for invitation in &invitations {
                changes.proposed += u32::from(self.propose(invitation).await?);
            }
            tokio::time::sleep(pause).await;
        }
        Ok(changes)
    }

    async fn withdraw_stale(&self, limit: u32, pause: Duration) -> Result<u32, StoreError> {
        let (mut withdrawn, mut left, mut after) = (0, limit, None);
        while left > 0 {
            let proposals = self.store.proposed(after, BATCH.min(left)).await?;
            let Some(last) = proposals.last() else { break };
            after = Some((last.message.expires_at, last.message.id));
            left = left.saturating_sub(u32::try_from(proposals.len()).unwrap_or(u32::MAX));
            withdrawn += self.withdraw_stale_of(&proposals).await?;
            tokio::time::sleep(pause).await;
        }
        Ok(withdrawn)
    }

    /// Withdraws those of the proposals that are no longer due; returns how many.
    #[tracing::instrument(skip_all)]
    pub async fn withdraw_stale_of(&self, proposals: &[ListedMessage]) -> Result<u32, StoreError> {
        let mut withdrawn = 0;
        for ListedMessage { message, fleet, .. } in proposals {
            let now = self.clock.now();
            let still = self.due(fleet, now, self.patience).await?.is_some_and(|due| due.key() == message.key);
            if !still {
                withdrawn += u32::from(self.store.withdraw(message.id, now).await?);
            }
        }
        Ok(withdrawn)
    }

    async fn due(
        &self,
        fleet: &FleetRow,
        now: OffsetDateTime,
        patience: time::Duration,
    ) -> Result<Option<DueReminder>, StoreError> {
        Ok(due_reminder(&fold(self.store.facts_of(fleet.key).await?), now, patience))
    }

    async fn propose(&self, invitation: &InvitationRow) -> Result<bool, StoreError> {
        let Some(fleet) = self.store.fleet(invitation.fleet).await? else { return Ok(false) };
        let now = self.clock.now();
        let due = self.due(&fleet, now, self.patience).await?;
        // A reminder about a later invitation of the same fleet is proposed with that one.
        let Some(due) = due.filter(|due| due.round.invitation == invitation.digest) else { return Ok(false) };
        let request = invitation.request.as_deref();
        let draft = request.and_then(|request| request::to_draft(&fleet.fleet_ref, fleet.name.as_deref(), request));
        let (email, country) = draft.map(|draft| (draft.fleet_email, draft.fleet_country_code)).unwrap_or_default();
        let proposal = MessageRow {
            id: self.random.uuid_v7(now),
            key: due.key(),
            fleet: fleet.key,
            invitation: invitation.digest.clone(),
            expires_at: due.round.expires_at,
            occasion: Occasion::from(due.reason).name().to_owned(),
            recipient: Some(email).filter(|email| !email.is_empty()),
            language: Language::of_country(Some(&country)).code().to_owned(),
            state: MessageState::Proposed,
            since: Some(due.since),
            made_at: now,
            decided_at: None,
            decided_by: None,
            ended_at: None,
            problem: None,
        };
        self.store.propose(&proposal).await
    }

    /// Marks messages that were being sent when the server stopped as unsure, so that none is sent twice. Only for the start;
    /// returns how many.
    #[tracing::instrument(skip_all)]
    pub async fn doubt_interrupted(&self) -> Result<u64, StoreError> {
        self.store.doubt_interrupted(INTERRUPTED, self.clock.now()).await
    }

    /// Sends the next approved message; false if nothing can be sent for a while. A fleet that has made progress since then gets
    /// none. A message that fails for a transient reason stays approved.
    #[tracing::instrument(skip_all)]
    pub async fn send_next(&self) -> Result<bool, StoreError> {
        let Some(message) = self.next().await? else {
            *self.queue() = Queue::default();
            return Ok(false);
        };
        let id = message.id;
        let Some(ready) = self.ready(&message).await? else {
            self.store.withdraw(id, self.clock.now()).await?;
            return Ok(true);
        };
        // From here on it counts as being sent, whatever happens.
        if !self.store.start_sending(id).await? {
            return Ok(true);
        }
        let Ready { invitation, occasion, draft } = ready;
        let sent = self.links.deliver(&message, &invitation, occasion, &draft, OnTransientError::Wait).await;
        if let Err(error) = &sent {
            tracing::warn!(mail = %id, %error, "failed to send a reminder");
        }
        match sent {
            Err(error) if error.is_transient() => self.wait(&message, &error).await,
            _ => {
                self.queue().problem = None;
                Ok(true)
            }
        }
    }

    /// The next message: first those after the last that has to wait, then from the beginning.
    async fn next(&self) -> Result<Option<MessageRow>, StoreError> {
        let after = self.queue().after;
        let next = self.store.next_approved(after).await?;
        if next.is_some() || after.is_none() {
            return Ok(next);
        }
        self.queue().after = None;
        self.store.next_approved(None).await
    }

    /// Remembers why a message has to wait; returns whether others can be sent meanwhile.
    async fn wait(&self, message: &MessageRow, error: &LinkDeliveryError) -> Result<bool, StoreError> {
        let after = Some((message.decided_at.unwrap_or(message.made_at), message.id));
        *self.queue() = Queue { after, problem: Some(error.explain()) };
        Ok(!error.concerns_all() && self.store.next_approved(after).await?.is_some())
    }

    /// What to send, if it still makes sense: the same round, and the fleet still hasn't taken the same step.
    async fn ready(&self, message: &MessageRow) -> Result<Option<Ready>, StoreError> {
        let Some(invitation) = self.store.invitation_by_digest(&message.invitation).await? else { return Ok(None) };
        let Some(fleet) = self.store.fleet(message.fleet).await? else { return Ok(None) };
        let due = self.due(&fleet, self.clock.now(), time::Duration::ZERO).await?;
        if due.is_none_or(|due| due.key() != message.key) {
            return Ok(None);
        }
        let (Some(occasion), Some(to)) = (Occasion::from_name(&message.occasion), message.recipient.clone()) else {
            return Ok(None);
        };
        let language = Language::from_code(&message.language).unwrap_or(Language::English);
        let context = MessageContext {
            fleet: fleet.name.as_deref(),
            sender: self.sender.as_deref(),
            until: invitation.expires_at,
        };
        let text = text_for(language, occasion, &context);
        Ok(Some(Ready { invitation, occasion, draft: EmailDraft { to, subject: text.subject, body: text.body } }))
    }
}

struct Ready {
    invitation: InvitationRow,
    occasion: Occasion,
    draft: EmailDraft,
}
