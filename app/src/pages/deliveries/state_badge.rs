//! The state of a delivery, as label and badge.

use leptos::prelude::*;

use domain::events::delivery::DeliveryState;

/// Label of a delivery's state.
pub fn state_label(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Received => "Received",
        DeliveryState::Processed => "Processed",
        DeliveryState::Duplicate => "Duplicate",
        DeliveryState::Parked => "Parked",
        DeliveryState::Quarantined => "Quarantined",
    }
}

/// The badge of a delivery’s state.
#[component]
pub(super) fn StateBadge(state: DeliveryState) -> impl IntoView {
    let tone = match state {
        DeliveryState::Received => "badge moving",
        DeliveryState::Processed => "badge good",
        DeliveryState::Duplicate => "badge neutral",
        DeliveryState::Parked => "badge bad",
        DeliveryState::Quarantined => "badge warning",
    };
    view! { <span class=tone data-state=state.name()>{state_label(state)}</span> }
}
