//! Tokens, and what all calls of the API have in common.

use reqwest::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::harness::{World, fields, published_event, read};

async fn token(world: &World, secret: &str, scope: &str) -> (u16, Value) {
    let form =
        [("grant_type", "client_credentials"), ("client_id", "onramp"), ("client_secret", secret), ("scope", scope)];
    let url = world.url("/realms/catena/protocol/openid-connect/token");
    read(world.http.post(url).form(&form).send().await.unwrap()).await
}

#[tokio::test]
async fn only_the_right_credentials_get_a_token() {
    let world = World::open().await;
    let (status, body) = token(&world, "s3cret", "organization").await;
    assert_eq!(status, 200);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert!(body["scope"].as_str().unwrap().split(' ').any(|scope| scope == "invitation:create"));
    let (status, body) = token(&world, "wrong", "organization").await;
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    let (status, body) = token(&world, "s3cret", "everything").await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")));
}

#[tokio::test]
async fn a_missing_wrong_revoked_or_expired_token_is_a_401() {
    let world = World::open().await;
    let list = |token: String| {
        let request = world.http.get(world.url("/v2/orgs/invitations")).header("Authorization", token);
        async { read(request.send().await.unwrap()).await }
    };
    assert_eq!(list(format!("Bearer {}", world.token)).await.0, 200);
    for bad in ["", "Bearer", "Bearer x", "Basic eDp5"] {
        let (status, body) = list(bad.into()).await;
        assert_eq!((status, &body["message"]), (401, &json!("Unauthorized")), "{bad}");
    }
    let other = world.ask_token().await;
    let form = [("token", other.as_str()), ("client_id", "onramp"), ("client_secret", "s3cret")];
    let url = world.url("/realms/catena/protocol/openid-connect/revoke");
    assert_eq!(world.http.post(url).form(&form).send().await.unwrap().status(), 200);
    assert_eq!(list(format!("Bearer {other}")).await.0, 401);
    world.clock.advance(Duration::hours(1));
    let (status, body) = list(format!("Bearer {}", world.token)).await;
    assert_eq!((status, &body["detail"]), (401, &json!("Token expired")));
}

#[tokio::test]
async fn moving_business_time_does_not_affect_tokens() {
    let world = World::open().await;
    world.advance(48 * 3_600).await;
    assert_eq!(world.get("/v2/orgs/invitations").await.0, 200);
}

#[tokio::test]
async fn unknown_paths_methods_and_ids_have_their_own_answers() {
    let world = World::open().await;
    let unknown = "/v2/orgs/fleets/3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1";
    assert_eq!(world.get("/v2/nothing").await, (404, json!({"code": 404, "message": "Not Found", "detail": null})));
    assert_eq!(world.get(unknown).await.0, 404);
    let (status, body) = world.get("/v2/orgs/fleets/x").await;
    assert_eq!((status, &body["detail"][0]["path"]), (422, &json!("path.fleet_id")));
    let (status, body) = world.call(Method::PUT, "/v2/orgs/invitations", None).await;
    assert_eq!((status, &body["message"]), (405, &json!("Method Not Allowed")));
    assert_eq!(world.get("/v2/orgs/invitations?cursor=x").await.0, 400);
    assert_eq!(world.get("/v2/orgs/invitations?size=0").await.0, 422);
}

#[tokio::test]
async fn an_empty_list_is_the_recorded_page_with_total_or_without() {
    let world = World::open().await;
    let mut page = contract::sample("page-empty");
    assert_eq!(world.get("/v2/orgs/invitations").await, (200, page.clone()));
    page.as_object_mut().unwrap().remove("total");
    assert_eq!(world.get("/v2/integrations/connections").await, (200, page.clone()));
    assert_eq!(world.get("/v2/notifications/webhooks").await, (200, page));
    assert_eq!((world.recording.requests(), world.recording.answers()), (0, 3), "answers compared with the documents");
}

#[tokio::test]
async fn providers_are_a_public_array_and_some_share_a_source() {
    let world = World::open().await;
    let get = |path: &str| {
        let request = world.http.get(world.url(path));
        async { read(request.send().await.unwrap()).await }
    };
    let (status, all) = get("/v2/orgs/tsps?size=1").await;
    assert_eq!((status, all.as_array().unwrap().len()), (200, 12));
    assert_eq!(fields(&all[0]), fields(&contract::sample("tsp")));
    let (_, brands) = get("/v2/orgs/tsps?source_name=hos247").await;
    assert_eq!(brands.as_array().unwrap().len(), 3);
    let id = brands[0]["id"].as_str().unwrap();
    assert_eq!(get(&format!("/v2/orgs/tsps/{id}")).await, (200, brands[0].clone()));
}

#[tokio::test]
async fn unreadable_requests_get_errors_in_the_format_of_the_api() {
    let world = World::open().await;
    let table = [
        (Method::GET, "/v2/orgs/fleets/%ff", 422),
        (Method::GET, "/v2/notifications/schemas/%00", 404),
        (Method::TRACE, "/v2/orgs/fleets", 405),
        (Method::PUT, "/v2/notifications/schemas/x", 405),
        (Method::GET, "/v2/orgs/invitations?size=1&size=1", 422),
    ];
    for (method, path, want) in table {
        let answer = world.http.request(method, world.url(path)).bearer_auth(&world.token).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/json", "{path}");
        assert_eq!(answer.headers().contains_key("allow"), want == 405, "{path}");
        let (status, body) = read(answer).await;
        assert_eq!((status, &body["code"]), (want, &json!(want)), "{path}");
    }
}

#[tokio::test]
async fn an_events_schema_is_a_document_in_a_string() {
    let world = World::open().await;
    let path = "/v2/notifications/schemas/invitation.accepted";
    let (status, latest) = world.get(path).await;
    assert_eq!((status, &latest["version"]), (200, &json!("1.0")));
    let document: Value = serde_json::from_str(latest["openapi_schema"].as_str().unwrap()).unwrap();
    let record = &document["components"]["schemas"]["BaseInvitationEvent"]["properties"];
    assert_eq!(fields(record), fields(&published_event("invitation.accepted")["data"][0]));
    assert_eq!(world.get(&format!("{path}/versions/1.0")).await, (200, latest));
    for unknown in [format!("{path}/versions/1"), "/v2/notifications/schemas/invitation.eaten".into()] {
        assert_eq!(world.get(&unknown).await.0, 404, "{unknown}");
    }
    let answer = world.http.get(world.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), 401, "any token will do, but there must be one");
}
