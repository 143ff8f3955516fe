//! Whole stories of one fleet, in the order in which things happen: what may happen next depends on what happened, and what
//! can't happen is left out.

use domain::{events::fact::Fact, onboarding::stage::Stage};
use proptest::prelude::*;

use super::{
    catena::{Catena, Teller},
    moves::{MINUTE, Move, Step, steps},
    truth::{Happening, STATUSES, Truth},
    wire::{Event, Oddity, RenewalAction, SECOND, read},
};

const HOUR: i64 = 60 * MINUTE;
/// 2 March 2026, 15:00 UTC.
const START: i64 = 1_772_463_600 * SECOND;

/// Any story.
pub fn story() -> impl Strategy<Value = Story> {
    steps().prop_map(|steps| Story::play(&steps))
}

/// How something is told.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "they are few")]
pub enum How {
    /// By a webhook.
    Delivery(Event),
    /// By a check, a landing page or staff.
    Own(Fact),
    /// By a delivery that can't be processed, or that is about something else.
    Nothing(Vec<u8>),
}

/// One telling of one or more things.
#[derive(Debug, Clone)]
pub struct Telling {
    pub of: Vec<Happening>,
    pub how: How,
}

impl Telling {
    pub fn facts(&self) -> Vec<Fact> {
        match &self.how {
            How::Delivery(event) => event.facts(),
            How::Own(fact) => vec![fact.clone()],
            How::Nothing(body) => read(body, None, START),
        }
    }

    pub fn facts_again(&self, again: RenewalAction) -> Vec<Fact> {
        match &self.how {
            How::Delivery(event) => event.facts_again(again),
            How::Own(_) | How::Nothing(_) => self.facts(),
        }
    }
}

/// What was told of a fleet, each telling once, and what is true at the end.
#[derive(Debug, Clone)]
pub struct Story {
    pub tellings: Vec<Telling>,
    pub truth: Truth,
}

/// The story so far.
struct Play {
    story: Story,
    catena: Catena,
    now: i64,
    lost: bool,
    oddity: Oddity,
}

impl Story {
    fn play(steps: &[Step]) -> Self {
        let story = Self { tellings: Vec::new(), truth: Truth::default() };
        let mut play = Play { story, catena: Catena::default(), now: START, lost: false, oddity: Oddity::NONE };
        for step in steps {
            play.now += step.wait;
            (play.lost, play.oddity) = (step.lost, step.oddity);
            play.step(&step.action);
        }
        play.story
    }
}

