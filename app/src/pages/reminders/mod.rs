//! Reminders: Onramp proposes them, staff send them one by one or all at once.

mod confirm;
mod outcomes;
mod proposed;
mod rows;

pub use confirm::{RemindersConfirm, RemindersConfirmPage};
pub use rows::{DecidedRow, ProposedRow, RemindedFleet};

use leptos::prelude::*;
use time::OffsetDateTime;

use self::{
    outcomes::{Decided, Failed, Waiting},
    proposed::Proposed,
};
use crate::components::{Document, Notice, NoticeKind, Pages, Paging, Visit};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct RemindersView {
    /// Proposals; the links that expire first come first.
    pub proposed: Vec<ProposedRow>,
    /// How many are proposed in all, and how many of those have an e-mail address.
    pub counts: (u32, u32),
    /// The other pages of proposals.
    pub paging: Paging,
    /// How many approved reminders can’t be sent for now, with the reason and what to do about it.
    pub waiting: Option<(u32, String)>,
    /// Reminders that could not be sent, latest decision first.
    pub failed: Vec<DecidedRow>,
    /// How many could not be sent in all; `failed` holds the last of them.
    pub failed_in_all: u32,
    /// Recent decisions, without those that failed.
    pub decided: Vec<DecidedRow>,
    /// Whether a mail server is configured.
    pub can_mail: bool,
    /// Whether the visitor may send and dismiss reminders.
    pub may_invite: bool,
    /// When the page was made, UTC; “all” means all reminders proposed by then.
    pub now: OffsetDateTime,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
}

/// Proposed reminders and recent decisions.
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
        view! { <form method="post" action="/reminders/look"><button class="button">"Check now"</button></form> }
    });
    let empty = proposed.is_empty();
    view! {
        <Document visit=visit title="Reminders">
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                    <h1>"Reminders"</h1>
                    <p class="lead">"Fleets that haven’t finished connecting. Nothing is sent until someone here approves it, and no reminder is sent twice."</p>
                </div>
                <div class="buttons">{look}</div>
            </div>
            {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {waiting.map(|(count, problem)| view! { <Waiting count=count problem=problem/> })}
            {(!can_mail && !empty).then(|| view! {
                <p class="notice" role="status" data-testid="no-mail">
                    "Onramp has no mail server. Share the links yourself, or ask whoever runs Onramp to set "<code translate="no">"ONRAMP_SMTP_URL"</code>" and "<code translate="no">"ONRAMP_MAIL_FROM"</code>"."
                </p>
            })}
            {if empty {
                view! {
                    <section class="card empty">
                        <h2>"No reminders needed"</h2>
                        <p>"Every few minutes, Onramp looks for fleets that haven’t opened their link or haven’t linked a provider since."</p>
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
