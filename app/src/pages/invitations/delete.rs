//! Asks for confirmation before deleting an invitation, which can't be undone.

use leptos::prelude::*;
use uuid::Uuid;

use crate::components::{Document, Notice, NoticeKind, Visit};

/// An invitation that may be deleted.
#[derive(Debug, Clone)]
pub struct DeleteForm {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// Whether it may be deleted: not once the fleet has accepted.
    pub may_delete: bool,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
}

/// The confirmation page.
#[component]
pub fn DeletePage(
    /// The visit.
    visit: Visit,
    /// The invitation.
    form: DeleteForm,
) -> impl IntoView {
    let DeleteForm { id, fleet_ref, fleet_name, may_delete, problem } = form;
    let name = fleet_name.unwrap_or_else(|| fleet_ref.clone());
    let back = format!("/invitations/{id}");
    let (explanation, delete) = if may_delete {
        (
            "Its link stops working immediately and can’t be restored. The fleet’s timeline stays in Onramp. You can invite the fleet again with a new link.",
            Some(view! { <button class="button danger">"Delete invitation"</button> }),
        )
    } else {
        (
            "Only open invitations can be deleted. Once a fleet has accepted, its data-sharing agreement has to end instead. Ask the fleet or Catena.",
            None,
        )
    };
    view! {
        <Document visit=visit title="Delete this invitation?">
            <div class="medium">
                <p class="crumbs"><a href=back.clone()>{name.clone()}</a></p>
                <h1>"Delete this invitation?"</h1>
                {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
                <p class="lead">"Invitation for "<strong>{name}</strong>", reference "<code translate="no">{fleet_ref}</code>". "{explanation}</p>
                <form method="post" action=format!("/invitations/{id}/delete")>
                    <div class="actions">
                        {delete}
                        <a class="button" href=back>"Keep it"</a>
                    </div>
                </form>
            </div>
        </Document>
    }
}
