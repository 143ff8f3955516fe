//! One import from its dry run to its result.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{grouped, row_state_label, verdict_label};
use crate::{
    components::{Document, ImportBar, ImportProgress, Notice, NoticeKind, Pages, Paging, Visit},
    islands::LivePart,
};
use domain::{
    import::{ImportState, RowState, Verdict},
    timestamp,
};

/// Seconds after which a page that moves is loaded anew where scripts don't run.
const RELOAD: u32 = 3;

/// One row.
#[derive(Debug, Clone)]
pub struct ImportedRowView {
    /// The line of the file in which it begins.
    pub line: u64,
    /// Its reference as written.
    pub fleet_ref: String,
    /// The fleet's name as written.
    pub name: Option<String>,
    /// What the dry run said of it.
    pub verdict: Verdict,
    /// How it stands.
    pub state: RowState,
    /// Why.
    pub reason: Option<String>,
    /// Our id of its invitation.
    pub invitation: Option<Uuid>,
    /// When the link runs out, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// Somebody took magic links away.
#[derive(Debug, Clone)]
pub struct LinksTakenView {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: String,
    /// How many.
    pub count: u64,
}

/// One import.
#[derive(Debug, Clone)]
pub struct ImportDetail {
    /// Our key of it.
    pub id: i64,
    /// The file's name; none for what was pasted.
    pub file_name: Option<String>,
    /// How it stands.
    pub state: ImportState,
    /// Why it pauses, or what its dry run could not find out.
    pub reason: Option<String>,
    /// E-mail of who started it, else of who brought it.
    pub actor: String,
    /// How far it is, and the counts.
    pub progress: ImportProgress,
    /// How many rows have each verdict.
    pub verdicts: Vec<(Verdict, u64)>,
    /// How many rows wait.
    pub waiting: u64,
    /// How many rows have an invitation of this import.
    pub invited: u64,
    /// The rows of this page.
    pub rows: Vec<ImportedRowView>,
    /// What the rows are narrowed to, in words.
    pub narrowed: Option<&'static str>,
    /// The other rows.
    pub paging: Paging,
    /// Who took magic links away, the last ones first.
    pub taken: Vec<LinksTakenView>,
    /// Days that it is kept after its last step.
    pub days: i64,
    /// Whether somebody is asked once more if it is to be cancelled.
    pub confirming: bool,
}

/// One import from its dry run to its result.
#[component]
pub fn ImportPage(
    /// The visit.
    visit: Visit,
    /// The import.
    detail: ImportDetail,
) -> impl IntoView {
    let moves = detail.state.moves();
    let started = detail.state.was_started();
    let name = detail.file_name.clone().unwrap_or_else(|| "Pasted rows".into());
    let title = format!("Import: {name}");
    let lead = format!("{}. By {}.", detail.state.label(), detail.actor);
    let live_url = moves.then(|| format!("/invitations/import/{}/live?state={}", detail.id, detail.state.name()));
    let kind = if detail.state == ImportState::Paused { NoticeKind::Problem } else { NoticeKind::Information };
    let (reason, progress) = (detail.reason.clone(), detail.progress.clone());
    // Who reads other rows or is about to answer is left in peace.
    let reading = detail.narrowed.is_some() || detail.paging.first.is_some() || detail.confirming;
    let reload = (moves && !reading).then_some(RELOAD);
    view! {
        <Document visit=visit title=title islands=true reload=reload>
            <div class="page-head">
                <div>
                    <p class="crumbs">
                        <a href="/invitations">"Invitations"</a>" / "<a href="/invitations/import">"Import"</a>
                    </p>
                    <h1>{name}</h1>
                    <p class="lead" data-testid="import-state" data-state=detail.state.name()>{lead}</p>
                </div>
            </div>
            {reason.map(|text| view! { <Notice kind=kind text=text/> })}
            <section class="card import" aria-labelledby="standing">
                <h2 id="standing">{heading(detail.state)}</h2>
                <LivePart url=live_url><ImportBar progress=progress/></LivePart>
                <Moves detail=detail.clone()/>
            </section>
            <RowTable detail=detail.clone() started=started/>
            {started.then(|| view! { <Downloads detail=detail/> })}
        </Document>
    }
}

fn heading(state: ImportState) -> &'static str {
    match state {
        ImportState::Uploaded | ImportState::Checking => "Checking the rows",
        ImportState::Checked => "What would happen",
        ImportState::Running => "Inviting",
        ImportState::Paused => "Paused",
        ImportState::Done => "Result",
        ImportState::Cancelled => "Cancelled",
    }
}

