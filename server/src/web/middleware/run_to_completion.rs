//! What a form began is worked through to its end, whether or not somebody still waits for the answer. A closed tab, a lost
//! signal or a second press of the button ends the connection, and with it what is served on it: without this, an invitation
//! could be made at Catena and its link lost on the way back, or a mail leave without a word on the timeline.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use tracing::Instrument as _;

use crate::state::AppState;

/// Whether nobody but staff gets anything done there.
fn is_of_staff(path: &str) -> bool {
    !matches!(path, "/login" | "/setup")
}

/// Runs what staff change apart from its connection.
pub(crate) async fn to_its_end(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // Anyone can begin those: their number is bounded by that of the connections.
    if request.method().is_safe() || !is_of_staff(request.uri().path()) {
        return next.run(request).await;
    }
    match state.running_forms.0.spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // It goes on where it would have gone without us.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}
