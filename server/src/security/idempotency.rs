//! Makes form posts idempotent: a repeated submission gets the first response.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use domain::digest::digest;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The field that tells a form from one with the same contents that was opened later.
const ONCE: &str = "once";
/// How many forms are remembered: the last ones. After a restart, none.
const REMEMBERED: usize = 1_000;

/// Where a form led, as soon as it has led anywhere.
type Led = Arc<Turn<Option<String>>>;

/// Remembers the forms that were sent lately.
#[derive(Debug, Default)]
pub struct IdempotencyKeys {
    last: Mutex<VecDeque<(String, Led)>>,
}

impl IdempotencyKeys {
    /// The turn of a form that `actor` (their e-mail) sends to `path`. If it was sent before, this waits for what becomes of that,
    /// and the turn holds the address to which it led; if it led nowhere, it may be tried again. Whoever sends it now puts there
    /// where it leads.
    pub(crate) async fn turn(
        &self,
        actor: &str,
        path: &str,
        fields: &[(String, String)],
    ) -> OwnedMutexGuard<Option<String>> {
        let is_told_apart = fields.iter().any(|(name, value)| name == ONCE && !value.is_empty());
        let led = if is_told_apart { self.find(digest_of(actor, path, fields)) } else { Led::default() };
        led.lock_owned().await
    }

    fn find(&self, form: String) -> Led {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, led)) = last.iter().find(|(known, _)| *known == form) {
            return led.clone();
        }
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        let led = Led::default();
        last.push_back((form, led.clone()));
        led
    }
}

fn digest_of(actor: &str, path: &str, fields: &[(String, String)]) -> String {
    let fields = fields.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let parts: Vec<&str> = [actor, path].into_iter().chain(fields).collect();
    digest(&parts)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn form(once: &str) -> Vec<(String, String)> {
        vec![("once".into(), once.into()), ("fleet_ref".into(), "F".into())]
    }

    #[tokio::test]
    async fn a_second_press_waits_for_the_first_and_goes_where_it_led() {
        let idempotency = IdempotencyKeys::default();
        let mut first = idempotency.turn("ada@example.com", "/x", &form("1")).await;
        assert_eq!(*first, None);
        let again = form("1");
        let second = idempotency.turn("ada@example.com", "/x", &again);
        tokio::pin!(second);
        assert!(timeout(Duration::from_millis(20), &mut second).await.is_err());
        *first = Some("/done".into());
        drop(first);
        assert_eq!(second.await.as_deref(), Some("/done"));
    }

    #[tokio::test]
    async fn what_led_nowhere_may_be_tried_again() {
        let idempotency = IdempotencyKeys::default();
        drop(idempotency.turn("ada@example.com", "/x", &form("1")).await);
        assert_eq!(*idempotency.turn("ada@example.com", "/x", &form("1")).await, None);
    }

    #[tokio::test]
    async fn another_person_another_page_another_form_or_other_contents_are_not_the_same_press() {
        let idempotency = IdempotencyKeys::default();
        *idempotency.turn("ada@example.com", "/x", &form("1")).await = Some("/done".into());
        let mut changed = form("1");
        changed[1].1 = "G".into();
        for (actor, path, fields) in [
            ("bob@example.com", "/x", form("1")),
            ("ada@example.com", "/y", form("1")),
            ("ada@example.com", "/x", form("2")),
            ("ada@example.com", "/x", changed),
        ] {
            assert_eq!(*idempotency.turn(actor, path, &fields).await, None, "{actor} {path} {fields:?}");
        }
    }

    #[tokio::test]
    async fn forms_that_are_not_told_apart_are_never_the_same_press() {
        let idempotency = IdempotencyKeys::default();
        for fields in [form(""), vec![]] {
            *idempotency.turn("ada@example.com", "/x", &fields).await = Some("/done".into());
            assert_eq!(*idempotency.turn("ada@example.com", "/x", &fields).await, None);
        }
    }

    #[tokio::test]
    async fn only_the_last_forms_are_remembered() {
        let idempotency = IdempotencyKeys::default();
        for once in 0..=REMEMBERED {
            *idempotency.turn("ada@example.com", "/x", &form(&once.to_string())).await = Some("/done".into());
        }
        assert_eq!(idempotency.last.lock().unwrap().len(), REMEMBERED);
        assert_eq!(idempotency.turn("ada@example.com", "/x", &form("1")).await.as_deref(), Some("/done"));
        assert_eq!(*idempotency.turn("ada@example.com", "/x", &form("0")).await, None);
    }
}
