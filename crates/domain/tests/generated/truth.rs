//! What is true at the end of a story: told in the order in which things happened, step by step, as a reader would follow
//! it. The fold must come to the same from any heap of deliveries.

use std::collections::{BTreeMap, BTreeSet};

use domain::onboarding::stage::{Health, Stage};

const DAY: i64 = 86_400_000_000;

/// One thing that happened. Equal values are one thing, however often it is told: the record keys of WEBHOOKS.md 6, in the
/// words of the story; but what sets a state may happen again, once the contrary was told. Invitations, agreements, connections and schedules are numbered as they appear.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    Created { round: (usize, usize) },
    Refreshed { round: (usize, usize) },
    Sent { round: (usize, usize) },
    Viewed { round: (usize, usize) },
    Accepted { round: (usize, usize) },
    Declined { round: (usize, usize) },
    Expired { round: (usize, usize) },
    Deleted { round: (usize, usize) },
    Returned { round: (usize, usize), page: usize },
    HandedOver { how: usize, at: i64 },
    Agreed { agreement: usize },
    AgreementUpdated { agreement: usize, content: usize, ends: bool },
    AgreementFound { agreement: usize, status: &'static str, at: i64 },
    AgreementDeleted { agreement: usize },
    Linked { connection: usize },
    Attached { connection: usize },
    Staled { connection: usize },
    Recovered { connection: usize, schedule: Option<usize> },
    Deactivated { connection: usize, schedule: usize },
    Failed { connection: usize, schedule: usize, execution: usize, at: i64 },
    Hung { execution: usize },
    Unknown { name: &'static str, content: usize },
}

impl Happening {
    /// The name under which the timeline shows it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "invitation.created",
            Self::Refreshed { .. } => "invitation.refreshed",
            Self::Sent { .. } => "invitation.sent",
            Self::Viewed { .. } => "invitation.viewed",
            Self::Accepted { .. } => "invitation.accepted",
            Self::Declined { .. } => "invitation.declined",
            Self::Expired { .. } => "invitation.expired",
            Self::Deleted { .. } => "invitation.deleted",
            Self::Returned { page, .. } => {
                ["landing.success", "landing.integration_requested", "landing.failure"][*page]
            }
            Self::HandedOver { how, .. } => ["link.shown", "link.sent", "reminder.sent"][*how],
            Self::Agreed { .. } => "share_agreement.created",
            Self::AgreementUpdated { .. } | Self::AgreementFound { .. } => "share_agreement.updated",
            Self::AgreementDeleted { .. } => "share_agreement.deleted",
            Self::Linked { .. } => "connection.created",
            Self::Attached { .. } => "fleet_connection.created",
            Self::Staled { .. } => "connection.staled",
            Self::Recovered { .. } => "connection.recovered",
            Self::Deactivated { .. } => "schedule.deactivated",
            Self::Failed { .. } => "execution.failed",
            Self::Hung { .. } => "execution.staled",
            Self::Unknown { name, .. } => name,
        }
    }

    /// Whether it sets a state, and so may happen again.
    fn sets_state(&self) -> bool {
        matches!(self, Self::Staled { .. } | Self::Recovered { .. } | Self::Deactivated { .. } | Self::Attached { .. })
    }

    /// Whether what happens now ends the state that `before` set.
    fn ends(&self, before: &Self) -> bool {
        use Happening as H;
        match (self, before) {
            (
                H::Staled { connection },
                H::Attached { connection: c } | H::Recovered { connection: c, schedule: None },
            )
            | (H::Deactivated { connection, .. }, H::Attached { connection: c })
            | (H::Recovered { connection, schedule: None }, H::Staled { connection: c })
            | (
                H::Attached { connection } | H::Linked { connection },
                H::Staled { connection: c } | H::Deactivated { connection: c, .. },
            ) => connection == c,
            (H::Deactivated { connection, schedule }, H::Recovered { connection: c, schedule: Some(s) })
            | (H::Recovered { connection, schedule: Some(schedule) }, H::Deactivated { connection: c, schedule: s }) => {
                (connection, schedule) == (c, s)
            }
            (H::Failed { connection, schedule, .. }, H::Recovered { connection: c, schedule: s }) => {
                connection == c && s.is_none_or(|s| s == *schedule)
            }
            (H::AgreementUpdated { ends: true, .. } | H::AgreementDeleted { .. }, H::Attached { .. }) => true,
            _ => false,
        }
    }

    /// Whether it says how a connection does, and nothing of the way there.
    pub fn is_health(&self) -> bool {
        matches!(
            self,
            Self::Staled { .. }
                | Self::Recovered { .. }
                | Self::Deactivated { .. }
                | Self::Failed { .. }
                | Self::Hung { .. }
        )
    }
}

