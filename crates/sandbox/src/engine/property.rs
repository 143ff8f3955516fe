//! Properties of fleets and partners: a key and a value, made and deleted, never changed (CONTRACT.md 7 and 9).
//!
//! Choices: a value is taken as it is; a key that is there already is a 409.

use std::collections::BTreeMap;

use domain::timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Change,
    state::{
        body::{self, Fields},
        error::ApiError,
        rfc3339,
    },
};

/// A property.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Property {
    pub(crate) id: Uuid,
    /// The fleet or the partner.
    pub(crate) owner: Uuid,
    pub(crate) key: String,
    pub(crate) value: String,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

impl Property {
    /// `FleetPropertyRead` or `PartnerPropertyRead`: `owner` says under which name the owner's id goes.
    pub(crate) fn read(&self, owner: &str) -> Value {
        json!({
            "id": self.id,
            owner: self.owner,
            "key": self.key,
            "value": self.value,
            "created_at": timestamp::rfc3339(self.created_at),
        })
    }
}

/// The properties of `owner`, oldest first: ids are ordered by time.
pub(crate) fn of(all: &BTreeMap<Uuid, Property>, owner: Uuid) -> impl Iterator<Item = &Property> {
    all.values().filter(move |one| one.owner == owner)
}

/// A key and a value.
pub(crate) type Pair = (String, String);

fn pair(body: &mut Fields, keys: &[&str]) -> Pair {
    let key = body.required("key", body::any);
    if !key.is_empty() && !keys.contains(&key.as_str()) {
        body.refuse("key", ("Input should be one of the listed words", "enum"));
    }
    (key, body.required("value", body::any))
}

/// Reads a body that is an array of properties.
pub(crate) fn read_pairs(body: &[u8], keys: &[&str]) -> Result<Vec<Pair>, ApiError> {
    let read = |mut fields: Fields| {
        let pair = pair(&mut fields, keys);
        (fields, pair)
    };
    Fields::finish_each(Fields::parse_each(body)?.into_iter().map(read).collect())
}

/// Reads the properties in the field `name` of a body.
pub(crate) fn pairs_in(body: &mut Fields, name: &str, keys: &[&str]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for mut each in body.objects(name).unwrap_or_default() {
        pairs.push(pair(&mut each, keys));
        body.within(name, each);
    }
    pairs
}

/// Whose properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Fleet,
    Partner,
}

impl Change<'_> {
    fn properties(&mut self, kind: Kind) -> &mut BTreeMap<Uuid, Property> {
        match kind {
            Kind::Fleet => &mut self.state.fleet_properties,
            Kind::Partner => &mut self.state.partner_properties,
        }
    }

    /// Adds properties to `owner`, all or none.
    pub(crate) fn add_properties(
        &mut self,
        kind: Kind,
        owner: Uuid,
        pairs: Vec<Pair>,
    ) -> Result<Vec<Property>, ApiError> {
        let mut keys: Vec<String> = of(self.properties(kind), owner).map(|one| one.key.clone()).collect();
        for (key, _) in &pairs {
            if keys.contains(key) {
                return Err(ApiError::Conflict("A property with this key exists already"));
            }
            keys.push(key.clone());
        }
        let (now, random) = (self.now, self.random);
        // Within a millisecond ids are in no order; those of one call are put into the order of its body.
        let mut ids: Vec<_> = pairs.iter().map(|_| random.uuid_v7(now)).collect();
        ids.sort_unstable();
        let made = |(id, (key, value))| Property { id, owner, key, value, created_at: now };
        let made: Vec<_> = ids.into_iter().zip(pairs).map(made).collect();
        self.properties(kind).extend(made.iter().map(|one| (one.id, one.clone())));
        Ok(made)
    }

    /// Deletes one property of `owner`.
    pub(crate) fn delete_property(&mut self, kind: Kind, owner: Uuid, id: Uuid) -> Result<(), ApiError> {
        let all = self.properties(kind);
        if all.get(&id).is_none_or(|one| one.owner != owner) {
            return Err(ApiError::NotFound);
        }
        all.remove(&id);
        Ok(())
    }
}
