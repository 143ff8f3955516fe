//! What can happen to partners (CONTRACT.md 9).

use uuid::Uuid;

use crate::state::{State, change::Change, error::ApiError, records::Partner, update::Update};

impl State {
    /// The sandbox's own partner's default for something that a create call leaves out (CONTRACT.md 9).
    pub(crate) fn partner_default(&self, key: &str) -> Option<&str> {
        let mut own = self.partner_properties.values().filter(|one| one.owner == self.partner_id);
        own.find(|one| one.key == key).map(|property| property.value.as_str())
    }
}

impl Change<'_> {
    /// A choice: null leaves the name, and clears the description.
    pub(crate) fn update_partner(
        &mut self,
        id: Uuid,
        name: Option<String>,
        description: Update<String>,
    ) -> Result<&Partner, ApiError> {
        let partner = self.state.partners.get_mut(&id).ok_or(ApiError::NotFound)?;
        if let Some(name) = name {
            partner.name = name;
        }
        description.apply(&mut partner.description);
        partner.updated_at = self.now;
        Ok(partner)
    }

    /// Deletes a partner and its properties. A choice: the sandbox's own partner can't be deleted.
    pub(crate) fn delete_partner(&mut self, id: Uuid) -> Result<(), ApiError> {
        self.state.partner(id)?;
        if id == self.state.partner_id {
            return Err(ApiError::Conflict("A partner can't delete its own record"));
        }
        self.state.partners.remove(&id);
        self.state.partner_properties.retain(|_, property| property.owner != id);
        Ok(())
    }
}
