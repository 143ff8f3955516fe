//! Turns the records of an event into facts: what happened, when, to whom, and the key that identifies it.

use std::{borrow::Cow, fmt::Write as _};

use serde_json::{Map, Value};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    digest::{digest, of_invitation},
    events::{
        envelope::{Envelope, text, uuid},
        fact::{About, Fact, Kind, Round, Source},
        keys::{
            accepted_key, agreement_key, connection_key, created_key, declined_key, deleted_key, expired_key,
            fleet_connection_key, state_key,
        },
        observation::{InvitationRecord, Observation, Subject},
    },
    resource,
    text::{lines, one_line},
    timestamp,
};

/// Why a record of a known event can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// A record must be an object.
    #[error("record {0} is not an object")]
    NotAnObject(
        /// Which record, from 1.
        usize,
    ),
    /// It lacks a field that identifies it.
    #[error("record {place} has no usable “{field}”")]
    Missing {
        /// Which record, from 1.
        place: usize,
        /// Which field.
        field: &'static str,
    },
}

/// Whether an event is about a fleet's data rather than its onboarding: about a resource that permissions name.
pub fn is_about_data(event_name: &str) -> bool {
    let resource = event_name.split('.').next().unwrap_or_default();
    // Messages to groups come with the permission for messages.
    resource == "group_message" || resource::label(resource).is_some()
}

/// What the records of an event say: one that can't be read costs only itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// What those say that can be read.
    pub observations: Vec<Observation>,
    /// Those that can't be read, and why.
    pub unreadable: Vec<RecordError>,
}

impl Observed {
    /// What keeps the event from being complete, in words: which records can't be read, and why. None if all can.
    pub fn problem(&self) -> Option<String> {
        /// Records that are named; more are counted.
        const NAMED: usize = 5;
        let named: Vec<_> = self.unreadable.iter().take(NAMED).map(ToString::to_string).collect();
        let mut problem = named.join("; ");
        if problem.is_empty() {
            return None;
        }
        if self.unreadable.len() > NAMED {
            let _ = write!(problem, "; and {} more", self.unreadable.len() - NAMED);
        }
        match self.observations.len() {
            0 => {}
            1 => problem.push_str(". The other record was processed"),
            others => drop(write!(problem, ". The other {others} records were processed")),
        }
        Some(problem)
    }
}

/// What an event says about onboarding, record by record; nothing if it [is about data](is_about_data), which comes by the
/// thousand and is on no timeline. `sent_at` is the signed `X-Catena-Timestamp`: the last resort for an event without a time
/// of its own.
pub fn observations(envelope: &Envelope<'_>, sent_at: OffsetDateTime) -> Observed {
    let mut observed = Observed::default();
    if is_about_data(&envelope.name) {
        return observed;
    }
    for (index, record) in envelope.records.iter().enumerate() {
        let place = index + 1;
        let read = record
            .as_object()
            .ok_or(RecordError::NotAnObject(place))
            .and_then(|record| Reader { envelope, place, record, sent_at }.observation());
        match read {
            Ok(observation) => observed.observations.push(observation),
            Err(error) => observed.unreadable.push(error),
        }
    }
    observed
}

struct Reader<'a> {
    envelope: &'a Envelope<'a>,
    place: usize,
    record: &'a Map<String, Value>,
    sent_at: OffsetDateTime,
}

