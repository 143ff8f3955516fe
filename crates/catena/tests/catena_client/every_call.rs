//! Every call of the client, each with an answer that the documents allow.

use catena::{
    AgreementDates, AgreementFilter, AgreementStatus, Catena, CatenaError, Change, ConnectionFilter, CreateInvitation,
    CreateSubscription, FleetFilter, InvitationId, LogFilter, LogStatus, NewPartnerProperty, PartnerPropertyKey,
    Permissions, Resource, ShareLevel, SubscriptionFilter, SubscriptionFilters, SubscriptionStatus, TspFilter,
    UpdateSubscription,
};
use contract::sample;
use futures::{FutureExt as _, future::BoxFuture};
use platform::secret::Secret;
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::{Uuid, uuid};

use crate::script::{Reply, page, with};

pub const INVITATION: &str = "019c776d-28b5-7b7a-9767-c76fb008f86b";
pub const FLEET: Uuid = uuid!("3a6cf33b-c162-46e5-83a1-3043b026c48b");
pub const ONE: Uuid = uuid!("0b4f1f3c-6f0c-4b7e-9a53-0f8f1a7c2d11");
pub const OTHER: Uuid = uuid!("7c2f6fec-1714-49d4-8395-36b3216fdaee");
pub const FLEET_REF: &str = "ACME-4711";
pub const SECRET: &str = "whsec-0123456789";

/// What a call came to; its record is of no interest here.
pub type Outcome = Result<(), CatenaError>;

/// An answer, and the call that it answers. Each call is made when it is awaited.
pub type CallAndAnswer<'a> = (Reply, BoxFuture<'a, Outcome>);

/// All of them, with every parameter that a call takes.
pub fn every_call(catena: &Catena) -> Vec<CallAndAnswer<'_>> {
    let mut all = orgs(catena);
    all.extend(integrations(catena));
    all.extend(partners(catena));
    all.extend(subscriptions(catena));
    all
}

fn found<T>(found: Option<T>) {
    assert!(found.is_some(), "no record");
}

fn orgs(catena: &Catena) -> Vec<CallAndAnswer<'_>> {
    let id = || InvitationId::parse(INVITATION).unwrap();
    let agreement = || Reply::json(200, &sample("share-agreement"));
    vec![
        (
            Reply::json(201, &sample("invitation")),
            async move { catena.create_invitation(&whole_invitation()).await.map(drop) }.boxed(),
        ),
        (page(&[sample("invitation")], None), async move { catena.invitations_of(FLEET_REF).await.map(drop) }.boxed()),
        (
            page(&[sample("invitation")], None),
            async move { catena.invitation_pages().of_size(1000).next().await.map(drop) }.boxed(),
        ),
        // None as well where the answer says that it is deleted.
        (Reply::json(200, &sample("invitation")), async move { catena.invitation(&id()).await.map(drop) }.boxed()),
        (Reply::empty(204), async move { catena.delete_invitation(&id()).await }.boxed()),
        (
            page(&[sample("share-agreement")], None),
            async move {
                let status = Some(AgreementStatus::Active);
                let filter = AgreementFilter { fleet_id: Some(FLEET), fleet_ref: Some(FLEET_REF.into()), status };
                catena.agreements(&filter).await.map(drop)
            }
            .boxed(),
        ),
        (agreement(), async move { catena.agreement(ONE).await.map(found) }.boxed()),
        (
            agreement(),
            async move {
                let effective = Change::To(datetime!(2026-03-02 15:00 UTC));
                let dates = AgreementDates { effective, expiration: Change::Clear };
                catena.set_agreement_dates(ONE, &dates).await.map(drop)
            }
            .boxed(),
        ),
        (agreement(), async move { catena.pause_agreement(ONE).await.map(drop) }.boxed()),
        (agreement(), async move { catena.activate_agreement(ONE).await.map(drop) }.boxed()),
        (agreement(), async move { catena.cancel_agreement(ONE).await.map(drop) }.boxed()),
        (page(&[sample("fleet")], None), async move { catena.fleets().await.map(drop) }.boxed()),
        (
            page(&[sample("fleet")], None),
            async move { catena.fleets_of(&[FLEET_REF.into(), "ACME-4712".into()]).await.map(drop) }.boxed(),
        ),
        (Reply::json(200, &sample("fleet")), async move { catena.fleet(FLEET).await.map(found) }.boxed()),
        (
            Reply::json(200, &json!([sample("tsp")])),
            async move {
                let filter = TspFilter { slug: Some("3pl-tek".into()), source_name: Some("hos247".into()) };
                catena.tsps(&filter).await.map(drop)
            }
            .boxed(),
        ),
        (Reply::json(200, &sample("tsp")), async move { catena.tsp(ONE).await.map(found) }.boxed()),
    ]
}

