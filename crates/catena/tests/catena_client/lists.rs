use catena::{
    Agreement, AgreementFilter, AgreementStatus, CatenaError, Connection, ConnectionFilter, ConnectionStatus, Fleet,
    FleetFilter, Resource, ScheduleStatus, Tsp, TspCompliance, TspFilter, TspStatus,
};
use contract::sample;
use serde_json::json;
use uuid::{Uuid, uuid};

use crate::script::{Fake, Reply, page, with};

const FLEET: Uuid = uuid!("3a6cf33b-c162-46e5-83a1-3043b026c48b");

#[tokio::test]
async fn cursors_are_encoded_once_over_three_pages() {
    let fake = Fake::start().await;
    let item = sample("invitation");
    fake.api([
        // As Catena writes it: base64 of `>2026+a/b`, percent-encoded.
        page(&[item.clone(), item.clone()], Some("PjIwMjYrYS9i%2B%2F%3D%3D")),
        // And one that came plain.
        page(std::slice::from_ref(&item), Some("Pg+/==")),
        page(std::slice::from_ref(&item), None),
    ]);
    assert_eq!(fake.client().invitations().await.unwrap().len(), 4);
    let queries: Vec<String> = fake.api_requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["", "cursor=PjIwMjYrYS9i%2B%2F%3D%3D", "cursor=Pg%2B%2F%3D%3D"]);
}

#[tokio::test]
async fn the_filter_goes_with_every_page_and_the_real_empty_page_is_the_end() {
    let fake = Fake::start().await;
    fake.api([page(&[sample("invitation")], Some("Pg%3D%3D")), Reply::json(200, &sample("page-empty"))]);
    assert_eq!(fake.client().invitations_of("demo").await.unwrap().len(), 1);
    assert_eq!(fake.api_requests()[1].query, "fleet_ref=demo&cursor=Pg%3D%3D");
}

/// A page as text, so that it can hold what no JSON library writes.
fn raw(items: &[String]) -> Reply {
    Reply::text(200, "application/json", format!("\u{feff}{{\"items\":[{}],\"next_page\":null}}", items.join(",")))
}

#[tokio::test]
async fn a_damaged_text_in_a_record_costs_that_text_and_nothing_else() {
    let fake = Fake::start().await;
    let good = sample("invitation").to_string();
    let named = |text: &str| {
        let record = with(sample("invitation"), &json!({ "decline_reason": "DAMAGED", "expires_in_hours": "HOURS" }));
        record.to_string().replace("DAMAGED", text).replace("\"HOURS\"", "1e400")
    };
    fake.api([raw(&[good, named(r"a\ud83db")])]);
    let listed = fake.client().invitations().await.unwrap();
    assert_eq!(listed.unreadable, []);
    assert_eq!(listed[1].decline_reason.as_deref(), Some("a\u{fffd}b"));
    assert_eq!(listed[1].expires_in_hours, None);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_hides_no_other_and_is_named_without_its_secrets() {
    let fake = Fake::start().await;
    let good = sample("invitation");
    let broken = with(good.clone(), &json!({ "id": 7, "fleet_ref": "FLEET-7" }));
    let mut nameless = good.clone();
    for field in ["expires_at", "fleet_ref", "fleet_id"] {
        nameless.as_object_mut().unwrap().remove(field);
    }
    fake.api([
        page(&[good.clone(), broken.clone()], Some("Pg%3D%3D")),
        page(&[json!("text"), good.clone(), nameless.clone()], None),
    ]);
    let listed = fake.client().invitations().await.unwrap();
    assert_eq!(listed.len(), 2);
    let told: Vec<String> = listed.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "record 2 (fleet FLEET-7): a value has another type than documented",
            "record 3: a value has another type than documented",
            "record 5: the field expires_at is missing",
        ]
    );
    // Of one fleet, only what can be its own counts.
    fake.api([page(&[good, broken, nameless], None)]);
    let listed = fake.client().invitations_of("demo").await.unwrap();
    assert_eq!((listed.len(), listed.unreadable.len()), (1, 1));
    assert!(listed.unreadable[0].may_be_of("anybody"));
}

#[tokio::test]
async fn pages_that_run_in_a_circle_come_to_an_end() {
    let fake = Fake::start().await;
    fake.api((0..5).map(|_| page(&[], Some("Pg%3D%3D"))));
    let error = fake.client().invitations().await.unwrap_err();
    assert!(matches!(error, CatenaError::UnexpectedAnswer { status: 200, .. }), "{error}");
    assert_eq!(fake.api_requests().len(), 2);
}

#[tokio::test]
async fn agreements_are_filtered_by_the_names_that_catena_knows() {
    let fake = Fake::start().await;
    fake.api([page(&[sample("share-agreement")], None), page(&[], None)]);
    let catena = fake.client();
    let filter = AgreementFilter {
        fleet_id: Some(FLEET),
        fleet_ref: Some("demo".into()),
        status: Some(AgreementStatus::Active),
    };
    let agreements = catena.agreements(&filter).await.unwrap();
    assert_eq!(agreements[0].fleet_id, FLEET);
    assert_eq!(agreements[0].status, AgreementStatus::Active);
    assert_eq!(agreements[0].expiration_date, None);
    assert_eq!(agreements[0].scopes.len(), 21);
    catena.agreements(&AgreementFilter::default()).await.unwrap();
    let seen = fake.api_requests();
    assert_eq!(seen[0].path, "/v2/orgs/share-agreements");
    assert_eq!(seen[0].query, format!("fleet_id={FLEET}&fleet_ref=demo&share_agreement_status=active"));
    assert_eq!(seen[1].query, "");
}

