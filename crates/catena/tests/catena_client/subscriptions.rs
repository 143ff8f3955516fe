use catena::{CatenaError, CreateSubscription, SubscriptionFilters, SubscriptionStatus, UpdateSubscription};
use platform::secret::Secret;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::script::{Fake, Reply, page};

const ID: Uuid = uuid!("0b4f1f3c-6f0c-4b7e-9a53-0f8f1a7c2d11");

fn record(event_name: &str, status: &str, secret: &str) -> Value {
    json!({
        "id": ID, "partner_id": ID, "url": "https://onramp.example/webhooks/*****", "event_name": event_name,
        "status": status, "filters": null, "secret": secret, "created_at": "2026-03-02T15:00:00.000000Z",
        "updated_at": "2026-03-02T15:00:00.000000Z", "deleted_at": null,
    })
}

fn new(event_name: &str) -> CreateSubscription {
    CreateSubscription {
        url: "https://onramp.example/webhooks/catena".parse().unwrap(),
        event_name: event_name.into(),
        secret: Secret::from("whsec-0123456789"),
        filters: None,
    }
}

#[tokio::test]
async fn one_event_answers_one_object_and_a_wildcard_an_array() {
    let fake = Fake::start().await;
    fake.api([
        Reply::json(200, &record("execution.failed", "active", "whsec-0123456789")),
        Reply::json(
            200,
            &json!([record("connection.created", "active", "a"), record("connection.staled", "active", "b")]),
        ),
    ]);
    let catena = fake.client();
    let one = catena.create_subscription(&new("execution.failed")).await.unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].secret, Some(Secret::from("whsec-0123456789")));
    let two = catena.create_subscription(&new("connection.*")).await.unwrap();
    assert_eq!(
        two.iter().map(|one| one.event_name.as_str()).collect::<Vec<_>>(),
        ["connection.created", "connection.staled"]
    );
    assert_eq!(
        fake.api_requests()[0].json(),
        json!({"url": "https://onramp.example/webhooks/catena", "event_name": "execution.failed", "secret": "whsec-0123456789"})
    );
}

#[tokio::test]
async fn a_second_one_of_the_same_kind_is_a_conflict() {
    let fake = Fake::start().await;
    fake.api([Reply::error(409, &json!(null))]);
    let error = fake.client().create_subscription(&new("execution.failed")).await.unwrap_err();
    assert_eq!(error, CatenaError::Conflict { detail: None });
}

#[tokio::test]
async fn the_list_holds_no_masked_secret_and_no_deleted_one() {
    let fake = Fake::start().await;
    let mut soft = record("webhook.*", "active", "*****");
    soft["deleted_at"] = json!("2026-03-02T15:00:00Z");
    fake.api([
        page(&[record("invitation.sent", "stale", "*****"), record("webhook.*", "deleted", "*****")], Some("Pg%3D%3D")),
        page(&[soft, record("fleet_info.*", "resting", "*****")], None),
    ]);
    let all = fake.client().subscriptions().await.unwrap();
    let told: Vec<_> =
        all.iter().map(|one| (one.event_name.as_str(), one.status.clone(), one.secret.clone())).collect();
    assert_eq!(
        told,
        [
            ("invitation.sent", SubscriptionStatus::Stale, None),
            ("fleet_info.*", SubscriptionStatus::Other("resting".into()), None),
        ]
    );
}

#[tokio::test]
async fn a_change_sends_only_what_changes() {
    let fake = Fake::start().await;
    fake.api((0..2).map(|_| Reply::json(200, &record("connection.created", "active", "*****"))));
    let catena = fake.client();
    let secret = UpdateSubscription { secret: Some(Secret::from("whsec-9876543210")), ..UpdateSubscription::default() };
    catena.update_subscription(ID, &secret).await.unwrap();
    let filters = SubscriptionFilters { fleet_refs: Some(vec!["demo".into()]), ..SubscriptionFilters::default() };
    let filters = UpdateSubscription { filters: Some(filters), ..UpdateSubscription::default() };
    catena.update_subscription(ID, &filters).await.unwrap();
    let seen = fake.api_requests();
    assert_eq!((seen[0].method.as_str(), seen[0].path.clone()), ("PATCH", format!("/v2/notifications/webhooks/{ID}")));
    assert_eq!(seen[0].json(), json!({"secret": "whsec-9876543210"}));
    assert_eq!(seen[1].json(), json!({"filters": {"fleet_refs": ["demo"]}}));
}

#[tokio::test]
async fn the_other_moves_go_where_they_belong_without_a_body() {
    let fake = Fake::start().await;
    fake.api([
        Reply::json(200, &record("connection.created", "active", "*****")),
        Reply::json(200, &record("connection.created", "paused", "*****")),
        Reply::json(202, &Value::Null),
        Reply::empty(204),
    ]);
    let catena = fake.client();
    assert_eq!(catena.activate_subscription(ID).await.unwrap().status, SubscriptionStatus::Active);
    assert_eq!(catena.pause_subscription(ID).await.unwrap().status, SubscriptionStatus::Paused);
    catena.replay_subscription(ID).await.unwrap();
    catena.delete_subscription(ID).await.unwrap();
    let seen = fake.api_requests();
    let moves: Vec<_> = seen.iter().map(|seen| (seen.method.as_str(), seen.path.rsplit('/').next().unwrap())).collect();
    assert_eq!(moves, [("POST", "activate"), ("POST", "pause"), ("POST", "replay"), ("DELETE", &*ID.to_string())]);
    assert!(seen.iter().all(|seen| seen.body.is_empty()));
}

#[tokio::test]
async fn a_replay_takes_the_scope_of_a_creation() {
    let fake = Fake::start().await;
    fake.api([Reply::error(403, &json!(null))]);
    let error = fake.client().replay_subscription(ID).await.unwrap_err();
    assert_eq!(error, CatenaError::Forbidden { scope: Some("webhook:create") });
}

#[tokio::test]
async fn metrics_keep_percent_and_fraction_apart() {
    let fake = Fake::start().await;
    let zeros = json!({"6h": 0, "24h": 0, "7d": 0, "14d": 3});
    let nulls = json!({"6h": null, "24h": null, "7d": null, "14d": 96});
    fake.api([Reply::json(
        200,
        &json!({
            "webhook_id": ID, "http_attempts": zeros, "http_success_attempts": zeros, "http_failure_attempts": zeros,
            "message_count": zeros, "message_success_count": zeros, "success_rate": nulls, "avg_response_time_ms": nulls,
            "ewma_success_rate": 0.98, "dlq_count": 4,
        }),
    )]);
    let metrics = fake.client().subscription_metrics(ID).await.unwrap();
    assert_eq!((metrics.http_attempts.six_hours, metrics.http_attempts.fortnight), (Some(0), Some(3)));
    assert_eq!((metrics.success_rate.day, metrics.success_rate.fortnight), (None, Some(96)));
    assert_eq!((metrics.ewma_success_rate, metrics.dlq_count), (Some(0.98), 4));
}
