//! A transaction on the writing connection, inside `BEGIN IMMEDIATE`. A trip to the database costs far more than the work it
//! does there, so rows are read for many questions at once (`read`), and changes are kept in memory ([`UnitOfWork`]) and written
//! together (`write`).

pub(super) mod read;
pub(super) mod write;

use async_trait::async_trait;
use domain::{
    events::{delivery::Effect, fact::Fact, observation::Subject},
    onboarding::stage::{Health, Stage},
};
use sqlx::Sqlite;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    rows,
    statement::{no_rows, statements},
    subscriptions::SET_STATUS,
};
use crate::store::{
    Ahead, Awaited, DeliveryEnd, DeliveryKey, FactKey, FleetKey, InvitationRow, StoreError, Transaction,
    unit_of_work::UnitOfWork,
};

statements! {
    ASSIGN: () = no_rows("INSERT INTO assignments (subject, fleet) VALUES (?, ?)");
    SET_DIFFERENCES: () = no_rows("UPDATE invitations SET differences = ? WHERE digest = ?");
}

/// Answers from [`UnitOfWork`], after reading what is missing there.
pub(super) struct SqliteTransaction {
    tx: sqlx::Transaction<'static, Sqlite>,
    known: UnitOfWork,
    /// The next keys of fleets and of facts, once they were needed. Nobody else writes during the transaction.
    next: Option<(i64, i64)>,
}