/// What can be done with it now.
#[component]
fn Moves(detail: ImportDetail) -> impl IntoView {
    let here = format!("/invitations/import/{}", detail.id);
    let at = |action: &str| format!("{here}/{action}");
    let form = |action: &str, class: &'static str, label: &'static str| {
        view! { <form method="post" action=at(action)><button class=class>{label}</button></form> }
    };
    if detail.confirming {
        return view! { <Confirm here=here waiting=detail.waiting started=detail.state.was_started()/> }.into_any();
    }
    let (start, moves) = match detail.state {
        ImportState::Uploaded | ImportState::Done | ImportState::Cancelled => return ().into_any(),
        ImportState::Checking => (None, None),
        ImportState::Checked => (
            Some(view! { <Start action=at("start") verdicts=detail.verdicts.clone() waiting=detail.waiting/> }),
            Some(form("again", "button", "Change the columns")),
        ),
        ImportState::Running => (None, Some(form("pause", "button", "Pause"))),
        ImportState::Paused => (None, Some(form("resume", "button primary", "Resume"))),
    };
    view! {
        {start}
        <div class="moves">{moves}<a class="button" href=format!("{here}?cancel=yes")>"Cancel …"</a></div>
    }
    .into_any()
}

#[component]
fn Start(action: String, verdicts: Vec<(Verdict, u64)>, waiting: u64) -> impl IntoView {
    let count =
        |wanted: Verdict| verdicts.iter().find(|(verdict, _)| *verdict == wanted).map_or(0, |(_, count)| *count);
    let declined = count(Verdict::Declined);
    let effects = [
        (count(Verdict::New), "get a new invitation."),
        (count(Verdict::RefreshActive), "have one that is still open: it is refreshed, so its link works longer."),
        (
            count(Verdict::RefreshAccepted),
            "accepted theirs already: it is refreshed, so it runs longer and Catena exchanges the fleet’s sign-up tokens.",
        ),
        (declined, "declined theirs. They are left out, unless you tick the box below."),
        (
            count(Verdict::Unrecognized),
            "have one with a status that Onramp doesn’t know. They are left out: invite each on its own.",
        ),
        (count(Verdict::Unchanged), "have an invitation in force that asks for exactly this. Nothing is done."),
        (count(Verdict::Invalid), "can’t be invited. They are passed over; the reasons stand below."),
    ];
    let effects = effects.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| {
        view! { <li><strong>{grouped(count)}</strong>" "{words}</li> }
    });
    let effects = effects.collect_view();
    view! {
        <ul class="effects" data-testid="effects">{effects}</ul>
        {if waiting == 0 {
            view! { <p class="hint">"There is no fleet to invite in this file."</p> }.into_any()
        } else {
            view! {
                <form method="post" action=action>
                    {(declined > 0).then(|| view! {
                        <div class="field">
                            <input type="checkbox" id="reopen" name="reopen" value="yes" aria-describedby="reopen-hint"/>
                            <label for="reopen">"Ask those who declined again"</label>
                            <p class="hint" id="reopen-hint">"Catena opens their declined invitations again. Talk to them first."</p>
                        </div>
                    })}
                    <div class="actions"><button class="button primary">"Start the import"</button></div>
                </form>
            }
                .into_any()
        }}
    }
}

/// Asks once more, with what it means.
#[component]
fn Confirm(here: String, waiting: u64, started: bool) -> impl IntoView {
    let meaning = if started {
        format!(
            "{} rows have not had their turn and will not be invited. What was done stays. The same file can be imported again later.",
            grouped(waiting)
        )
    } else {
        "No fleet was invited yet. The file is removed from Onramp.".to_owned()
    };
    let action = format!("{here}/cancel");
    view! {
        <form class="confirm" method="post" action=action>
            <p>{meaning}</p>
            <div class="actions">
                <button class="button danger">"Cancel the import"</button>
                <a class="button quiet" href=here>"Don’t cancel"</a>
            </div>
        </form>
    }
}

