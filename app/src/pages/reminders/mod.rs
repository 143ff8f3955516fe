//! Reminders: proposed to staff, who send them singly or together.

mod decided;

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use self::decided::{Decided, Failed, Waiting};
use crate::components::{Document, Notice, NoticeKind, Pages, Paging, Visit};
use domain::{
    link::message::{MessageState, Occasion},
    timestamp,
};

/// A fleet in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemindedFleet {
    /// Our reference for it.
    pub fleet_ref: String,
    /// Its name as people write it.
    pub name: Option<String>,
    /// Our id of the invitation.
    pub invitation: Uuid,
}

/// A proposed reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedRow {
    /// Our id.
    pub id: Uuid,
    /// Whom it is for.
    pub fleet: RemindedFleet,
    /// What the fleet has left undone.
    pub occasion: Option<Occasion>,
    /// Since when nothing has moved, UTC.
    pub since: Option<OffsetDateTime>,
    /// When the link runs out, UTC.
    pub expires_at: OffsetDateTime,
    /// Address, if one is known.
    pub recipient: Option<String>,
    /// Name of the language.
    pub language: &'static str,
}

/// A message that somebody decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedRow {
    /// Our id.
    pub id: Uuid,
    /// Whom it is for.
    pub fleet: RemindedFleet,
    /// What it is for.
    pub occasion: Option<Occasion>,
    /// Address.
    pub recipient: Option<String>,
    /// How it stands.
    pub state: MessageState,
    /// Who decided.
    pub by: Option<String>,
    /// When, UTC.
    pub at: Option<OffsetDateTime>,
    /// Why it was not sent, and what to do.
    pub problem: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct RemindersView {
    /// Proposals, those whose link runs out first first.
    pub proposed: Vec<ProposedRow>,
    /// How many are proposed in all, and how many of those have an address.
    pub counts: (u32, u32),
    /// The other pages of proposals.
    pub paging: Paging,
    /// How many approved ones wait because none can be sent now, why, and what to do.
    pub waiting: Option<(u32, String)>,
    /// What could not be sent, the latest decision first.
    pub failed: Vec<DecidedRow>,
    /// How many could not be sent in all.
    pub failed_in_all: u32,
    /// What was decided lately, but for what failed.
    pub decided: Vec<DecidedRow>,
    /// Whether there is a mail server to send with.
    pub can_mail: bool,
    /// Whether the visitor may decide.
    pub may_invite: bool,
    /// The moment the page is of, UTC.
    pub now: OffsetDateTime,
    /// What has just been done.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
}

/// What an occasion says of the fleet.
fn why(occasion: Option<Occasion>) -> &'static str {
    match occasion {
        Some(Occasion::NotOpened) => "Has not opened its link",
        Some(Occasion::NotFinished) => "Opened its link, and has not linked a provider",
        Some(Occasion::SignInAgain) => "Has to sign in to its provider again",
        Some(Occasion::Invitation) => "Gets its link",
        None => "Unknown",
    }
}

#[component]
fn FleetCell(fleet: RemindedFleet) -> impl IntoView {
    let reference = fleet.name.is_some().then(|| view! { <code class="reference">{fleet.fleet_ref.clone()}</code> });
    let name = fleet.name.unwrap_or(fleet.fleet_ref);
    view! { <a href=format!("/invitations/{}", fleet.invitation)>{name}</a>{reference} }
}

