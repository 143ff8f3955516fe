//! Requests to integrate a provider that Catena lacks (CONTRACT.md 8).
//!
//! Choices: a provider that isn't in the registry is added to it; a request with a partner's token is made in the name of
//! the fleet that accepted last, and is a 409 if there is none.

use uuid::Uuid;

use crate::state::{
    change::Change,
    error::ApiError,
    records::{ExternalTsp, IntegrationRequest},
};

/// Whom to contact about a request, and notes.
#[derive(Default)]
pub(crate) struct Contact {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) notes: Option<String>,
}

impl Change<'_> {
    /// A fleet requests a provider by name. Returns the request's id.
    pub(crate) fn request_integration_by_name(&mut self, invitation_id: Uuid, name: &str, contact: Contact) -> Uuid {
        let known = self.state.external_tsps.values().find(|tsp| tsp.name.eq_ignore_ascii_case(name.trim()));
        let known = known.map(|tsp| tsp.id);
        let ext_tsp_id = known.unwrap_or_else(|| {
            let id = self.random.uuid_v7(self.now);
            let tsp = ExternalTsp { id, name: name.trim().to_owned(), website: None, created_at: self.now };
            self.state.external_tsps.insert(id, tsp);
            id
        });
        self.request_integration(invitation_id, ext_tsp_id, contact).id
    }

    /// A partner requests an external provider for the fleet that accepted last.
    pub(crate) fn request_integration_for_last_fleet(
        &mut self,
        ext_tsp_id: Uuid,
        contact: Contact,
    ) -> Result<IntegrationRequest, ApiError> {
        let state = &self.state;
        let tsp = state.external_tsps.get(&ext_tsp_id).ok_or(ApiError::NotFound)?.id;
        let with_fleet = |id: &Uuid| state.fleets.contains_key(id);
        let accepted = state.invitations.values().filter(|one| one.fleet_id.as_ref().is_some_and(with_fleet));
        let last = accepted.max_by_key(|one| (one.accepted_at, one.id)).map(|one| one.id);
        let last = last.ok_or(ApiError::Conflict("No fleet has accepted an invitation yet"))?;
        Ok(self.request_integration(last, tsp, contact))
    }

    fn request_integration(&mut self, invitation_id: Uuid, ext_tsp_id: Uuid, contact: Contact) -> IntegrationRequest {
        let request = IntegrationRequest {
            id: self.random.uuid_v7(self.now),
            invitation_id,
            ext_tsp_id,
            created_at: self.now,
            contact_name: contact.name,
            contact_email: contact.email,
            notes: contact.notes,
        };
        self.state.integration_requests.push(request.clone());
        request
    }
}
