//! The webhook inbox: the list of deliveries, one delivery, and unassigned facts.

mod detail;
mod list;
mod state_badge;
mod unassigned_facts;

pub use detail::{DeliveryChange, DeliveryDetail, DeliveryPage};
pub use list::{DeliveriesPage, DeliveryList, DeliveryRow, Filter, InboxFigures, Retained};
pub use state_badge::state_label;
pub use unassigned_facts::{AssignForm, AssignPage, UnassignedFactsPage, UnassignedGroup};