fn integrations(catena: &Catena) -> Vec<CallAndAnswer<'_>> {
    let connections = || page(&[sample("connection")], None);
    vec![
        (page(&[sample("tsp-integrations")], None), async move { catena.tsp_integrations().await.map(drop) }.boxed()),
        (
            Reply::json(200, &sample("tsp-integrations")),
            async move { catena.integrations_of_tsp(ONE).await.map(found) }.boxed(),
        ),
        (
            connections(),
            async move {
                let filter = ConnectionFilter { fleets: FleetFilter::Ids(vec![FLEET, ONE]), tsp_id: Some(OTHER) };
                catena.connections(&filter).await.map(drop)
            }
            .boxed(),
        ),
        (
            connections(),
            async move {
                let filter = ConnectionFilter { fleets: FleetFilter::Refs(vec![FLEET_REF.into()]), tsp_id: None };
                catena.connections(&filter).await.map(drop)
            }
            .boxed(),
        ),
        (Reply::json(200, &sample("connection-get")), async move { catena.connection(OTHER).await.map(found) }.boxed()),
        (
            Reply::json(200, &json!([freshness()])),
            async move { catena.data_freshness(&FleetFilter::Ids(vec![FLEET])).await.map(drop) }.boxed(),
        ),
        (
            Reply::json(200, &json!([freshness()])),
            async move { catena.data_freshness(&FleetFilter::Refs(vec![FLEET_REF.into()])).await.map(drop) }.boxed(),
        ),
        (
            page(&[schedule()], None),
            async move { catena.schedules(OTHER, Some(&Resource::VehicleLocation)).await.map(drop) }.boxed(),
        ),
        (Reply::json(200, &schedule()), async move { catena.schedule(OTHER, ONE).await.map(found) }.boxed()),
        (
            page(&[execution()], None),
            async move { catena.executions(OTHER, ONE).of_size(50).next().await.map(drop) }.boxed(),
        ),
    ]
}

fn partners(catena: &Catena) -> Vec<CallAndAnswer<'_>> {
    vec![
        (page(&[sample("partner")], None), async move { catena.partners().await.map(drop) }.boxed()),
        (Reply::json(200, &sample("partner")), async move { catena.partner(ONE).await.map(found) }.boxed()),
        (
            Reply::json(200, &json!([property()])),
            async move { catena.default_callback_url(ONE).await.map(drop) }.boxed(),
        ),
        (
            Reply::json(201, &json!([property()])),
            async move {
                let key = PartnerPropertyKey::DefaultCallbackUrl;
                let new = NewPartnerProperty { key, value: "https://acme.example/hook".into() };
                catena.add_partner_properties(ONE, &[new]).await.map(drop)
            }
            .boxed(),
        ),
        (Reply::empty(204), async move { catena.delete_partner_property(ONE, OTHER).await }.boxed()),
    ]
}

fn subscriptions(catena: &Catena) -> Vec<CallAndAnswer<'_>> {
    let masked = || Reply::json(200, &subscription("*****"));
    vec![
        (
            Reply::json(200, &json!([subscription(SECRET)])),
            async move { catena.create_subscription(&new_subscription()).await.map(drop) }.boxed(),
        ),
        (
            page(&[subscription("*****")], None),
            async move {
                let status = Some(SubscriptionStatus::Stale);
                let filter = SubscriptionFilter { event_name: Some("connection.created".into()), status };
                catena.subscriptions_that_match(&filter).await.map(drop)
            }
            .boxed(),
        ),
        (masked(), async move { catena.subscription(ONE).await.map(found) }.boxed()),
        (
            masked(),
            async move {
                let change = UpdateSubscription {
                    url: Some("https://onramp.example/webhooks/catena".parse().unwrap()),
                    filters: Some(SubscriptionFilters::default()),
                    secret: Some(Secret::from(SECRET)),
                };
                catena.update_subscription(ONE, &change).await.map(drop)
            }
            .boxed(),
        ),
        (masked(), async move { catena.activate_subscription(ONE).await.map(drop) }.boxed()),
        (masked(), async move { catena.pause_subscription(ONE).await.map(drop) }.boxed()),
        (Reply::json(200, &metrics()), async move { catena.subscription_metrics(ONE).await.map(drop) }.boxed()),
        (
            page(&[log()], None),
            async move {
                let filter = LogFilter {
                    from: Some(datetime!(2026-03-01 15:00 UTC)),
                    until: Some(datetime!(2026-03-02 15:00 UTC)),
                    status: Some(LogStatus::Failed),
                };
                catena.subscription_logs(ONE, &filter).of_size(100).next().await.map(drop)
            }
            .boxed(),
        ),
        (Reply::json(202, &Value::Null), async move { catena.replay_subscription(ONE).await }.boxed()),
        (Reply::empty(204), async move { catena.delete_subscription(ONE).await }.boxed()),
    ]
}

