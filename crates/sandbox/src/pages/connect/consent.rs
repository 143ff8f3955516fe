//! The first page: who asks for what, accept or decline.

use leptos::prelude::*;

use crate::pages::connect::{
    frame::{Frame, Shell, Step},
    labels,
};

/// One thing the partner asks for.
#[derive(Debug, Clone)]
pub struct Permission {
    /// Name of the resource, as in the contract.
    pub resource: String,
    /// `read` or `read_write`.
    pub level: String,
}

/// The request for consent.
#[component]
pub fn ConsentPage(
    /// What the pages share.
    frame: Frame,
    /// The fleet's name, or its reference.
    #[prop(into)]
    fleet: String,
    /// What is asked for.
    permissions: Vec<Permission>,
    /// Until when the link works, for people.
    #[prop(into)]
    open_until: String,
) -> impl IntoView {
    let (accept, decline) = (frame.action("accept"), frame.action("decline"));
    let (carried, carried_too) = (frame.carried(), frame.carried());
    let partner = frame.partner.clone();
    let asked: Vec<_> = permissions
        .into_iter()
        .map(|one| view! { <li>{labels::resource(&one.resource)}" ("{labels::level(&one.level)}")"</li> })
        .collect();
    view! {
        <Shell frame heading="Share your fleet's data" step=Step::Review>
            <p>
                <strong>{partner}</strong>" asks "<strong>{fleet}</strong>
                " to share this data from its telematics provider:"
            </p>
            <ul>{asked}</ul>
            <p class="hint">"The link is open until "{open_until}"."</p>
            <form method="post" action=accept>
                {carried}
                <button class="button primary" type="submit">"Accept and continue"</button>
            </form>
            <form method="post" action=decline>
                {carried_too}
                <div class="field">
                    <label for="reason">"Reason (optional)"</label>
                    <input id="reason" name="reason" maxlength="500" autocomplete="off" aria-describedby="reason-hint"/>
                    <p class="hint" id="reason-hint">"The company that invited you will see it."</p>
                </div>
                <button class="button danger" type="submit">"Decline"</button>
            </form>
        </Shell>
    }
}
