//! Where a fleet's onboarding stands: stage, health, rounds and problems, folded from its facts.

pub mod lifecycle;
pub mod problem;
pub mod rounds;
pub mod stage;
pub(crate) mod state_changes;
