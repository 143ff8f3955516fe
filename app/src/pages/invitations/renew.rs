//! Asking again for an invitation that exists: the part of its page that offers it, and the page that asks once more.

use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    components::{Document, Field, Notice, NoticeKind, Visit},
    pages::invitations::confirm::{Confirm, ConfirmPanel},
};
use domain::{
    fleet::path_of,
    invitation::{
        renewal::RenewalAction,
        request::{EXPIRY_HOURS, label},
    },
};

/// What can be done with an invitation besides looking at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewView {
    /// Tells the form from the one of another visit: the same one sent twice is done once.
    pub once: String,
    /// Our id of the invitation.
    pub id: Uuid,
    /// What asking again would be for.
    pub again: Option<RenewalAction>,
    /// Hours that the form starts with.
    pub hours: String,
    /// What pressing the button agrees to, since the page says it.
    pub agreed: String,
    /// Address of the whole form, where it is not known what to ask for: somebody invited this fleet elsewhere.
    pub form: Option<String>,
    /// Whether it may still be deleted.
    pub may_delete: bool,
}

impl RenewView {
    /// Whether the fleet won't move until somebody asks again.
    pub(super) fn is_urgent(&self) -> bool {
        matches!(self.again, Some(RenewalAction::Invite | RenewalAction::Reopen | RenewalAction::Reauthenticate))
    }
}

/// Title, explanation and button of asking again.
fn words(again: RenewalAction) -> (&'static str, &'static str, &'static str) {
    match again {
        RenewalAction::Refresh => (
            "Let the link work longer",
            "Catena refreshes the invitation: its expiry is counted from now, and comes no earlier than it would. What it asks for is sent again as it was.",
            "Refresh",
        ),
        RenewalAction::Invite => (
            "Invite again",
            "Asks for the same again. Catena makes a new invitation with another link; the history of this fleet stays together.",
            "Invite again",
        ),
        RenewalAction::Reopen => (
            "Ask the fleet once more",
            "The fleet declined. Catena would open the same invitation again; you are asked once more before it happens.",
            "Open again",
        ),
        RenewalAction::Reauthenticate => (
            "Link for signing in again",
            "The provider no longer takes the fleet’s sign-in. A refresh makes the fleet’s link work again: send it, and the fleet signs in to its provider there.",
            "Get the sign-in link",
        ),
    }
}

/// Asking again and deleting, as far as either makes sense.
#[component]
pub(super) fn AgainSection(
    /// What can be done.
    view: RenewView,
) -> impl IntoView {
    let RenewView { once, id, again, hours, agreed, form, may_delete } = view;
    let title = again.map_or("Delete", |again| words(again).0);
    let ask = again.map(|again| match form {
        Some(href) => view! {
            <p>"This invitation was not made here, so what it asks for is not known here."</p>
            <p class="actions"><a class="button" href=href>{words(again).2}</a></p>
        }
        .into_any(),
        None => view! {
            <p>{words(again).1}</p>
            <form class="again" method="post" action=format!("/invitations/{id}/again") novalidate=true>
                <input type="hidden" name="once" value=once/>
                <input type="hidden" name="agreed" value=agreed/>
                <Field name="expires_in_hours" label=label("expires_in_hours") value=hours inputmode="numeric"/>
                <button class="button">{words(again).2}</button>
            </form>
        }
        .into_any(),
    });
    let delete = may_delete.then(|| {
        view! {
            <p class="delete"><a href=format!("/invitations/{id}/delete")>"Delete this invitation"</a></p>
        }
    });
    (again.is_some() || may_delete).then(|| {
        view! {
            <section class="card again-section" aria-labelledby="again" data-testid="again">
                <h2 id="again">{title}</h2>
                {ask}
                {delete}
            </section>
        }
    })
}

/// The page that asks once more.
#[derive(Debug, Clone)]
pub struct RenewForm {
    /// Tells it from the form of another visit: the same one sent twice is done once.
    pub once: String,
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// What asking again is for.
    pub again: RenewalAction,
    /// The hours that were typed.
    pub hours: String,
    /// What is wrong with them.
    pub error: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// What was agreed to before, carried along while something is mended.
    pub agreed: String,
    /// What must be agreed to.
    pub confirm: Option<Confirm>,
}

/// Asks again for an invitation.
#[component]
pub fn RenewPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: RenewForm,
) -> impl IntoView {
    let RenewForm { once, id, fleet_ref, fleet_name, again, hours, error, problem, agreed, confirm } = form;
    let (title, about, button) = words(again);
    let name = fleet_name.unwrap_or_else(|| fleet_ref.clone());
    let page_title = if error.is_some() { format!("Error: {title}") } else { title.to_owned() };
    let plain = confirm.is_none().then(|| view! { <button class="button primary">{button}</button> });
    let fleet_page = path_of(&fleet_ref);
    let hint = format!("From {} to {} (28 days).", EXPIRY_HOURS.start(), EXPIRY_HOURS.end());
    view! {
        <Document visit=visit title=page_title>
            <div class="medium">
                <p class="crumbs"><a href=format!("/invitations/{id}")>{name}</a></p>
                <h1>{title}</h1>
                <p class="lead">"Reference "<a href=fleet_page><code>{fleet_ref}</code></a>". "{about}</p>
                {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
                <form method="post" action=format!("/invitations/{id}/again") novalidate=true>
                    <input type="hidden" name="once" value=once/>
                    {confirm.map(|confirm| view! { <ConfirmPanel confirm=confirm/> })}
                    <input type="hidden" name="agreed" value=agreed/>
                    <div class="card">
                        <Field name="expires_in_hours" label=label("expires_in_hours") value=hours hint=hint error=error inputmode="numeric"/>
                    </div>
                    <div class="actions">
                        {plain}
                        <a class="button quiet" href=format!("/invitations/{id}")>"Cancel"</a>
                    </div>
                </form>
            </div>
        </Document>
    }
}
