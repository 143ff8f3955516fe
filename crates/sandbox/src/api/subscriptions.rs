//! Webhook subscriptions and their calls, with their oddities (WEBHOOKS.md 5).
//!
//! Choices: a paused subscription gets nothing and misses what happens meanwhile; `null` in an update leaves the field;
//! filters that name nothing count as none; a wildcard of which one part exists is refused whole.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use crate::{
    Change, Sandbox,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
    },
    state::{
        self,
        body::{self, Fields, Refusal},
        error::ApiError,
        rfc3339,
    },
    webhooks::{
        event_names::{Asked, asked, is_event_name},
        events::Subject,
    },
};

/// Status of a subscription (WEBHOOKS.md 5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SubscriptionStatus {
    Active,
    Paused,
    /// Switched off by the circuit breaker.
    Stale,
    Deleted,
}

impl SubscriptionStatus {
    /// The contract's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Stale => "stale",
            Self::Deleted => "deleted",
        }
    }
}

/// Which fleets a subscription is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filters {
    fleet_ids: Option<Vec<Uuid>>,
    fleet_refs: Option<Vec<String>>,
}

impl Filters {
    /// Whether an event about `subject` passes: by id or by reference, a choice.
    pub(crate) fn fit(&self, subject: &Subject) -> bool {
        let by_id = self.fleet_ids.as_ref().zip(subject.fleet_id).is_some_and(|(ids, id)| ids.contains(&id));
        let by_ref =
            self.fleet_refs.as_ref().zip(subject.fleet_ref.as_ref()).is_some_and(|(refs, one)| refs.contains(one));
        by_id || by_ref
    }

    fn read(body: &mut Fields) -> Option<Self> {
        let mut inner = body.object("filters")?;
        let fleet_ids = inner.uuids("fleet_ids").filter(|ids| !ids.is_empty());
        let fleet_refs = inner.texts("fleet_refs").filter(|refs| !refs.is_empty());
        body.within("filters", inner);
        (fleet_ids.is_some() || fleet_refs.is_some()).then_some(Self { fleet_ids, fleet_refs })
    }
}

/// A subscription. No `Debug`: it holds its secret.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: Uuid,
    pub(crate) url: String,
    pub(crate) event_name: String,
    pub(crate) filters: Option<Filters>,
    pub(crate) secret: String,
    pub(crate) status: SubscriptionStatus,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}

/// The last path segment replaced; what follows it is left out.
fn masked(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "*****".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().pop().push("*****");
    }
    url.into()
}

impl Subscription {
    /// `WebhookRead`: url and secret masked.
    fn read(&self) -> Value {
        json!({
            "id": self.id,
            "url": masked(&self.url),
            "event_name": self.event_name,
            "filters": self.filters,
            "secret": "*****",
            "status": self.status,
            "created_at": timestamp::rfc3339(self.created_at),
            "updated_at": timestamp::rfc3339(self.updated_at),
        })
    }

    /// As events tell it: nothing masked (WEBHOOKS.md 2.9).
    pub(crate) fn record(&self) -> Value {
        json!({
            "id": self.id,
            "url": self.url,
            "event_name": self.event_name,
            "filters": self.filters,
            "status": self.status,
        })
    }

    /// `Webhook`, the answer of a create call: the url is masked already, the secret is shown this once.
    fn fresh(&self, partner_id: Uuid) -> Value {
        let mut body = self.read();
        body["secret"] = self.secret.clone().into();
        body["partner_id"] = json!(partner_id);
        body["deleted_at"] = Value::Null;
        body
    }
}

fn secret(text: &str) -> Result<String, Refusal> {
    let enough = text.chars().count() >= 12;
    if enough { Ok(text.to_owned()) } else { Err(("String should have at least 12 characters", "string_too_short")) }
}

const TAKEN: ApiError = ApiError::Conflict("A webhook with this event, URL and filters already exists");

