//! Buttons that act on a subscription.

use leptos::prelude::*;

use domain::subscription::Remedy;

/// A button that performs one action on one subscription.
#[component]
pub(super) fn ActionButton(
    /// The subscription's id.
    id: String,
    /// The action, as in its URL.
    action: &'static str,
    /// Label of the button.
    label: &'static str,
    /// The event, to tell buttons with the same label apart in a screen reader.
    #[prop(into)]
    about: String,
    /// Whether it is the main action.
    #[prop(optional)]
    primary: bool,
) -> impl IntoView {
    view! {
        <form method="post" action=format!("/subscriptions/{id}/{action}")>
            <button class="button" class:primary=primary>{label}<span class="visually-hidden">" "{about}</span></button>
        </form>
    }
}

/// The button that fixes a problem; none if nothing needs fixing.
pub(super) fn remedy_button(remedy: Remedy, id: String, event_name: String) -> Option<AnyView> {
    let button = |action: &'static str, label: &'static str| {
        view! { <ActionButton id=id.clone() action=action label=label about=event_name.clone() primary=true/> }
            .into_any()
    };
    match remedy {
        Remedy::Activate => Some(button("activate", "Activate")),
        Remedy::ActivateAndReplay => Some(button("bring-back", "Activate and fetch missed events")),
        Remedy::PointHere => Some(button("point-here", "Point to Onramp")),
        Remedy::TakeOver => Some(button("take-over", "Take over")),
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
