//! Walks through everything that is saved, field by field: to load it, and to find what changed.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};

/// What [`crate::state::State::visit`] calls for each field that is saved.
pub(crate) trait Visitor {
    /// A single value, saved as one row.
    fn value<T: Serialize + DeserializeOwned>(&mut self, kind: &'static str, value: &mut T);

    /// Records, saved as a row each.
    fn records<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned;

    /// Records that never change once they exist.
    fn immutable_records<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        self.records(kind, records);
    }
}
