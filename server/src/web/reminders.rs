//! Reminders: what is proposed, and what staff decide about it.

use std::time::Duration;

use app::pages::{
    DecidedRow, ProposedRow, RemindedFleet, RemindersConfirm, RemindersConfirmPage, RemindersPage, RemindersView,
};
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    link::message::{Language, MessageState, Occasion},
    timestamp::{from_micros, micros},
};
use leptos::view;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{errors::PageError, render::page};
use crate::{
    state::AppState,
    store::{ListedMessage, MessageRow},
    web::extract::{page, session::Viewer},
};

/// Links that are looked at while somebody waits for it.
const LOOKED_AT: u32 = 2_000;
/// Decided messages shown.
const DECIDED: u32 = 20;
/// Failed messages shown; the next ones follow once these are decided about.
const FAILED: u32 = 50;
/// Where to go with a fleet that no mail can be sent to.
const BY_HAND: &str = "use “Share link” in the last column";

#[derive(Deserialize)]
pub(super) struct Params {
    behind: Option<String>,
    approved: Option<u64>,
    aside: Option<u64>,
    unreachable: Option<u32>,
    looked: Option<u32>,
}

pub(super) async fn get(
    State(state): State<AppState>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let behind = params.behind.as_deref().and_then(read_cursor);
    show(&state, viewer, behind, StatusCode::OK, notice(&params), None).await
}

fn notice(params: &Params) -> Option<String> {
    let unreachable = params
        .unreachable
        .filter(|count| *count > 0)
        .map_or_else(String::new, |count| format!(" {} no e-mail address known: {BY_HAND}.", of_those_ticked(count)));
    let sentence = match (params.approved, params.aside, params.looked) {
        (Some(0), ..) => "Nothing was left to send: already decided, or the fleet has moved.".to_owned(),
        (Some(1), ..) => format!("One reminder is on its way.{unreachable}"),
        (Some(count), ..) => format!("{count} reminders are on their way.{unreachable}"),
        (_, Some(1), _) => "One reminder was put aside.".to_owned(),
        (_, Some(count), _) => format!("{count} reminders were put aside."),
        (_, _, Some(0)) => "Looked: nothing new.".to_owned(),
        (_, _, Some(1)) => "Looked: one more fleet could do with a reminder.".to_owned(),
        (_, _, Some(count)) => format!("Looked: {count} more fleets could do with a reminder."),
        _ => return None,
    };
    Some(sentence)
}

fn of_those_ticked(count: u32) -> String {
    if count == 1 { "One of those ticked has".to_owned() } else { format!("{count} of those ticked have") }
}

/// Looks now instead of in some minutes.
pub(super) async fn look(State(state): State<AppState>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let looked = state.reminders.look(LOOKED_AT, Duration::ZERO).await?;
    Ok(Redirect::to(&format!("/reminders?looked={}", looked.proposed)).into_response())
}

/// What a form decides.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decision {
    what: String,
    ids: Vec<Uuid>,
    one: Option<Uuid>,
    until: String,
    confirmed: bool,
}

impl Decision {
    fn read(typed: Vec<(String, String)>) -> Self {
        let mut decision = Self::default();
        for (name, value) in typed {
            match name.as_str() {
                "do" => decision.what = value,
                "id" => decision.ids.extend(Uuid::parse_str(&value)),
                "one" => decision.one = Uuid::parse_str(&value).ok(),
                "until" => decision.until = value,
                "confirmed" => decision.confirmed = true,
                _ => {}
            }
        }
        decision
    }
}

