//! Runs form posts in their own task, so a closed connection cannot cancel them halfway. Otherwise a closed tab, a lost signal
//! or a second click could leave an invitation at Catena without its link here, or an e-mail that is not on the timeline.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use tracing::Instrument as _;

use crate::state::AppState;

/// Whether only staff can do anything at this address.
fn is_for_staff(path: &str) -> bool {
    !matches!(path, "/login" | "/setup")
}

/// Runs the requests of staff that change something independently of their connection.
pub(crate) async fn run_to_completion(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // Anyone can send other requests: for those, the limit on connections must bound the work.
    if request.method().is_safe() || !is_for_staff(request.uri().path()) {
        return next.run(request).await;
    }
    match state.running_forms.0.spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // The panic continues where it would have without the task.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}
