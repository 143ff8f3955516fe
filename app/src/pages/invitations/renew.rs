//! Renewing an invitation: the section of its page that offers it, and the page that asks for confirmation.

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

/// How an invitation can be renewed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewView {
    /// Idempotency key: the same form submitted twice takes effect once.
    pub once: String,
    /// Our id of the invitation.
    pub id: Uuid,
    /// What renewing would do; none if it can't be renewed.
    pub action: Option<RenewalAction>,
    /// Initial value of the hours field.
    pub hours: String,
    /// What the button agrees to, as the page explains it.
    pub agreed: String,
    /// Address of the full form if the invitation's settings aren't known, because it was created outside Onramp.
    pub form: Option<String>,
    /// Whether it may still be deleted.
    pub may_delete: bool,
}

impl RenewView {
    /// Whether the fleet can't continue until the invitation is renewed.
    pub(super) fn is_urgent(&self) -> bool {
        matches!(self.action, Some(RenewalAction::Invite | RenewalAction::Reopen | RenewalAction::Reauthenticate))
    }
}

/// Title, explanation, and button label.
fn texts(action: RenewalAction) -> (&'static str, &'static str, &'static str) {
    match action {
        RenewalAction::Refresh => {
            ("Extend the link", "Extends the link, counting from now. Nothing else changes.", "Refresh")
        }
        RenewalAction::Invite => (
            "Invite again",
            "Catena creates a new invitation with the same settings and a new link. The fleet keeps its timeline.",
            "Invite again",
        ),
        RenewalAction::Reopen => (
            "Ask the fleet again",
            "The fleet declined. Catena reopens the same invitation. You’ll be asked to confirm.",
            "Reopen invitation",
        ),
        RenewalAction::Reauthenticate => (
            "Sign-in link",
            "The provider no longer accepts the fleet’s sign-in. Refreshing the invitation renews its link, where the fleet can sign in to its provider again.",
            "Get sign-in link",
        ),
    }
}

/// Renewing and deleting, as far as either is possible.
#[component]
pub(super) fn RenewSection(
    /// What is possible.
    view: RenewView,
) -> impl IntoView {
    let RenewView { once, id, action, hours, agreed, form, may_delete } = view;
    let title = action.map_or("Delete", |action| texts(action).0);
    let ask = action.map(|action| match form {
        Some(href) => view! {
            <p>"This invitation was created outside Onramp. Review its settings before you send a new link."</p>
            <p class="actions"><a class="button" href=href>{texts(action).2}</a></p>
        }
        .into_any(),
        None => view! {
            <p>{texts(action).1}</p>
            <form class="again" method="post" action=format!("/invitations/{id}/again") novalidate=true>
                <input type="hidden" name="once" value=once/>
                <input type="hidden" name="agreed" value=agreed/>
                <Field name="expires_in_hours" label=label("expires_in_hours") value=hours inputmode="numeric"/>
                <button class="button">{texts(action).2}</button>
            </form>
        }
        .into_any(),
    });
    let delete = may_delete.then(|| {
        view! {
            <p class="delete"><a href=format!("/invitations/{id}/delete")>"Delete this invitation"</a></p>
        }
    });
    (action.is_some() || may_delete).then(|| {
        view! {
            <section class="card again-section" aria-labelledby="again" data-testid="again">
                <h2 id="again">{title}</h2>
                {ask}
                {delete}
            </section>
        }
    })
}

/// The form that renews an invitation.
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
    /// What renewing does.
    pub action: RenewalAction,
    /// The hours, as typed.
    pub hours: String,
    /// What is wrong with the hours.
    pub error: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// What the visitor has already agreed to, carried along while an error is corrected.
    pub agreed: String,
    /// A question to answer first.
    pub confirm: Option<Confirm>,
}

/// Renews an invitation.
#[component]
pub fn RenewPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: RenewForm,
) -> impl IntoView {
    let RenewForm { once, id, fleet_ref, fleet_name, action, hours, error, problem, agreed, confirm } = form;
    let (title, about, button) = texts(action);
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
                <p class="lead">"Reference "<a href=fleet_page><code translate="no">{fleet_ref}</code></a>". "{about}</p>
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
