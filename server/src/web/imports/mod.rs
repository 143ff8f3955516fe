//! Inviting many fleets at once: `upload` (the file), `columns` (what they mean), `detail` (dry run, run, and result on one
//! page), `decide` (start, pause, resume, cancel), `download` (the result, and the magic links), `events` (progress).

mod address;
mod columns;
mod decide;
mod detail;
mod download;
mod events;
mod upload;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::state::AppState;

/// The routes below `/invitations/import`.
pub(super) fn routes() -> Router<AppState> {
    let upload = get(upload::get).post(upload::post).layer(DefaultBodyLimit::max(upload::DRAINED_MAX));
    Router::new()
        .route("/invitations/import", upload)
        .route("/invitations/import/{id}", get(detail::get))
        .route("/invitations/import/{id}/columns", post(columns::post))
        .route("/invitations/import/{id}/again", post(decide::again))
        .route("/invitations/import/{id}/start", post(decide::start))
        .route("/invitations/import/{id}/pause", post(decide::pause))
        .route("/invitations/import/{id}/resume", post(decide::resume))
        .route("/invitations/import/{id}/cancel", post(decide::cancel))
        .route("/invitations/import/{id}/live", get(events::live))
        .route("/invitations/import/{id}/result.csv", get(download::result))
        .route("/invitations/import/{id}/links.csv", post(download::links))
}