/// The status that an update of this content tells. Nothing that ended is checked again, so an end needs no word.
fn status_of(content: usize, ends: bool) -> &'static str {
    if ends { "" } else { STATUSES[content] }
}

/// The status of an agreement, by the content of its update.
pub const STATUSES: [&str; 4] = ["active", "paused", "cancelled_insufficient_scope", "pending"];

/// What is known since the fleet's agreements last ended, or since ever.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, in any combination")]
struct Chapter {
    round: Option<(usize, usize)>,
    in_round: Option<Stage>,
    accepted: bool,
    deleted: bool,
    agreed: bool,
    linked: bool,
    attached: bool,
    stale: BTreeSet<usize>,
    stopped: BTreeSet<(usize, usize)>,
    failures: BTreeMap<(usize, usize), Vec<i64>>,
}

impl Chapter {
    fn enter(&mut self, round: (usize, usize), reached: Stage) {
        if self.round.is_none_or(|known| known < round) {
            if self.round.is_none_or(|known| known.0 != round.0) {
                (self.accepted, self.deleted) = (false, false);
            }
            (self.round, self.in_round) = (Some(round), Some(Stage::Created));
        }
        if self.round == Some(round) {
            self.in_round = self.in_round.max(Some(reached));
        }
    }

    /// The connection works again, or one of its schedules does.
    fn recovered(&mut self, connection: usize, schedule: Option<usize>) {
        match schedule {
            None => {
                self.stale.remove(&connection);
                self.failures.retain(|(own, _), _| *own != connection);
            }
            Some(schedule) => {
                self.stopped.remove(&(connection, schedule));
                self.failures.remove(&(connection, schedule));
            }
        }
    }

    /// The connection was attached anew, with credentials that work.
    fn attached_anew(&mut self, connection: usize) {
        self.stale.remove(&connection);
        self.stopped.retain(|(own, _)| *own != connection);
    }

    /// A living agreement makes one story of both chapters again.
    fn rejoin(&mut self, old: Self) {
        self.agreed |= old.agreed;
        self.linked |= old.linked;
        self.attached |= old.attached;
        self.stale.extend(old.stale);
        self.stopped.extend(old.stopped);
        for (schedule, times) in old.failures {
            self.failures.entry(schedule).or_default().splice(0..0, times);
        }
    }

    fn stage(&self) -> Option<Stage> {
        if self.attached {
            Some(Stage::Connected)
        } else if self.linked {
            Some(Stage::Connection)
        } else if self.agreed {
            Some(Stage::Agreement)
        } else if self.deleted {
            Some(Stage::Deleted)
        } else if self.accepted {
            Some(Stage::Accepted)
        } else {
            self.in_round
        }
    }

    fn health(&self) -> Health {
        let again_and_again = |times: &Vec<i64>| times.windows(2).any(|two| two[1] - two[0] <= DAY);
        if !self.stale.is_empty() {
            Health::NeedsReauthentication
        } else if !self.stopped.is_empty() {
            Health::Stopped
        } else if self.failures.values().any(again_and_again) {
            Health::FetchFailing
        } else {
            Health::Flowing
        }
    }
}

/// All that was told, each thing once, and what it comes to.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// How many entries of each name the timeline has.
    pub entries: BTreeMap<&'static str, usize>,
    told: BTreeSet<Happening>,
    /// The states that were set and not ended.
    states: Vec<Happening>,
    /// How each agreement stood when it was last told to have changed, and whether a check alone told it.
    last_change: BTreeMap<usize, (&'static str, bool)>,
    now: Chapter,
    before: Chapter,
    /// Each agreement that is known of, and whether it ended.
    agreements: BTreeMap<usize, bool>,
    ended: bool,
}

impl Truth {
    /// Where the fleet stands.
    pub fn stage(&self) -> Option<Stage> {
        if self.ended { Some(Stage::Deleted) } else { self.now.stage() }
    }

