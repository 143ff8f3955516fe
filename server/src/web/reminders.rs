//! Reminders: what is proposed, and what staff decide about it.

use std::time::Duration;

use app::pages::{
    DecidedRow, ProposedRow, RemindedFleet, RemindersConfirm, RemindersConfirmPage, RemindersPage, RemindersView,
};
use axum::{
    Form,
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    link::message::{Language, MessageState, Occasion},
    timestamp::{from_micros, micros},
};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{errors::PageError, render::page};
use crate::{
    services::{
        links::delivery::{LinkDelivery, NO_MAIL_SERVER},
        reminders::Reminders,
    },
    state::AppState,
    store::{ListedMessage, MessageRow, SharedStore, StoreError},
    web::extract::{
        page,
        session::{Inviter, Viewer},
    },
};

/// Links that are checked while someone waits for the page.
const LINKS_CHECKED: u32 = 2_000;
/// Decided messages shown.
const DECIDED: u32 = 20;
/// Failed messages shown; the next ones follow once these are decided.
const FAILED: u32 = 50;
/// The problem with a form that selects nothing.
const NOTHING_TICKED: &str = "Tick at least one fleet.";
/// What to do about a fleet without an e-mail address.
const BY_HAND: &str = "use “Share link” in the last column";

#[derive(Deserialize)]
pub(super) struct Params {
    #[serde(rename = "behind")]
    after: Option<String>,
    approved: Option<u64>,
    #[serde(rename = "aside")]
    dismissed: Option<u64>,
    unreachable: Option<u32>,
    #[serde(rename = "looked")]
    proposed: Option<u32>,
}

/// What the page needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    links: LinkDelivery,
    #[from_request(via(State))]
    reminders: Reminders,
}

pub(super) async fn get(viewer: Viewer, parts: Parts, Query(params): Query<Params>) -> Result<Response, PageError> {
    let after = params.after.as_deref().and_then(read_cursor);
    parts.show(viewer, after, notice(&params), None).await
}

fn notice(params: &Params) -> Option<String> {
    let unreachable = params
        .unreachable
        .filter(|count| *count > 0)
        .map_or_else(String::new, |count| format!(" {} no e-mail address known: {BY_HAND}.", of_those_ticked(count)));
    let sentence = match (params.approved, params.dismissed, params.proposed) {
        (Some(0), ..) => "Nothing was left to send: already decided, or the fleet has moved on.".to_owned(),
        (Some(1), ..) => format!("One reminder is on its way.{unreachable}"),
        (Some(count), ..) => format!("{count} reminders are on their way.{unreachable}"),
        (_, Some(1), _) => "One reminder was put aside.".to_owned(),
        (_, Some(count), _) => format!("{count} reminders were put aside."),
        (_, _, Some(0)) => "No other fleet needs a reminder right now.".to_owned(),
        (_, _, Some(1)) => "One more fleet could use a reminder.".to_owned(),
        (_, _, Some(count)) => format!("{count} more fleets could use a reminder."),
        _ => return None,
    };
    Some(sentence)
}

fn of_those_ticked(count: u32) -> String {
    if count == 1 { "One of those ticked has".to_owned() } else { format!("{count} of those ticked have") }
}

/// Proposes reminders now, instead of within minutes.
pub(super) async fn propose_due(
    Inviter(_): Inviter,
    State(reminders): State<Reminders>,
) -> Result<Redirect, PageError> {
    let changes = reminders.propose_due(LINKS_CHECKED, Duration::ZERO).await?;
    Ok(Redirect::to(&format!("/reminders?looked={}", changes.proposed)))
}

/// Which reminders a form is about.
#[derive(Debug, PartialEq, Eq)]
enum Selection {
    /// All that were proposed by this time; without one, until now.
    All {
        until: Option<OffsetDateTime>,
    },
    These(Vec<Uuid>),
}

/// What a form decides.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Dismiss(Vec<Uuid>),
    Approve { selection: Selection, until: String, confirmed: bool },
}

impl Decision {
    /// A button of one row decides about that one alone, whatever is ticked.
    fn read(fields: Vec<(String, String)>) -> Self {
        let (mut action, mut until, mut ids, mut one, mut confirmed) =
            (String::new(), String::new(), vec![], None, false);
        for (name, value) in fields {
            match name.as_str() {
                "do" => action = value,
                "id" => ids.extend(Uuid::parse_str(&value)),
                "one" => one = Uuid::parse_str(&value).ok(),
                "until" => until = value,
                "confirmed" => confirmed = true,
                _ => {}
            }
        }
        let selection = match (one, action.as_str()) {
            (Some(one), _) => Selection::These(vec![one]),
            (None, "dismiss") => return Self::Dismiss(ids),
            (None, "all") => Selection::All { until: until.parse().ok().map(from_micros) },
            (None, _) => Selection::These(ids),
        };
        Self::Approve { selection, until, confirmed }
    }
}

