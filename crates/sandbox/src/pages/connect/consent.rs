//! The first page: who asks for what data. The fleet accepts or declines.

use leptos::prelude::*;

use crate::pages::connect::{
    frame::{Frame, Shell, Step},
    labels,
};

/// Access to one resource.
#[derive(Debug, Clone)]
pub(crate) struct Permission {
    /// The contract's name for the resource.
    pub resource: String,
    /// `read` or `read_write`.
    pub level: String,
}

/// The request for consent.
#[component]
pub(crate) fn ConsentPage(
    frame: Frame,
    /// The fleet's name, or its reference.
    #[prop(into)]
    fleet: String,
    permissions: Vec<Permission>,
    /// When the link expires, for display.
    #[prop(into)]
    open_until: String,
) -> impl IntoView {
    let (accept, decline) = (frame.action("accept"), frame.action("decline"));
    let (invite, invite_again) = (frame.invite_field(), frame.invite_field());
    let partner = frame.partner.clone();
    let permissions: Vec<_> = permissions
        .into_iter()
        .map(|one| view! { <li>{labels::resource(&one.resource)}" ("{labels::level(&one.level)}")"</li> })
        .collect();
    view! {
        <Shell frame heading="Share your fleet's data" step=Step::Review>
            <p>
                <strong>{partner}</strong>" asks "<strong>{fleet}</strong>
                " to share this data from its telematics provider:"
            </p>
            <ul>{permissions}</ul>
            <p class="hint">"This link expires on "{open_until}"."</p>
            <form method="post" action=accept>
                {invite}
                <button class="button primary" type="submit">"Accept and continue"</button>
            </form>
            <form method="post" action=decline>
                {invite_again}
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
