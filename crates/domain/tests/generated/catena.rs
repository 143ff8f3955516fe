//! Catena's side of a story: which invitations, agreements and connections there are, and their records; and the facts that
//! Onramp finds out by itself, as the server makes them.

use domain::{
    digest::{digest, of_invitation},
    events::{
        fact::{About, Fact, Kind, Round, Source},
        keys::{created_key, expired_key, fleet_connection_key, refreshed_key, state_key},
        observation::Observation,
    },
    link::{
        audit::{self, Shown},
        message::Occasion,
    },
    onboarding::stage::Stage,
    timestamp::{from_micros, micros, rfc3339},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    truth::Happening,
    wire::{Given, Oddity, SECOND, put, v4, v7},
};

/// Which of the twins tells a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Declined,
    Rejected,
    Both,
}

impl Refusal {
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Declined => &["invitation.declined"],
            Self::Rejected => &["invitation.rejected"],
            Self::Both => &["invitation.rejected", "invitation.declined"],
        }
    }
}

/// Who tells it: Catena by a webhook, Onramp by its own clock or by asking, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    Observation,
    Checked,
    Both,
}

#[derive(Debug, Clone)]
pub struct Invitation {
    id: Uuid,
    created_at: i64,
    /// The expiry of each round.
    rounds: Vec<i64>,
    /// `Created` as long as the fleet has not answered.
    pub stage: Stage,
}

/// What Catena holds of one fleet.
#[derive(Debug, Clone, Default)]
pub struct Catena {
    pub invitations: Vec<Invitation>,
    agreements: usize,
    living: Vec<usize>,
    pub connections: usize,
    attachments: u64,
    executions: usize,
    /// The status of each agreement, as last set.
    statuses: Vec<&'static str>,
}

impl Catena {
    pub fn last(&mut self) -> &mut Invitation {
        self.invitations.last_mut().unwrap()
    }

    pub fn is_unanswered(&self) -> bool {
        self.invitations.last().is_some_and(|last| last.stage == Stage::Created)
    }

    pub fn is_open(&self, now: i64) -> bool {
        self.is_unanswered() && now < self.expires_at(self.round())
    }

    pub fn is_accepted(&self) -> bool {
        self.invitations.last().is_some_and(|last| last.stage == Stage::Accepted)
    }

    pub fn living(&self) -> &[usize] {
        &self.living
    }

    /// The latest round: which invitation, and which of its rounds.
    pub fn round(&self) -> (usize, usize) {
        let rounds = self.invitations.last().map_or(1, |last| last.rounds.len());
        (self.invitations.len().saturating_sub(1), rounds - 1)
    }

    pub fn expires_at(&self, (invitation, round): (usize, usize)) -> i64 {
        self.invitations[invitation].rounds[round]
    }

    /// A call of `POST /invitations`: makes a new invitation, or refreshes the last one and says so (CONTRACT.md 5).
    pub fn invite(&mut self, now: i64, valid: i64, anew: bool) -> bool {
        let ended = self.agreements > 0 && self.living.is_empty();
        match self.invitations.last_mut() {
            Some(last) if last.stage != Stage::Deleted && !(anew && (ended || last.stage == Stage::Expired)) => {
                let expires_at = (now + valid).max(last.rounds[last.rounds.len() - 1] + SECOND);
                last.rounds.push(expires_at);
                if last.stage != Stage::Accepted {
                    last.stage = Stage::Created;
                }
                true
            }
            _ => {
                // The id is made a moment before the record.
                let id = v7(now, 900_000 + self.invitations.len() as u64);
                let created_at = now + 907;
                let rounds = vec![created_at + valid - 23];
                self.invitations.push(Invitation { id, created_at, rounds, stage: Stage::Created });
                false
            }
        }
    }

    pub fn agree(&mut self) -> usize {
        self.living.push(self.agreements);
        self.statuses.push("active");
        self.agreements += 1;
        self.agreements - 1
    }

    pub fn end_agreement(&mut self) -> Option<usize> {
        (!self.living.is_empty()).then(|| self.living.remove(0))
    }

    pub fn set_status(&mut self, agreement: usize, status: &'static str) {
        self.statuses[agreement] = status;
    }

    pub fn connect(&mut self) -> usize {
        self.connections += 1;
        self.connections - 1
    }

    pub fn known(&self, connection: usize) -> usize {
        connection % self.connections
    }

    // The records of webhooks.

