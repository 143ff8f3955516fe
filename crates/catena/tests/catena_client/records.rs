//! One record by its id, and the lists that came last.

use catena::{IntegrationStatus, LogFilter, LogStatus, Resource, SubscriptionFilter, SubscriptionStatus};
use contract::sample;
use serde_json::json;
use time::macros::datetime;
use uuid::uuid;

use crate::{
    every_call::{FLEET, INVITATION, ONE, OTHER, freshness, grown, log, subscription},
    script::{Fake, Reply, page, with},
};

#[tokio::test]
async fn a_record_that_catena_does_not_know_is_none() {
    let fake = Fake::faithful().await;
    fake.api((0..5).map(|_| Reply::error(404, &json!(null))));
    let catena = fake.client();
    assert_eq!(catena.fleet(FLEET).await, Ok(None));
    assert_eq!(catena.tsp(ONE).await, Ok(None));
    assert_eq!(catena.integrations_of_tsp(ONE).await, Ok(None));
    assert_eq!(catena.connection(OTHER).await, Ok(None));
    assert_eq!(catena.subscription(ONE).await, Ok(None));
    let paths: Vec<_> = fake.api_requests().into_iter().map(|seen| seen.path).collect();
    let below = |path: &str, id| format!("/v2/{path}/{id}");
    assert_eq!(
        paths,
        [
            below("orgs/fleets", FLEET),
            below("orgs/tsps", ONE),
            below("integrations/tsps", ONE),
            below("integrations/connections", OTHER),
            below("notifications/webhooks", ONE),
        ]
    );
    assert_eq!(fake.token_requests().len(), 1);
    assert!(fake.api_requests()[1].bearer().is_none() && fake.api_requests()[2].bearer().is_none());
}

#[tokio::test]
async fn trap_c14_a_connection_read_by_its_id_is_its_fleets_by_the_fleets_id() {
    let fake = Fake::faithful().await;
    fake.api([page(&[sample("connection")], None), Reply::json(200, &sample("connection-get"))]);
    let catena = fake.client();
    let listed = catena.connections(&catena::ConnectionFilter::default()).await.unwrap().records.remove(0);
    let read = catena.connection(OTHER).await.unwrap().unwrap();
    assert_eq!((listed.id, listed.fleet_ref.as_deref()), (read.id, Some("sandbox")));
    assert_eq!(read.fleet_ref, None);
    assert_eq!(read.fleet_id, listed.fleet_id);
    assert_eq!(read.fleet_id, Some(uuid!("405f1ac5-a4c1-423b-b161-2dd272d1371c")));
}

#[tokio::test]
async fn one_fleet_comes_without_what_catena_invented_for_it() {
    let fake = Fake::faithful().await;
    fake.api([Reply::json(200, &sample("fleet"))]);
    let fleet = fake.client().fleet(FLEET).await.unwrap().unwrap();
    assert_eq!((fleet.id, fleet.name, fleet.websites), (FLEET, None, Vec::new()));
    assert_eq!(fleet.invitation_id.unwrap().expose(), INVITATION);
}

#[tokio::test]
async fn what_providers_give_is_a_page_without_a_total_and_takes_no_token() {
    let fake = Fake::faithful().await;
    let grown = with(sample("tsp-integrations"), &json!({"slug": null, "source_name": null}));
    fake.api([
        Reply::json(200, &json!({"items": [sample("tsp-integrations")], "next_page": "Pg%3D%3D"})),
        Reply::json(200, &json!({"items": [grown], "next_page": null})),
    ]);
    let tsps = fake.client().tsp_integrations().await.unwrap();
    let implemented: Vec<_> = tsps[0].implemented().cloned().collect();
    assert_eq!(implemented, [Resource::User, Resource::Vehicle, Resource::VehicleLocation]);
    assert_eq!(tsps[0].integrations[&Resource::HosEvent], IntegrationStatus::NotSupported);
    assert_eq!((&tsps[1].slug, &tsps[1].source_name), (&None, &None));
    assert!(fake.token_requests().is_empty());
}

#[test]
fn a_provider_may_give_more_than_was_published() {
    let map = json!({"group_message": "implemented", "user": "planned"});
    let read = with(sample("tsp-integrations"), &json!({"integrations": map}));
    let read: catena::TspIntegrations = serde_json::from_value(read).unwrap();
    assert_eq!(read.integrations[&Resource::User], IntegrationStatus::Other("planned".into()));
    assert_eq!(read.implemented().cloned().collect::<Vec<_>>(), [Resource::Other("group_message".into())]);
    let row: catena::DataFreshness = serde_json::from_value(grown(freshness(), "schedule_status")).unwrap();
    assert_eq!(row.schedule_status.unwrap().as_str(), "brand_new");
}

#[tokio::test]
async fn subscriptions_are_narrowed_to_an_event_and_a_status() {
    let fake = Fake::faithful().await;
    let deleted = with(subscription("*****"), &json!({"status": "deleted", "deleted_at": "2026-03-02T15:00:00Z"}));
    fake.api([page(&[subscription("*****"), deleted.clone()], None), page(&[deleted], None)]);
    let catena = fake.client();
    let stale =
        SubscriptionFilter { event_name: Some("connection.created".into()), status: Some(SubscriptionStatus::Stale) };
    assert_eq!(catena.subscriptions_that_match(&stale).await.unwrap().len(), 1);
    let gone = SubscriptionFilter { event_name: None, status: Some(SubscriptionStatus::Deleted) };
    assert_eq!(catena.subscriptions_that_match(&gone).await.unwrap().len(), 1, "those that are asked for");
    let queries: Vec<_> = fake.api_requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["event_name=connection.created&status=stale", "status=deleted"]);
}

#[tokio::test]
async fn logs_are_narrowed_by_dates_and_outcome_and_come_in_pages() {
    let fake = Fake::faithful().await;
    let odd = with(log(), &json!({"error_message": format!("no answer for {INVITATION}"), "response_time_ms": null}));
    fake.api([page(&[log()], Some("Pg%3D%3D")), page(&[odd], None), page(&[], None)]);
    let catena = fake.client();
    let filter = LogFilter {
        from: Some(datetime!(2026-03-01 15:00 UTC)),
        until: Some(datetime!(2026-03-02 15:00 UTC)),
        status: Some(LogStatus::Failed),
    };
    let logs = catena.subscription_logs(ONE, &filter).of_size(100).all().await.unwrap();
    assert_eq!((logs[0].status_code, logs[0].response_time_ms), (Some(503), Some(3000)));
    assert_eq!((logs[1].error_message.as_deref(), logs[1].response_time_ms), (Some("no answer for [id]"), None));
    catena.subscription_logs(ONE, &LogFilter::default()).all().await.unwrap();
    let seen = fake.api_requests();
    assert_eq!(seen[0].path, format!("/v2/notifications/webhooks/{ONE}/logs"));
    let first =
        "start_date=2026-03-01T15%3A00%3A00.000000Z&end_date=2026-03-02T15%3A00%3A00.000000Z&status=failed&size=100";
    assert_eq!(seen[0].query, first);
    assert_eq!(seen[1].query, format!("{first}&cursor=Pg%3D%3D"));
    assert_eq!(seen[2].query, "");
}