/// With all that may be said.
pub fn whole_invitation() -> CreateInvitation {
    CreateInvitation {
        fleet_ref: FLEET_REF.into(),
        fleet_name: Some("Acme Trucking".into()),
        fleet_email: Some("ops@acme.example".into()),
        fleet_regulatory_id: Some("1234567".into()),
        fleet_regulatory_id_type: Some("DOT".into()),
        fleet_phone: Some("+14155551234".into()),
        fleet_website: Some("https://acme.example".parse().unwrap()),
        fleet_country_code: Some("USA".into()),
        success_redirect_url: Some("https://onramp.example/onboarding/success".parse().unwrap()),
        failure_redirect_url: Some("https://onramp.example/onboarding/failure".parse().unwrap()),
        callback_url: Some("https://onramp.example/webhooks/catena".parse().unwrap()),
        limit_tsps: Some(vec!["samsara".into(), "geotab".into()]),
        permissions: Some(Permissions::from([(Resource::HosEvent, ShareLevel::ReadWrite)])),
        expires_in_hours: Some(672),
    }
}

fn new_subscription() -> CreateSubscription {
    CreateSubscription {
        url: "https://onramp.example/webhooks/catena".parse().unwrap(),
        event_name: "connection.*".into(),
        secret: Secret::from(SECRET),
        filters: Some(SubscriptionFilters { fleet_ids: Some(vec![FLEET]), fleet_refs: Some(vec![FLEET_REF.into()]) }),
    }
}

pub fn schedule() -> Value {
    json!({
        "id": ONE, "connection_id": OTHER, "resource": "vehicle_location", "execution_interval_seconds": 600,
        "status": "active", "consecutive_error_count": 0, "consecutive_error_threshold": 15,
        "max_concurrent_executions": 1, "cursor": null, "last_data_at": "2026-03-02T14:50:00.000000Z",
    })
}

pub fn execution() -> Value {
    json!({
        "id": ONE, "created_at": "2026-03-02T14:50:00.000000Z", "updated_at": "2026-03-02T14:50:07.000000Z",
        "schedule_id": ONE, "connection_id": OTHER, "fleet_id": FLEET, "status": "failed", "source_name": "samsara",
        "resource": "vehicle_location", "cursor": "after-4711", "response": {"raw": "api_key=eyJhbGciOi"},
        "last_data_at": null,
    })
}

pub fn freshness() -> Value {
    json!({
        "resource": "vehicle_location", "share_level": "read", "fleet_id": FLEET, "fleet_ref": FLEET_REF,
        "connection_id": OTHER, "connection_description": null, "schedule_id": ONE, "source_name": "samsara",
        "tsp_id": ONE, "tsp_slug": "samsara", "last_successful_execution_at": "2026-03-02T14:50:07.000000Z",
        "next_execution_at": "2026-03-02T15:00:00.000000Z", "schedule_status": "active",
    })
}

pub fn property() -> Value {
    json!({
        "id": OTHER, "partner_id": ONE, "key": "default_callback_url", "value": "https://acme.example/hook",
        "created_at": "2026-03-02T14:50:00.000000Z",
    })
}

pub fn subscription(secret: &str) -> Value {
    json!({
        "id": ONE, "partner_id": ONE, "url": "https://onramp.example/webhooks/*****",
        "event_name": "connection.created", "status": "active", "filters": null, "secret": secret,
        "created_at": "2026-03-02T15:00:00.000000Z", "updated_at": "2026-03-02T15:00:00.000000Z", "deleted_at": null,
    })
}

pub fn log() -> Value {
    json!({
        "created_at": "2026-03-02T14:50:00.000000Z", "webhook_id": ONE, "message_id": OTHER,
        "event_name": "connection.created", "status": "failed", "status_code": 503, "error_message": "no answer",
        "response_time_ms": 3000,
    })
}

pub fn metrics() -> Value {
    let zeros = json!({"6h": 0, "24h": 0, "7d": 0, "14d": 3});
    let nulls = json!({"6h": null, "24h": null, "7d": null, "14d": 96});
    json!({
        "webhook_id": ONE, "http_attempts": zeros, "http_success_attempts": zeros, "http_failure_attempts": zeros,
        "message_count": zeros, "message_success_count": zeros, "success_rate": nulls, "avg_response_time_ms": nulls,
        "ewma_success_rate": 0.98, "dlq_count": 4,
    })
}

/// `record` as an older version of Catena, or a newer one, might write it: with a value that nobody has published.
pub fn grown(record: Value, field: &str) -> Value {
    with(record, &json!({field: "brand_new", "another_field": {"deep": [1, 2]}}))
}
