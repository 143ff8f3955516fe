//! One import, from its dry run to its result.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::labels::{grouped, row_state_label, verdict_label};
use crate::{
    components::{
        Columns, Document, ExactTime, ImportBar, ImportProgress, Notice, NoticeKind, Pages, Paging, RecordTable, Visit,
    },
    islands::LivePart,
};
use domain::import::{ImportState, RowState, Verdict};

/// Seconds after which browsers without scripts reload the page while the import progresses.
const RELOAD: u32 = 3;

/// One row.
#[derive(Debug, Clone)]
pub struct ImportedRowView {
    /// The line of the file where it starts.
    pub line: u64,
    /// Its reference as written.
    pub fleet_ref: String,
    /// The fleet's name as written.
    pub name: Option<String>,
    /// The result of the dry run.
    pub verdict: Verdict,
    /// Its state.
    pub state: RowState,
    /// The reason for its state or verdict.
    pub reason: Option<String>,
    /// Our id of its invitation.
    pub invitation: Option<Uuid>,
    /// When the link expires, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// A download of magic links.
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
    /// Our key for it.
    pub id: i64,
    /// The file's name; none for pasted rows.
    pub file_name: Option<String>,
    /// Its state.
    pub state: ImportState,
    /// Why it is paused, or what its dry run couldn't find out.
    pub reason: Option<String>,
    /// E-mail address of who started it, or else of who uploaded it.
    pub actor: String,
    /// Progress and counts.
    pub progress: ImportProgress,
    /// Row counts by verdict.
    pub verdicts: Vec<(Verdict, u64)>,
    /// How many rows are waiting.
    pub waiting: u64,
    /// How many rows this import has invited.
    pub invited: u64,
    /// The rows of this page.
    pub rows: Vec<ImportedRowView>,
    /// The filter of the rows, as text.
    pub filtered_by: Option<&'static str>,
    /// The other pages.
    pub paging: Paging,
    /// Downloads of magic links, latest first.
    pub taken: Vec<LinksTakenView>,
    /// Days it is kept after its last step.
    pub days: i64,
    /// Whether the page asks for confirmation to cancel it.
    pub confirming: bool,
}

/// One import.
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
    // A reload would disturb someone who reads other rows or is about to answer.
    let reading = detail.filtered_by.is_some() || detail.paging.first.is_some() || detail.confirming;
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
                <Actions detail=detail.clone()/>
            </section>
            <RowTable detail=detail.clone() started=started/>
            {started.then(|| view! { <Downloads detail=detail/> })}
        </Document>
    }
}

fn heading(state: ImportState) -> &'static str {
    match state {
        ImportState::Uploaded | ImportState::Checking => "Checking the rows",
        ImportState::Checked => "Preview",
        ImportState::Running => "Inviting",
        ImportState::Paused => "Paused",
        ImportState::Done => "Result",
        ImportState::Cancelled => "Canceled",
    }
}

/// The buttons that fit its state.
#[component]
fn Actions(detail: ImportDetail) -> impl IntoView {
    let here = format!("/invitations/import/{}", detail.id);
    let at = |action: &str| format!("{here}/{action}");
    let form = |action: &str, class: &'static str, label: &'static str| {
        view! { <form method="post" action=at(action)><button class=class>{label}</button></form> }
    };
    if detail.confirming {
        return view! { <Confirm here=here waiting=detail.waiting started=detail.state.was_started()/> }.into_any();
    }
    let (start, button) = match detail.state {
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
        <div class="moves">{button}<a class="button" href=format!("{here}?cancel=yes")>"Cancel …"</a></div>
    }
    .into_any()
}

