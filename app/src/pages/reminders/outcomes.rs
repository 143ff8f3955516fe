//! What became of reminders that someone has approved or dismissed.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::rows::{DecidedRow, FleetCell, reason};
use crate::components::{Columns, RecordTable, RelativeTime};

/// Approved reminders that can’t be sent for now, and why.
#[component]
pub(super) fn Waiting(count: u32, problem: String) -> impl IntoView {
    let waiting = if count == 1 {
        "1 approved reminder is waiting. Onramp retries it".to_owned()
    } else {
        format!("{count} approved reminders are waiting. Onramp retries them")
    };
    view! {
        <div class="notice attention" role="status" data-testid="waiting">
            <p>{format!("{waiting} every minute; there is nothing for you to do.")}</p>
            <p class="hint">{format!("Last attempt: {problem}")}</p>
        </div>
    }
}

/// Reminders that could not be sent, to retry or dismiss.
#[component]
pub(super) fn Failed(rows: Vec<DecidedRow>, in_all: u32, may_invite: bool, now: OffsetDateTime) -> impl IntoView {
    let shown = rows.len();
    let more = (in_all as usize > shown).then(|| {
        view! { <p class="muted" data-testid="more-failed">{format!("The last {shown} of {in_all}. Retry or dismiss these to see the others.")}</p> }
    });
    let row = move |row: DecidedRow| {
        let name = row.fleet.name.clone().unwrap_or_else(|| row.fleet.fleet_ref.clone());
        let id = row.id.to_string();
        let buttons = may_invite.then(|| {
            view! {
                <td data-label="Action">
                    <form method="post" action="/reminders/decide" class="row-moves">
                        <input type="hidden" name="id" value=id.clone()/>
                        <button class="button small" name="one" value=id aria-label=format!("Try again: {name}")>"Try again"</button>
                        <button class="button small" name="do" value="dismiss" aria-label=format!("Dismiss: {name}")>"Dismiss"</button>
                    </form>
                </td>
            }
        });
        view! {
            <tr>
                <th scope="row"><FleetCell fleet=row.fleet/></th>
                <td data-label="To">{row.recipient.unwrap_or_else(|| "–".into())}</td>
                <td data-label="What happened">{row.problem}</td>
                <td data-label="Decided"><By by=row.by at=row.at now=now/></td>
                {buttons}
            </tr>
        }
    };
    let columns = Columns::from(["Fleet", "To", "What happened", "Decided"]).plus(may_invite.then_some("Action"));
    view! {
        <section class="decided" aria-labelledby="failed">
            <h2 id="failed">"Could not be sent"</h2>
            {more}
            <RecordTable label="Reminders that could not be sent" testid="failed" columns=columns rows=rows row=row/>
        </section>
    }
}

#[component]
fn By(by: Option<String>, at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let at = at.map(|at| {
        view! { <RelativeTime at now/> }
    });
    view! { <span>{at}{by.map(|by| view! { <span class="muted">" by "{by}</span> })}</span> }
}

/// Recent decisions.
#[component]
pub(super) fn Decided(rows: Vec<DecidedRow>, now: OffsetDateTime) -> impl IntoView {
    let row = move |row: DecidedRow| {
        view! {
            <tr>
                <th scope="row"><FleetCell fleet=row.fleet/></th>
                <td data-label="Reason">{reason(row.occasion)}</td>
                <td data-label="To">{row.recipient.unwrap_or_else(|| "–".into())}</td>
                <td data-label="State" data-state=row.state.name()>
                    <div>
                        {row.state.label()}
                        {row.problem.map(|problem| view! { <p class="hint">{problem}</p> })}
                    </div>
                </td>
                <td data-label="Decided"><By by=row.by at=row.at now=now/></td>
            </tr>
        }
    };
    view! {
        <section class="decided" aria-labelledby="decided">
            <h2 id="decided">"Recent"</h2>
            <RecordTable
                label="Recently sent or dismissed reminders"
                testid="decided"
                columns=["Fleet", "Reason", "To", "State", "Decided"]
                rows=rows
                row=row
            />
        </section>
    }
}