impl state::State {
    /// The subscription, unless it was deleted.
    pub(crate) fn subscription(&self, id: Uuid) -> Result<&Subscription, ApiError> {
        let found = self.subscriptions.get(&id);
        found.filter(|one| one.status != SubscriptionStatus::Deleted).ok_or(ApiError::NotFound)
    }
}

impl Change<'_> {
    fn taken(&self, except: Option<Uuid>, event_name: &str, url: &str, filters: Option<&Filters>) -> bool {
        self.state.subscriptions.values().any(|one| {
            one.status != SubscriptionStatus::Deleted
                && except != Some(one.id)
                && one.event_name == event_name
                && one.url == url
                && one.filters.as_ref() == filters
        })
    }

    fn subscribe(&mut self, event_name: String, url: &str, filters: Option<Filters>, secret: Option<String>) -> Value {
        let made = || {
            const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AZ";
            self.random.bytes::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect()
        };
        let subscription = Subscription {
            id: self.random.uuid_v7(self.now),
            url: url.to_owned(),
            event_name,
            filters,
            secret: secret.unwrap_or_else(made),
            status: SubscriptionStatus::Active,
            created_at: self.now,
            updated_at: self.now,
        };
        let body = subscription.fresh(self.state.partner_id);
        self.state.subscriptions.insert(subscription.id, subscription.clone());
        self.emit_webhook("webhook.created", &subscription);
        body
    }

    /// Activates or pauses one.
    pub(crate) fn set_status(&mut self, id: Uuid, status: SubscriptionStatus) -> Result<(), ApiError> {
        let now = self.now;
        let subscription = self.subscription(id)?;
        subscription.status = status;
        subscription.updated_at = now;
        Ok(())
    }

    /// Sends its dead letters again.
    pub(crate) fn replay(&mut self, id: Uuid) -> Result<(), ApiError> {
        if self.subscription(id)?.status != SubscriptionStatus::Active {
            return Err(ApiError::Conflict("Webhook is not active"));
        }
        self.state.deliveries.replay(id);
        Ok(())
    }

    fn subscription(&mut self, id: Uuid) -> Result<&mut Subscription, ApiError> {
        let found = self.state.subscriptions.get_mut(&id);
        found.filter(|one| one.status != SubscriptionStatus::Deleted).ok_or(ApiError::NotFound)
    }
}

/// `POST /v2/notifications/webhooks`: 200; an array for a wildcard.
pub(crate) async fn create(bearer: Bearer, State(sandbox): State<Sandbox>, body: Bytes) -> Result<Response, ApiError> {
    bearer.needs("webhook:create")?;
    let mut body = Fields::parse(&body)?;
    let url = body.required("url", body::webhook_url);
    let event_name = body.required("event_name", |name| match asked(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(("Input should be the name of an event", "enum")),
    });
    let filters = Filters::read(&mut body);
    let secret = body.text("secret", body::any);
    let (url, event_name, filters, secret) = body.finish((url, event_name, filters, secret))?;
    let (names, wildcard) = match asked(&event_name) {
        Some(Asked::Each(names)) => (names, true),
        _ => (vec![event_name], false),
    };
    sandbox.change(|change| {
        if names.iter().any(|name| change.taken(None, name, &url, filters.as_ref())) {
            return Err(TAKEN);
        }
        let subscribe = |name| change.subscribe(name, &url, filters.clone(), secret.clone());
        let mut made: Vec<_> = names.into_iter().map(subscribe).collect();
        Ok(if wildcard { Json(made).into_response() } else { Json(made.pop()).into_response() })
    })
}

/// `GET /v2/notifications/webhooks`: without deleted ones, unless they are asked for.
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("webhook:read")?;
    let ask = PageAsk::read(&params)?;
    let status = params.one_of("status", &["active", "paused", "stale", "deleted"])?;
    let event_name = params.checked("event_name", is_event_name, "Input should be the name of an event")?;
    let fits = |one: &&Subscription| {
        let status_fits = match status {
            None => one.status != SubscriptionStatus::Deleted,
            Some(status) => json!(one.status) == status,
        };
        status_fits && event_name.is_none_or(|name| one.event_name == name)
    };
    Ok(Json(sandbox.read(|state, _| {
        let all = state.subscriptions.values().filter(fits);
        page(all.map(|one| (Place::new(one.created_at, one.id), one)).collect(), &ask, Total::Untold, |one| one.read())
    })))
}