#[tokio::test]
async fn fleets_are_asked_for_by_the_hundred() {
    let fake = Fake::start().await;
    fake.api([page(&[sample("fleet")], None), page(&[], None), page(&[], None)]);
    let catena = fake.client();
    let refs: Vec<String> = (0..101).map(|n| format!("f{n}")).collect();
    let fleets = catena.fleets_of(&refs).await.unwrap();
    assert_eq!(fleets[0].fleet_ref.as_deref(), Some("demo"));
    assert!(catena.fleets_of(&[]).await.unwrap().is_empty(), "none is not all");
    catena.fleets().await.unwrap();
    let queries: Vec<String> = fake.api_requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries.len(), 3);
    assert!(queries[0].starts_with("fleet_refs=f0&fleet_refs=f1&") && queries[0].ends_with("&fleet_refs=f99"));
    assert_eq!(queries[1..], ["fleet_refs=f100", ""]);
}

#[test]
fn a_nameless_fleet_stays_nameless() {
    let fleet: Fleet = serde_json::from_value(sample("fleet")).unwrap();
    assert_eq!((fleet.id, fleet.name, fleet.websites), (FLEET, None, Vec::new()));
    let changes = json!({"name": "Acme", "websites": ["https://acme.example/"], "regulatory_id_date": "2020-01-31"});
    let fleet: Fleet = serde_json::from_value(with(sample("fleet"), &changes)).unwrap();
    assert_eq!(fleet.name.as_deref(), Some("Acme"));
    assert_eq!(fleet.websites, ["https://acme.example/"]);
}

#[tokio::test]
async fn providers_come_all_at_once_and_without_a_token() {
    let fake = Fake::start().await;
    fake.api([Reply::json(200, &json!([sample("tsp")]))]);
    let filter = TspFilter { slug: Some("3pl-tek".into()), source_name: Some("hos247".into()) };
    let tsps = fake.client().tsps(&filter).await.unwrap();
    assert_eq!((tsps[0].slug.as_str(), tsps[0].source_name.as_str()), ("3pl-tek", "hos247"));
    assert_eq!((&tsps[0].status, &tsps[0].compliance_status), (&TspStatus::Active, &TspCompliance::Compliant));
    assert_eq!(fake.api_requests()[0].query, "slug=3pl-tek&source_name=hos247");
    assert!(fake.token_requests().is_empty());
}

#[test]
fn a_provider_without_the_fields_that_have_defaults_is_read() {
    let mut record = sample("tsp");
    for name in ["status", "compliance_status", "is_sandbox", "websites", "registry"] {
        record.as_object_mut().unwrap().remove(name);
    }
    let tsp: Tsp = serde_json::from_value(record).unwrap();
    assert_eq!((tsp.status, tsp.compliance_status, tsp.is_sandbox), (TspStatus::Active, TspCompliance::Unknown, false));
}

#[tokio::test]
async fn connections_are_read_from_pages_without_a_total() {
    let fake = Fake::start().await;
    let grown = with(sample("connection"), &json!({"status": "resting"}));
    fake.api([Reply::json(200, &json!({"items": [sample("connection"), grown]}))]);
    let filter = ConnectionFilter { fleets: FleetFilter::Refs(vec!["sandbox".into()]), tsp_id: Some(FLEET) };
    let connections = fake.client().connections(&filter).await.unwrap();
    assert_eq!(connections[0].status, ConnectionStatus::Paused);
    assert_eq!(connections[1].status, ConnectionStatus::Other("resting".into()));
    let seen = &fake.api_requests()[0];
    assert_eq!(seen.path, "/v2/integrations/connections");
    assert_eq!(seen.query, format!("fleet_refs=sandbox&tsp_id={FLEET}"));
}

#[test]
fn a_connection_may_come_without_its_fleets_reference() {
    let connection: Connection = serde_json::from_value(sample("connection-get")).unwrap();
    assert_eq!(connection.fleet_ref, None);
    assert_eq!(connection.fleet_id, Some(uuid!("405f1ac5-a4c1-423b-b161-2dd272d1371c")));
}

#[tokio::test]
async fn freshness_is_a_row_for_each_resource_and_nothing_fetched_yet_is_none() {
    let fake = Fake::start().await;
    let row = json!({
        "resource": "group_message", "share_level": null, "fleet_id": FLEET, "fleet_ref": null, "connection_id": FLEET,
        "connection_description": null, "schedule_id": FLEET, "source_name": "samsara", "tsp_id": FLEET,
        "tsp_slug": "samsara", "last_successful_execution_at": null, "next_execution_at": "2026-03-02T15:10:00Z",
        "schedule_status": "cancelled_insufficient_scope",
    });
    fake.api([Reply::json(200, &json!([row]))]);
    let catena = fake.client();
    let rows = catena.data_freshness(&FleetFilter::Ids(vec![FLEET])).await.unwrap();
    assert_eq!(rows[0].resource, Resource::Other("group_message".into()));
    assert_eq!(rows[0].last_successful_execution_at, None);
    assert_eq!(rows[0].schedule_status, Some(ScheduleStatus::CancelledInsufficientScope));
    assert!(catena.data_freshness(&FleetFilter::Ids(Vec::new())).await.unwrap().is_empty(), "none is not all");
    let seen = fake.api_requests();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, "/v2/integrations/connections/data-freshness");
    assert_eq!(seen[0].query, format!("fleet_ids={FLEET}"));
}

#[test]
fn the_remaining_sample_is_read() {
    let agreement: Agreement = serde_json::from_value(sample("share-agreement")).unwrap();
    assert_eq!(agreement.fleet_ref.as_deref(), Some("demo"));
}
