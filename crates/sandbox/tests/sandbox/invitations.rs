//! The rules of the upsert, validation, and what can be read without a token.

use reqwest::Method;
use serde_json::json;

use crate::harness::{World, fields, read, text, wrong};

#[tokio::test]
async fn a_first_create_is_201_and_a_repeat_refreshes_the_same_id_with_200() {
    let world = World::open().await;
    let (status, first) = world.invite(json!({ "fleet_ref": "F-1", "fleet_name": "Acme" })).await;
    assert_eq!((status, &first["status"]), (201, &json!("active")));
    assert_eq!(fields(&first), fields(&contract::sample("invitation")));
    assert_eq!(first["magic_link"], format!("{}/connect?invite={}", world.base, text(&first["id"])));
    assert_eq!(first["expires_at"], "2026-03-03T15:00:00.000000Z");
    assert_eq!(first["permissions"].as_object().unwrap().len(), 30, "everything, if no permissions are named");
    world.advance(3_600).await;
    let (status, second) = world.invite(json!({ "fleet_ref": "F-1", "expires_in_hours": 48 })).await;
    assert_eq!((status, &second["id"]), (200, &first["id"]));
    assert_eq!((&second["expires_at"], &second["fleet_name"]), (&json!("2026-03-04T16:00:00.000000Z"), &json!("Acme")));
}

#[tokio::test]
async fn a_refresh_extends_and_never_shortens() {
    let world = World::open().await;
    let (_, first) = world.invite(json!({ "fleet_ref": "F-1", "expires_in_hours": 672 })).await;
    world.advance(3_600).await;
    let (status, shorter) = world.invite(json!({ "fleet_ref": "F-1", "expires_in_hours": 24 })).await;
    assert_eq!((status, &shorter["expires_at"]), (200, &first["expires_at"]));
    assert_eq!(shorter["expires_in_hours"], 672);
    let (_, longer) = world.invite(json!({ "fleet_ref": "F-1", "expires_in_hours": 672 })).await;
    assert_eq!((&longer["id"], &longer["expires_at"]), (&first["id"], &json!("2026-03-30T16:00:00.000000Z")));
}

