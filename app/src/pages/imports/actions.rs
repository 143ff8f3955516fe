//! What can be done with an import: start, pause, resume, cancel.

use leptos::prelude::*;

use super::{data::ImportDetail, labels::grouped};
use domain::import::{ImportState, Verdict};

/// The buttons that fit its state.
#[component]
pub(super) fn Actions(detail: ImportDetail) -> impl IntoView {
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
        (
            count(Verdict::Unrecognized),
            "have an invitation with a status that Onramp doesn’t know. They will be skipped: invite each on its own.",
        ),
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
