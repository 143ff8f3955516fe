//! Gap repair: what no webhook told is found by asking Catena, and told like anything else, marked as found by check.
//!
//! `invitations`, `agreements` and `connections` say, without asking anybody, what a record of Catena's tells that is not
//! `known`: facts with the keys that the webhooks' facts have, so that a webhook which comes later merges into them.
//! `report` puts them on the timeline and counts. `fleet` asks about one fleet, `pass` about all of them, page by page with
//! pauses, going on where it stood after a failure; `providers` reads their names. `reconciler` is what the rest of Onramp
//! uses: one check of everything at a time, on demand and by `jobs::repair`.
//!
//! What can't be found: that a link was opened or e-mailed, and a single failed fetch; no record tells these.

mod agreements;
mod connections;
mod fleet;
pub(crate) mod fleet_facts;
mod invitations;
mod pass;
mod provider_names;
mod reconciler;
mod report;

use thiserror::Error;

use crate::store::StoreError;
use catena::CatenaError;

pub use crate::services::reconcile::provider_names::with_provider_names;
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

    /// How long Catena wants to be left alone, where it says so.
    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Catena(CatenaError::RateLimited { retry_after }) => *retry_after,
            _ => None,
        }
    }
}