impl Play {
    fn step(&mut self, action: &Move) {
        match *action {
            Move::Invite { hours, here, event, anew, late_expiry } => {
                self.invite(hours * HOUR, here, event, anew, late_expiry);
            }
            Move::Send if self.catena.is_open(self.now) => self.of_round("invitation.sent", "active"),
            Move::View if self.catena.is_open(self.now) => self.of_round("invitation.viewed", "active"),
            Move::Accept if self.catena.is_open(self.now) => {
                self.catena.last().stage = Stage::Accepted;
                self.of_round("invitation.accepted", "accepted");
            }
            Move::Decline(refusal) if self.catena.is_open(self.now) => {
                self.catena.last().stage = Stage::Declined;
                for name in refusal.names() {
                    self.of_round(name, "declined");
                }
            }
            Move::Expire(expiry) if self.catena.is_unanswered() => self.expire(expiry),
            Move::Withdraw if self.catena.is_open(self.now) => {
                self.catena.last().stage = Stage::Deleted;
                self.of_round("invitation.deleted", "deleted");
            }
            Move::Return { page } if !self.catena.invitations.is_empty() => {
                let (what, fact) = self.catena.returned(page, self.now);
                self.tell(vec![what], How::Own(fact));
            }
            Move::HandOver { how } if !self.catena.invitations.is_empty() => {
                let (what, fact) = self.catena.handed_over(how, self.now);
                self.tell(vec![what], How::Own(fact));
            }
            Move::Agree if self.catena.is_accepted() && self.catena.living().len() < 3 => {
                let agreement = self.catena.agree();
                self.of_agreement(agreement, "active", Happening::Agreed { agreement }, 0);
            }
            Move::UpdateAgreement { content } => {
                let Some(&agreement) = self.catena.living().first() else { return };
                let status = STATUSES[content];
                self.catena.set_status(agreement, status);
                let what = Happening::AgreementUpdated { agreement, content, ends: false };
                self.of_agreement(agreement, status, what, content);
            }
            Move::EndAgreement { word, deleted } => self.end_agreement(word, deleted),
            Move::Connect { count, linked, attached, checked } if !self.catena.living().is_empty() => {
                self.connect(count, linked, attached, checked);
            }
            Move::Unknown { name, content } => self.unknown(name, content),
            Move::Unreadable { which } => {
                let bodies: [&[u8]; 5] = [b"<html>", b"[]", b"{\"data\":[{}]}", b"", &[0xff, 0xfe]];
                self.tell(Vec::new(), How::Nothing(bodies[which].to_vec()));
            }
            Move::SubscriptionStaled => {
                let body = br#"{"event_name":"webhook.staled","data":[{"id":"019ca945-0a00-7c4e-a4ad-55a21ba0363a","status":"stale"}]}"#;
                self.tell(Vec::new(), How::Nothing(body.to_vec()));
            }
            // The rest is about a connection, if there is any and its agreement lives.
            _ if self.catena.connections == 0 || self.catena.living().is_empty() => {}
            Move::CheckAgreement => {
                let (what, fact) = self.catena.found_agreement(self.catena.living()[0], self.now);
                self.tell(vec![what], How::Own(fact));
            }
            Move::Reattach { connection } => self.attach(&[self.catena.known(connection)]),
            Move::Stale { connection, teller } => {
                let connection = self.catena.known(connection);
                let what = Happening::Staled { connection };
                let record = Catena::connection_record(connection, "stale");
                self.tell_state(teller, what, Catena::found_stale(connection, self.now), "connection.staled", record);
            }
            Move::Recover { connection, schedule } => {
                let (what, fact) = Catena::recovered(self.catena.known(connection), schedule, self.now);
                self.tell(vec![what], How::Own(fact));
            }
            Move::Deactivate { connection, schedule, teller } => {
                let connection = self.catena.known(connection);
                let what = Happening::Deactivated { connection, schedule };
                let record = Catena::schedule_record(connection, schedule);
                let fact = Catena::found_stopped(connection, schedule, self.now);
                self.tell_state(teller, what, fact, "schedule.deactivated", record);
            }
            Move::Fail { connection, schedule, count } => self.fail(connection, schedule, count),
            Move::Hang { connection, schedule } => {
                let connection = self.catena.known(connection);
                let (execution, record) = self.catena.execution(connection, schedule, "stale", self.now);
                self.deliver("execution.staled", vec![Happening::Hung { execution }], vec![record]);
            }
            _ => {}
        }
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "the fields of the move")]
    fn invite(&mut self, valid: i64, here: bool, event: bool, anew: bool, late_expiry: bool) {
        let before = self.catena.round();
        let refreshed = self.catena.invite(self.now, valid, anew);
        // No event tells a refresh for sure (WEBHOOKS.md 6). After an end it is known from our own call, since Catena's
        // `invitation.created` would carry the time at which the invitation was first made.
        let here = here || (refreshed && self.story.truth.ever_ended());
        let round = self.catena.round();
        if here {
            let (what, fact) = self.catena.asked_by_staff(refreshed, self.now);
            self.lost = false;
            self.tell(vec![what], How::Own(fact));
        }
        if event {
            let what = Happening::Created { round };
            let record = self.catena.invitation_record(round, "active", self.oddity, self.now);
            self.deliver("invitation.created", vec![what], vec![record]);
        }
        if refreshed && late_expiry && !self.catena.is_accepted() {
            let record = self.catena.invitation_record(before, "expired", self.oddity, self.now);
            self.deliver("invitation.expired", vec![Happening::Expired { round: before }], vec![record]);
        }
    }

    fn expire(&mut self, expiry: Teller) {
        self.catena.last().stage = Stage::Expired;
        self.now = self.now.max(self.catena.expires_at(self.catena.round()) + MINUTE);
        if expiry != Teller::Observation {
            let (what, fact) = self.catena.ran_out();
            self.tell(vec![what], How::Own(fact));
        }
        if expiry != Teller::Checked {
            self.of_round("invitation.expired", "expired");
        }
    }

    fn of_round(&mut self, name: &'static str, status: &str) {
        let round = self.catena.round();
        let what = match name {
            "invitation.sent" => Happening::Sent { round },
            "invitation.viewed" => Happening::Viewed { round },
            "invitation.accepted" => Happening::Accepted { round },
            "invitation.expired" => Happening::Expired { round },
            "invitation.deleted" => Happening::Deleted { round },
            _ => Happening::Declined { round },
        };
        let record = self.catena.invitation_record(round, status, self.oddity, self.now);
        self.deliver(name, vec![what], vec![record]);
    }

    fn of_agreement(&mut self, agreement: usize, status: &str, what: Happening, content: usize) {
        let name = what.name();
        // Real agreements are in force half a second before the fleet accepted (WEBHOOKS.md 6).
        let began = name == "share_agreement.created" && !self.oddity.no_own_moment;
        let record = Catena::agreement_record(agreement, status, content, began.then(|| self.now - SECOND / 2));
        self.deliver(name, vec![what], vec![record]);
    }

    fn end_agreement(&mut self, word: Option<&'static str>, deleted: bool) {
        let Some(agreement) = self.catena.end_agreement() else { return };
        if deleted {
            self.of_agreement(agreement, "deleted", Happening::AgreementDeleted { agreement }, 9);
        }
        if let Some(word) = word {
            // After the deletion or instead of it.
            self.now += 30 * SECOND;
            let what = Happening::AgreementUpdated { agreement, content: 9, ends: true };
            self.of_agreement(agreement, word, what, 9);
        }
    }

    fn connect(&mut self, count: usize, linked: bool, attached: bool, checked: bool) {
        let made: Vec<usize> = (0..count).map(|_| self.catena.connect()).collect();
        if linked {
            let of = made.iter().map(|&connection| Happening::Linked { connection }).collect();
            let records = made.iter().map(|one| Catena::connection_record(*one, "active")).collect();
            self.deliver("connection.created", of, records);
        }
        if attached {
            self.attach(&made);
        }
        if checked {
            for connection in made {
                let fact = Catena::found_attached(connection, self.now);
                self.tell(vec![Happening::Attached { connection }], How::Own(fact));
            }
        }
    }

    fn attach(&mut self, connections: &[usize]) {
        let of = connections.iter().map(|&connection| Happening::Attached { connection }).collect();
        let records = connections.iter().map(|one| self.catena.fleet_connection_record(*one)).collect();
        self.deliver("fleet_connection.created", of, records);
    }

    fn tell_state(&mut self, teller: Teller, what: Happening, found: Fact, name: &str, record: serde_json::Value) {
        if teller != Teller::Observation {
            self.tell(vec![what.clone()], How::Own(found));
        }
        if teller != Teller::Checked {
            self.deliver(name, vec![what], vec![record]);
        }
    }

    fn fail(&mut self, connection: usize, schedule: usize, count: usize) {
        let connection = self.catena.known(connection);
        let (mut of, mut records) = (Vec::new(), Vec::new());
        for _ in 0..count {
            self.now += SECOND;
            let (execution, record) = self.catena.execution(connection, schedule, "failed", self.now);
            of.push(Happening::Failed { connection, schedule, execution, at: self.now });
            records.push(record);
        }
        self.deliver("execution.failed", of, records);
    }

    fn unknown(&mut self, name: usize, content: usize) {
        let name = ["tsp.requested", "invitation.archived", "execution.created"][name];
        let record = Catena::unknown_record(content);
        self.deliver(name, vec![Happening::Unknown { name, content }], vec![record]);
    }

    fn deliver(&mut self, name: &str, of: Vec<Happening>, mut records: Vec<serde_json::Value>) {
        // What has no key but its whole content must keep its content.
        let keyed_by_content = name == "share_agreement.updated" || matches!(of[0], Happening::Unknown { .. });
        for fields in records.iter_mut().filter_map(serde_json::Value::as_object_mut) {
            if self.oddity.unknown_fields && !keyed_by_content {
                fields.insert("colour".into(), serde_json::json!({ "of": ["the", "sky"], "depth": null }));
            }
            let ends = name == "share_agreement.deleted";
            if self.oddity.unknown_status && !keyed_by_content && !ends && fields.contains_key("status") {
                fields.insert("status".into(), "cancelled_insufficient_scope".into());
            }
        }
        let serial = self.story.tellings.len() as u64 + 1;
        let event = Event { name: name.to_owned(), records, at: self.now, serial, oddity: self.oddity };
        self.tell(of, How::Delivery(event));
    }

    fn tell(&mut self, of: Vec<Happening>, how: How) {
        if self.lost {
            return;
        }
        for what in &of {
            self.story.truth.happens(what);
        }
        self.story.tellings.push(Telling { of, how });
    }
}
