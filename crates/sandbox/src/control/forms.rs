//! The forms of the control page. Each redirects to the page; an invalid form is shown again, with status 422.

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
    control::{page::page, stories, webhook_faults},
    engine::story::{Pace, Story},
    pages::control::{ApiFaultForm, StoryForm},
    sandbox::Sandbox,
    state::{
        checks,
        error::ApiError,
        faults::{ApiFault, ApiFaults, FaultyCall, WEBHOOK_FAULTS, WebhookFaults},
        records::SubscriptionStatus,
    },
};

type FormFields = Form<BTreeMap<String, String>>;

pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/control/page/clock", post(move_clock))
        .route("/control/page/story", post(play_story))
        .route("/control/page/demo", post(play_demo))
        .route("/control/page/disorders", post(set_webhook_faults))
        .route("/control/page/disorders-off", post(clear_webhook_faults))
        .route("/control/page/faults", post(set_api_fault))
        .route("/control/page/faults-off", post(clear_api_faults))
        .route("/control/page/subscription", post(change_subscription))
        .route("/control/page/connection", post(change_connection))
        .route("/control/page/reset", post(reset))
}

fn field<'a>(form: &'a FormFields, name: &str) -> &'a str {
    form.0.get(name).map_or("", |value| value.trim())
}

/// A redirect to the page, which says what was done. With the anchor, the reader stays at the form.
fn done(sandbox: &Sandbox, name: &str, count: Option<usize>, anchor: &str) -> Response {
    let count = count.map(|count| format!("&n={count}")).unwrap_or_default();
    Redirect::to(&format!("{}?done={name}{count}{anchor}", sandbox.settings().control_page())).into_response()
}

/// Parses a whole number within a range. The error says what to enter.
fn parse_number(text: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("Enter a whole number from {} to {}.", range.start(), range.end()))
}

async fn move_clock(State(sandbox): State<Sandbox>, form: FormFields) -> Response {
    let seconds = match field(&form, "advance") {
        "hour" => Ok(3_600),
        "day" => Ok(86_400),
        "expiry" => Ok(sandbox.read(|state, now| {
            // Rounds up, so that it has expired.
            state.next_expiry().map_or(0, |at| (at - now).whole_seconds() + 1)
        })),
        _ => parse_number(field(&form, "hours"), 1..=sandbox.max_advance_seconds() / 3_600).map(|hours| hours * 3_600),
    };
    match seconds {
        Ok(seconds) => {
            sandbox.advance(seconds);
            done(&sandbox, "clock", None, "")
        }
        Err(problem) => {
            let mut view = sandbox.control_view("");
            view.hours = (field(&form, "hours").to_owned(), Some(problem));
            page(StatusCode::UNPROCESSABLE_ENTITY, view)
        }
    }
}

