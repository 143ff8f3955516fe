//! One import, from its dry run to its result.

use leptos::prelude::*;

use super::{
    actions::Actions,
    data::{FileRows, ImportDetail, LinksTakenView},
    labels::{grouped, not_imported, number_of},
    row_table::RowTable,
};
use crate::{
    components::{Document, ExactTime, ImportBar, Notice, NoticeKind, Visit},
    islands::LivePart,
};
use domain::import::ImportState;

/// Seconds after which browsers without scripts reload the page while the import progresses.
const RELOAD: u32 = 3;

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
    let counted = (detail.state != ImportState::Checking).then(|| counted(&detail.file));
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
                <LivePart url=live_url><ImportBar progress=progress live=moves/></LivePart>
                {counted.map(|text| view! { <p class="hint" data-testid="file-rows">{text}</p> })}
                <Actions detail=detail.clone()/>
            </section>
            <RowTable detail=detail.clone() started=started/>
            {started.then(|| view! { <Downloads detail=detail/> })}
        </Document>
    }
}

/// Accounts for every line of the file.
fn counted(file: &FileRows) -> String {
    let FileRows { valid, invalid, header_line, above } = *file;
    let rows = format!(
        "{} below the header in line {header_line}: {} valid, {} invalid.",
        number_of(valid + invalid, "row"),
        grouped(valid),
        grouped(invalid)
    );
    match not_imported(above) {
        Some(above) => format!("{rows} {above}"),
        None => rows,
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
