//! The forms of the moves, wherever they stand.

use leptos::prelude::*;

use domain::subscription::Remedy;

/// A button that makes one move on one subscription; `about` tells apart those that look the same.
#[component]
pub(super) fn MoveButton(
    /// The subscription's id.
    id: String,
    /// The move, as its address has it.
    action: &'static str,
    /// What stands on the button.
    label: &'static str,
    /// The event, for whoever doesn't see where the button stands.
    #[prop(into)]
    about: String,
    /// Whether it is the one to press.
    #[prop(optional)]
    primary: bool,
) -> impl IntoView {
    view! {
        <form method="post" action=format!("/subscriptions/{id}/{action}")>
            <button class="button" class:primary=primary>{label}<span class="visually-hidden">" "{about}</span></button>
        </form>
    }
}

/// The move that mends something; none where there is nothing to be done.
pub(super) fn remedy(remedy: Remedy, id: String, event_name: String) -> Option<AnyView> {
    let button = |action: &'static str, label: &'static str| {
        view! { <MoveButton id=id.clone() action=action label=label about=event_name.clone() primary=true/> }.into_any()
    };
    match remedy {
        Remedy::Activate => Some(button("activate", "Activate")),
        Remedy::ActivateAndReplay => Some(button("bring-back", "Activate and fetch what was missed")),
        Remedy::PointHere => Some(button("point-here", "Point it here")),
        Remedy::TakeOver => Some(button("take-over", "Take it over")),
        Remedy::Delete => Some(
            view! {
                <a class="button" href=format!("/subscriptions/{id}#delete")>
                    "Delete …"<span class="visually-hidden">" "{event_name.clone()}</span>
                </a>
            }
            .into_any(),
        ),
        Remedy::Leave => None,
    }
}
