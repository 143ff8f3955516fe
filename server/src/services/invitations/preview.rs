//! Foretells what Catena will do with an invitation: from our own store where it can tell, from Catena where it can't.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{
    events::fact::{Fact, Kind},
    invitation::{
        preview::Preview,
        upsert_forecast::{Known, Outlook, Standing, outlook},
    },
    onboarding::lifecycle::Stage,
};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{
    services::local_time::runs_out,
    store::{InvitationRow, SharedStore, StoreError},
};
use catena::{Catena, CatenaError, Invitation, InvitationStatus};
use platform::clock::SharedClock;

/// How long Catena's word about a reference is believed while someone types.
const GOOD_FOR: time::Duration = time::Duration::seconds(30);
/// How many references are remembered; beyond it, all are forgotten.
const REMEMBERED: usize = 256;
/// How long someone who types waits for Catena.
const WAIT: Duration = Duration::from_millis(1_500);
/// How many other spellings of a reference are named.
const SPELLINGS: u32 = 3;

/// All invitations that our store knows of the reference; none where it can't tell, since it knows of none or not how one
/// stands.
pub async fn from_store(store: &SharedStore, fleet_ref: &str) -> Result<Option<Vec<Known>>, StoreError> {
    let Some(fleet) = store.fleet_by_ref(fleet_ref).await? else { return Ok(None) };
    let rows = store.invitations_of(fleet.key).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let facts = store.facts_of(fleet.key).await?;
    Ok(rows.iter().map(|row| known_here(row, &facts)).collect())
}

pub(crate) fn known_here(row: &InvitationRow, facts: &[Fact]) -> Option<Known> {
    let standing = match row.stage? {
        Stage::Created | Stage::Sent | Stage::Viewed => Standing::Active,
        Stage::Declined => Standing::Declined,
        Stage::Expired => Standing::Expired,
        Stage::Deleted => Standing::Deleted,
        Stage::Accepted | Stage::Agreement | Stage::Connection | Stage::Connected => Standing::Accepted,
    };
    let of_row = |fact: &&Fact| fact.about.round.as_ref().is_some_and(|round| round.invitation == row.digest);
    let declined = facts.iter().filter(of_row).filter(|fact| fact.kind == Kind::InvitationDeclined);
    let reason = declined.max_by_key(|fact| fact.at).and_then(|fact| fact.about.note.clone());
    Some(Known { standing, created_at: row.created_at, expires_at: row.expires_at, reason })
}

/// All invitations that Catena has of the reference.
pub async fn from_catena(catena: &Catena, fleet_ref: &str) -> Result<Vec<Known>, CatenaError> {
    Ok(catena.invitations_of(fleet_ref).await?.into_iter().map(known_there).collect())
}

pub(crate) fn known_there(one: Invitation) -> Known {
    let standing = match one.status {
        InvitationStatus::Active => Standing::Active,
        InvitationStatus::Accepted => Standing::Accepted,
        InvitationStatus::Declined => Standing::Declined,
        InvitationStatus::Expired => Standing::Expired,
        InvitationStatus::Deleted => Standing::Deleted,
        InvitationStatus::Other(_) => Standing::Other,
    };
    Known { standing, created_at: one.created_at, expires_at: one.expires_at, reason: one.decline_reason }
}

/// What is to be known before the reference is invited: `hours` and `country` as far as they are given and right.
pub async fn preview(
    store: &SharedStore,
    now: OffsetDateTime,
    fleet_ref: &str,
    outlook: Outlook,
    (hours, country): (Option<u32>, Option<&str>),
) -> Result<Preview, StoreError> {
    Ok(Preview {
        fleet_ref: fleet_ref.to_owned(),
        outlook,
        has_page: store.fleet_by_ref(fleet_ref).await?.is_some(),
        similar: store.spelt_otherwise(fleet_ref, SPELLINGS).await?,
        runs_out: hours.zip(country).and_then(|(hours, country)| runs_out(now, hours, country)),
    })
}

/// Foretells while someone types.
pub struct InvitationPreview {
    catena: Catena,
    store: SharedStore,
    clock: SharedClock,
    heard: Mutex<HashMap<String, (OffsetDateTime, Vec<Known>)>>,
}

impl InvitationPreview {
    /// Ready to foretell.
    pub fn new(catena: Catena, store: SharedStore, clock: SharedClock) -> Self {
        Self { catena, store, clock, heard: Mutex::default() }
    }

    /// What a call for this reference would come to, as far as it can be told quickly. When the call is made, it is looked
    /// at again.
    pub async fn quick(&self, fleet_ref: &str) -> Result<Outlook, StoreError> {
        let now = self.clock.now();
        if let Some(known) = from_store(&self.store, fleet_ref).await? {
            return Ok(outlook(&known, now));
        }
        if let Some(known) = self.heard(fleet_ref, now) {
            return Ok(outlook(&known, now));
        }
        match timeout(WAIT, from_catena(&self.catena, fleet_ref)).await {
            Ok(Ok(known)) => {
                let outlook = outlook(&known, now);
                self.remember(fleet_ref, now, known);
                Ok(outlook)
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "what Catena will do can't be foretold");
                Ok(Outlook::Unknown)
            }
            Err(_) => Ok(Outlook::Unknown),
        }
    }

    fn heard(&self, fleet_ref: &str, now: OffsetDateTime) -> Option<Vec<Known>> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(fleet_ref).filter(|(at, _)| now - *at < GOOD_FOR).map(|(_, known)| known.clone())
    }

    fn remember(&self, fleet_ref: &str, now: OffsetDateTime, known: Vec<Known>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() >= REMEMBERED {
            heard.clear();
        }
        heard.insert(fleet_ref.to_owned(), (now, known));
    }
}
