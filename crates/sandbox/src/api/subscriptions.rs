//! The webhook subscriptions of the API, with their oddities (WEBHOOKS.md 5).
//!
//! Choices: null in an update leaves the field; filters that name nothing count as none.

use axum::{
    Json,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::timestamp;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    engine::subscription::{NewSubscription, SubscriptionUpdate},
    request::body::Fields,
    state::{
        change::Change,
        checks::{self, Refusal},
        error::ApiError,
        records::{Filters, Subscription, SubscriptionStatus},
    },
    webhooks::event_names::{EventSelection, is_event_name, parse_selection},
};

/// Replaces the last segment of the URL's path, and removes what follows it.
fn mask(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "*****".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().pop().push("*****");
    }
    url.into()
}

/// `WebhookRead`: the URL and the secret are masked.
fn show(subscription: &Subscription) -> Value {
    json!({
        "id": subscription.id,
        "url": mask(&subscription.url),
        "event_name": subscription.event_name,
        "filters": subscription.filters,
        "secret": "*****",
        "status": subscription.status,
        "created_at": timestamp::rfc3339(subscription.created_at),
        "updated_at": timestamp::rfc3339(subscription.updated_at),
    })
}

/// `Webhook`, the answer to a create call: the URL is masked already, but the secret is shown this once.
fn show_new(subscription: &Subscription, partner_id: Uuid) -> Value {
    let mut body = show(subscription);
    body["secret"] = subscription.secret.clone().into();
    body["partner_id"] = json!(partner_id);
    body["deleted_at"] = Value::Null;
    body
}

fn read_filters(body: &mut Fields) -> Option<Filters> {
    let mut inner = body.object("filters")?;
    let fleet_ids = inner.uuids("fleet_ids").filter(|ids| !ids.is_empty());
    let fleet_refs = inner.texts("fleet_refs").filter(|refs| !refs.is_empty());
    body.add_problems_of("filters", inner);
    (fleet_ids.is_some() || fleet_refs.is_some()).then_some(Filters { fleet_ids, fleet_refs })
}

fn secret(text: &str) -> Result<String, Refusal> {
    let is_long_enough = text.chars().count() >= 12;
    if is_long_enough {
        Ok(text.to_owned())
    } else {
        Err(("String should have at least 12 characters", "string_too_short"))
    }
}

/// `POST /v2/notifications/webhooks`: 200, with an array for a wildcard.
pub(crate) async fn create(call: Call, body: Bytes) -> Result<Response, ApiError> {
    call.needs("webhook:create")?;
    let mut body = Fields::parse(&body)?;
    let url = body.required("url", checks::webhook_url);
    let event_name = body.required("event_name", |name| match parse_selection(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(("Input should be the name of an event", "enum")),
    });
    let filters = read_filters(&mut body);
    let secret = body.text("secret", checks::any);
    let (new, event_name) = body.finish((NewSubscription { url, filters, secret }, event_name))?;
    let (names, is_wildcard) = match parse_selection(&event_name) {
        Some(EventSelection::Wildcard(names)) => (names, true),
        _ => (vec![event_name], false),
    };
    call.sandbox.change(|change| {
        let created = change.subscribe(names, &new)?;
        let mut shown: Vec<_> = created.iter().map(|one| show_new(one, change.state.partner_id)).collect();
        Ok(if is_wildcard { Json(shown).into_response() } else { Json(shown.pop()).into_response() })
    })
}

/// `GET /v2/notifications/webhooks`: deleted ones only if that status is requested.
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("webhook:read")?;
    let request = call.page()?;
    let status = call.params.one_of("status", &["active", "paused", "stale", "deleted"])?;
    let event_name = call.params.checked("event_name", is_event_name, "Input should be the name of an event")?;
    let matches = |one: &&Subscription| {
        let status_matches = match status {
            None => one.status != SubscriptionStatus::Deleted,
            Some(status) => one.status.name() == status,
        };
        status_matches && event_name.is_none_or(|name| one.event_name == name)
    };
    Ok(Json(call.sandbox.read(|state, _| {
        let found = state.subscriptions.values().filter(matches);
        let rows = found.map(|one| (Position::new(one.created_at, one.id), one));
        page(rows, &request, Total::Omitted, |one| show(one))
    })))
}

/// `GET …/{webhook_id}`
pub(crate) async fn get(call: Call) -> Result<Json<Value>, ApiError> {
    call.get("webhook:read", "webhook_id", |state, id| state.subscription(id).map(show))
}

/// Changes a subscription and shows it.
fn change_and_show(
    call: &Call,
    change_it: impl FnOnce(&mut Change<'_>, Uuid) -> Result<(), ApiError>,
) -> Result<Json<Value>, ApiError> {
    let id = call.id("webhook_id")?;
    call.sandbox.change(|change| {
        change_it(change, id)?;
        change.state.subscription(id).map(|one| Json(show(one)))
    })
}

/// `PATCH …/{webhook_id}`: URL, filters, secret. There is no `status` and no `event_name` (WEBHOOKS.md 5.4).
pub(crate) async fn update(call: Call, body: Bytes) -> Result<Json<Value>, ApiError> {
    call.needs("webhook:update")?;
    let mut body = Fields::parse(&body)?;
    let update = SubscriptionUpdate {
        url: body.text("url", checks::webhook_url),
        filters: body.value("filters").map(|_| read_filters(&mut body)),
        secret: body.text("secret", secret),
    };
    let update = body.finish(update)?;
    change_and_show(&call, |change, id| change.update_subscription(id, update))
}

/// `POST …/{webhook_id}/activate`, `…/pause`
pub(crate) async fn set_status(call: Call, status: SubscriptionStatus) -> Result<Json<Value>, ApiError> {
    call.needs("webhook:update")?;
    change_and_show(&call, |change, id| change.set_subscription_status(id, status))
}

/// `DELETE …/{webhook_id}`
pub(crate) async fn delete(call: Call) -> Result<StatusCode, ApiError> {
    call.delete("webhook:delete", "webhook_id", |change, id| change.delete_subscription(id))
}

/// `POST …/{webhook_id}/replay`: 202. It takes the create scope (WEBHOOKS.md 8, trap 21).
pub(crate) async fn replay(call: Call) -> Result<Response, ApiError> {
    call.needs("webhook:create")?;
    let _shown = change_and_show(&call, |change, id| change.replay(id))?;
    Ok((StatusCode::ACCEPTED, Json(Value::Null)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_segment_of_a_url_is_masked() {
        let table = [
            ("https://api.example/webhooks/catena", "https://api.example/webhooks/*****"),
            ("https://api.example/webhooks/catena/", "https://api.example/webhooks/*****"),
            ("https://api.example/", "https://api.example/*****"),
            ("http://127.0.0.1:8080/a?key=secret#x", "http://127.0.0.1:8080/*****"),
        ];
        for (url, want) in table {
            assert_eq!(mask(url), want);
        }
    }
}