pub(super) async fn decide(
    State(state): State<AppState>,
    viewer: Viewer,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let Decision { what, ids, one, until, confirmed } = Decision::read(typed);
    let (now, by) = (state.clock.now(), viewer.staff.email.clone());
    let wrong = |problem: &str| Some(problem.to_owned());
    if what == "dismiss" && one.is_none() {
        if ids.is_empty() {
            let problem = wrong("Tick at least one fleet.");
            return show(&state, viewer, None, StatusCode::UNPROCESSABLE_ENTITY, None, problem).await;
        }
        let count = state.store.dismiss(&ids, &by, now).await?;
        return Ok(Redirect::to(&format!("/reminders?aside={count}")).into_response());
    }
    if !state.links.can_mail() {
        let problem =
            wrong("Onramp has no mail server to send with. Whoever runs it sets ONRAMP_SMTP_URL and ONRAMP_MAIL_FROM.");
        return show(&state, viewer, None, StatusCode::UNPROCESSABLE_ENTITY, None, problem).await;
    }
    let all = what == "all" && one.is_none();
    let ids = one.map_or(ids, |one| vec![one]);
    if ids.is_empty() && !all {
        let problem = wrong("Tick at least one fleet.");
        return show(&state, viewer, None, StatusCode::UNPROCESSABLE_ENTITY, None, problem).await;
    }
    let (count, unreachable) = if all {
        (state.store.count_proposed(u32::MAX).await?.1, 0)
    } else {
        state.store.count_approvable(&ids).await?
    };
    if count == 0 && unreachable > 0 {
        let problem =
            Some(format!("Nothing was sent. {} no e-mail address known: {BY_HAND}.", of_those_ticked(unreachable)));
        return show(&state, viewer, None, StatusCode::UNPROCESSABLE_ENTITY, None, problem).await;
    }
    if count > 1 && !confirmed {
        let confirm = RemindersConfirm { count, unreachable, ids: if all { Vec::new() } else { ids }, until };
        let Viewer { visit, nonce, .. } = viewer;
        return Ok(page(StatusCode::OK, &nonce, || view! { <RemindersConfirmPage visit=visit confirm=confirm/> }));
    }
    let approved = if all {
        // What was proposed after the page was seen hasn't been seen by anyone.
        let until = until.parse().map_or(now, from_micros);
        state.store.approve_all(until, &by, now).await?
    } else {
        state.store.approve(&ids, &by, now).await?
    };
    state.reminders.wake();
    let unreachable = if unreachable > 0 { format!("&unreachable={unreachable}") } else { String::new() };
    Ok(Redirect::to(&format!("/reminders?approved={approved}{unreachable}")).into_response())
}

async fn show(
    state: &AppState,
    viewer: Viewer,
    behind: Option<(OffsetDateTime, Uuid)>,
    code: StatusCode,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let mut rows = state.store.proposed(behind, page::ASKED).await?;
    // A fleet may have moved since the last look: nobody should be asked to remind it.
    if state.reminders.withdraw_stale_of(&rows).await? > 0 {
        rows = state.store.proposed(behind, page::ASKED).await?;
    }
    let first = behind.map(|_| "/reminders".to_owned());
    let paging = page::cut(&mut rows, first, |last| format!("/reminders?behind={}", write_cursor(&last.message)));
    let (waiting, failed_in_all) = state.store.count_unsent().await?;
    let problem_of_waiting = state.reminders.problem().filter(|_| waiting > 0);
    let failed = state.store.failed(FAILED).await?;
    let decided = state.store.decided(DECIDED).await?;
    let reminders = RemindersView {
        proposed: rows.into_iter().map(proposed).collect(),
        counts: state.store.count_proposed(u32::MAX).await?,
        paging,
        waiting: problem_of_waiting.map(|problem| (waiting, problem)),
        failed: failed.into_iter().map(decided_row).collect(),
        failed_in_all,
        decided: decided.into_iter().map(decided_row).collect(),
        can_mail: state.links.can_mail(),
        may_invite: viewer.staff.role.may_invite(),
        now: state.clock.now(),
        notice,
        problem,
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(code, &nonce, || view! { <RemindersPage visit=visit reminders=reminders/> }))
}

fn proposed(row: ListedMessage) -> ProposedRow {
    let ListedMessage { message, fleet, invitation } = row;
    ProposedRow {
        id: message.id,
        fleet: RemindedFleet { fleet_ref: fleet.fleet_ref, name: fleet.name, invitation },
        occasion: Occasion::from_name(&message.occasion),
        since: message.since,
        expires_at: message.expires_at,
        recipient: message.recipient,
        language: Language::from_code(&message.language).unwrap_or(Language::English).name(),
    }
}

fn decided_row(row: ListedMessage) -> DecidedRow {
    let ListedMessage { message, fleet, invitation } = row;
    DecidedRow {
        id: message.id,
        fleet: RemindedFleet { fleet_ref: fleet.fleet_ref, name: fleet.name, invitation },
        occasion: Occasion::from_name(&message.occasion),
        recipient: message.recipient,
        state: message.state,
        by: message.decided_by,
        at: message.decided_at,
        problem: message.problem.filter(|_| message.state != MessageState::Withdrawn),
    }
}

fn write_cursor(row: &MessageRow) -> String {
    format!("{}_{}", micros(row.expires_at), row.id)
}

fn read_cursor(text: &str) -> Option<(OffsetDateTime, Uuid)> {
    let (at, id) = text.split_once('_')?;
    Some((from_micros(at.parse().ok()?), Uuid::parse_str(id).ok()?))
}
