//! Properties of fleets and partners: created and deleted, never changed (CONTRACT.md 7 and 9).
//!
//! Choices: any value is accepted; a key that the owner already has is a 409.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::state::{State, change::Change, error::ApiError, records::Property};

/// A key and its value.
pub(crate) type KeyValue = (String, String);

/// Whose properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnerKind {
    Fleet,
    Partner,
}

impl State {
    /// The properties of `owner`, oldest first, because ids sort by time. A 404 if the partner doesn't see the fleet, or
    /// doesn't exist.
    pub(crate) fn properties_of(&self, kind: OwnerKind, owner: Uuid) -> Result<Vec<&Property>, ApiError> {
        let all = match kind {
            OwnerKind::Fleet => self.shared_fleet(owner).map(|_| &self.fleet_properties)?,
            OwnerKind::Partner => self.partner(owner).map(|_| &self.partner_properties)?,
        };
        Ok(all.values().filter(|one| one.owner == owner).collect())
    }
}

impl Change<'_> {
    fn properties(&mut self, kind: OwnerKind) -> &mut BTreeMap<Uuid, Property> {
        match kind {
            OwnerKind::Fleet => &mut self.state.fleet_properties,
            OwnerKind::Partner => &mut self.state.partner_properties,
        }
    }

    /// Adds properties to `owner`, all or none. Doesn't check that the owner exists.
    pub(crate) fn add_properties(
        &mut self,
        kind: OwnerKind,
        owner: Uuid,
        pairs: Vec<KeyValue>,
    ) -> Result<Vec<Property>, ApiError> {
        let own = self.properties(kind).values().filter(|one| one.owner == owner);
        let mut keys: Vec<String> = own.map(|one| one.key.clone()).collect();
        for (key, _) in &pairs {
            if keys.contains(key) {
                return Err(ApiError::Conflict("A property with this key exists already"));
            }
            keys.push(key.clone());
        }
        let (now, random) = (self.now, self.random);
        // Ids of one millisecond don't sort by time, so they are sorted to match the order in the body.
        let mut ids: Vec<_> = pairs.iter().map(|_| random.uuid_v7(now)).collect();
        ids.sort_unstable();
        let new = |(id, (key, value))| Property { id, owner, key, value, created_at: now };
        let added: Vec<_> = ids.into_iter().zip(pairs).map(new).collect();
        self.properties(kind).extend(added.iter().map(|one| (one.id, one.clone())));
        Ok(added)
    }

    /// Deletes one property of `owner`.
    pub(crate) fn delete_property(&mut self, kind: OwnerKind, owner: Uuid, id: Uuid) -> Result<(), ApiError> {
        let all = self.properties(kind);
        if all.get(&id).is_none_or(|one| one.owner != owner) {
            return Err(ApiError::NotFound);
        }
        all.remove(&id);
        Ok(())
    }
}
