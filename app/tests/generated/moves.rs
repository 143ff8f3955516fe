//! What may happen in a story, and what becomes of the news of it.

use proptest::{collection::vec, prelude::*};

use super::{
    catena::{Expiry, Refusal},
    wire::{Oddity, SECOND, oddity},
};

pub const MINUTE: i64 = 60 * SECOND;

/// One thing that the fleet, Catena or our staff may do.
#[derive(Debug, Clone)]
pub enum Move {
    /// Staff invite, here or elsewhere: a new invitation, or another round of the last one.
    Invite {
        hours: i64,
        here: bool,
        event: bool,
        anew: bool,
        late_expiry: bool,
    },
    Send,
    View,
    Accept,
    Decline(Refusal),
    Expire(Expiry),
    Withdraw,
    Return {
        page: usize,
    },
    Agree,
    UpdateAgreement {
        content: usize,
    },
    EndAgreement {
        word: Option<&'static str>,
        deleted: bool,
    },
    Connect {
        count: usize,
        linked: bool,
        attached: bool,
        checked: bool,
    },
    Stale {
        connection: usize,
    },
    Repair {
        connection: usize,
    },
    Deactivate {
        connection: usize,
        schedule: usize,
    },
    Fail {
        connection: usize,
        schedule: usize,
        count: usize,
    },
    Hang {
        connection: usize,
        schedule: usize,
    },
    Unknown {
        name: usize,
        content: usize,
    },
    Unreadable {
        which: usize,
    },
    SubscriptionStaled,
}

/// A move, how long after the last one, and what becomes of the news of it.
#[derive(Debug, Clone)]
pub struct Step {
    pub action: Move,
    pub wait: i64,
    pub oddity: Oddity,
    /// Some deliveries never come.
    pub lost: bool,
}

fn action() -> impl Strategy<Value = Move> {
    let any_two = || (0..3_usize, 0..2_usize);
    let words = proptest::sample::select(vec![None, Some("cancelled"), Some("deleted"), Some("expired")]);
    let refusal = proptest::sample::select(vec![Refusal::Declined, Refusal::Rejected, Refusal::Both]);
    let expiry = proptest::sample::select(vec![Expiry::Told, Expiry::Checked, Expiry::Both]);
    let flags = || any::<(bool, bool, bool)>();
    let invite = (1..700_i64, flags(), any::<bool>());
    prop_oneof![
        6 => invite.prop_map(|(hours, (here, event, anew), late)| {
            Move::Invite { hours, here, event: event || !here, anew, late_expiry: late }
        }),
        1 => Just(Move::Send),
        4 => Just(Move::View),
        6 => Just(Move::Accept),
        2 => refusal.prop_map(Move::Decline),
        1 => expiry.prop_map(Move::Expire),
        1 => Just(Move::Withdraw),
        2 => (0..3_usize).prop_map(|page| Move::Return { page }),
        8 => Just(Move::Agree),
        2 => (0..4_usize).prop_map(|content| Move::UpdateAgreement { content }),
        1 => (words, any::<bool>()).prop_map(|(word, deleted)| {
            Move::EndAgreement { word, deleted: deleted || word.is_none() }
        }),
        8 => (1..4_usize, flags()).prop_map(|(count, (linked, attached, checked))| {
            Move::Connect { count, linked, attached: attached || !checked, checked }
        }),
        3 => (0..3_usize).prop_map(|connection| Move::Stale { connection }),
        2 => (0..3_usize).prop_map(|connection| Move::Repair { connection }),
        2 => any_two().prop_map(|(connection, schedule)| Move::Deactivate { connection, schedule }),
        3 => (any_two(), 1..4_usize).prop_map(|((connection, schedule), count)| {
            Move::Fail { connection, schedule, count }
        }),
        1 => any_two().prop_map(|(connection, schedule)| Move::Hang { connection, schedule }),
        2 => any_two().prop_map(|(name, content)| Move::Unknown { name, content }),
        1 => (0..5_usize).prop_map(|which| Move::Unreadable { which }),
        1 => Just(Move::SubscriptionStaled),
    ]
}

/// Any number of steps, possible or not.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![6 => 2..90_i64, 1 => 90..3 * 24 * 60_i64];
    let step = (action(), wait, oddity(), proptest::bool::weighted(0.1));
    let step = step.prop_map(|(action, minutes, oddity, lost)| Step { action, wait: minutes * MINUTE, oddity, lost });
    vec(step, 1..60)
}
