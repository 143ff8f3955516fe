//! The webhook inbox: the list of deliveries, one delivery, and unassigned facts.

mod detail;
mod list;
mod unassigned_facts;

pub use detail::{DeliveryChange, DeliveryDetail, DeliveryPage};
pub use list::{DeliveriesPage, DeliveryList, DeliveryRow, Filter, InboxFigures, Retained};
pub use unassigned_facts::{AssignForm, AssignPage, UnassignedFactsPage, UnassignedGroup};

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

#[component]
fn StateBadge(state: DeliveryState) -> impl IntoView {
    let tone = match state {
        DeliveryState::Received => "badge moving",
        DeliveryState::Processed => "badge good",
        DeliveryState::Duplicate => "badge neutral",
        DeliveryState::Parked => "badge bad",
        DeliveryState::Quarantined => "badge warning",
    };
    view! { <span class=tone data-state=state.name()>{state_label(state)}</span> }
}
