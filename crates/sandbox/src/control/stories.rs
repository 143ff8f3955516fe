//! Stories and the demo as JSON.

use axum::{Json, body::Bytes, extract::State};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    engine::story::{Pace, STORIES, Story},
    state::{
        body::{self, Fields},
        error::ApiError,
    },
};

/// The most fleets that one call plays a story for.
pub(crate) const MOST: i64 = 1_000;

/// The longest time over which a story is spread: a quarter of a year.
pub(crate) const LONGEST_HOURS: i64 = 24 * 92;

/// `GET /control/stories`: what can be played.
pub(crate) async fn list() -> Json<Vec<Value>> {
    Json(STORIES.iter().map(|(_, name, about)| json!({ "story": name, "about": about })).collect())
}

/// `POST /control/stories {"story": …, "fleet_ref": …, "count": n, "over_hours": n}`: plays it, for the fleet that is
/// named or for made-up ones (1 unless told). As if it had just come to its end; with `over_hours`, from now on, in so
/// much business time.
pub(crate) async fn play(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let story = body.required("story", body::any);
    let found = Story::from_name(&story);
    if found.is_none() && !story.is_empty() {
        body.refuse("story", ("Input should be the name of a story", "enum"));
    }
    let fleet_ref = body.text("fleet_ref", body::fleet_ref);
    let count = body.integer("count", 1..=MOST).unwrap_or(1);
    let hours = body.integer("over_hours", 0..=LONGEST_HOURS);
    let Some(story) = body.finish(found)? else { return Err(ApiError::NotFound) };
    let pace = hours.map_or(Pace::Done, |hours| Pace::Over(time::Duration::hours(hours)));
    let fleets = sandbox.play(story, fleet_ref.as_deref(), u64::try_from(count).unwrap_or(1), pace);
    Ok(Json(json!({ "fleets": fleets })))
}

/// `POST /control/demo`: 200 fleets in every stage and health.
pub(crate) async fn demo(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({ "fleets": sandbox.play_demo() }))
}
