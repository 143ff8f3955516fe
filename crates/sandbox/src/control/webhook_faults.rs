//! Webhook faults as JSON. `PUT` takes what `GET` returns.

use std::collections::BTreeMap;

use axum::{Json, body::Bytes, extract::State};
use serde_json::{Value, json};

use crate::{
    request::body::Fields,
    sandbox::Sandbox,
    state::{
        error::ApiError,
        faults::{FaultSetting, WEBHOOK_FAULTS, WebhookFault, WebhookFaults},
    },
};

fn show(faults: &WebhookFaults) -> Value {
    let all = WEBHOOK_FAULTS.iter().map(|(fault, name, _)| ((*name).to_owned(), json!(faults.setting(*fault))));
    Value::Object(all.collect())
}

/// `GET /control/disorders`: all faults, with their rates in percent and the events they are limited to, if any.
pub(crate) async fn get(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|state, _| show(&state.webhook_faults)))
}

/// Parses a setting in one of its forms: `true`, `25`, `{"percent": 25, "events": ["invitation.viewed"]}`.
fn setting(value: &Value) -> Option<FaultSetting> {
    let percent = |value: &Value| value.as_u64().filter(|percent| *percent <= 100).and_then(|it| u8::try_from(it).ok());
    match value {
        Value::Bool(on) => Some(FaultSetting { percent: if *on { 100 } else { 0 }, ..FaultSetting::default() }),
        Value::Number(_) => Some(FaultSetting { percent: percent(value)?, ..FaultSetting::default() }),
        Value::Object(fields) => {
            let events = match fields.get("events") {
                None => Vec::new(),
                Some(events) => {
                    events.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?
                }
            };
            Some(FaultSetting { percent: percent(fields.get("percent")?)?, events: events.into_iter().collect() })
        }
        _ => None,
    }
}

/// `PUT /control/disorders`: turns on the faults that the body names, and all others off.
pub(crate) async fn put(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let mut next = WebhookFaults::default();
    for name in body.names() {
        let fault = name.parse::<WebhookFault>();
        let value = body.value(&name);
        match (fault, value.as_ref().and_then(setting)) {
            (Ok(fault), Some(setting)) => next.set(fault, setting),
            (Ok(_), None) => body.refuse(&name, ("Input should be a rate from 0 to 100", "percent")),
            (Err(()), _) => body.refuse(&name, ("Input should be the name of a webhook fault", "enum")),
        }
    }
    let next = body.finish(Some(next))?.unwrap_or_default();
    Ok(Json(sandbox.change(|change| {
        change.state.webhook_faults = next;
        show(&change.state.webhook_faults)
    })))
}

/// The faults with these percentages. The form doesn't have the events that a fault is limited to, so they stay.
pub(crate) fn with_percents(percents: &BTreeMap<WebhookFault, u8>, before: &WebhookFaults) -> WebhookFaults {
    let mut next = WebhookFaults::default();
    for (fault, percent) in percents {
        next.set(*fault, FaultSetting { percent: *percent, ..before.setting(*fault) });
    }
    next
}