    pub fn invitation_record(&self, round: (usize, usize), status: &str, oddity: Oddity, now: i64) -> Value {
        let Invitation { id, created_at, .. } = &self.invitations[round.0];
        let when = |own: &str| if status == own && !oddity.no_own_moment { Given::Yes } else { Given::Null };
        let optional = if oddity.unknown_fields { Given::No } else { Given::Null };
        let mut fields = Map::new();
        fields.insert("id".into(), id.to_string().into());
        fields.insert("created_at".into(), text(*created_at).into());
        fields.insert("magic_link".into(), format!("https://connect.example/?invite={id}").into());
        fields.insert("expires_at".into(), text(self.expires_at(round)).into());
        fields.insert("expires_in_hours".into(), 24.into());
        fields.insert("status".into(), status.into());
        fields.insert("fleet_ref".into(), "FLEET-42".into());
        put(&mut fields, "partner_provided_fleet_name", optional, Value::Null);
        put(&mut fields, "callback_url", optional, Value::Null);
        put(&mut fields, "accepted_at", when("accepted"), text(now).into());
        put(&mut fields, "declined_at", when("declined"), text(now).into());
        put(&mut fields, "decline_reason", when("declined"), "Déjà connecté – no thanks".into());
        Value::Object(fields)
    }

    pub fn agreement_record(agreement: usize, status: &str, content: usize, effective_date: Option<i64>) -> Value {
        json!({
            "id": v7(SECOND, agreement as u64).to_string(), "fleet_id": fleet_id().to_string(), "fleet_ref": "FLEET-42",
            "status": status, "effective_date": effective_date.map(text), "expiration_date": null,
            "scopes": { "vehicle": "read", "driver": format!("read-{content}") },
        })
    }

    pub fn connection_record(connection: usize, status: &str) -> Value {
        json!({
            "id": connection_id(connection).to_string(), "source_name": "samsara", "fleet_id": fleet_id().to_string(),
            "tsp_id": v4(4_000).to_string(), "status": status,
        })
    }

    /// The record of the next attachment: each has an id of its own.
    pub fn fleet_connection_record(&mut self, connection: usize) -> Value {
        self.attachments += 1;
        json!({
            "id": v4(5_000 + self.attachments).to_string(), "fleet_id": fleet_id().to_string(),
            "connection_id": connection_id(connection).to_string(),
        })
    }

    pub fn schedule_record(connection: usize, schedule: usize) -> Value {
        json!({
            "id": schedule_id(connection, schedule).to_string(), "connection_id": connection_id(connection).to_string(),
            "status": "inactive", "source_name": "samsara", "resource": "vehicle_location",
        })
    }

    /// The next execution, and its record.
    pub fn execution(&mut self, connection: usize, schedule: usize, status: &str, now: i64) -> (usize, Value) {
        self.executions += 1;
        let record = json!({
            "id": v4(6_000 + self.executions as u64).to_string(), "created_at": text(now - SECOND), "updated_at": text(now),
            "schedule_id": schedule_id(connection, schedule).to_string(), "fleet_id": fleet_id().to_string(),
            "connection_id": connection_id(connection).to_string(), "status": status, "source_name": "samsara",
            "resource": "vehicle_location",
        });
        (self.executions, record)
    }

    pub fn unknown_record(content: usize) -> Value {
        json!({ "id": v4(7_000).to_string(), "fleet_ref": "FLEET-42", "content": { "number": content, "more": [null] } })
    }

    // What Onramp finds out by itself.

    /// Catena's answer to staff who invite.
    pub fn asked_by_staff(&self, refreshed: bool, now: i64) -> (Happening, Fact) {
        let round = self.round();
        let about = self.about(round);
        let (digest, expires_at) =
            (about.round.as_ref().unwrap().invitation.clone(), from_micros(self.expires_at(round)));
        let fact = if refreshed {
            own(Source::Staff, Kind::InvitationRefreshed, now, refreshed_key(&digest, expires_at), about)
        } else {
            let created_at = self.invitations[round.0].created_at;
            own(Source::Staff, Kind::InvitationCreated, created_at, created_key(&digest, expires_at), about)
        };
        let what = if refreshed { Happening::Refreshed { round } } else { Happening::Created { round } };
        (what, Fact { actor: Some("ada@example.com".into()), ..fact })
    }

    /// Our clock finds that the last link ran out.
    pub fn ran_out(&self) -> (Happening, Fact) {
        let round = self.round();
        let about = self.about(round);
        let expires_at = self.expires_at(round);
        let key = expired_key(&about.round.as_ref().unwrap().invitation, from_micros(expires_at));
        (Happening::Expired { round }, own(Source::Check, Kind::InvitationExpired, expires_at, key, about))
    }

