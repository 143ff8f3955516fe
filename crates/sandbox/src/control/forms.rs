//! The control page's forms: each does its thing and leads back to the page; what can't be read is shown again, 422.

use std::collections::BTreeMap;

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use uuid::Uuid;

use crate::{
    Sandbox,
    api::{
        fault_injection::{Fault, Faults},
        subscriptions::SubscriptionStatus,
    },
    control::{clock, page::page, stories as limits, webhook_faults},
    engine::story::{Pace, Story},
    pages::control::{FaultForm, StoryForm},
    state::{body, error::ApiError},
    webhooks::fault_injection::{DISORDERS, Disorders},
};

type Sent = Form<BTreeMap<String, String>>;

pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/control/page/clock", post(clock_moved))
        .route("/control/page/story", post(story))
        .route("/control/page/demo", post(demo))
        .route("/control/page/disorders", post(disorders_set))
        .route("/control/page/disorders-off", post(disorders_off))
        .route("/control/page/faults", post(faults))
        .route("/control/page/faults-off", post(faults_off))
        .route("/control/page/subscription", post(subscription))
        .route("/control/page/connection", post(connection))
        .route("/control/page/reset", post(reset))
}

fn field<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.0.get(name).map_or("", |value| value.trim())
}

/// Back to the page, which says what was done. The anchor keeps a reader where the lever is.
fn done(sandbox: &Sandbox, word: &str, count: Option<usize>, anchor: &str) -> Response {
    let count = count.map(|count| format!("&n={count}")).unwrap_or_default();
    Redirect::to(&format!("{}?done={word}{count}{anchor}", sandbox.settings().control_page())).into_response()
}

/// A whole number within a range, or what to type.
fn whole(text: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("Type a whole number from {} to {}.", range.start(), range.end()))
}

async fn clock_moved(State(sandbox): State<Sandbox>, sent: Sent) -> Response {
    let seconds = match field(&sent, "advance") {
        "hour" => Ok(3_600),
        "day" => Ok(86_400),
        "expiry" => Ok(sandbox.read(|state, now| {
            // One second beyond, so that it has run out whatever the fraction.
            state.next_expiry().map_or(0, |at| (at - now).whole_seconds() + 1)
        })),
        _ => whole(field(&sent, "hours"), 1..=clock::FURTHEST / 3_600).map(|hours| hours * 3_600),
    };
    match seconds {
        Ok(seconds) => {
            sandbox.advance(seconds);
            done(&sandbox, "clock", None, "")
        }
        Err(problem) => {
            let mut view = sandbox.control_view("");
            view.hours = (field(&sent, "hours").to_owned(), Some(problem));
            page(StatusCode::UNPROCESSABLE_ENTITY, view)
        }
    }
}

