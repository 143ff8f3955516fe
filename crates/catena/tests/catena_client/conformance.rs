//! The client's calls beside the OpenAPI documents, and the layer that compares them.

use axum::{
    Json, Router,
    http::{Method, StatusCode},
    response::IntoResponse,
    routing::get,
};
use catena::CatenaError;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    every_call::{INVITATION, every_call, subscription},
    script::{Fake, Reply, with},
};
use contract::{Answers, Recording, documents::Documents, recorded, sample};

/// What a partner does not call: what only fleets or Catena's own people may do, and what Onramp has no use for.
const NOT_CALLED: &[&str] = &[
    "DELETE /v2/orgs/fleets/{fleet_id}",
    "DELETE /v2/orgs/fleets/{fleet_id}/properties/{property_id}",
    "DELETE /v2/orgs/partners/{partner_id}",
    "DELETE /v2/orgs/share-agreements/{share_agreement_id}",
    "DELETE /v2/orgs/tsps/{tsp_id}",
    "GET /v2/notifications/schemas/{event_name}",
    "GET /v2/notifications/schemas/{event_name}/versions/{version}",
    "GET /v2/orgs/external-tsps",
    "GET /v2/orgs/external-tsps/integration-requests",
    "GET /v2/orgs/fleets/{fleet_id}/properties",
    "PATCH /v2/orgs/fleets/{fleet_id}",
    "PATCH /v2/orgs/partners/{partner_id}",
    "PATCH /v2/orgs/tsps/{tsp_id}",
    "POST /v2/orgs/external-tsps/{ext_tsp_id}/request-integration",
    "POST /v2/orgs/fleets/{fleet_id}/properties",
    "POST /v2/orgs/invitations/{invitation_id}/accept",
    "POST /v2/orgs/invitations/{invitation_id}/decline",
    "POST /v2/orgs/partners",
    "POST /v2/orgs/share-agreements/backfill",
    "POST /v2/orgs/tsps",
];

#[tokio::test]
async fn every_operation_that_is_a_partners_is_called_and_read_as_documented() {
    let fake = Fake::faithful().await;
    let catena = fake.client();
    for (reply, call) in every_call(&catena) {
        fake.api([reply]);
        call.await.unwrap();
    }
    let called = fake.recording.operations();
    for operation in Documents::get().operations() {
        let name = operation.to_string();
        if !name.contains(" /v2/") {
            // Tokens: of another server, in OAuth's own shapes (see `tokens`).
            continue;
        }
        assert_ne!(called.contains(&name), NOT_CALLED.contains(&name.as_str()), "{name}");
    }
    assert_eq!(fake.recording.requests(), fake.api_requests().len());
    assert_eq!(fake.recording.answers(), fake.api_requests().len());
}

#[tokio::test]
async fn every_call_names_the_scope_that_is_documented_for_it() {
    let fake = Fake::faithful().await;
    let catena = fake.client();
    for (_, call) in every_call(&catena) {
        fake.api([Reply::error(403, &json!(null))]);
        let error = call.await.unwrap_err();
        let seen = fake.api_requests().pop().unwrap();
        let (operation, _) = Documents::get().find(&seen.method, &seen.path).unwrap();
        let CatenaError::Forbidden { scope } = error else { panic!("{operation}: {error:?}") };
        assert_eq!(scope, operation.scope(), "{operation}");
    }
}

/// Catena, played by one route that answers whatever it is told to.
struct Played {
    url: String,
    recording: Recording,
}

impl Played {
    async fn answering(status: u16, answer: Value) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let status = StatusCode::from_u16(status).unwrap();
        let answer = move || async move { (status, Json(answer)).into_response() };
        let router = Router::new().route("/health", get(async || "fine")).fallback(answer);
        let (router, recording) = recorded(router, Answers::Checked);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sandbox", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().nest("/sandbox", router)).await });
        Self { url, recording }
    }

    /// What the layer has to say about a request that Onramp might make.
    async fn told(
        &self,
        method: Method,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Vec<String> {
        let client = Client::builder().user_agent("onramp/test").no_proxy().build().unwrap();
        let request = client.request(method, format!("{}{path}", self.url)).bearer_auth("t");
        with(request).send().await.unwrap();
        self.recording.take_violations()
    }
}

/// The one thing that was told, which holds `part`.
#[track_caller]
fn assert_told(told: &[String], part: &str) {
    assert!(told.len() == 1 && told[0].contains(part), "{part} expected, told: {told:#?}");
}

#[tokio::test]
async fn the_layer_has_nothing_to_say_about_what_is_right() {
    let page = json!({"items": [sample("fleet")], "total": 1, "next_page": null});
    let played = Played::answering(200, page).await;
    let told =
        played.told(Method::GET, "/v2/orgs/fleets?fleet_refs=a&fleet_refs=b&size=7&cursor=Pg%3D%3D", |it| it).await;
    assert_eq!(told, Vec::<String>::new());
    assert_eq!((played.recording.requests(), played.recording.answers()), (1, 1));
    played.told(Method::GET, "/health", |it| it).await;
    assert_eq!(played.recording.requests(), 1, "no concern of the documents");
}

