//! What people decide about an import. Each move holds only where the import still stands as the page showed it; else the
//! page, come back to, shows how it stands.

use axum::{
    Form,
    extract::{Path, State},
    response::Redirect,
};
use domain::import::ImportState;
use serde::Deserialize;

use super::{address, find};
use crate::{
    state::AppState,
    store::ImportMove,
    web::{errors::PageError, extract::session::Viewer},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StartForm {
    reopen: String,
}

pub(super) async fn start(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    Form(form): Form<StartForm>,
) -> Result<Redirect, PageError> {
    viewer.may_invite()?;
    let import = find(&state, &id).await?;
    let (by, reopen) = (&viewer.staff.email, !form.reopen.is_empty());
    if state.store.start_import(import.key, by, reopen, state.clock.now()).await? {
        tracing::info!(import = import.key.0, by, reopen, "an import starts");
        state.import_wakeup.0.notify_one();
    }
    Ok(Redirect::to(&address(import.key)))
}

/// Back to the columns.
pub(super) async fn again(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    step(&state, &viewer, &id, &[ImportState::Checked], ImportState::Uploaded).await
}

pub(super) async fn pause(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    step(&state, &viewer, &id, &[ImportState::Running], ImportState::Paused).await
}

pub(super) async fn resume(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    step(&state, &viewer, &id, &[ImportState::Paused], ImportState::Running).await
}

pub(super) async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    use ImportState as S;
    step(&state, &viewer, &id, &[S::Uploaded, S::Checking, S::Checked, S::Running, S::Paused], S::Cancelled).await
}

async fn step(
    state: &AppState,
    viewer: &Viewer,
    id: &str,
    from: &[ImportState],
    to: ImportState,
) -> Result<Redirect, PageError> {
    viewer.may_invite()?;
    let import = find(state, id).await?;
    let by = &viewer.staff.email;
    let reason = (to == ImportState::Paused).then(|| format!("{by} paused it."));
    let change = ImportMove { to, reason, at: state.clock.now() };
    if state.store.move_import(import.key, from, &change).await? {
        tracing::info!(import = import.key.0, by, to = to.name(), "an import was moved");
        state.import_wakeup.0.notify_one();
    }
    Ok(Redirect::to(&address(import.key)))
}
