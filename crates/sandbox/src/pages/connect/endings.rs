//! The last pages: finished, declined, expired, unknown.

use leptos::prelude::*;

use crate::pages::connect::frame::{Frame, Shell};

/// The link has expired.
#[component]
pub(crate) fn ExpiredPage(
    frame: Frame,
    /// Whether the partner gave an address to return to.
    can_return: bool,
) -> impl IntoView {
    let leave = frame.action("leave");
    let invite = frame.invite_field();
    let partner = frame.partner.clone();
    let way_back = can_return.then(|| {
        view! {
            <form method="post" action=leave>
                {invite}
                <button class="button primary" type="submit">"Come back later"</button>
            </form>
        }
    });
    view! {
        <Shell frame heading="This link has expired" step=None>
            <p>"Ask "<strong>{partner}</strong>" for a new one."</p>
            {way_back}
        </Shell>
    }
}

/// The fleet has declined.
#[component]
pub(crate) fn DeclinedPage(frame: Frame) -> impl IntoView {
    let partner = frame.partner.clone();
    view! {
        <Shell frame heading="You declined" step=None>
            <p>"Nothing is shared with "<strong>{partner}</strong>". If you change your mind, ask them to invite you again."</p>
        </Shell>
    }
}

/// The fleet has finished, and the partner gave no address to return to.
#[component]
pub(crate) fn FinishedPage(frame: Frame) -> impl IntoView {
    let partner = frame.partner.clone();
    view! {
        <Shell frame heading="Thank you" step=None>
            <p>"That's all for now. You can close this page. "<strong>{partner}</strong>" will be notified."</p>
        </Shell>
    }
}

/// There is no such invitation.
#[component]
pub(crate) fn UnknownPage(frame: Frame) -> impl IntoView {
    view! {
        <Shell frame heading="This link doesn't work" step=None>
            <p>"We can't find an invitation for this link. Check that you opened the whole link, or ask the company that sent it for a new one."</p>
        </Shell>
    }
}