    /// Whether every agreement that was known of has ended at some time.
    pub fn ever_ended(&self) -> bool {
        self.agreements.values().any(|ended| *ended)
    }

    /// Whether its data flows.
    pub fn health(&self) -> Option<Health> {
        (self.stage() == Some(Stage::Connected)).then(|| self.now.health())
    }

    /// The next thing that happened and was told. Nothing the second time.
    pub fn happens(&mut self, what: &Happening) {
        use Happening as H;
        if !self.told.insert(what.clone()) && !what.sets_state() {
            return;
        }
        if self.is_news(what) {
            *self.entries.entry(what.name()).or_default() += 1;
        }
        match *what {
            H::Created { round } | H::Refreshed { round } | H::Returned { round, .. } => {
                self.invited(round, Stage::Created);
            }
            H::Sent { round } => self.invited(round, Stage::Sent),
            H::Viewed { round } => self.invited(round, Stage::Viewed),
            H::Declined { round } => self.invited(round, Stage::Declined),
            H::Expired { round } => self.now.enter(round, Stage::Expired),
            H::Accepted { round } => {
                self.invited(round, Stage::Created);
                self.now.accepted |= self.now.round.is_some_and(|known| known.0 == round.0);
            }
            H::Deleted { round } => {
                self.now.enter(round, Stage::Created);
                self.now.deleted = true;
            }
            H::Agreed { agreement }
            | H::AgreementUpdated { agreement, ends: false, .. }
            | H::AgreementFound { agreement, .. } => {
                self.now.agreed = true;
                if self.agreements.insert(agreement, false).is_none() {
                    self.ended = false;
                    let before = std::mem::take(&mut self.before);
                    self.now.rejoin(before);
                }
            }
            H::AgreementUpdated { agreement, ends: true, .. } | H::AgreementDeleted { agreement } => {
                if self.agreements.insert(agreement, true) != Some(true) && self.agreements.values().all(|ended| *ended)
                {
                    self.ended = true;
                    let mut before = std::mem::take(&mut self.before);
                    std::mem::swap(&mut self.now, &mut before);
                    before.rejoin(std::mem::take(&mut self.now));
                    self.before = before;
                }
            }
            H::Linked { .. } => self.now.linked = true,
            H::Attached { connection } => {
                self.now.attached = true;
                self.now.attached_anew(connection);
                self.before.attached_anew(connection);
            }
            H::Staled { connection } => {
                // Only what is linked can go stale.
                self.now.linked = true;
                self.now.stale.insert(connection);
            }
            H::Deactivated { connection, schedule } => drop(self.now.stopped.insert((connection, schedule))),
            H::Failed { connection, schedule, at, .. } => {
                self.now.failures.entry((connection, schedule)).or_default().push(at);
            }
            H::Recovered { connection, schedule } => {
                self.now.recovered(connection, schedule);
                self.before.recovered(connection, schedule);
            }
            // Whoever sees or sends the link, the fleet stands where it stood.
            H::HandedOver { .. } | H::Hung { .. } | H::Unknown { .. } => {}
        }
    }

    /// Whether it is an entry of its own: a state that stands already is none, nor is the status of an agreement which the
    /// telling before has, where a check told either.
    fn is_news(&mut self, what: &Happening) -> bool {
        self.states.retain(|before| !what.ends(before));
        let change = match *what {
            Happening::AgreementUpdated { agreement, content, ends } => {
                Some((agreement, status_of(content, ends), false))
            }
            Happening::AgreementFound { agreement, status, .. } => Some((agreement, status, true)),
            _ => None,
        };
        if let Some((agreement, status, found)) = change {
            let last = self.last_change.get(&agreement).copied();
            let known = last.filter(|(last, last_found)| *last == status && (found || *last_found));
            let found_alone = found && known.is_none_or(|(_, last_found)| last_found);
            self.last_change.insert(agreement, (status, found_alone));
            return known.is_none();
        }
        if !what.sets_state() {
            return true;
        }
        let is_new = !self.states.contains(what);
        if is_new {
            self.states.push(what.clone());
        }
        is_new
    }

    /// An invitation after an end opens the next chapter.
    fn invited(&mut self, round: (usize, usize), reached: Stage) {
        self.ended = false;
        self.now.enter(round, reached);
    }
}
