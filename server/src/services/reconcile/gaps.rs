//! What a check has to leave out without stopping: what Catena doesn't allow, and records that can't be read.

use catena::{CatenaError, Unreadable};

use crate::services::reconcile::error::ReconcileError;

/// Unreadable records that are named; more are counted.
const NAMED: usize = 5;

/// What a check left out so far.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// The first refusal. It lasts until somebody grants the permission, so a check continues without.
    refusal: Option<CatenaError>,
    /// The first unreadable records: the list and the record.
    named: Vec<String>,
    unreadable: usize,
}

impl Gaps {
    /// None for a refusal; anything else is passed on.
    pub(crate) fn skip<T>(&mut self, result: Result<T, ReconcileError>) -> Result<Option<T>, ReconcileError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(ReconcileError::Catena(error @ CatenaError::Forbidden { .. })) => {
                self.refusal.get_or_insert(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes the records of a list that can't be read.
    pub(crate) fn note(&mut self, list: &str, unreadable: &[Unreadable]) {
        for record in unreadable {
            self.note_one(list, record);
        }
    }

    /// Notes one record that can't be read.
    pub(crate) fn note_one(&mut self, list: &str, record: impl ToString) {
        self.unreadable += 1;
        if self.named.len() < NAMED {
            self.named.push(format!("{list}, {}", record.to_string()));
        }
    }

    /// What was left out and what to do about it, for staff; none if nothing was.
    pub(crate) fn explain(&self) -> Option<String> {
        let refusal = self.refusal.as_ref().map(CatenaError::explain);
        let sentences: Vec<String> = refusal.into_iter().chain(self.unreadable()).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    fn unreadable(&self) -> Option<String> {
        let (subject, them) = match self.unreadable {
            0 => return None,
            1 => ("One of Catena’s records".to_owned(), "it"),
            count => (format!("{count} of Catena’s records"), "them"),
        };
        let more = match self.unreadable - self.named.len() {
            0 => String::new(),
            count => format!("; and {count} more"),
        };
        let named = self.named.join("; ");
        Some(format!("{subject} can’t be read: {named}{more}. The rest was checked. Ask Catena about {them}."))
    }

    /// Logs what was left out, once for a check.
    pub(crate) fn log(&self) {
        if let Some(error) = &self.refusal {
            tracing::warn!(%error, "Catena does not allow a part of a check");
        }
        if let Some(first) = self.named.first() {
            tracing::warn!(count = self.unreadable, first, "a check left out records of Catena's that can't be read");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_named_and_counted() {
        let record = |place| Unreadable {
            place,
            fleet_ref: (place == 1).then(|| "FLEET-42".into()),
            fleet_id: None,
            problem: "the field id is missing".into(),
        };
        let mut gaps = Gaps::default();
        assert_eq!(gaps.explain(), None);
        gaps.note("invitations", &[record(1)]);
        assert_eq!(
            gaps.explain().unwrap(),
            "One of Catena’s records can’t be read: invitations, record 1 (fleet FLEET-42): the field id is missing. \
             The rest was checked. Ask Catena about it."
        );
        let refused: Result<(), _> = Err(CatenaError::Forbidden { scope: Some("fleet:read") }.into());
        assert!(gaps.skip(refused).unwrap().is_none());
        gaps.note("agreements", &(2..9).map(record).collect::<Vec<_>>());
        let all = gaps.explain().unwrap();
        assert!(all.starts_with("Catena does not allow this (it needs the scope fleet:read)."), "{all}");
        assert!(all.contains("8 of Catena’s records") && all.contains("agreements, record 2"), "{all}");
        assert!(all.contains("; and 3 more. The rest was checked. Ask Catena about them."), "{all}");
    }
}
