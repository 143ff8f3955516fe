//! What became of the reminders that somebody decided about.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{DecidedRow, FleetCell, why};
use domain::timestamp;

/// Approved ones that wait, and why.
#[component]
pub(super) fn Waiting(count: u32, problem: String) -> impl IntoView {
    let wait =
        if count == 1 { "One approved reminder waits".to_owned() } else { format!("{count} approved reminders wait") };
    view! {
        <div class="notice attention" role="status" data-testid="waiting">
            <p>{format!("{wait} and will be tried again every minute; nothing needs to be pressed.")}</p>
            <p class="hint">{format!("The last try: {problem}")}</p>
        </div>
    }
}

/// What could not be sent, to be tried again or put aside.
#[component]
pub(super) fn Failed(rows: Vec<DecidedRow>, in_all: u32, may_invite: bool, now: OffsetDateTime) -> impl IntoView {
    let shown = rows.len();
    let more = (in_all as usize > shown).then(|| {
        view! { <p class="muted" data-testid="more-failed">{format!("The last {shown} of {in_all}. The others follow once these are tried again or put aside.")}</p> }
    });
    let rows = rows.into_iter().map(|row| {
        let name = row.fleet.name.clone().unwrap_or_else(|| row.fleet.fleet_ref.clone());
        let id = row.id.to_string();
        let moves = may_invite.then(|| {
            view! {
                <td data-label="By itself">
                    <form method="post" action="/reminders/decide" class="row-moves">
                        <input type="hidden" name="id" value=id.clone()/>
                        <button class="button small" name="one" value=id aria-label=format!("Try again: {name}")>"Try again"</button>
                        <button class="button small" name="do" value="dismiss" aria-label=format!("Put aside: {name}")>"Put aside"</button>
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
                {moves}
            </tr>
        }
    });
    view! {
        <section class="decided" aria-labelledby="failed">
            <h2 id="failed">"Could not be sent"</h2>
            {more}
            <div class="table-scroll" tabindex="0" role="region" aria-label="Reminders that could not be sent">
                <table class="cards" data-testid="failed">
                    <thead>
                        <tr>
                            <th scope="col">"Fleet"</th>
                            <th scope="col">"To"</th>
                            <th scope="col">"What happened"</th>
                            <th scope="col">"Decided"</th>
                            {may_invite.then(|| view! { <th scope="col">"By itself"</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn By(by: Option<String>, at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let at = at.map(|at| {
        view! { <time datetime=timestamp::rfc3339(at) title=timestamp::display(at)>{timestamp::relative(at, now)}</time> }
    });
    view! { <span>{at}{by.map(|by| view! { <span class="muted">" by "{by}</span> })}</span> }
}

/// What was decided lately.
#[component]
pub(super) fn Decided(rows: Vec<DecidedRow>, now: OffsetDateTime) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        view! {
            <tr>
                <th scope="row"><FleetCell fleet=row.fleet/></th>
                <td data-label="Why">{why(row.occasion)}</td>
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
    });
    view! {
        <section class="decided" aria-labelledby="decided">
            <h2 id="decided">"Lately"</h2>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Messages decided about lately">
                <table class="cards" data-testid="decided">
                    <thead>
                        <tr>
                            <th scope="col">"Fleet"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col">"To"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Decided"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
