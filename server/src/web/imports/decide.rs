//! What staff decide about an import. A decision takes effect only if the import is still in the state that the page showed;
//! otherwise nothing changes, and the page shows the current state.

use axum::{
    Form,
    extract::{FromRequestParts, State},
    response::Redirect,
};
use domain::import::ImportState;
use platform::clock::SharedClock;
use serde::Deserialize;

use super::address::address;
use crate::{
    state::{AppState, ImportWakeup},
    store::{ImportMove, ImportRow, SharedStore},
    web::{
        errors::PageError,
        extract::{
            path::ImportPath,
            session::{Inviter, Viewer},
        },
    },
};

/// What decisions need.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    wakeup: ImportWakeup,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StartInput {
    reopen: String,
}

pub(super) async fn start(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
    Form(input): Form<StartInput>,
) -> Result<Redirect, PageError> {
    let reopen = !input.reopen.is_empty();
    if parts.store.start_import(import.key, &viewer.staff.email, reopen, parts.clock.now()).await? {
        tracing::info!(import = import.key.0, by = %viewer.staff.id, reopen, "staff started an import");
        parts.wakeup.0.notify_one();
    }
    Ok(Redirect::to(&address(import.key)))
}

/// Back to the columns.
pub(super) async fn again(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
) -> Result<Redirect, PageError> {
    parts.move_to(ImportState::Uploaded, &[ImportState::Checked], &import, &viewer).await
}

pub(super) async fn pause(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
) -> Result<Redirect, PageError> {
    parts.move_to(ImportState::Paused, &[ImportState::Running], &import, &viewer).await
}

pub(super) async fn resume(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
) -> Result<Redirect, PageError> {
    parts.move_to(ImportState::Running, &[ImportState::Paused], &import, &viewer).await
}

pub(super) async fn cancel(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
) -> Result<Redirect, PageError> {
    use ImportState as S;
    let from = [S::Uploaded, S::Checking, S::Checked, S::Running, S::Paused];
    parts.move_to(S::Cancelled, &from, &import, &viewer).await
}

impl Parts {
    async fn move_to(
        &self,
        to: ImportState,
        from: &[ImportState],
        import: &ImportRow,
        viewer: &Viewer,
    ) -> Result<Redirect, PageError> {
        let reason = (to == ImportState::Paused).then(|| format!("{} paused it.", viewer.staff.email));
        let change = ImportMove { to, reason, at: self.clock.now() };
        if self.store.move_import(import.key, from, &change).await? {
            tracing::info!(import = import.key.0, by = %viewer.staff.id, to = to.name(), "staff moved an import");
            self.wakeup.0.notify_one();
        }
        Ok(Redirect::to(&address(import.key)))
    }
}