    /// A browser comes to a landing page.
    pub fn returned(&self, page: usize, now: i64) -> (Happening, Fact) {
        let round = self.round();
        let about = self.about(round);
        let pages = [Kind::ReturnedSuccess, Kind::ReturnedIntegrationRequested, Kind::ReturnedFailure];
        let kind = pages[page].clone();
        let of = about.round.as_ref().unwrap();
        let key = digest(&[&of.invitation, kind.name(), &micros(of.expires_at).to_string()]);
        (Happening::Returned { round, page }, own(Source::Landing, kind, now, key, about))
    }

    /// Staff have the link shown, send it, or remind the fleet.
    pub fn handed_over(&self, how: usize, now: i64) -> (Happening, Fact) {
        let round = self.about(self.round()).round.unwrap();
        let (actor, at, message) = ("ada@example.com", from_micros(now), now.to_string());
        let told = match how {
            0 => audit::shown(round, Shown::OnPage, actor, at),
            1 => audit::sent(round, &message, Occasion::Invitation, "ops@acme.example", actor, at),
            _ => audit::sent(round, &message, Occasion::NotOpened, "ops@acme.example", actor, at),
        };
        let Observation::Fact { fact, .. } = told else { unreachable!("a handover is a fact") };
        (Happening::HandedOver { how, at: now }, fact)
    }

    /// The list of connections shows one that is attached.
    pub fn found_attached(connection: usize, now: i64) -> Fact {
        let key = fleet_connection_key(fleet_id(), connection_id(connection), &now.to_string());
        let about = About { connection: Some(connection_id(connection)), ..About::default() };
        own(Source::Check, Kind::FleetConnectionCreated, now, key, about)
    }

    /// A check finds a connection's credentials refused.
    pub fn found_stale(connection: usize, now: i64) -> Fact {
        Self::found_state(Kind::ConnectionStaled, connection, None, now)
    }

    /// A check finds a schedule switched off.
    pub fn found_stopped(connection: usize, schedule: usize, now: i64) -> Fact {
        Self::found_state(Kind::ScheduleDeactivated, connection, Some(schedule), now)
    }

    /// A check finds a connection working, or one of its schedules fetching.
    pub fn recovered(connection: usize, schedule: Option<usize>, now: i64) -> (Happening, Fact) {
        let fact = Self::found_state(Kind::ConnectionRecovered, connection, schedule, now);
        (Happening::Recovered { connection, schedule }, fact)
    }

    fn found_state(kind: Kind, connection: usize, schedule: Option<usize>, now: i64) -> Fact {
        let schedule = schedule.map(|schedule| schedule_id(connection, schedule));
        let id = schedule.unwrap_or(connection_id(connection));
        let about = About { connection: Some(connection_id(connection)), schedule, ..About::default() };
        own(Source::Check, kind.clone(), now, state_key(id, &kind, from_micros(now)), about)
    }

    /// A check sees how an agreement stands, and nothing else of it.
    pub fn found_agreement(&self, agreement: usize, now: i64) -> (Happening, Fact) {
        let (id, status) = (v7(SECOND, agreement as u64), self.statuses[agreement]);
        let kind = Kind::AgreementUpdated;
        let key = state_key(id, &kind, from_micros(now));
        let about = About { agreement: Some(id), status: Some(status.into()), ..About::default() };
        (Happening::AgreementFound { agreement, status, at: now }, own(Source::Check, kind, now, key, about))
    }

    fn about(&self, round: (usize, usize)) -> About {
        let Invitation { id, created_at, .. } = &self.invitations[round.0];
        let round = Round {
            created_at: from_micros(*created_at),
            expires_at: from_micros(self.expires_at(round)),
            invitation: of_invitation(*id),
        };
        About { round: Some(round), ..About::default() }
    }
}

fn own(source: Source, kind: Kind, at: i64, key: String, about: About) -> Fact {
    Fact { source, at: from_micros(at), kind, key, event_id: None, actor: None, about }
}

fn text(micros: i64) -> String {
    rfc3339(from_micros(micros))
}

fn fleet_id() -> Uuid {
    v4(1)
}

fn connection_id(connection: usize) -> Uuid {
    v4(1_000 + connection as u64)
}

fn schedule_id(connection: usize, schedule: usize) -> Uuid {
    v4(2_000 + connection as u64 * 10 + schedule as u64)
}
