//! Finds records. What isn't there is a 404.

use std::collections::HashSet;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    settings::PARTNER_NAME,
    state::{
        State,
        error::ApiError,
        records::{
            Agreement, AgreementStatus, Connection, Fleet, Invitation, InvitationStatus, Partner, Subscription,
            SubscriptionStatus, Tsp,
        },
        schedules::Schedule,
    },
};

impl State {
    pub(crate) fn partner(&self, id: Uuid) -> Result<&Partner, ApiError> {
        self.partners.get(&id).ok_or(ApiError::NotFound)
    }

    /// The sandbox's own partner's name, as its fleets see it.
    pub(crate) fn partner_name(&self) -> &str {
        self.partners.get(&self.partner_id).map_or(PARTNER_NAME, |partner| &partner.name)
    }

    /// The invitations for a `fleet_ref`, newest first.
    pub(crate) fn invitations_for(&self, fleet_ref: &str) -> impl Iterator<Item = &Invitation> {
        let ids = self.invitations_by_ref.get(fleet_ref).map(Vec::as_slice).unwrap_or_default();
        ids.iter().rev().filter_map(|id| self.invitations.get(id))
    }

    /// When the first open invitation or agreement expires.
    pub(crate) fn first_expiry(&self) -> Option<OffsetDateTime> {
        let open = self.invitations.values().filter(|one| one.status == InvitationStatus::Active);
        let live = |one: &&Agreement| matches!(one.status, AgreementStatus::Active | AgreementStatus::Paused);
        let ending = self.agreements.values().filter(live).filter_map(|one| one.expiration_date);
        open.map(|one| one.expires_at).chain(ending).min()
    }

    /// The fleet's latest agreement.
    pub(crate) fn agreement_of(&self, fleet_id: Uuid) -> Option<&Agreement> {
        self.agreements.values().rev().find(|one| one.fleet_id == fleet_id)
    }

    /// The fleets with an active share agreement. A partner sees only these (CONTRACT.md 7).
    pub(crate) fn shared_fleets(&self) -> HashSet<Uuid> {
        let active = self.agreements.values().filter(|one| one.status == AgreementStatus::Active);
        active.map(|one| one.fleet_id).collect()
    }

    /// The fleet, if the partner sees it.
    pub(crate) fn shared_fleet(&self, id: Uuid) -> Result<&Fleet, ApiError> {
        let active = |one: &Agreement| one.fleet_id == id && one.status == AgreementStatus::Active;
        let fleet = self.fleets.get(&id).ok_or(ApiError::NotFound)?;
        if self.agreements.values().any(active) { Ok(fleet) } else { Err(ApiError::NotFound) }
    }

    /// The fleet's connections, oldest first.
    pub(crate) fn connections_of(&self, fleet_id: Uuid) -> Vec<&Connection> {
        let mut found: Vec<_> =
            self.connections.values().filter(|connection| connection.fleet_id == fleet_id).collect();
        found.sort_by_key(|connection| (connection.created_at, connection.id));
        found
    }

    /// A schedule and its connection.
    pub(crate) fn schedule(
        &self,
        connection_id: Uuid,
        schedule_id: Uuid,
    ) -> Result<(&Connection, &Schedule), ApiError> {
        let connection = self.connections.get(&connection_id).ok_or(ApiError::NotFound)?;
        let schedule = self.schedules.get(&schedule_id).filter(|one| one.connection_id == connection_id);
        Ok((connection, schedule.ok_or(ApiError::NotFound)?))
    }

    pub(crate) fn tsp(&self, id: Uuid) -> Result<&Tsp, ApiError> {
        self.tsps.get(&id).ok_or(ApiError::NotFound)
    }

    /// The providers that fleets can choose from, by name.
    pub(crate) fn offered_tsps(&self) -> Vec<&Tsp> {
        let mut offered: Vec<_> = self.tsps.values().filter(|tsp| tsp.status == "active").collect();
        offered.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        offered
    }

    /// The provider with this slug, if fleets can choose it.
    pub(crate) fn tsp_with_slug(&self, slug: &str) -> Option<&Tsp> {
        self.tsps.values().find(|tsp| tsp.slug == slug && tsp.status == "active")
    }

    /// Catena's own providers that are the external provider `id`.
    pub(crate) fn integrated_tsp_ids(&self, id: Uuid) -> Vec<Uuid> {
        self.tsps.values().filter(|tsp| tsp.ext_tsp_id == Some(id)).map(|tsp| tsp.id).collect()
    }

    /// The subscription, unless it was deleted.
    pub(crate) fn subscription(&self, id: Uuid) -> Result<&Subscription, ApiError> {
        let found = self.subscriptions.get(&id);
        found.filter(|one| one.status != SubscriptionStatus::Deleted).ok_or(ApiError::NotFound)
    }
}
