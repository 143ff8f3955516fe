//! Why a check stopped.

use catena::CatenaError;
use thiserror::Error;

use crate::store::StoreError;

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
    pub(super) fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Catena(CatenaError::RateLimited { retry_after }) => *retry_after,
            _ => None,
        }
    }
}
