//! The proposed reminders, with the buttons that send or dismiss them.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::rows::{FleetCell, ProposedRow, reason};
use crate::components::{Columns, RecordTable, RelativeTime};
use domain::timestamp;

/// The proposals as a form: what is selected is sent or dismissed together.
#[component]
pub(super) fn Proposed(
    rows: Vec<ProposedRow>,
    counts: (u32, u32),
    can_mail: bool,
    may_invite: bool,
    now: OffsetDateTime,
) -> impl IntoView {
    let (all, reachable) = counts;
    let may_send = can_mail && may_invite;
    let buttons = may_invite.then(|| {
        view! {
            <div class="moves">
                {(can_mail && reachable > 0).then(|| view! { <button class="button primary" name="do" value="send">"Send to selected"</button> })}
                <button class="button" name="do" value="dismiss">"Dismiss selected"</button>
                {(can_mail && reachable > 1).then(|| view! {
                    <button class="button" name="do" value="all">{format!("Send all {reachable} …")}</button>
                })}
            </div>
        }
    });
    let columns = Columns::default()
        .controls(may_invite.then_some("Select"))
        .plus(["Fleet", "Reason", "Link expires", "To"])
        .plus(may_invite.then_some("Action"));
    view! {
        <form method="post" action="/reminders/decide" class="reminders">
            <input type="hidden" name="until" value=timestamp::micros(now).to_string()/>
            <p class="muted" data-testid="counts">{format!("{all} proposed, {reachable} with an e-mail address.")}</p>
            {buttons}
            <RecordTable
                label="Proposed reminders"
                testid="proposed"
                columns=columns
                rows=rows
                row=move |row| proposed_row(row, may_send, may_invite, now)
            />
        </form>
    }
}

fn proposed_row(row: ProposedRow, may_send: bool, may_invite: bool, now: OffsetDateTime) -> impl IntoView {
    let name = row.fleet.name.clone().unwrap_or_else(|| row.fleet.fleet_ref.clone());
    let id = row.id.to_string();
    let tick = may_invite.then(|| {
        view! { <td class="tick" data-label="Select"><input type="checkbox" name="id" value=id.clone() aria-label=format!("Select {name}")/></td> }
    });
    let since = row.since.and_then(|since| {
        let ago = timestamp::relative(since, now);
        let duration = ago.strip_suffix(" ago")?.to_owned();
        Some(view! { <span class="muted">" for "<time datetime=timestamp::rfc3339(since) title=timestamp::display(since)>{duration}</time></span> })
    });
    let has_address = row.recipient.is_some();
    let to = match row.recipient {
        Some(to) => view! { {to}<span class="muted">" · "{row.language}</span> }.into_any(),
        None => view! { <span class="muted">"No e-mail address"</span> }.into_any(),
    };
    let share = format!("/invitations/{}/share", row.fleet.invitation);
    let buttons = may_invite.then(|| {
        let send = (may_send && has_address).then(|| {
            view! { <button class="button small" name="one" value=id aria-label=format!("Send to {name}")>"Send"</button> }
        });
        view! { <td data-label="Action"><span class="row-moves">{send}<a class="button small" href=share>"Share link"</a></span></td> }
    });
    view! {
        <tr>
            {tick}
            <th scope="row"><FleetCell fleet=row.fleet/></th>
            <td data-label="Reason"><span>{reason(row.occasion)}{since}</span></td>
            <td data-label="Link expires">
                <RelativeTime at=row.expires_at now=now/>
            </td>
            <td data-label="To"><span>{to}</span></td>
            {buttons}
        </tr>
    }
}
