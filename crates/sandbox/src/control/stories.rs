//! Stories and the demo as JSON.

use axum::{Json, body::Bytes, extract::State};
use serde_json::{Value, json};

use crate::{
    engine::story::{Pace, STORIES, Story},
    request::body::Fields,
    sandbox::Sandbox,
    state::{checks, error::ApiError},
};

/// The most fleets that one call can play a story for.
pub(crate) const MAX_FLEETS: i64 = 1_000;

/// The longest time over which a story can be spread: a quarter of a year.
pub(crate) const MAX_HOURS: i64 = 24 * 92;

/// `GET /control/stories`: all stories.
pub(crate) async fn list() -> Json<Vec<Value>> {
    Json(STORIES.iter().map(|(_, name, about)| json!({ "story": name, "about": about })).collect())
}

/// `POST /control/stories {"story": …, "fleet_ref": …, "count": n, "over_hours": n}`: plays a story for the named
/// fleet, or for `count` generated fleets (1 by default). As if it had just ended; with `over_hours`, from now on, spread
/// over that much business time.
pub(crate) async fn play(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let story = body.required("story", checks::any);
    let found = Story::from_name(&story);
    if found.is_none() && !story.is_empty() {
        body.refuse("story", ("Input should be the name of a story", "enum"));
    }
    let fleet_ref = body.text("fleet_ref", checks::fleet_ref);
    let count = body.integer("count", 1..=MAX_FLEETS).unwrap_or(1);
    let hours = body.integer("over_hours", 0..=MAX_HOURS);
    let Some(story) = body.finish(found)? else { return Err(ApiError::NotFound) };
    let pace = hours.map_or(Pace::JustEnded, |hours| Pace::Over(time::Duration::hours(hours)));
    let count = u64::try_from(count).unwrap_or(1);
    let fleets = sandbox.change(|change| change.play_story(story, fleet_ref.as_deref(), count, pace));
    Ok(Json(json!({ "fleets": fleets })))
}

/// `POST /control/demo`: adds 200 fleets in every stage and health.
pub(crate) async fn demo(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({ "fleets": sandbox.change(|change| change.play_demo()) }))
}