async fn story(State(sandbox): State<Sandbox>, sent: Sent) -> Response {
    let fleet_ref = Some(field(&sent, "fleet_ref")).filter(|text| !text.is_empty());
    let hours = Some(field(&sent, "over_hours")).filter(|text| !text.is_empty());
    let fleet_ref_error = fleet_ref
        .and_then(|text| body::fleet_ref(text).err())
        .map(|_| "Type letters, digits, spaces, hyphens and underscores.".to_owned());
    let count = whole(field(&sent, "count"), 1..=limits::MOST);
    let hours = hours.map(|text| whole(text, 0..=limits::LONGEST_HOURS)).transpose();
    let story = Story::from_name(field(&sent, "story"));
    if let (Some(story), None, Ok(count), Ok(hours)) = (story, &fleet_ref_error, &count, &hours) {
        let pace = hours.map_or(Pace::Done, |hours| Pace::Over(time::Duration::hours(hours)));
        let played = sandbox.play(story, fleet_ref, count.unsigned_abs(), pace);
        return done(&sandbox, "story", Some(played.len()), "");
    }
    let mut view = sandbox.control_view("");
    view.story = StoryForm {
        story: field(&sent, "story").to_owned(),
        fleet_ref: field(&sent, "fleet_ref").to_owned(),
        count: field(&sent, "count").to_owned(),
        over_hours: field(&sent, "over_hours").to_owned(),
        fleet_ref_error,
        count_error: count.err(),
        over_hours_error: hours.err(),
    };
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

async fn demo(State(sandbox): State<Sandbox>) -> Response {
    let count = sandbox.play_demo();
    done(&sandbox, "demo", Some(count), "")
}

async fn disorders_set(State(sandbox): State<Sandbox>, sent: Sent) -> Response {
    let typed = DISORDERS.map(|(disorder, name, _)| (disorder, whole(field(&sent, name), 0..=100)));
    if typed.iter().all(|(_, percent)| percent.is_ok()) {
        let percents =
            typed.into_iter().filter_map(|(disorder, percent)| Some((disorder, u8::try_from(percent.ok()?).ok()?)));
        let percents = percents.collect();
        sandbox.change(|change| {
            change.state.disorders = webhook_faults::from_form(&percents, &change.state.disorders);
        });
        return done(&sandbox, "disorders", None, "");
    }
    let mut view = sandbox.control_view("");
    for (row, (_, percent)) in view.disorders.iter_mut().zip(typed) {
        row.percent = field(&sent, row.name).to_owned();
        row.error = percent.err();
    }
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

async fn disorders_off(State(sandbox): State<Sandbox>) -> Response {
    sandbox.change(|change| change.state.disorders = Disorders::default());
    done(&sandbox, "disorders", None, "")
}

async fn faults(State(sandbox): State<Sandbox>, sent: Sent) -> Response {
    let is_share = field(&sent, "how") == "share";
    let most = if is_share { 100 } else { 1_000 };
    let amount = whole(field(&sent, "amount"), 1..=most);
    let fault = Fault::from_name(field(&sent, "fault"), None);
    if let (Some(fault), Ok(amount)) = (fault, &amount) {
        let percent = u8::try_from(*amount).ok().filter(|_| is_share);
        sandbox.order_fault(fault, percent, *amount);
        return done(&sandbox, "faults", None, "");
    }
    let mut view = sandbox.control_view("");
    view.faults = FaultForm {
        fault: field(&sent, "fault").to_owned(),
        is_share,
        amount: field(&sent, "amount").to_owned(),
        amount_error: amount.err(),
        ..view.faults
    };
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

async fn faults_off(State(sandbox): State<Sandbox>) -> Response {
    sandbox.with(|change| change.state.faults = Faults::default());
    done(&sandbox, "faults-off", None, "")
}

fn id(sent: &Sent) -> Result<Uuid, ApiError> {
    field(sent, "id").parse().map_err(|_| ApiError::NotFound)
}

async fn subscription(State(sandbox): State<Sandbox>, sent: Sent) -> Result<Response, ApiError> {
    let id = id(&sent)?;
    sandbox.change(|change| match field(&sent, "act") {
        "activate" => change.set_status(id, SubscriptionStatus::Active),
        "replay" => change.replay(id),
        _ => Err(ApiError::NotFound),
    })?;
    Ok(done(&sandbox, "subscription", None, "#subscriptions"))
}

async fn connection(State(sandbox): State<Sandbox>, sent: Sent) -> Result<Response, ApiError> {
    let id = id(&sent)?;
    sandbox.change(|change| match field(&sent, "act") {
        "stale" => change.stale_connection(id),
        "repair" => change.repair(id),
        "fail" => change.fail_fetch(id, None),
        "deactivate" => change.deactivate_schedule(id, None),
        _ => Err(ApiError::NotFound),
    })?;
    Ok(done(&sandbox, "connection", None, "#connections"))
}

async fn reset(State(sandbox): State<Sandbox>, sent: Sent) -> Response {
    if field(&sent, "confirm") == "yes" {
        sandbox.reset();
        return done(&sandbox, "reset", None, "");
    }
    let mut view = sandbox.control_view("");
    view.reset_problem = Some("Tick the box if everything is to be forgotten.".to_owned());
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}
