//! Reminders: proposed where a fleet has its link and does nothing with it, sent once staff approved. What is due is a rule of
//! `domain::link::reminder`; here it is looked for, written down, and handed to the links, never twice.

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
        links::delivery::{EmailDraft, LinkDelivery, LinkDeliveryError, Meanwhile},
    },
    store::{FleetRow, InvitationRow, ListedMessage, MessageRow, SharedStore, StoreError},
};
use platform::{clock::SharedClock, random::SharedRandom};

/// Invitations or proposals read at once: few, since each of them is folded, and whoever waits for a page waits behind.
const BATCH: u32 = 20;
/// Said of a message that was being sent when the server ended.
const INTERRUPTED: &str = "Onramp ended while this was being sent, so nobody knows whether it arrived. It is not sent again by itself: ask the fleet, or hand the link over by hand.";

/// What a look came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Reminders that are proposed now and weren't before.
    pub proposed: u32,
    /// Proposals that no longer make sense.
    pub withdrawn: u32,
}

/// How the sending gets on. After a restart, the first try finds out again.
#[derive(Debug, Default)]
struct Queue {
    /// The last message that has to wait: those behind it have their turn first, so that it holds up none of them.
    behind: Option<(OffsetDateTime, Uuid)>,
    /// Why it waits, and what to do.
    problem: Option<String>,
}

/// Proposes reminders and sends those that were approved.
#[derive(Clone)]
pub struct Reminders {
    store: SharedStore,
    links: LinkDelivery,
    clock: SharedClock,
    random: SharedRandom,
    /// How long a fleet may take.
    patience: time::Duration,
    /// The name under which fleets know us.
    sender: Option<String>,
    /// Wakes the sending.
    approved: Arc<Notify>,
    queue: Arc<Mutex<Queue>>,
}

impl Reminders {
    /// Ready to remind. Fleets may take `patience`; they know us as `sender`.
    pub fn new(
        store: SharedStore,
        links: LinkDelivery,
        (clock, random): (SharedClock, SharedRandom),
        patience: time::Duration,
        sender: Option<String>,
    ) -> Self {
        Self { store, links, clock, random, patience, sender, approved: Arc::default(), queue: Arc::default() }
    }

    /// Tells the sending that something was approved.
    pub fn wake(&self) {
        self.approved.notify_one();
    }

    /// Why approved messages wait and what to do, if the last try to send one found that they have to.
    pub fn problem(&self) -> Option<String> {
        self.queue().problem.clone()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notified when a message was approved.
    pub fn approved(&self) -> &Notify {
        &self.approved
    }

    /// Looks at up to `most` links that still work, those that run out first first: proposes what is due, takes back what no
    /// longer is. Rests for `rest` between batches, so that a look by itself gets in nobody's way.
    pub async fn look(&self, most: u32, rest: Duration) -> Result<Looked, StoreError> {
        let mut looked = Looked { withdrawn: self.withdraw_stale(most, rest).await?, ..Looked::default() };
        let (mut left, mut behind) = (most, None);
        while left > 0 {
            let invitations = self.store.open_invitations(self.clock.now(), behind, BATCH.min(left)).await?;
            let Some(last) = invitations.last() else { break };
            behind = Some((last.expires_at, last.id));
            left = left.saturating_sub(u32::try_from(invitations.len()).unwrap_or(u32::MAX));
            for invitation in &invitations {
                looked.proposed += u32::from(self.propose(invitation).await?);
            }
            tokio::time::sleep(rest).await;
        }
        Ok(looked)
    }

    async fn withdraw_stale(&self, most: u32, rest: Duration) -> Result<u32, StoreError> {
        let (mut withdrawn, mut left, mut behind) = (0, most, None);
        while left > 0 {
            let proposals = self.store.proposed(behind, BATCH.min(left)).await?;
            let Some(last) = proposals.last() else { break };
            behind = Some((last.message.expires_at, last.message.id));
            left = left.saturating_sub(u32::try_from(proposals.len()).unwrap_or(u32::MAX));
            withdrawn += self.withdraw_stale_of(&proposals).await?;
            tokio::time::sleep(rest).await;
        }
        Ok(withdrawn)
    }

    /// Takes back those of the proposals that no longer make sense; says how many.
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
        // What is due may be about a later invitation of the same fleet, which gets its own turn.
        let Some(due) = due.filter(|due| due.round.invitation == invitation.digest) else { return Ok(false) };
        let asked = invitation.asked.as_deref();
        let draft = asked.and_then(|asked| request::to_draft(&fleet.fleet_ref, fleet.name.as_deref(), asked));
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

    /// What was being sent when the server ended is in doubt, and stays unsent. For the start alone.
    pub async fn doubt_interrupted(&self) -> Result<u64, StoreError> {
        self.store.doubt_interrupted(INTERRUPTED, self.clock.now()).await
    }

    /// Sends the approved message whose turn it is; false if there is nothing to be sent for a while. A fleet that moved in the
    /// meantime gets none. What can be sent later only stays approved.
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
        // From here on it is being sent, whatever happens.
        if !self.store.start_sending(id).await? {
            return Ok(true);
        }
        let Ready { invitation, occasion, letter } = ready;
        let sent = self.links.hand_over(&message, &invitation, occasion, &letter, Meanwhile::Waits).await;
        if let Err(error) = &sent {
            tracing::warn!(message = %id, %error, "a reminder did not go its way");
        }
        match sent {
            Err(error) if error.may_wait() => self.wait(&message, &error).await,
            _ => {
                self.queue().problem = None;
                Ok(true)
            }
        }
    }

    /// The message whose turn it is: those behind the last that has to wait, then from the beginning.
    async fn next(&self) -> Result<Option<MessageRow>, StoreError> {
        let behind = self.queue().behind;
        let next = self.store.next_approved(behind).await?;
        if next.is_some() || behind.is_none() {
            return Ok(next);
        }
        self.queue().behind = None;
        self.store.next_approved(None).await
    }

    /// Keeps why a message has to wait; says whether others can be sent meanwhile.
    async fn wait(&self, message: &MessageRow, error: &LinkDeliveryError) -> Result<bool, StoreError> {
        let behind = Some((message.decided_at.unwrap_or(message.made_at), message.id));
        *self.queue() = Queue { behind, problem: Some(error.explain()) };
        Ok(!error.concerns_all() && self.store.next_approved(behind).await?.is_some())
    }

    /// The letter, if it still makes sense to send it: the same round, and the same thing undone.
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
        let told = MessageContext {
            fleet: fleet.name.as_deref(),
            sender: self.sender.as_deref(),
            until: invitation.expires_at,
        };
        let text = text_for(language, occasion, &told);
        Ok(Some(Ready { invitation, occasion, letter: EmailDraft { to, subject: text.subject, body: text.body } }))
    }
}

struct Ready {
    invitation: InvitationRow,
    occasion: Occasion,
    letter: EmailDraft,
}
