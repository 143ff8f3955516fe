//! What the list and the page of one delivery share.

use std::sync::Arc;

use app::pages::deliveries::DeliveryRow;
use axum::extract::{FromRequestParts, State};
use platform::clock::SharedClock;

use crate::{
    config::Settings,
    state::AppState,
    store::{self, SharedStore},
    web::errors::PageError,
    webhooks::reprocess::{ReprocessError, Reprocessor},
};

/// What the pages need.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(in crate::web) struct Parts {
    #[from_request(via(State))]
    pub(super) settings: Arc<Settings>,
    #[from_request(via(State))]
    pub(super) store: SharedStore,
    #[from_request(via(State))]
    pub(super) clock: SharedClock,
    #[from_request(via(State))]
    pub(super) reprocessor: Arc<Reprocessor>,
}

pub(super) fn listed(row: store::DeliveryRow) -> DeliveryRow {
    DeliveryRow {
        id: row.key.0,
        received_at: row.received_at,
        state: row.state,
        event_name: row.event_name,
        attempt: row.attempt,
        reason: row.reason,
    }
}

/// What staff can do if verifying failed; a failing database has its own error page.
pub(super) fn explain(error: ReprocessError) -> Result<String, PageError> {
    match error {
        ReprocessError::Store(error) => Err(error.into()),
        ReprocessError::Secrets(error) => {
            tracing::error!(%error, "can't verify a delivery again");
            Ok("A secret or a body can’t be opened, because it was encrypted with another key. Start Onramp with that key \
                (ONRAMP_SECRET_KEY, or secret.key in the data directory), then try again."
                .into())
        }
    }
}
