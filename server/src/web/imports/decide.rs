//! What people decide about an import. Each move holds only where the import still stands as the page showed it; else the
//! page, come back to, shows how it stands.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State},
    response::Redirect,
};
use domain::import::ImportState;
use serde::Deserialize;

use super::{address, find};
use crate::{
    state::Onramp,
    store::ImportMove,
    web::{errors::PageError, extract::session::Viewer},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StartForm {
    reopen: String,
}

pub(super) async fn start(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
    Form(form): Form<StartForm>,
) -> Result<Redirect, PageError> {
    viewer.may_invite()?;
    let import = find(&onramp, &id).await?;
    let (by, reopen) = (&viewer.staff.email, !form.reopen.is_empty());
    if onramp.store.start_import(import.key, by, reopen, onramp.clock.now()).await? {
        tracing::info!(import = import.key.0, by, reopen, "an import starts");
        onramp.imports.notify_one();
    }
    Ok(Redirect::to(&address(import.key)))
}

/// Back to the columns.
pub(super) async fn again(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    step(&onramp, &viewer, &id, &[ImportState::Checked], ImportState::Uploaded).await
}

pub(super) async fn pause(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    step(&onramp, &viewer, &id, &[ImportState::Running], ImportState::Paused).await
}

pub(super) async fn resume(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    step(&onramp, &viewer, &id, &[ImportState::Paused], ImportState::Running).await
}

pub(super) async fn cancel(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Redirect, PageError> {
    use ImportState as S;
    step(&onramp, &viewer, &id, &[S::Uploaded, S::Checking, S::Checked, S::Running, S::Paused], S::Cancelled).await
}

async fn step(
    onramp: &Onramp,
    viewer: &Viewer,
    id: &str,
    from: &[ImportState],
    to: ImportState,
) -> Result<Redirect, PageError> {
    viewer.may_invite()?;
    let import = find(onramp, id).await?;
    let by = &viewer.staff.email;
    let reason = (to == ImportState::Paused).then(|| format!("{by} paused it."));
    let change = ImportMove { to, reason, at: onramp.clock.now() };
    if onramp.store.move_import(import.key, from, &change).await? {
        tracing::info!(import = import.key.0, by, to = to.name(), "an import was moved");
        onramp.imports.notify_one();
    }
    Ok(Redirect::to(&address(import.key)))
}
