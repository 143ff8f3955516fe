//! What may happen in a story, and what becomes of the news of it.

use proptest::{collection::vec, prelude::*};

use super::{
    catena::{Refusal, Teller},
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
    Expire(Teller),
    Withdraw,
    Return {
        page: usize,
    },
    /// Staff have the link shown, send it, or remind the fleet.
    HandOver {
        how: usize,
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
    CheckAgreement,
    Reattach {
        connection: usize,
    },
    Stale {
        connection: usize,
        teller: Teller,
    },
    Recover {
        connection: usize,
        schedule: Option<usize>,
    },
    Deactivate {
        connection: usize,
        schedule: usize,
        teller: Teller,
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
    let teller = || proptest::sample::select(vec![Teller::Observation, Teller::Checked, Teller::Both]);
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
        1 => teller().prop_map(Move::Expire),
        1 => Just(Move::Withdraw),
        2 => (0..3_usize).prop_map(|page| Move::Return { page }),
        3 => (0..3_usize).prop_map(|how| Move::HandOver { how }),
        8 => Just(Move::Agree),
        2 => (0..4_usize).prop_map(|content| Move::UpdateAgreement { content }),
        1 => (words, any::<bool>()).prop_map(|(word, deleted)| {
            Move::EndAgreement { word, deleted: deleted || word.is_none() }
        }),
        8 => (1..4_usize, flags()).prop_map(|(count, (linked, attached, checked))| {
            Move::Connect { count, linked, attached: attached || !checked, checked }
        }),
        1 => Just(Move::CheckAgreement),
        1 => (0..3_usize).prop_map(|connection| Move::Reattach { connection }),
        3 => (0..3_usize, teller()).prop_map(|(connection, teller)| Move::Stale { connection, teller }),
        2 => (0..3_usize, proptest::option::of(0..2_usize)).prop_map(|(connection, schedule)| {
            Move::Recover { connection, schedule }
        }),
        2 => (any_two(), teller()).prop_map(|((connection, schedule), teller)| {
            Move::Deactivate { connection, schedule, teller }
        }),
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
