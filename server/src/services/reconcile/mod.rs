//! Reconciliation: finds at Catena what no webhook reported, and records it like anything else, marked as found by a check.
//!
//! `invitations`, `agreements` and `connections` say, without any I/O, what one of Catena's records adds to the known
//! `fleet_facts`: facts with the keys of the webhooks' facts, so that a webhook that arrives later merges into them. `report`
//! records and counts them; `gaps` says what a check had to leave out. `fleet` checks one fleet; `pass` checks all of them, page by page with pauses, and resumes after a
//! failure. `reconciler` is the entry point: one check of everything at a time, on demand and by `jobs::reconcile`.
//!
//! What can't be found: that a link was opened or e-mailed, and a single failed fetch. No record shows these.

mod agreements;
mod connections;
mod error;
mod fleet;
mod fleet_facts;
mod gaps;
mod invitations;
mod pass;
mod reconciler;
mod report;

pub use error::ReconcileError;
pub use reconciler::{ReconcileStatus, Reconciler};
