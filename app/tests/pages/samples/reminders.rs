//! The pages about reminders.

use app::{components::Paging, pages::*};
use domain::link::message::{MessageState, Occasion};
use leptos::prelude::*;
use uuid::Uuid;

use super::{HOSTILE, at, html, visit};

pub fn reminders_page(may_invite: bool) -> String {
    let fleet =
        || RemindedFleet { fleet_ref: "FLEET-42".into(), name: Some(HOSTILE.into()), invitation: Uuid::from_u128(7) };
    let proposed = |number, recipient: Option<&str>| ProposedRow {
        id: Uuid::from_u128(number),
        fleet: fleet(),
        occasion: Some(Occasion::NotOpened),
        since: Some(at(0)),
        expires_at: at(24),
        recipient: recipient.map(Into::into),
        language: "Deutsch",
    };
    let decided = |number, state| DecidedRow {
        id: Uuid::from_u128(number),
        fleet: fleet(),
        occasion: Some(Occasion::NotFinished),
        recipient: Some("ops@acme.example".into()),
        state,
        by: Some("ada@example.com".into()),
        at: Some(at(2)),
        problem: (state == MessageState::Failed).then(|| HOSTILE.to_owned()),
    };
    let reminders = RemindersView {
        proposed: vec![proposed(1, Some("ops@acme.example")), proposed(2, None)],
        counts: (2, 1),
        paging: Paging { first: None, next: Some("/reminders?behind=x".into()) },
        waiting: Some((2, HOSTILE.to_owned())),
        failed: vec![decided(4, MessageState::Failed)],
        failed_in_all: 2,
        decided: vec![decided(3, MessageState::Sent)],
        can_mail: true,
        may_invite,
        now: at(3),
        notice: None,
        problem: None,
    };
    html(move || view! { <RemindersPage visit=visit("/reminders") reminders=reminders/> })
}

pub fn reminders_confirm_page() -> String {
    let ids = vec![Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
    let confirm = RemindersConfirm { count: 2, unreachable: 1, ids, until: "1".into() };
    html(move || view! { <RemindersConfirmPage visit=visit("/reminders/decide") confirm=confirm/> })
}