impl Reader<'_> {
    fn observation(&self) -> Result<Observation, RecordError> {
        let kind = Kind::from_name(&self.envelope.name);
        match kind {
            _ if self.envelope.name.starts_with("webhook.") => self.subscription(),
            Kind::InvitationCreated
            | Kind::InvitationSent
            | Kind::InvitationViewed
            | Kind::InvitationAccepted
            | Kind::InvitationDeclined
            | Kind::InvitationExpired
            | Kind::InvitationDeleted => self.invitation(kind),
            Kind::AgreementCreated | Kind::AgreementUpdated | Kind::AgreementDeleted => self.agreement(kind),
            Kind::ConnectionCreated | Kind::ConnectionStaled => self.connection(kind),
            Kind::FleetConnectionCreated => self.fleet_connection(kind),
            Kind::ExecutionFailed | Kind::ExecutionStaled => self.execution(kind),
            Kind::ScheduleDeactivated => self.schedule(kind),
            other => Ok(self.unknown(other)),
        }
    }

    fn subscription(&self) -> Result<Observation, RecordError> {
        let status = self.text("status").map_or_else(|| "unknown".to_owned(), Cow::into_owned);
        Ok(Observation::Subscription { id: self.need("id")?, status })
    }

    fn invitation(&self, kind: Kind) -> Result<Observation, RecordError> {
        let id = self.need("id")?;
        let expires_at = self.time("expires_at").ok_or(self.missing("expires_at"))?;
        let created_at = self.time("created_at").or(timestamp::of_uuid(id)).unwrap_or(expires_at);
        let invitation = of_invitation(id);
        // Times can differ by less than a microsecond between two answers, so keys use the stored precision.
        let expiry = timestamp::micros(expires_at).to_string();
        let (own_time, key) = match kind {
            Kind::InvitationAccepted => {
                let accepted_at = self.time("accepted_at");
                (accepted_at, accepted_key(&invitation, accepted_at, expires_at))
            }
            Kind::InvitationDeclined => {
                let declined_at = self.time("declined_at");
                (declined_at, declined_key(&invitation, declined_at, expires_at))
            }
            Kind::InvitationDeleted => (None, deleted_key(&invitation)),
            Kind::InvitationExpired => (Some(expires_at), expired_key(&invitation, expires_at)),
            Kind::InvitationCreated => (self.time("created_at"), created_key(&invitation, expires_at)),
            _ => (None, digest(&[&invitation, kind.name(), &expiry])),
        };
        let about = About {
            round: Some(Round { created_at, expires_at, invitation: invitation.clone() }),
            note: self.text("decline_reason").filter(|_| kind == Kind::InvitationDeclined).map(|said| lines(&said)),
            ..self.about()
        };
        let record = InvitationRecord {
            id,
            magic_link: self.text("magic_link").map(Cow::into_owned),
            created_at,
            expires_at,
            // WEBHOOKS.md 8.12: the events' name for what the API calls `fleet_name`.
            fleet_name: self.name("partner_provided_fleet_name").or(self.name("fleet_name")),
        };
        let subject = Subject { invitation: Some(invitation), ..self.subject() };
        Ok(Observation::Fact { fact: self.fact(kind, own_time, key, about), subject, invitation: Some(record) })
    }

    fn agreement(&self, kind: Kind) -> Result<Observation, RecordError> {
        let id = self.need("id")?;
        let (own_time, key) = match kind {
            Kind::AgreementCreated => (self.time("effective_date"), agreement_key(id, &kind)),
            Kind::AgreementUpdated => (None, digest(&[&id.to_string(), kind.name(), &self.content()])),
            _ => (None, agreement_key(id, &kind)),
        };
        let about = About { agreement: Some(id), ..self.about() };
        Ok(self.plain(kind, own_time, key, about, self.subject()))
    }

    fn connection(&self, kind: Kind) -> Result<Observation, RecordError> {
        let id = self.need("id")?;
        let key = match kind {
            Kind::ConnectionStaled => state_key(id, &kind, self.event_time()),
            _ => connection_key(id),
        };
        let about = About { connection: Some(id), ..self.about() };
        let subject = Subject { connection_id: Some(id), ..self.subject() };
        Ok(self.plain(kind, None, key, about, subject))
    }

    fn fleet_connection(&self, kind: Kind) -> Result<Observation, RecordError> {
        let (fleet, connection) = (self.need("fleet_id")?, self.need("connection_id")?);
        // WEBHOOKS.md 6: `data[].id`. A connection that is attached again has another one.
        let own = self.text("id").unwrap_or_default();
        let key = fleet_connection_key(fleet, connection, &own);
        Ok(self.plain(kind, None, key, About { connection: Some(connection), ..self.about() }, self.subject()))
    }

    fn execution(&self, kind: Kind) -> Result<Observation, RecordError> {
        let id = self.need("id")?;
        let key = digest(&[&id.to_string(), kind.name()]);
        let about = About { schedule: uuid(self.record, "schedule_id"), ..self.about() };
        Ok(self.plain(kind, self.time("updated_at"), key, about, self.subject()))
    }

    fn schedule(&self, kind: Kind) -> Result<Observation, RecordError> {
        let id = self.need("id")?;
        let key = state_key(id, &kind, self.event_time());
        Ok(self.plain(kind, None, key, About { schedule: Some(id), ..self.about() }, self.subject()))
    }

    fn unknown(&self, kind: Kind) -> Observation {
        let key = digest(&["other", kind.name(), &self.content()]);
        self.plain(kind, None, key, self.about(), self.subject())
    }

    fn plain(
        &self,
        kind: Kind,
        own: Option<OffsetDateTime>,
        key: String,
        about: About,
        subject: Subject,
    ) -> Observation {
        Observation::Fact { fact: self.fact(kind, own, key, about), subject, invitation: None }
    }

    fn fact(&self, kind: Kind, own_time: Option<OffsetDateTime>, key: String, about: About) -> Fact {
        let at = own_time.unwrap_or_else(|| self.event_time());
        Fact { source: Source::Webhook, at, kind, key, event_id: self.envelope.id, actor: None, about }
    }

    /// The time in the event's id, else the body's timestamp, else the signed time of sending.
    fn event_time(&self) -> OffsetDateTime {
        self.envelope.id.and_then(timestamp::of_uuid).or(self.envelope.timestamp).unwrap_or(self.sent_at)
    }

    fn about(&self) -> About {
        About {
            round: None,
            agreement: None,
            connection: uuid(self.record, "connection_id"),
            schedule: None,
            provider: self.text("source_name").map(Cow::into_owned),
            resource: self.text("resource").map(Cow::into_owned),
            status: self.text("status").map(Cow::into_owned),
            note: None,
        }
    }

    fn subject(&self) -> Subject {
        Subject {
            invitation: None,
            fleet_ref: self.text("fleet_ref").map(Cow::into_owned),
            fleet_id: uuid(self.record, "fleet_id"),
            connection_id: uuid(self.record, "connection_id"),
        }
    }

    fn text(&self, field: &str) -> Option<Cow<'_, str>> {
        text(self.record, field)
    }

    fn name(&self, field: &str) -> Option<String> {
        self.text(field).map(|name| one_line(&name)).filter(|name| !name.is_empty())
    }

    fn time(&self, field: &str) -> Option<OffsetDateTime> {
        self.text(field).and_then(|text| timestamp::parse(text.trim()))
    }

    fn need(&self, field: &'static str) -> Result<Uuid, RecordError> {
        uuid(self.record, field).ok_or(self.missing(field))
    }

    fn missing(&self, field: &'static str) -> RecordError {
        RecordError::Missing { place: self.place, field }
    }

    /// The whole record as text, its fields in a fixed order.
    fn content(&self) -> String {
        Value::Object(self.record.clone()).to_string()
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
