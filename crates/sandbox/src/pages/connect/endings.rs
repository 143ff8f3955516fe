//! Where the way ends: finished, declined, expired, unknown.

use leptos::prelude::*;

use crate::pages::connect::frame::{Frame, Shell};

/// The link has run out.
#[component]
pub fn ExpiredPage(
    /// What the pages share.
    frame: Frame,
    /// Whether the partner gave an address to return to.
    can_return: bool,
) -> impl IntoView {
    let leave = frame.action("leave");
    let carried = frame.carried();
    let partner = frame.partner.clone();
    let way_back = can_return.then(|| {
        view! {
            <form method="post" action=leave>
                {carried}
                <button class="button primary" type="submit">"Come back later"</button>
            </form>
        }
    });
    view! {
        <Shell frame heading="This link has expired" step=None>
            <p>"Ask "<strong>{partner}</strong>" for a new one. Nothing was shared through this link since it ran out."</p>
            {way_back}
        </Shell>
    }
}

/// The fleet has declined.
#[component]
pub fn DeclinedPage(
    /// What the pages share.
    frame: Frame,
) -> impl IntoView {
    let partner = frame.partner.clone();
    view! {
        <Shell frame heading="You declined" step=None>
            <p>"Nothing is shared with "<strong>{partner}</strong>". If you changed your mind, ask them to invite you again."</p>
        </Shell>
    }
}

/// The fleet is through, and the partner gave no address to return to.
#[component]
pub fn FinishedPage(
    /// What the pages share.
    frame: Frame,
) -> impl IntoView {
    let partner = frame.partner.clone();
    view! {
        <Shell frame heading="Thank you" step=None>
            <p>"That is all for now. You can close this page; "<strong>{partner}</strong>" hears of it by itself."</p>
        </Shell>
    }
}

/// There is no such invitation.
#[component]
pub fn UnknownPage(
    /// What the pages share.
    frame: Frame,
) -> impl IntoView {
    view! {
        <Shell frame heading="This link does not work" step=None>
            <p>"There is no invitation behind it. Check that you opened the whole link, or ask the company that sent it for a new one."</p>
        </Shell>
    }
}