impl SqliteTransaction {
    pub(super) fn new(tx: sqlx::Transaction<'static, Sqlite>) -> Self {
        Self { tx, known: UnitOfWork::default(), next: None }
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn look_ahead(&mut self, ahead: &Ahead) -> Result<(), StoreError> {
        self.read_ahead(ahead).await
    }

    async fn fleet_by_ref(&mut self, fleet_ref: &str) -> Result<Option<FleetKey>, StoreError> {
        self.read_fleets(vec![fleet_ref]).await?;
        Ok(self.known.fleets.get(fleet_ref).copied().flatten())
    }

    async fn fleet_by_catena_id(&mut self, fleet_id: Uuid) -> Result<Option<FleetKey>, StoreError> {
        self.read_catena_fleets(vec![fleet_id]).await?;
        Ok(self.known.catena_fleets.get(&fleet_id).copied().flatten())
    }

    async fn fleet_by_invitation(&mut self, digest: &str) -> Result<Option<FleetKey>, StoreError> {
        self.read_invitations(vec![digest]).await?;
        Ok(self.known.invitations.get(digest).and_then(|row| Some(row.as_ref()?.fleet)))
    }

    async fn fleet_id_of_connection(&mut self, connection_id: Uuid) -> Result<Option<Uuid>, StoreError> {
        self.read_connections(vec![connection_id]).await?;
        Ok(self.known.connections.get(&connection_id).copied().flatten())
    }

    async fn add_fleet(&mut self, fleet_ref: &str, now: OffsetDateTime) -> Result<FleetKey, StoreError> {
        let key = self.next_fleet().await?;
        self.known.add_fleet(key, fleet_ref, now);
        Ok(key)
    }

    async fn name_fleet(&mut self, fleet: FleetKey, name: &str, always: bool) -> Result<(), StoreError> {
        self.known.name_fleet(fleet, name, always);
        Ok(())
    }

    async fn learn_fleet_id(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<(), StoreError> {
        self.read_catena_fleets(vec![fleet_id]).await?;
        self.known.learn_fleet_id(fleet_id, fleet);
        Ok(())
    }

    async fn learn_connection(&mut self, connection_id: Uuid, fleet_id: Uuid) -> Result<(), StoreError> {
        self.read_connections(vec![connection_id]).await?;
        // What waits for it waits for its fleet from now on, and the database doesn't know that yet.
        self.read_waiting(vec![Awaited::Connection(connection_id)]).await?;
        self.known.learn_connection(connection_id, fleet_id);
        Ok(())
    }

    async fn assign(&mut self, awaited: &Awaited, fleet: FleetKey) -> Result<(), StoreError> {
        if let Awaited::Fleet(fleet_id) = awaited {
            return self.learn_fleet_id(*fleet_id, fleet).await;
        }
        if self.assigned(awaited).await?.is_some() {
            return Ok(());
        }
        // The fleet may be new and still unwritten.
        self.write().await?;
        ASSIGN.bind(rows::write_awaited(awaited)).bind(fleet.0).execute(&mut *self.tx).await?;
        self.known.assignments.insert(awaited.clone(), Some(fleet));
        Ok(())
    }

    async fn assigned(&mut self, awaited: &Awaited) -> Result<Option<FleetKey>, StoreError> {
        if let Awaited::Fleet(fleet_id) = awaited {
            return self.fleet_by_catena_id(*fleet_id).await;
        }
        self.read_assignments(vec![awaited]).await?;
        Ok(self.known.assignments.get(awaited).copied().flatten())
    }

    async fn put_invitation(&mut self, invitation: &InvitationRow) -> Result<Uuid, StoreError> {
        self.read_invitations(vec![&invitation.digest]).await?;
        Ok(self.known.put_invitation(invitation))
    }

    async fn set_invitation_stage(&mut self, digest: &str, stage: Option<Stage>) -> Result<(), StoreError> {
        self.known.changes.stages.insert(digest.to_owned(), stage);
        Ok(())
    }

    async fn fact(&mut self, key: &str) -> Result<Option<(FactKey, Fact)>, StoreError> {
        self.read_facts(vec![key]).await?;
        let known = self.known.facts.get(key).and_then(Option::as_ref);
        Ok(known.map(|known| (known.key, known.fact.clone())))
    }

    async fn put_fact(
        &mut self,
        fact: &Fact,
        fleet: Option<FleetKey>,
        subject: &Subject,
    ) -> Result<FactKey, StoreError> {
        self.read_facts(vec![&fact.key]).await?;
        let is_new = self.known.facts.get(&fact.key).is_none_or(Option::is_none);
        let new = if is_new { self.next_fact().await? } else { FactKey(0) };
        Ok(self.known.put_fact(fact, fleet, subject, new))
    }

    async fn link_fact(&mut self, delivery: DeliveryKey, fact: FactKey, effect: Effect) -> Result<(), StoreError> {
        self.known.changes.effects.push((delivery, fact, effect));
        Ok(())
    }

    async fn adopt(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError> {
        let name = Awaited::Fleet(fleet_id);
        self.read_waiting(vec![name.clone()]).await?;
        self.read_connections(self.known.unknown_connections()).await?;
        Ok(self.known.adopt(&name, fleet))
    }

    async fn adopt_by_invitation(&mut self, digest: &str, fleet: FleetKey) -> Result<u64, StoreError> {
        let name = Awaited::Invitation(digest.to_owned());
        self.read_waiting(vec![name.clone()]).await?;
        Ok(self.known.adopt(&name, fleet))
    }

    async fn adopt_by_connection(&mut self, connection_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError> {
        let name = Awaited::Connection(connection_id);
        self.read_waiting(vec![name.clone()]).await?;
        Ok(self.known.adopt(&name, fleet))
    }

    async fn set_request(&mut self, digest: &str, request: &str) -> Result<(), StoreError> {
        self.read_invitations(vec![digest]).await?;
        if let Some(Some(row)) = self.known.invitations.get_mut(digest) {
            row.request = Some(request.to_owned());
            self.known.changes.invitations.insert(digest.to_owned());
        }
        Ok(())
    }

    async fn set_differences(&mut self, digest: &str, differences: Option<&str>) -> Result<(), StoreError> {
        // The invitation may be new and still unwritten.
        self.write().await?;
        SET_DIFFERENCES.bind(differences).bind(digest).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn facts_of(&mut self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError> {
        self.read_facts_of(vec![fleet]).await?;
        Ok(self.known.facts_of(fleet))
    }

    async fn set_fleet_state(
        &mut self,
        fleet: FleetKey,
        stage: Option<Stage>,
        health: Option<Health>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.known.changes.states.insert(fleet, (stage, health, now));
        Ok(())
    }

    async fn add_hole(&mut self, fact: FactKey, fleet: FleetKey, found_at: OffsetDateTime) -> Result<(), StoreError> {
        self.known.changes.holes.push((fact, fleet, found_at));
        Ok(())
    }

    async fn fill_holes(&mut self, keys: &[String]) -> Result<(), StoreError> {
        self.known.changes.filled.extend(keys.iter().cloned());
        Ok(())
    }

    async fn remember_event(&mut self, event_id: Uuid, delivery: DeliveryKey) -> Result<bool, StoreError> {
        self.read_events(vec![event_id]).await?;
        if self.known.events.insert(event_id, true) == Some(true) {
            return Ok(false);
        }
        self.known.changes.events.push((event_id, delivery));
        Ok(true)
    }

    async fn finish_delivery(&mut self, delivery: DeliveryKey, end: &DeliveryEnd<'_>) -> Result<(), StoreError> {
        self.known.finish(delivery, end);
        Ok(())
    }

    async fn set_subscription_status(&mut self, webhook_id: Uuid, status: &str) -> Result<(), StoreError> {
        SET_STATUS.bind(status).bind(webhook_id.to_string()).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.write().await?;
        Ok(self.tx.commit().await?)
    }
}