#[tokio::test]
async fn a_refresh_reopens_a_declined_invitation() {
    let world = World::open().await;
    let id = world.invited("F-1").await;
    let path = format!("/v2/orgs/invitations/{id}");
    let (status, declined) = world.post(&format!("{path}/decline"), json!({ "decline_reason": "No" })).await;
    assert_eq!((status, &declined["status"], &declined["decline_reason"]), (200, &json!("declined"), &json!("No")));
    assert_eq!(world.post(&format!("{path}/decline"), json!({})).await.0, 409);
    assert_eq!(world.post(&format!("{path}/accept"), json!({})).await.0, 409);
    let (status, again) = world.invite(json!({ "fleet_ref": "F-1" })).await;
    assert_eq!((status, &again["id"], &again["status"]), (200, &declined["id"], &json!("active")));
    assert_eq!((&again["declined_at"], &again["decline_reason"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn a_refresh_rotates_the_tokens_of_an_accepted_invitation() {
    let world = World::open().await;
    let id = world.invited("F-1").await;
    let (status, accepted) = world.post(&format!("/v2/orgs/invitations/{id}/accept"), json!({})).await;
    assert_eq!((status, &accepted["status"]), (200, &json!("accepted")));
    let (status, again) = world.invite(json!({ "fleet_ref": "F-1" })).await;
    assert_eq!((status, &again["status"], &again["fleet_id"]), (200, &json!("accepted"), &accepted["fleet_id"]));
    for token in ["pre_registration_access_token", "pre_registration_refresh_token"] {
        assert_ne!(text(&again[token]), text(&accepted[token]));
    }
}

#[tokio::test]
async fn after_expiry_or_deletion_a_create_gives_a_new_id() {
    let world = World::open().await;
    let first = world.invited("F-1").await;
    world.advance(24 * 3_600).await;
    let (_, expired) = world.get(&format!("/v2/orgs/invitations/{first}")).await;
    assert_eq!(expired["status"], "expired");
    let second = world.invited("F-1").await;
    assert_ne!(first, second);
    assert_eq!(world.call(Method::DELETE, &format!("/v2/orgs/invitations/{second}"), None).await.0, 204);
    assert_eq!(world.get(&format!("/v2/orgs/invitations/{second}")).await.0, 404);
    let third = world.invited("F-1").await;
    assert_ne!(second, third);
    let (_, page) = world.get("/v2/orgs/invitations?fleet_ref=F-1").await;
    let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect();
    assert_eq!((ids, page["total"].as_u64()), (vec![third, first], Some(2)), "newest first, without deleted ones");
}

#[tokio::test]
async fn an_accepted_invitation_is_not_deleted() {
    let world = World::open().await;
    let id = world.invited("F-1").await;
    world.post(&format!("/v2/orgs/invitations/{id}/accept"), json!({})).await;
    let (status, body) = world.call(Method::DELETE, &format!("/v2/orgs/invitations/{id}"), None).await;
    assert_eq!((status, &body["detail"]), (409, &json!("Invitation already accepted")));
}

#[tokio::test]
async fn a_422_lists_everything_that_is_wrong_with_a_create() {
    let world = World::open().await;
    let (status, body) = world
        .invite(json!({
            "fleet_ref": "a/b",
            "fleet_name": "J.B. Hunt",
            "fleet_email": "nobody",
            "fleet_phone": "415-555-1234",
            "fleet_website": "acme",
            "fleet_country_code": "US",
            "success_redirect_url": "javascript:alert(1)",
            "callback_url": "http://partner.example/",
            "limit_tsps": "samsara",
            "permissions": { "hos_events": "read", "vehicle": "read-write" },
            "expires_in_hours": 673,
        }))
        .await;
    assert_eq!((status, &body["message"]), (422, &json!("Invalid Request Body")));
    let names = [
        "fleet_ref",
        "fleet_name",
        "fleet_email",
        "fleet_phone",
        "fleet_website",
        "fleet_country_code",
        "success_redirect_url",
        "callback_url",
        "limit_tsps",
        "permissions.hos_events",
        "permissions.vehicle",
        "expires_in_hours",
    ];
    assert_eq!(wrong(&body), names.iter().map(|name| format!("body.{name}")).collect());
    let hours = body["detail"].as_array().unwrap().iter().find(|one| one["path"] == "body.expires_in_hours").unwrap();
    assert_eq!((&hours["input"], &hours["error_type"]), (&json!("673"), &json!("less_than_equal")));
    for body in [json!({}), json!({ "fleet_ref": null }), json!({ "fleet_ref": 7 }), json!({ "fleet_ref": "" })] {
        assert_eq!(wrong(&world.invite(body).await.1), ["body.fleet_ref".to_owned()].into());
    }
    assert_eq!(wrong(&world.invite(json!([])).await.1), ["body".to_owned()].into());
}

#[tokio::test]
async fn values_come_back_rewritten() {
    let world = World::open().await;
    let (_, body) = world
        .invite(json!({
            "fleet_ref": "F-1",
            "fleet_phone": "+1 415-555-1234",
            "fleet_website": "https://ACME.example",
            "fleet_country_code": "usa",
        }))
        .await;
    assert_eq!(body["fleet_phone"], "tel:+14155551234");
    assert_eq!(body["fleet_website"], "https://acme.example/");
    assert_eq!(body["fleet_country_code"], "USA");
}

#[tokio::test]
async fn an_invitation_is_read_without_a_token_but_the_list_is_not() {
    let world = World::open().await;
    let id = world.invited("F-1").await;
    let get = |path: String| {
        let request = world.http.get(world.url(&path));
        async { read(request.send().await.unwrap()).await }
    };
    let (status, body) = get(format!("/v2/orgs/invitations/{id}")).await;
    assert_eq!((status, text(&body["id"])), (200, id));
    assert_eq!(get("/v2/orgs/invitations".into()).await.0, 401);
}

#[tokio::test]
async fn cursors_work_unchanged() {
    let world = World::open().await;
    for n in 0..5 {
        world.invited(&format!("F-{n}")).await;
        world.advance(1).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v2/orgs/invitations?size=2".to_owned();
    loop {
        let (status, page) = world.get(&path).await;
        assert_eq!((status, page["total"].as_u64()), (200, Some(5)));
        seen.extend(page["items"].as_array().unwrap().iter().map(|one| text(&one["fleet_ref"])));
        let Some(next) = page["next_page"].as_str() else { break };
        path = format!("/v2/orgs/invitations?size=2&cursor={next}");
    }
    assert_eq!(seen, ["F-4", "F-3", "F-2", "F-1", "F-0"]);
}