#[tokio::test]
async fn the_layer_sees_what_is_wrong_with_a_request() {
    let created = Played::answering(201, sample("invitation")).await;
    let post = async |body: Value| created.told(Method::POST, "/v2/orgs/invitations", |it| it.json(&body)).await;
    assert_told(&post(json!({"fleet_name": "Acme"})).await, "\"fleet_ref\" is a required property");
    assert_told(&post(json!({"fleet_ref": "a", "expires_in_hours": "24"})).await, "at \"/expires_in_hours\"");
    assert_told(&post(json!({"fleet_ref": "a", "expires_in_hours": 673})).await, "672");
    assert_told(&post(json!({"fleet_ref": "a", "fleet_country_code": "US"})).await, "at \"/fleet_country_code\"");
    assert_told(&post(json!({"fleet_ref": "a", "fleet_fax": "1"})).await, "body field fleet_fax is unknown");
    assert_told(&post(json!({"fleet_ref": "a", "partner_provided_fleet_name": "A"})).await, "is deprecated");
    let told = created.told(Method::POST, "/v2/orgs/invitations", |it| it.body("fleet_ref=a")).await;
    assert_told(&told, "content type is not application/json");
    let told = created.told(Method::POST, "/v2/orgs/invitations", |it| it).await;
    assert_told(&told, "its body is missing");

    let listed = Played::answering(200, json!({"items": [], "total": 0})).await;
    let get = async |path: &str| listed.told(Method::GET, path, |it| it).await;
    assert_told(&get("/v2/orgs/share-agreements?status=active").await, "query parameter status is unknown");
    let told = get("/v2/orgs/share-agreements?share_agreement_status=ACTIVE").await;
    assert_told(&told, "query parameter share_agreement_status at");
    assert_told(&get("/v2/orgs/fleets?size=1001").await, "query parameter size at");
    assert_told(&get("/v2/orgs/fleets?size=many").await, "query parameter size at");
    assert_told(&get("/v2/orgs/fleets?size=1&size=2").await, "size is given 2 times");
    assert_told(&get("/v2/orgs/fleets?fleet_refs=a,b").await, "joined by commas");
    assert_told(&get("/v2/orgs/fleets?cursor=Pg%253D%253D").await, "cursor is encoded twice");
    let told = listed.told(Method::GET, "/v2/orgs/fleets", |it| it.body("{}")).await;
    assert_told(&told, "it has a body");
    let told = get(&format!("/v2/orgs/fleets?{}", "fleet_refs=a&".repeat(101))).await;
    assert_told(&told, "query parameter fleet_refs at");
    let told = get("/v2/integrations/connections?fleet_ids=7").await;
    assert_told(&told, "query parameter fleet_ids at");
    let client = Client::builder().user_agent("onramp/test").no_proxy().build().unwrap();
    client.get(format!("{}/v2/orgs/fleets", listed.url)).send().await.unwrap();
    assert_told(&listed.recording.take_violations(), "it has no token");

    let read = Played::answering(200, sample("invitation")).await;
    let told = read.told(Method::GET, &format!("/v2/orgs/invitations/{INVITATION}"), |it| it).await;
    assert_told(&told, "it has a token, and needs none");
    let told = read.told(Method::DELETE, "/v2/orgs/invitations/7", |it| it).await;
    assert!(told[0].contains("path parameter invitation_id at"), "{told:?}");
    let told = read.told(Method::PUT, "/v2/orgs/invitations", |it| it).await;
    assert!(told[0].contains("PUT /v2/orgs/invitations, request: no such operation"), "{told:?}");
}

#[tokio::test]
async fn the_layer_sees_what_is_wrong_with_an_answer() {
    let path = "/v2/orgs/share-agreements";
    let about = async |status: u16, answer: Value| {
        Played::answering(status, answer).await.told(Method::GET, path, |it| it).await
    };
    let page = |agreement: Value| json!({"items": [agreement], "total": 1});
    let changed = |changes: Value| page(with(sample("share-agreement"), &changes));
    assert_eq!(about(200, page(sample("share-agreement"))).await, Vec::<String>::new());
    assert_told(&about(200, changed(json!({"status": "sleeping"}))).await, "at \"/items/0/status\"");
    assert_told(&about(200, changed(json!({"fleet_id": 7}))).await, "at \"/items/0/fleet_id\"");
    assert_told(&about(200, changed(json!({"effective_date": "today"}))).await, "at \"/items/0/effective_date\"");
    assert_told(&about(200, changed(json!({"scopes": {"hos_events": "read"}}))).await, "at \"/items/0/scopes\"");
    let mut less = sample("share-agreement");
    less.as_object_mut().unwrap().remove("expiration_date");
    assert_told(&about(200, page(less)).await, "\"expiration_date\" is a required property");
    assert_told(&about(200, json!({"items": []})).await, "\"total\" is a required property");
    assert_told(&about(202, json!({})).await, "answer 202: this status is not documented");
    assert_told(&about(422, json!({"detail": "no"})).await, "at \"/detail\"");
    let masked = json!([subscription("*****")]);
    let told = Played::answering(200, masked).await.told(Method::GET, "/v2/orgs/tsps", |it| it).await;
    assert!(told.len() > 1, "another kind of record: {told:?}");
    let gone = Played::answering(204, json!({})).await;
    let told = gone.told(Method::DELETE, &format!("/v2/orgs/invitations/{INVITATION}"), |it| it).await;
    assert_told(&told, "it has a body, and none is documented");
}

#[tokio::test]
#[should_panic(expected = "1 violations of the OpenAPI documents")]
async fn what_is_wrong_fails_the_test_at_its_end() {
    let played = Played::answering(200, json!({"items": []})).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}/v2/orgs/fleets", played.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "who calls is none the wiser");
}

#[test]
fn trap_c1_a_path_without_an_id_comes_before_one_with_an_id() {
    let find = |method: Method, path: &str| Documents::get().find(&method, path).unwrap().0.to_string();
    let freshness = "/v2/integrations/connections/data-freshness";
    assert_eq!(find(Method::GET, freshness), format!("GET {freshness}"));
    let backfill = "/v2/orgs/share-agreements/backfill";
    assert_eq!(find(Method::POST, backfill), format!("POST {backfill}"));
}
