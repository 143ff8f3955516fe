//! Makes form posts idempotent: a repeated submission gets the first response.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use domain::digest::digest;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;

/// The hidden field with a random value for each rendered form, so that the same contents can be sent on purpose from a form
/// that was opened later.
const KEY_FIELD: &str = "once";
/// How many submissions are remembered: the most recent ones. None survives a restart.
const REMEMBERED: usize = 1_000;

/// The address that a submission redirected to, once it has succeeded.
type Slot = Arc<AsyncMutex<Option<String>>>;

/// Remembers recently submitted forms.
#[derive(Debug, Default)]
pub struct IdempotencyKeys {
    recent: Mutex<VecDeque<(String, Slot)>>,
}

/// How a submitted form is to be answered.
#[derive(Debug)]
pub(crate) enum Submission {
    /// Nobody has submitted it successfully yet: process it, then [`complete`](Ticket::complete) the ticket.
    New(Ticket),
    /// It has been processed: redirect to the same address.
    Repeated { location: String },
}

/// The right to process one form. While it is held, the same form sent again waits. Dropping it without completing it lets the
/// form be tried again.
#[derive(Debug)]
pub(crate) struct Ticket(OwnedMutexGuard<Option<String>>);

impl Ticket {
    /// Stores where the form redirects to, for every repetition of it; returns the same address.
    pub(crate) fn complete(mut self, location: String) -> String {
        *self.0 = Some(location.clone());
        location
    }
}

impl IdempotencyKeys {
    /// Begins processing a form that a member of staff submits to `path`. Waits while the same form is being processed. Forms
    /// without a key are always new.
    pub(crate) async fn begin(&self, staff: Uuid, path: &str, fields: &[(String, String)]) -> Submission {
        let has_key = fields.iter().any(|(name, value)| name == KEY_FIELD && !value.is_empty());
        let slot = if has_key { self.slot(digest_of(staff, path, fields)) } else { Slot::default() };
        let guard = slot.lock_owned().await;
        match &*guard {
            Some(location) => Submission::Repeated { location: location.clone() },
            None => Submission::New(Ticket(guard)),
        }
    }

    fn slot(&self, form: String) -> Slot {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = recent.iter().find(|(known, _)| *known == form) {
            return slot.clone();
        }
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        let slot = Slot::default();
        recent.push_back((form, slot.clone()));
        slot
    }
}

fn digest_of(staff: Uuid, path: &str, fields: &[(String, String)]) -> String {
    let staff = staff.to_string();
    let fields = fields.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let parts: Vec<&str> = [staff.as_str(), path].into_iter().chain(fields).collect();
    digest(&parts)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    const ADA: Uuid = Uuid::from_u128(1);
    const BOB: Uuid = Uuid::from_u128(2);

    fn form(once: &str) -> Vec<(String, String)> {
        vec![("once".into(), once.into()), ("fleet_ref".into(), "F".into())]
    }

    fn ticket(submission: Submission) -> Ticket {
        match submission {
            Submission::New(ticket) => ticket,
            Submission::Repeated { location } => panic!("repeated: {location}"),
        }
    }

    fn location(submission: Submission) -> Option<String> {
        match submission {
            Submission::New(_) => None,
            Submission::Repeated { location } => Some(location),
        }
    }

    #[tokio::test]
    async fn a_repetition_waits_for_the_first_submission_and_gets_its_response() {
        let keys = IdempotencyKeys::default();
        let first = ticket(keys.begin(ADA, "/x", &form("1")).await);
        let again = form("1");
        let second = keys.begin(ADA, "/x", &again);
        tokio::pin!(second);
        assert!(timeout(Duration::from_millis(20), &mut second).await.is_err());
        assert_eq!(first.complete("/done".into()), "/done");
        assert_eq!(location(second.await).as_deref(), Some("/done"));
    }

    #[tokio::test]
    async fn a_failed_submission_may_be_tried_again() {
        let keys = IdempotencyKeys::default();
        drop(keys.begin(ADA, "/x", &form("1")).await);
        assert_eq!(location(keys.begin(ADA, "/x", &form("1")).await), None);
    }

    #[tokio::test]
    async fn another_person_page_key_or_content_is_another_submission() {
        let keys = IdempotencyKeys::default();
        ticket(keys.begin(ADA, "/x", &form("1")).await).complete("/done".into());
        let mut changed = form("1");
        changed[1].1 = "G".into();
        let table = [(BOB, "/x", form("1")), (ADA, "/y", form("1")), (ADA, "/x", form("2")), (ADA, "/x", changed)];
        for (staff, path, fields) in table {
            assert_eq!(location(keys.begin(staff, path, &fields).await), None, "{staff} {path} {fields:?}");
        }
    }

    #[tokio::test]
    async fn forms_without_a_key_are_never_repetitions() {
        let keys = IdempotencyKeys::default();
        for fields in [form(""), vec![]] {
            ticket(keys.begin(ADA, "/x", &fields).await).complete("/done".into());
            assert_eq!(location(keys.begin(ADA, "/x", &fields).await), None);
        }
    }

    #[tokio::test]
    async fn only_the_most_recent_submissions_are_remembered() {
        let keys = IdempotencyKeys::default();
        for once in 0..=REMEMBERED {
            ticket(keys.begin(ADA, "/x", &form(&once.to_string())).await).complete("/done".into());
        }
        assert_eq!(keys.recent.lock().unwrap().len(), REMEMBERED);
        assert_eq!(location(keys.begin(ADA, "/x", &form("1")).await).as_deref(), Some("/done"));
        assert_eq!(location(keys.begin(ADA, "/x", &form("0")).await), None);
    }
}
