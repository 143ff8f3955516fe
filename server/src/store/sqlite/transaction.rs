use app::domain::{
    delivery::{DeliveryState, Effect},
    fact::Fact,
    lifecycle::{Health, Stage},
    moment::micros,
    record::Subject,
};
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Row, Sqlite};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows;
use crate::store::{
    Awaited, DeliveryEnd, DeliveryKey, FactKey, FleetKey, InvitationRow, StoreError, Transaction, about,
};

/// The one writing connection, inside `BEGIN IMMEDIATE`.
pub(super) struct SqliteTransaction(pub(super) sqlx::Transaction<'static, Sqlite>);

impl SqliteTransaction {
    async fn fleet_where(&mut self, sql: &'static str, key: &str) -> Result<Option<FleetKey>, StoreError> {
        let key: Option<i64> = sqlx::query_scalar(sql).bind(key).fetch_optional(&mut *self.0).await?;
        Ok(key.map(FleetKey))
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn fleet_by_ref(&mut self, fleet_ref: &str) -> Result<Option<FleetKey>, StoreError> {
        self.fleet_where("SELECT id FROM fleets WHERE fleet_ref = ?", fleet_ref).await
    }

    async fn fleet_by_catena_id(&mut self, fleet_id: Uuid) -> Result<Option<FleetKey>, StoreError> {
        self.fleet_where("SELECT fleet FROM catena_fleets WHERE fleet_id = ?", &fleet_id.to_string()).await
    }

    async fn fleet_by_invitation(&mut self, digest: &str) -> Result<Option<FleetKey>, StoreError> {
        self.fleet_where("SELECT fleet FROM invitations WHERE digest = ?", digest).await
    }

    async fn fleet_id_of_connection(&mut self, connection_id: Uuid) -> Result<Option<Uuid>, StoreError> {
        let query = sqlx::query("SELECT fleet_id FROM connections WHERE connection_id = ?");
        let row = query.bind(connection_id.to_string()).fetch_optional(&mut *self.0).await?;
        row.as_ref().map(|row| rows::uuid(row, "fleet_id")).transpose()
    }

    async fn add_fleet(&mut self, fleet_ref: &str, now: OffsetDateTime) -> Result<FleetKey, StoreError> {
        let query =
            sqlx::query_scalar("INSERT INTO fleets (fleet_ref, created_at, updated_at) VALUES (?, ?, ?) RETURNING id");
        let now = micros(now);
        Ok(FleetKey(query.bind(fleet_ref).bind(now).bind(now).fetch_one(&mut *self.0).await?))
    }

    async fn name_fleet(&mut self, fleet: FleetKey, name: &str, always: bool) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE fleets SET name = ? WHERE id = ? AND (name IS NULL OR ?)");
        query.bind(name).bind(fleet.0).bind(always).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn learn_fleet_id(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<(), StoreError> {
        let query = sqlx::query("INSERT INTO catena_fleets (fleet_id, fleet) VALUES (?, ?) ON CONFLICT DO NOTHING");
        query.bind(fleet_id.to_string()).bind(fleet.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn learn_connection(&mut self, connection_id: Uuid, fleet_id: Uuid) -> Result<(), StoreError> {
        let query =
            sqlx::query("INSERT INTO connections (connection_id, fleet_id) VALUES (?, ?) ON CONFLICT DO NOTHING");
        query.bind(connection_id.to_string()).bind(fleet_id.to_string()).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn assign(&mut self, awaited: &Awaited, fleet: FleetKey) -> Result<(), StoreError> {
        if let Awaited::Fleet(fleet_id) = awaited {
            return self.learn_fleet_id(*fleet_id, fleet).await;
        }
        let query = sqlx::query("INSERT INTO assignments (subject, fleet) VALUES (?, ?) ON CONFLICT DO NOTHING");
        query.bind(rows::write_awaited(awaited)).bind(fleet.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn assigned(&mut self, awaited: &Awaited) -> Result<Option<FleetKey>, StoreError> {
        if let Awaited::Fleet(fleet_id) = awaited {
            return self.fleet_by_catena_id(*fleet_id).await;
        }
        self.fleet_where("SELECT fleet FROM assignments WHERE subject = ?", &rows::write_awaited(awaited)).await
    }

    async fn put_invitation(&mut self, invitation: &InvitationRow) -> Result<Uuid, StoreError> {
        let query = sqlx::query(
            "INSERT INTO invitations (id, digest, fleet, sealed_id, sealed_link, stage, asked, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (digest) DO UPDATE SET
                 sealed_link = CASE WHEN excluded.expires_at >= expires_at THEN coalesce(excluded.sealed_link, sealed_link)
                     ELSE sealed_link END,
                 asked = coalesce(excluded.asked, asked),
                 expires_at = max(excluded.expires_at, expires_at)
             RETURNING id",
        );
        let row = query
            .bind(invitation.id.to_string())
            .bind(&invitation.digest)
            .bind(invitation.fleet.0)
            .bind(&invitation.sealed_id)
            .bind(&invitation.sealed_link)
            .bind(invitation.stage.map(Stage::name))
            .bind(&invitation.asked)
            .bind(micros(invitation.created_at))
            .bind(micros(invitation.expires_at))
            .fetch_one(&mut *self.0)
            .await?;
        rows::uuid(&row, "id")
    }

    async fn set_invitation_stage(&mut self, digest: &str, stage: Option<Stage>) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE invitations SET stage = ? WHERE digest = ?");
        query.bind(stage.map(Stage::name)).bind(digest).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn fact(&mut self, key: &str) -> Result<Option<(FactKey, Fact)>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT id, {} FROM facts WHERE key = ?", rows::FACT)));
        let row = query.bind(key).fetch_optional(&mut *self.0).await?;
        row.as_ref().map(|row| Ok((FactKey(row.try_get("id")?), rows::fact(row)?))).transpose()
    }

    async fn put_fact(
        &mut self,
        fact: &Fact,
        fleet: Option<FleetKey>,
        subject: &Subject,
    ) -> Result<FactKey, StoreError> {
        let query = sqlx::query_scalar(
            "INSERT INTO facts (key, fleet, kind, at, source, event_id, actor, about, fleet_id, connection_id, invitation)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (key) DO UPDATE SET fleet = coalesce(fleet, excluded.fleet), kind = excluded.kind,
                 at = excluded.at, source = excluded.source, event_id = excluded.event_id, actor = excluded.actor,
                 about = excluded.about
             RETURNING id",
        );
        let id = query
            .bind(&fact.key)
            .bind(fleet.map(|fleet| fleet.0))
            .bind(fact.kind.name())
            .bind(micros(fact.at))
            .bind(fact.source.name())
            .bind(fact.event_id.map(|id| id.to_string()))
            .bind(&fact.actor)
            .bind(about::to_json(&fact.about))
            .bind(subject.fleet_id.map(|id| id.to_string()))
            .bind(subject.connection_id.map(|id| id.to_string()))
            .bind(&subject.invitation)
            .fetch_one(&mut *self.0)
            .await?;
        Ok(FactKey(id))
    }

    async fn link_fact(&mut self, delivery: DeliveryKey, fact: FactKey, effect: Effect) -> Result<(), StoreError> {
        let query =
            sqlx::query("INSERT INTO delivery_facts (delivery, fact, effect) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
        query.bind(delivery.0).bind(fact.0).bind(effect.name()).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn adopt(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError> {
        let fleet_id = fleet_id.to_string();
        let by_id = sqlx::query("UPDATE facts SET fleet = ? WHERE fleet IS NULL AND fleet_id = ?");
        let by_id = by_id.bind(fleet.0).bind(&fleet_id).execute(&mut *self.0).await?.rows_affected();
        let by_connection = sqlx::query(
            "UPDATE facts SET fleet = ? WHERE fleet IS NULL AND connection_id IN
             (SELECT connection_id FROM connections WHERE fleet_id = ?)",
        );
        let by_connection = by_connection.bind(fleet.0).bind(&fleet_id).execute(&mut *self.0).await?.rows_affected();
        Ok(by_id + by_connection)
    }

    async fn adopt_by_invitation(&mut self, digest: &str, fleet: FleetKey) -> Result<u64, StoreError> {
        let query = sqlx::query("UPDATE facts SET fleet = ? WHERE fleet IS NULL AND invitation = ?");
        Ok(query.bind(fleet.0).bind(digest).execute(&mut *self.0).await?.rows_affected())
    }

    async fn adopt_by_connection(&mut self, connection_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError> {
        let query = sqlx::query("UPDATE facts SET fleet = ? WHERE fleet IS NULL AND connection_id = ?");
        Ok(query.bind(fleet.0).bind(connection_id.to_string()).execute(&mut *self.0).await?.rows_affected())
    }

    async fn set_asked(&mut self, digest: &str, asked: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE invitations SET asked = ? WHERE digest = ?");
        query.bind(asked).bind(digest).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn set_differences(&mut self, digest: &str, differences: Option<&str>) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE invitations SET differences = ? WHERE digest = ?");
        query.bind(differences).bind(digest).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn facts_of(&mut self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT {} FROM facts WHERE fleet = ?", rows::FACT)));
        let rows = query.bind(fleet.0).fetch_all(&mut *self.0).await?;
        rows.iter().map(rows::fact).collect()
    }

    async fn set_fleet_state(
        &mut self,
        fleet: FleetKey,
        stage: Option<Stage>,
        health: Option<Health>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE fleets SET stage = ?, health = ?, updated_at = ? WHERE id = ?");
        let query = query.bind(stage.map(Stage::name)).bind(health.map(Health::name));
        query.bind(micros(now)).bind(fleet.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn remember_event(&mut self, event_id: Uuid, delivery: DeliveryKey) -> Result<bool, StoreError> {
        let query = sqlx::query("INSERT INTO events (event_id, delivery) VALUES (?, ?) ON CONFLICT DO NOTHING");
        let done = query.bind(event_id.to_string()).bind(delivery.0).execute(&mut *self.0).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn finish_delivery(&mut self, delivery: DeliveryKey, end: &DeliveryEnd<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE deliveries SET state = ?, reason = ?, event_name = coalesce(?, event_name), event_id = ?, body = ?,
                 ended_at = ?, sealed_body = CASE WHEN ? THEN sealed_body END
             WHERE id = ?",
        )
        .bind(end.state.name())
        .bind(&end.reason)
        .bind(end.event_name)
        .bind(end.event_id.map(|id| id.to_string()))
        .bind(end.body.as_ref().map(ToString::to_string))
        .bind(micros(end.ended_at))
        .bind(end.state == DeliveryState::Parked)
        .bind(delivery.0)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn set_subscription_status(&mut self, webhook_id: Uuid, status: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE subscriptions SET status = ? WHERE webhook_id = ?");
        query.bind(status).bind(webhook_id.to_string()).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