#[component]
fn RowTable(detail: ImportDetail, started: bool) -> impl IntoView {
    let ImportDetail { rows, narrowed, paging, id, .. } = detail;
    let all = narrowed.map(|words| {
        view! {
            <p class="hint narrowed">
                {format!("Only rows of the kind “{words}”. ")}<a href=format!("/invitations/import/{id}")>"Show all rows"</a>
            </p>
        }
    });
    view! {
        <h2 class="between">"Rows"</h2>
        {all}
        {if rows.is_empty() {
            view! { <p class="card empty">"There is no such row."</p> }.into_any()
        } else {
            let rows = rows.into_iter().map(|row| imported(row, started)).collect_view();
            let outcome = started.then(|| view! { <th scope="col">"Outcome"</th><th scope="col">"Link runs out"</th> });
            view! {
                <div class="table-scroll" tabindex="0" role="region" aria-label="Rows, in the order of the file">
                    <table class="cards" data-testid="rows">
                        <thead>
                            <tr>
                                <th scope="col">"Fleet"</th>
                                <th scope="col">"Line"</th>
                                <th scope="col">"Verdict"</th>
                                {outcome}
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            }
                .into_any()
        }}
        <Pages paging=paging first="First rows" next="Next rows"/>
    }
}

fn imported(row: ImportedRowView, started: bool) -> impl IntoView {
    let ImportedRowView { line, fleet_ref, name, verdict, state, reason, invitation, expires_at } = row;
    let named = if fleet_ref.is_empty() { "no reference".to_owned() } else { fleet_ref };
    let outcome = started.then(|| {
        let expiry = expires_at.map_or_else(
            || view! { <span class="muted">"—"</span> }.into_any(),
            |at| view! { <time datetime=timestamp::rfc3339(at)>{timestamp::display(at)}</time> }.into_any(),
        );
        view! {
            <td data-label="Outcome"><span class=state_tone(state) data-state=state.name()>{row_state_label(state)}</span></td>
            <td data-label="Link runs out">{expiry}</td>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {match invitation {
                    Some(id) => view! { <a class="row-link" href=format!("/invitations/{id}")>{named}</a> }.into_any(),
                    None => view! { <strong>{named}</strong> }.into_any(),
                }}
                {name.map(|name| view! { <span class="reference">{name}</span> })}
                {reason.map(|reason| view! { <span class="reason">{reason}</span> })}
            </th>
            <td data-label="Line">{grouped(line)}</td>
            <td data-label="Verdict"><span class=tone(verdict) data-verdict=verdict.name()>{verdict_label(verdict)}</span></td>
            {outcome}
        </tr>
    }
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::New => "badge good",
        Verdict::RefreshActive | Verdict::RefreshAccepted => "badge moving",
        Verdict::Declined | Verdict::Unrecognized => "badge warning",
        Verdict::Unchanged => "badge neutral",
        Verdict::Invalid => "badge bad",
    }
}

fn state_tone(state: RowState) -> &'static str {
    match state {
        RowState::Created => "badge good",
        RowState::Refreshed | RowState::Doing => "badge moving",
        RowState::Waiting | RowState::Unchanged => "badge neutral",
        RowState::LeftOut => "badge warning",
        RowState::Refused | RowState::Invalid => "badge bad",
    }
}

#[component]
fn Downloads(detail: ImportDetail) -> impl IntoView {
    let ImportDetail { id, invited, taken, days, .. } = detail;
    let taken = taken.into_iter().map(|taken| {
        let LinksTakenView { at, actor, count } = taken;
        view! {
            <li>
                <time datetime=timestamp::rfc3339(at)>{timestamp::display(at)}</time>
                {format!(": {} magic links, by {actor}", grouped(count))}
            </li>
        }
    });
    let taken = taken.collect_view();
    let kept = format!("This import is kept for {days} days after its last step; the invitations it made stay.");
    view! {
        <section class="card downloads" aria-labelledby="downloads">
            <h2 id="downloads">"Downloads"</h2>
            <p><a class="button" href=format!("/invitations/import/{id}/result.csv") download=true>"Download the result"</a></p>
            <p class="hint">"Every row with its verdict, outcome and reason, without magic links."</p>
            {(invited > 0).then(|| view! {
                <form method="post" action=format!("/invitations/import/{id}/links.csv")>
                    <p class="secret">
                        <strong>"Magic links are secrets. "</strong>
                        "Whoever holds one can act as that fleet. Download them to send each fleet its own link and nobody else’s, then delete the file. That you did is kept below."
                    </p>
                    <button class="button danger">"Download with magic links"</button>
                </form>
            })}
            <ul class="taken" data-testid="links-taken">{taken}</ul>
            <p class="hint">{kept}</p>
        </section>
    }
}
