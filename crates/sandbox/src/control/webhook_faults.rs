//! The disorders of deliveries as JSON: what `GET` gives, `PUT` takes.

use std::collections::BTreeMap;

use axum::{Json, body::Bytes, extract::State};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    state::{body::Fields, error::ApiError},
    webhooks::fault_injection::{DISORDERS, Disorder, Disorders, Setting},
};

fn show(disorders: &Disorders) -> Value {
    let all = DISORDERS.iter().map(|(disorder, name, _)| ((*name).to_owned(), json!(disorders.setting(*disorder))));
    Value::Object(all.collect())
}

/// `GET /control/disorders`: each with its rate in percent and the events that it strikes, none named for all.
pub(crate) async fn get(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|state, _| show(&state.disorders)))
}

/// A setting in one of its spellings: `true`, `25`, `{"percent": 25, "events": ["invitation.viewed"]}`.
fn setting(value: &Value) -> Option<Setting> {
    let percent = |value: &Value| value.as_u64().filter(|percent| *percent <= 100).and_then(|it| u8::try_from(it).ok());
    match value {
        Value::Bool(on) => Some(Setting { percent: if *on { 100 } else { 0 }, ..Setting::default() }),
        Value::Number(_) => Some(Setting { percent: percent(value)?, ..Setting::default() }),
        Value::Object(fields) => {
            let events = match fields.get("events") {
                None => Vec::new(),
                Some(events) => {
                    events.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?
                }
            };
            Some(Setting { percent: percent(fields.get("percent")?)?, events: events.into_iter().collect() })
        }
        _ => None,
    }
}

/// `PUT /control/disorders`: exactly those are on afterwards that the body names.
pub(crate) async fn put(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let mut next = Disorders::default();
    for name in body.names() {
        let found = name.parse::<Disorder>();
        let set = body.value(&name);
        match (found, set.as_ref().and_then(setting)) {
            (Ok(disorder), Some(setting)) => next.set(disorder, setting),
            (Ok(_), None) => body.refuse(&name, ("Input should be a rate from 0 to 100", "percent")),
            (Err(()), _) => body.refuse(&name, ("Input should be the name of a disorder", "enum")),
        }
    }
    let next = body.finish(Some(next))?.unwrap_or_default();
    Ok(Json(sandbox.change(|change| {
        change.state.disorders = next;
        show(&change.state.disorders)
    })))
}

/// What a form switched on, by name.
pub(crate) fn from_form(percents: &BTreeMap<Disorder, u8>, before: &Disorders) -> Disorders {
    let mut next = Disorders::default();
    for (disorder, percent) in percents {
        // The events that one is limited to are set as JSON alone; the form leaves them.
        next.set(*disorder, Setting { percent: *percent, ..before.setting(*disorder) });
    }
    next
}
