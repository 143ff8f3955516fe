//! Reconciliation: finds at Catena what no webhook reported, and records it like anything else, marked as found by a check.
//!
//! `invitations`, `agreements` and `connections` say, without any I/O, what one of Catena's records adds to the known
//! `fleet_facts`: facts with the keys of the webhooks' facts, so that a webhook that arrives later merges into them. `report`
//! records and counts them. `fleet` checks one fleet; `pass` checks all of them, page by page with pauses, and resumes after a
//! failure. `reconciler` is the entry point: one check of everything at a time, on demand and by `jobs::reconcile`.
//!
//! What can't be found: that a link was opened or e-mailed, and a single failed fetch. No record shows these.

mod agreements;
mod connections;
mod fleet;
mod fleet_facts;
mod invitations;
mod pass;
mod reconciler;
mod report;

use thiserror::Error;

use crate::store::StoreError;
use catena::CatenaError;

pub use crate::services::reconcile::reconciler::{ReconcileStatus, Reconciler};

/// Why a check stopped.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// Catena refused, or could not be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our own database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReconcileError {
    /// What happened and what to do, for staff.
    pub fn explain(&self) -> String {
        match self {
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Onramp’s own database failed; the log has the cause. Try again in a moment.".into(),
        }
    }

    /// How long Catena asks to wait, if it does.
    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Catena(CatenaError::RateLimited { retry_after }) => *retry_after,
            _ => None,
        }
    }
}
