//! The question before several reminders are sent at once.

use leptos::prelude::*;
use uuid::Uuid;

use crate::components::{Document, Visit};

/// What the visitor is about to send.
#[derive(Debug, Clone)]
pub struct RemindersConfirm {
    /// How many e-mails.
    pub count: u32,
    /// How many selected fleets have no e-mail address.
    pub unreachable: u32,
    /// The selected reminders; empty for all that were proposed by `until`.
    pub ids: Vec<Uuid>,
    /// When the page with the selection was made, in microseconds, UTC.
    pub until: String,
}

/// Asks before sending: an e-mail can’t be taken back.
#[component]
pub fn RemindersConfirmPage(
    /// The visit.
    visit: Visit,
    /// What is about to be sent.
    confirm: RemindersConfirm,
) -> impl IntoView {
    let RemindersConfirm { count, unreachable, ids, until } = confirm;
    let unreachable = (unreachable > 0).then(|| {
        let fleets = if unreachable == 1 { "1 selected fleet has".to_owned() } else { format!("{unreachable} selected fleets have") };
        view! { <p class="hint" data-testid="unreachable">{format!("{fleets} no e-mail address and won’t get one. Share the link yourself.")}</p> }
    });
    let all = ids.is_empty();
    let ids = ids.into_iter().map(|id| view! { <input type="hidden" name="id" value=id.to_string()/> }).collect_view();
    view! {
        <Document visit=visit title=format!("Send {count} reminders?")>
            <div class="medium">
                <p class="crumbs"><a href="/reminders">"Reminders"</a></p>
                <h1>{format!("Send {count} reminders?")}</h1>
                <form class="card" method="post" action="/reminders/decide">
                    <p>"Each fleet gets one e-mail with its link, in its language. E-mails can’t be taken back. Fleets that make progress in the meantime won’t get one."</p>
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