pub(super) async fn decide(
    Inviter(viewer): Inviter,
    parts: Parts,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (selection, until, confirmed) = match Decision::read(fields) {
        Decision::Dismiss(ids) if ids.is_empty() => return parts.refuse(viewer, NOTHING_TICKED).await,
        Decision::Dismiss(ids) => {
            let count = parts.store.dismiss(&ids, &viewer.staff.email, parts.clock.now()).await?;
            return Ok(Redirect::to(&format!("/reminders?aside={count}")).into_response());
        }
        Decision::Approve { selection, until, confirmed } => (selection, until, confirmed),
    };
    if !parts.links.can_mail() {
        return parts.refuse(viewer, NO_MAIL_SERVER).await;
    }
    if matches!(&selection, Selection::These(ids) if ids.is_empty()) {
        return parts.refuse(viewer, NOTHING_TICKED).await;
    }
    let (count, unreachable) = parts.count(&selection).await?;
    if count == 0 && unreachable > 0 {
        let problem = format!("Nothing was sent. {} no e-mail address known: {BY_HAND}.", of_those_ticked(unreachable));
        return parts.refuse(viewer, &problem).await;
    }
    if count > 1 && !confirmed {
        let ids = if let Selection::These(ids) = selection { ids } else { Vec::new() };
        let confirm = RemindersConfirm { count, unreachable, ids, until };
        let Viewer { visit, nonce, .. } = viewer;
        return Ok(page(StatusCode::OK, &nonce, || view! { <RemindersConfirmPage visit=visit confirm=confirm/> }));
    }
    let approved = parts.approve(&selection, &viewer.staff.email).await?;
    let unreachable = if unreachable > 0 { format!("&unreachable={unreachable}") } else { String::new() };
    Ok(Redirect::to(&format!("/reminders?approved={approved}{unreachable}")).into_response())
}

impl Parts {
    /// How many of the selected reminders can be sent, and how many can't because no address is known.
    async fn count(&self, selection: &Selection) -> Result<(u32, u32), StoreError> {
        match selection {
            Selection::All { .. } => Ok((self.store.count_proposed(u32::MAX).await?.1, 0)),
            Selection::These(ids) => self.store.count_approvable(ids).await,
        }
    }

    async fn approve(&self, selection: &Selection, by: &str) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let approved = match selection {
            // Nobody has seen what was proposed after the page was rendered.
            Selection::All { until } => self.store.approve_all(until.unwrap_or(now), by, now).await?,
            Selection::These(ids) => self.store.approve(ids, by, now).await?,
        };
        self.reminders.wake();
        Ok(approved)
    }

    async fn refuse(&self, viewer: Viewer, problem: &str) -> Result<Response, PageError> {
        self.show(viewer, None, None, Some(problem.to_owned())).await
    }

    async fn show(
        &self,
        viewer: Viewer,
        after: Option<(OffsetDateTime, Uuid)>,
        notice: Option<String>,
        problem: Option<String>,
    ) -> Result<Response, PageError> {
        let mut rows = self.store.proposed(after, page::ROWS_TO_LOAD).await?;
        // A fleet may have made progress since the proposal: nobody should be asked to remind it.
        if self.reminders.withdraw_stale_of(&rows).await? > 0 {
            rows = self.store.proposed(after, page::ROWS_TO_LOAD).await?;
        }
        let first = after.map(|_| "/reminders".to_owned());
        let paging = page::cut(&mut rows, first, |last| format!("/reminders?behind={}", write_cursor(&last.message)));
        let (waiting, failed_in_all) = self.store.count_unsent().await?;
        let reason_to_wait = self.reminders.problem().filter(|_| waiting > 0);
        let failed = self.store.failed(FAILED).await?;
        let decided = self.store.decided(DECIDED).await?;
        let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let reminders = RemindersView {
            proposed: rows.into_iter().map(proposed).collect(),
            counts: self.store.count_proposed(u32::MAX).await?,
            paging,
            waiting: reason_to_wait.map(|reason| (waiting, reason)),
            failed: failed.into_iter().map(decided_row).collect(),
            failed_in_all,
            decided: decided.into_iter().map(decided_row).collect(),
            can_mail: self.links.can_mail(),
            may_invite: viewer.staff.role.may_invite(),
            now: self.clock.now(),
            notice,
            problem,
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <RemindersPage visit=visit reminders=reminders/> }))
    }
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
