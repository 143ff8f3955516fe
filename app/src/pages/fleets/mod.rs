//! The pages about fleets.

mod detail;

pub use detail::{FleetDetail, FleetPage, RoundRow};
