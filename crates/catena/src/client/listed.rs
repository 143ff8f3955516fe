//! A list as Catena sent it: the records that can be read, and which can't.

use std::{fmt, ops::Deref, vec};

use domain::json;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{call::problem_of, wire::fit_to_show};

/// The records of a list, and those among them that can't be read. One bad record must not hide the others, so callers go on
/// with what there is; they say what is missing, and conclude nothing from a record's absence.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// The records that can be read.
    pub records: Vec<T>,
    /// What can't be read.
    pub unreadable: Vec<Unreadable>,
}

/// A record of a list that can't be read. Holds nothing of its content but what tells whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its place in the list, from 1.
    pub place: usize,
    /// Our reference for its fleet, if it has one.
    pub fleet_ref: Option<String>,
    /// Catena's id of its fleet, if it has one.
    pub fleet_id: Option<Uuid>,
    /// What is wrong with it, without any of its content.
    pub problem: String,
}

impl<T: DeserializeOwned> Listed<T> {
    /// Reads each item by itself. `before` items of the list came on earlier pages.
    pub(crate) fn read(items: &[Value], before: usize) -> Self {
        let mut listed = Self::default();
        for (index, item) in items.iter().enumerate() {
            match T::deserialize(item) {
                Ok(record) => listed.records.push(record),
                Err(error) => listed.unreadable.push(Unreadable {
                    place: before + index + 1,
                    fleet_ref: item.get("fleet_ref").and_then(json::text).map(Into::into),
                    fleet_id: item.get("fleet_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok()),
                    problem: problem_of(&error),
                }),
            }
        }
        listed
    }
}

impl<T> Listed<T> {
    /// Appends another part of the same list.
    pub(crate) fn append(&mut self, more: Self) {
        self.records.extend(more.records);
        self.unreadable.extend(more.unreadable);
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { records: Vec::new(), unreadable: Vec::new() }
    }
}

impl<T> Deref for Listed<T> {
    type Target = [T];

    /// The records that can be read.
    fn deref(&self) -> &[T] {
        &self.records
    }
}

impl<T> IntoIterator for Listed<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    /// The records that can be read.
    fn into_iter(self) -> Self::IntoIter {
        self.records.into_iter()
    }
}

impl Unreadable {
    /// Whether it can be about the fleet with this reference: it is, or it doesn't say whose it is.
    pub fn may_be_of(&self, fleet_ref: &str) -> bool {
        self.fleet_ref.as_deref().is_none_or(|theirs| theirs.eq_ignore_ascii_case(fleet_ref))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}", self.place)?;
        match (&self.fleet_ref, self.fleet_id) {
            (Some(fleet_ref), _) => write!(f, " (fleet {})", fit_to_show(fleet_ref))?,
            (None, Some(fleet_id)) => write!(f, " (Catena’s fleet {fleet_id})")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.problem)
    }
}
