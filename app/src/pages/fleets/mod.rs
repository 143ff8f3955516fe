//! The page of a fleet.

mod detail;

pub use detail::{FleetDetail, FleetPage, RoundRow};