async fn play_story(State(sandbox): State<Sandbox>, form: FormFields) -> Response {
    let fleet_ref = Some(field(&form, "fleet_ref")).filter(|text| !text.is_empty());
    let hours = Some(field(&form, "over_hours")).filter(|text| !text.is_empty());
    let fleet_ref_error = fleet_ref
        .and_then(|text| checks::fleet_ref(text).err())
        .map(|_| "Use only letters, digits, spaces, hyphens, and underscores.".to_owned());
    let count = parse_number(field(&form, "count"), 1..=stories::MAX_FLEETS);
    let hours = hours.map(|text| parse_number(text, 0..=stories::MAX_HOURS)).transpose();
    let story = Story::from_name(field(&form, "story"));
    if let (Some(story), None, Ok(count), Ok(hours)) = (story, &fleet_ref_error, &count, &hours) {
        let pace = hours.map_or(Pace::JustEnded, |hours| Pace::Over(time::Duration::hours(hours)));
        let count = count.unsigned_abs();
        let played = sandbox.change(|change| change.play_story(story, fleet_ref, count, pace));
        return done(&sandbox, "story", Some(played.len()), "");
    }
    let mut view = sandbox.control_view("");
    view.story = StoryForm {
        story: field(&form, "story").to_owned(),
        fleet_ref: field(&form, "fleet_ref").to_owned(),
        count: field(&form, "count").to_owned(),
        over_hours: field(&form, "over_hours").to_owned(),
        fleet_ref_error,
        count_error: count.err(),
        over_hours_error: hours.err(),
    };
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

async fn play_demo(State(sandbox): State<Sandbox>) -> Response {
    let count = sandbox.change(|change| change.play_demo());
    done(&sandbox, "demo", Some(count), "")
}

async fn set_webhook_faults(State(sandbox): State<Sandbox>, form: FormFields) -> Response {
    let typed = WEBHOOK_FAULTS.map(|(fault, name, _)| (fault, parse_number(field(&form, name), 0..=100)));
    if typed.iter().all(|(_, percent)| percent.is_ok()) {
        let percents =
            typed.into_iter().filter_map(|(fault, percent)| Some((fault, u8::try_from(percent.ok()?).ok()?)));
        let percents = percents.collect();
        sandbox.change(|change| {
            change.state.webhook_faults = webhook_faults::with_percents(&percents, &change.state.webhook_faults);
        });
        return done(&sandbox, "disorders", None, "");
    }
    let mut view = sandbox.control_view("");
    for (row, (_, percent)) in view.webhook_faults.iter_mut().zip(typed) {
        row.percent = field(&form, row.name).to_owned();
        row.error = percent.err();
    }
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

async fn clear_webhook_faults(State(sandbox): State<Sandbox>) -> Response {
    sandbox.change(|change| change.state.webhook_faults = WebhookFaults::default());
    done(&sandbox, "disorders", None, "")
}

async fn set_api_fault(State(sandbox): State<Sandbox>, form: FormFields) -> Response {
    let is_share = field(&form, "how") == "share";
    let max = if is_share { 100 } else { 1_000 };
    let amount = parse_number(field(&form, "amount"), 1..=max);
    let fault = ApiFault::from_name(field(&form, "fault"), None);
    let call = Some(field(&form, "call")).filter(|call| !call.is_empty()).map(str::parse).transpose();
    if let (Some(fault), Ok(amount), Ok(call)) = (fault, &amount, &call) {
        let percent = u8::try_from(*amount).ok().filter(|_| is_share);
        sandbox.set_api_fault(FaultyCall { fault, call: call.clone() }, percent, *amount);
        return done(&sandbox, "faults", None, "");
    }
    let mut view = sandbox.control_view("");
    view.api_faults = ApiFaultForm {
        fault: field(&form, "fault").to_owned(),
        is_share,
        amount: field(&form, "amount").to_owned(),
        amount_error: amount.err(),
        call: field(&form, "call").to_owned(),
        call_error: call.err().map(|()| "Enter a method and a path, such as POST /v2/orgs/invitations.".to_owned()),
        ..view.api_faults
    };
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

async fn clear_api_faults(State(sandbox): State<Sandbox>) -> Response {
    sandbox.with(|change| change.state.api_faults = ApiFaults::default());
    done(&sandbox, "faults-off", None, "")
}

fn id(form: &FormFields) -> Result<Uuid, ApiError> {
    field(form, "id").parse().map_err(|_| ApiError::NotFound)
}

async fn change_subscription(State(sandbox): State<Sandbox>, form: FormFields) -> Result<Response, ApiError> {
    let id = id(&form)?;
    sandbox.change(|change| match field(&form, "act") {
        "activate" => change.set_subscription_status(id, SubscriptionStatus::Active),
        "replay" => change.replay(id),
        _ => Err(ApiError::NotFound),
    })?;
    Ok(done(&sandbox, "subscription", None, "#subscriptions"))
}

async fn change_connection(State(sandbox): State<Sandbox>, form: FormFields) -> Result<Response, ApiError> {
    let id = id(&form)?;
    sandbox.change(|change| match field(&form, "act") {
        "stale" => change.mark_connection_stale(id),
        "repair" => change.repair_connection(id),
        "fail" => change.fail_fetch(id, None),
        "deactivate" => change.deactivate_schedule(id, None),
        _ => Err(ApiError::NotFound),
    })?;
    Ok(done(&sandbox, "connection", None, "#connections"))
}

async fn reset(State(sandbox): State<Sandbox>, form: FormFields) -> Response {
    if field(&form, "confirm") == "yes" {
        sandbox.reset();
        return done(&sandbox, "reset", None, "");
    }
    let mut view = sandbox.control_view("");
    view.reset_problem = Some("Check the box to confirm.".to_owned());
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}