/// Changes one subscription and shows it.
fn alter(
    sandbox: &Sandbox,
    id: &str,
    act: impl FnOnce(&mut Change<'_>, Uuid) -> Result<(), ApiError>,
) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.webhook_id", id)?;
    sandbox.change(|change| {
        change.subscription(id)?;
        act(change, id)?;
        Ok(Json(change.subscription(id)?.read()))
    })
}

/// `GET …/{webhook_id}`
pub(crate) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("webhook:read")?;
    let id = uuid("path.webhook_id", &id)?;
    sandbox.read(|state, _| Ok(Json(state.subscription(id)?.read())))
}

/// `PATCH …/{webhook_id}`: url, filters, secret. There is no `status` and no `event_name` here (WEBHOOKS.md 5.4).
pub(crate) async fn update(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("webhook:update")?;
    let mut body = Fields::parse(&body)?;
    let url = body.text("url", body::webhook_url);
    let filters = body.value("filters").map(|_| Filters::read(&mut body));
    let secret = body.text("secret", secret);
    let (url, filters, secret) = body.finish((url, filters, secret))?;
    alter(&sandbox, &id, |change, id| {
        let mut next = change.subscription(id)?.clone();
        next.url = url.unwrap_or(next.url);
        next.filters = filters.unwrap_or(next.filters);
        next.secret = secret.unwrap_or(next.secret);
        next.updated_at = change.now;
        if change.taken(Some(id), &next.event_name, &next.url, next.filters.as_ref()) {
            return Err(TAKEN);
        }
        *change.subscription(id)? = next.clone();
        change.emit_webhook("webhook.updated", &next);
        Ok(())
    })
}

fn set_status(sandbox: &Sandbox, id: &str, status: SubscriptionStatus) -> Result<Json<Value>, ApiError> {
    alter(sandbox, id, |change, id| change.set_status(id, status))
}

/// `POST …/{webhook_id}/activate`
pub(crate) async fn activate(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("webhook:update")?;
    set_status(&sandbox, &id, SubscriptionStatus::Active)
}

/// `POST …/{webhook_id}/pause`
pub(crate) async fn pause(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("webhook:update")?;
    set_status(&sandbox, &id, SubscriptionStatus::Paused)
}

/// `DELETE …/{webhook_id}`: what still waits for it is dropped.
pub(crate) async fn delete(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("webhook:delete")?;
    let id = uuid("path.webhook_id", &id)?;
    sandbox.change(|change| {
        let subscription = change.subscription(id)?;
        subscription.status = SubscriptionStatus::Deleted;
        let subscription = subscription.clone();
        change.state.deliveries.drop_subscription(id);
        change.emit_webhook("webhook.deleted", &subscription);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `POST …/{webhook_id}/replay`: 202. It needs the create scope (WEBHOOKS.md 8, trap 21); only an active subscription
/// can replay: a choice.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is not for every lifetime of a change")]
pub(crate) async fn replay(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    bearer.needs("webhook:create")?;
    let _shown = alter(&sandbox, &id, |change, id| change.replay(id))?;
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
            assert_eq!(masked(url), want);
        }
    }

    #[test]
    fn filters_pass_a_fleet_named_either_way() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let filters = Filters { fleet_ids: Some(vec![one]), fleet_refs: Some(vec!["A".into()]) };
        let fits = |id, name: Option<&str>| filters.fit(&Subject { fleet_id: id, fleet_ref: name.map(str::to_owned) });
        assert!(fits(Some(one), None) && fits(None, Some("A")) && fits(Some(other), Some("A")));
        assert!(!fits(Some(other), Some("B")) && !fits(None, None));
    }
}