#[component]
fn Start(action: String, verdicts: Vec<(Verdict, u64)>, waiting: u64) -> impl IntoView {
    let count =
        |wanted: Verdict| verdicts.iter().find(|(verdict, _)| *verdict == wanted).map_or(0, |(_, count)| *count);
    let declined = count(Verdict::Declined);
    let effects = [
        (count(Verdict::New), "will get a new invitation."),
        (count(Verdict::RefreshActive), "have an open invitation. It will be refreshed, so its link is valid longer."),
        (
            count(Verdict::RefreshAccepted),
            "have already accepted. Their invitation will be refreshed: it is valid longer, and Catena replaces the fleet’s sign-up tokens.",
        ),
        (declined, "have declined. They will be skipped unless you select the box below."),
        (count(Verdict::Unchanged), "already have a valid invitation that asks for exactly this. Nothing will change."),
        (count(Verdict::Invalid), "can’t be invited and will be skipped. See the reasons below."),
    ];
    let effects = effects.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| {
        view! { <li><strong>{grouped(count)}</strong>" "{words}</li> }
    });
    let effects = effects.collect_view();
    view! {
        <ul class="effects" data-testid="effects">{effects}</ul>
        {if waiting == 0 {
            view! { <p class="hint">"There are no fleets to invite in this file."</p> }.into_any()
        } else {
            view! {
                <form method="post" action=action>
                    {(declined > 0).then(|| view! {
                        <div class="field">
                            <input type="checkbox" id="reopen" name="reopen" value="yes" aria-describedby="reopen-hint"/>
                            <label for="reopen">"Ask fleets that declined again"</label>
                            <p class="hint" id="reopen-hint">"Catena reopens their declined invitations. Talk to them first."</p>
                        </div>
                    })}
                    <div class="actions"><button class="button primary">"Start the import"</button></div>
                </form>
            }
                .into_any()
        }}
    }
}

/// Asks for confirmation and explains the consequences.
#[component]
fn Confirm(here: String, waiting: u64, started: bool) -> impl IntoView {
    let meaning = if started {
        format!(
            "{} rows are still waiting and won’t be invited. Everything done so far stays. You can import the same file again later.",
            grouped(waiting)
        )
    } else {
        "No fleet has been invited yet. The file will be removed from Onramp.".to_owned()
    };
    let action = format!("{here}/cancel");
    view! {
        <form class="confirm" method="post" action=action>
            <p>{meaning}</p>
            <div class="actions">
                <button class="button danger">"Cancel import"</button>
                <a class="button quiet" href=here>"Keep it"</a>
            </div>
        </form>
    }
}

#[component]
fn RowTable(detail: ImportDetail, started: bool) -> impl IntoView {
    let ImportDetail { rows, filtered_by, paging, id, .. } = detail;
    let all = filtered_by.map(|label| {
        view! {
            <p class="hint narrowed">
                {format!("Showing only “{label}”. ")}<a href=format!("/invitations/import/{id}")>"Show all rows"</a>
            </p>
        }
    });
    let columns = Columns::from(["Fleet", "Line", "Verdict"]);
    let columns = if started { columns.plus(["Outcome", "Link expires"]) } else { columns };
    view! {
        <h2 class="between">"Rows"</h2>
        {all}
        <RecordTable
            label="Rows, in the order of the file"
            testid="rows"
            columns=columns
            rows=rows
            row=move |row| imported(row, started)
            empty="No rows of this kind."
        />
        <Pages paging=paging first="First rows" next="Next rows"/>
    }
}

fn imported(row: ImportedRowView, started: bool) -> impl IntoView {
    let ImportedRowView { line, fleet_ref, name, verdict, state, reason, invitation, expires_at } = row;
    let named = if fleet_ref.is_empty() { "no reference".to_owned() } else { fleet_ref };
    let outcome = started.then(|| {
        let expiry = expires_at.map_or_else(
            || view! { <span class="muted">"—"</span> }.into_any(),
            |at| view! { <ExactTime at=at/> }.into_any(),
        );
        view! {
            <td data-label="Outcome"><span class=state_tone(state) data-state=state.name()>{row_state_label(state)}</span></td>
            <td data-label="Link expires">{expiry}</td>
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
        Verdict::Declined => "badge warning",
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
                <ExactTime at=at/>
                {format!(": {} magic links, by {actor}", grouped(count))}
            </li>
        }
    });
    let taken = taken.collect_view();
    let kept = format!("This import is deleted {days} days after its last step. The invitations it created stay.");
    view! {
        <section class="card downloads" aria-labelledby="downloads">
            <h2 id="downloads">"Downloads"</h2>
            <p><a class="button" href=format!("/invitations/import/{id}/result.csv") download=true>"Download result"</a></p>
            <p class="hint">"Every row with its verdict, outcome, and reason, without magic links."</p>
            {(invited > 0).then(|| view! {
                <form method="post" action=format!("/invitations/import/{id}/links.csv")>
                    <p class="secret">
                        <strong>"Magic links are secrets. "</strong>
                        "Anyone who has one can act as that fleet. Download them only to send each fleet its own link, then delete the file. Downloads are logged below."
                    </p>
                    <button class="button danger">"Download with magic links"</button>
                </form>
            })}
            <ul class="taken" data-testid="links-taken">{taken}</ul>
            <p class="hint">{kept}</p>
        </section>
    }
}