/// Proposals and what became of them.
#[component]
pub fn RemindersPage(
    /// The visit.
    visit: Visit,
    /// What it shows.
    reminders: RemindersView,
) -> impl IntoView {
    let RemindersView { proposed, counts, paging, waiting, failed, failed_in_all, decided, can_mail, .. } = reminders;
    let RemindersView { may_invite, now, notice, problem, .. } = reminders;
    let look = may_invite.then(|| {
        view! { <form method="post" action="/reminders/look"><button class="button">"Look now"</button></form> }
    });
    let empty = proposed.is_empty();
    view! {
        <Document visit=visit title="Reminders">
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                    <h1>"Reminders"</h1>
                    <p class="lead">"Fleets that have their link and do nothing with it. Nothing is sent before somebody here approves it, and nothing twice."</p>
                </div>
                <div class="buttons">{look}</div>
            </div>
            {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {waiting.map(|(count, problem)| view! { <Waiting count=count problem=problem/> })}
            {(!can_mail && !empty).then(|| view! {
                <p class="notice" role="status" data-testid="no-mail">
                    "Onramp has no mail server to send with: hand the links over by hand, or have "<code>"ONRAMP_SMTP_URL"</code>" and "<code>"ONRAMP_MAIL_FROM"</code>" set."
                </p>
            })}
            {if empty {
                view! {
                    <section class="card empty">
                        <h2>"Nobody needs a reminder"</h2>
                        <p>"Onramp looks every few minutes for fleets that have not opened their link, or have not linked a provider after they did."</p>
                    </section>
                }.into_any()
            } else {
                view! { <Proposed rows=proposed counts=counts can_mail=can_mail may_invite=may_invite now=now/> }.into_any()
            }}
            <Pages paging=paging first="First" next="Next"/>
            {(!failed.is_empty()).then(|| view! { <Failed rows=failed in_all=failed_in_all may_invite=may_invite now=now/> })}
            {(!decided.is_empty()).then(|| view! { <Decided rows=decided now=now/> })}
        </Document>
    }
}

#[component]
fn Proposed(
    rows: Vec<ProposedRow>,
    counts: (u32, u32),
    can_mail: bool,
    may_invite: bool,
    now: OffsetDateTime,
) -> impl IntoView {
    let (all, reachable) = counts;
    let may_send = can_mail && may_invite;
    let moves = may_invite.then(|| {
        view! {
            <div class="moves">
                {(can_mail && reachable > 0).then(|| view! { <button class="button primary" name="do" value="send">"Send to those ticked"</button> })}
                <button class="button" name="do" value="dismiss">"Put those ticked aside"</button>
                {(can_mail && reachable > 1).then(|| view! {
                    <button class="button" name="do" value="all">{format!("Send all {reachable} …")}</button>
                })}
            </div>
        }
    });
    view! {
        <form method="post" action="/reminders/decide" class="reminders">
            <input type="hidden" name="until" value=timestamp::micros(now).to_string()/>
            <p class="muted" data-testid="counts">{format!("{all} proposed, {reachable} with an e-mail address.")}</p>
            {moves}
            <div class="table-scroll" tabindex="0" role="region" aria-label="Proposed reminders">
                <table class="cards" data-testid="proposed">
                    <thead>
                        <tr>
                            {may_invite.then(|| view! { <th scope="col"><span class="visually-hidden">"Tick"</span></th> })}
                            <th scope="col">"Fleet"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col">"Link runs out"</th>
                            <th scope="col">"To"</th>
                            {may_invite.then(|| view! { <th scope="col">"By itself"</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(|row| proposed_row(row, may_send, may_invite, now)).collect_view()}</tbody>
                </table>
            </div>
        </form>
    }
}

fn proposed_row(row: ProposedRow, may_send: bool, may_invite: bool, now: OffsetDateTime) -> impl IntoView {
    let name = row.fleet.name.clone().unwrap_or_else(|| row.fleet.fleet_ref.clone());
    let id = row.id.to_string();
    let tick = may_invite.then(|| {
        view! { <td class="tick" data-label="Tick"><input type="checkbox" name="id" value=id.clone() aria-label=format!("Tick {name}")/></td> }
    });
    let since = row.since.map(|since| {
        view! { <span class="muted">" · since "<time datetime=timestamp::rfc3339(since) title=timestamp::display(since)>{timestamp::relative(since, now)}</time></span> }
    });
    let has_address = row.recipient.is_some();
    let to = match row.recipient {
        Some(to) => view! { {to}<span class="muted">" · "{row.language}</span> }.into_any(),
        None => view! { <span class="muted">"No e-mail address known"</span> }.into_any(),
    };
    let share = format!("/invitations/{}/share", row.fleet.invitation);
    let moves = may_invite.then(|| {
        let send = (may_send && has_address).then(|| {
            view! { <button class="button small" name="one" value=id aria-label=format!("Send to {name}")>"Send"</button> }
        });
        view! { <td data-label="By itself"><span class="row-moves">{send}<a class="button small" href=share>"By hand"</a></span></td> }
    });
    view! {
        <tr>
            {tick}
            <th scope="row"><FleetCell fleet=row.fleet/></th>
            <td data-label="Why"><span>{why(row.occasion)}{since}</span></td>
            <td data-label="Link runs out">
                <time datetime=timestamp::rfc3339(row.expires_at) title=timestamp::display(row.expires_at)>{timestamp::relative(row.expires_at, now)}</time>
            </td>
            <td data-label="To"><span>{to}</span></td>
            {moves}
        </tr>
    }
}

/// What is asked before more than one mail leaves.
#[derive(Debug, Clone)]
pub struct RemindersConfirm {
    /// How many.
    pub count: u32,
    /// How many more were ticked that have no address.
    pub unreachable: u32,
    /// Which; none for all that were proposed by then.
    pub ids: Vec<Uuid>,
    /// The moment of the page on which it was decided, in microseconds, UTC.
    pub until: String,
}

/// Asks once more: what is sent can't be called back.
#[component]
pub fn RemindersConfirmPage(
    /// The visit.
    visit: Visit,
    /// What is asked.
    confirm: RemindersConfirm,
) -> impl IntoView {
    let RemindersConfirm { count, unreachable, ids, until } = confirm;
    let unreachable = (unreachable > 0).then(|| {
        let without = if unreachable == 1 { "one has".to_owned() } else { format!("{unreachable} have") };
        view! { <p class="hint" data-testid="unreachable">{format!("Of those ticked, {without} no e-mail address known, and no e-mail leaves for that: hand the link over by hand.")}</p> }
    });
    let all = ids.is_empty();
    let ids = ids.into_iter().map(|id| view! { <input type="hidden" name="id" value=id.to_string()/> }).collect_view();
    view! {
        <Document visit=visit title=format!("Send {count} reminders?")>
            <div class="medium">
                <p class="crumbs"><a href="/reminders">"Reminders"</a></p>
                <h1>{format!("Send {count} reminders?")}</h1>
                <form class="card" method="post" action="/reminders/decide">
                    <p>"Each fleet gets one e-mail with its link, in its language. What has left can’t be called back. Fleets that move in the meantime get none."</p>
                    {unreachable}
                    {ids}
                    <input type="hidden" name="until" value=until/>
                    <input type="hidden" name="confirmed" value="yes"/>
                    <p class="actions">
                        <button class="button primary" name="do" value=if all { "all" } else { "send" }>{format!("Send {count} e-mails")}</button>
                        <a class="button quiet" href="/reminders">"Cancel"</a>
                    </p>
                </form>
            </div>
        </Document>
    }
}
