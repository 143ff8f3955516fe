use catena::{
    CatenaError, CreateInvitation, Invitation, InvitationId, InvitationStatus, Permissions, Resource, ShareLevel,
    Upsert,
};
use contract::sample;
use serde_json::{Value, json};
use time::macros::datetime;

use crate::script::{Fake, Reply, page, with};

const ID: &str = "019c776d-28b5-7b7a-9767-c76fb008f86b";

fn id() -> InvitationId {
    InvitationId::parse(ID).unwrap()
}

fn decoded(record: &Value) -> Invitation {
    serde_json::from_value(record.clone()).unwrap()
}

#[test]
fn the_real_record_is_read() {
    let invitation = decoded(&sample("invitation"));
    assert_eq!(invitation.id, id());
    assert_eq!(invitation.created_at, datetime!(2026-02-19 19:43:11.077916 UTC));
    assert_eq!(invitation.expires_at, datetime!(2026-02-20 19:43:11.077892 UTC));
    assert_eq!(invitation.accepted_at, Some(datetime!(2026-02-19 19:43:23.944562 UTC)));
    assert_eq!(invitation.magic_link.expose(), format!("https://connect.catenatelematics.com/?invite={ID}"));
    assert_eq!(invitation.status, InvitationStatus::Accepted);
    assert_eq!(invitation.fleet_ref.as_deref(), Some("demo"));
    assert_eq!(invitation.permissions.len(), 21);
    assert_eq!(invitation.permissions[&Resource::HosEvent], ShareLevel::ReadWrite);
    assert_eq!(invitation.decline_reason, None);
}

#[test]
fn unknown_fields_values_and_missing_options_do_not_matter() {
    let least = json!({
        "id": ID, "created_at": "2026-02-19T19:43:11Z", "expires_at": "2026-02-20T19:43:11.5+00:00",
        "magic_link": "https://x.example/", "status": "snoozed", "fleet_ref": null, "permissions": null,
        "brand_new": {"deep": [1, 2]},
    });
    let invitation = decoded(&least);
    assert_eq!(invitation.status, InvitationStatus::Other("snoozed".into()));
    assert_eq!(invitation.fleet_ref, None);
    assert!(invitation.permissions.is_empty());

    let odd = with(sample("invitation"), &json!({"permissions": {"reefer_status": "read", "user": "own"}}));
    let permissions = decoded(&odd).permissions;
    assert_eq!(permissions[&Resource::Other("reefer_status".into())], ShareLevel::Read);
    assert_eq!(permissions[&Resource::User], ShareLevel::Other("own".into()));
}

#[test]
fn a_name_and_site_that_catena_invented_are_not_taken_over() {
    let changes = json!({
        "fleet_name": format!("Fleet {ID}"), "fleet_website": format!("https://unknown-fleet-{ID}-ye7vyy.com/"),
    });
    let invitation = decoded(&with(sample("invitation"), &changes));
    assert_eq!((invitation.fleet_name, invitation.fleet_website), (None, None));
    let invitation = decoded(&with(sample("invitation"), &json!({"fleet_name": "Fleet 7"})));
    assert_eq!(invitation.fleet_name.as_deref(), Some("Fleet 7"));
}

#[tokio::test]
async fn a_new_one_and_a_refreshed_one_are_told_apart() {
    let fake = Fake::start().await;
    fake.api([Reply::json(201, &sample("invitation")), Reply::json(200, &sample("invitation"))]);
    let catena = fake.client();
    let new = CreateInvitation::new("demo");
    assert!(matches!(catena.create_invitation(&new).await, Ok(Upsert::Created(_))));
    let refreshed = catena.create_invitation(&new).await.unwrap();
    assert!(!refreshed.is_new());
    assert_eq!(refreshed.into_inner().id, id());
}

#[tokio::test]
async fn every_field_is_sent_under_its_name_and_what_is_not_given_is_left_out() {
    let fake = Fake::start().await;
    fake.api([Reply::json(201, &sample("invitation")), Reply::json(201, &sample("invitation"))]);
    let catena = fake.client();
    let all = CreateInvitation {
        fleet_ref: "acme-17".into(),
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
    };
    catena.create_invitation(&all).await.unwrap();
    catena.create_invitation(&CreateInvitation::new("acme-17")).await.unwrap();
    let seen = fake.api_requests();
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("POST", "/v2/orgs/invitations"));
    assert_eq!(seen[0].headers["content-type"], "application/json");
    assert_eq!(
        seen[0].json(),
        json!({
            "fleet_ref": "acme-17", "fleet_name": "Acme Trucking", "fleet_email": "ops@acme.example",
            "fleet_regulatory_id": "1234567", "fleet_regulatory_id_type": "DOT", "fleet_phone": "+14155551234",
            "fleet_website": "https://acme.example/", "fleet_country_code": "USA",
            "success_redirect_url": "https://onramp.example/onboarding/success",
            "failure_redirect_url": "https://onramp.example/onboarding/failure",
            "callback_url": "https://onramp.example/webhooks/catena", "limit_tsps": ["samsara", "geotab"],
            "permissions": {"hos_event": "read_write"}, "expires_in_hours": 672,
        })
    );
    assert_eq!(seen[1].json(), json!({"fleet_ref": "acme-17"}));
}

#[tokio::test]
async fn reading_one_sends_no_token() {
    let fake = Fake::start().await;
    fake.api([Reply::json(200, &sample("invitation"))]);
    assert_eq!(fake.client().invitation(&id()).await.unwrap().unwrap().id, id());
    let seen = &fake.api_requests()[0];
    assert_eq!(seen.path, format!("/v2/orgs/invitations/{ID}"));
    assert_eq!(seen.bearer(), None);
    assert!(fake.token_requests().is_empty());
}

#[tokio::test]
async fn a_deleted_one_is_none_whichever_way_catena_says_it() {
    let deleted = with(sample("invitation"), &json!({"status": "deleted"}));
    for reply in [Reply::error(404, &json!(null)), Reply::json(200, &deleted)] {
        let fake = Fake::start().await;
        fake.api([reply]);
        assert_eq!(fake.client().invitation(&id()).await, Ok(None));
    }
}

#[tokio::test]
async fn a_strangers_404_page_does_not_make_an_invitation_vanish() {
    let fake = Fake::start().await;
    fake.api([Reply::html(404)]);
    assert!(matches!(fake.client().invitation(&id()).await, Err(CatenaError::NotJson { status: 404, .. })));
}

#[tokio::test]
async fn those_of_one_fleet_are_asked_for_by_its_reference() {
    let fake = Fake::start().await;
    fake.api([page(&[with(sample("invitation"), &json!({ "fleet_ref": "acme & co-17" }))], None)]);
    assert_eq!(fake.client().invitations_of("acme & co-17").await.unwrap().len(), 1);
    assert_eq!(fake.api_requests()[0].query, "fleet_ref=acme+%26+co-17");
}

#[tokio::test]
async fn those_of_other_fleets_are_dropped_where_catena_ignores_the_filter() {
    let fake = Fake::start().await;
    let of = |fleet_ref: Value| with(sample("invitation"), &json!({ "fleet_ref": fleet_ref }));
    fake.api([page(&[of(json!("F-1")), of(json!("F-10")), of(json!("f-1")), of(json!(null))], None)]);
    let found = fake.client().invitations_of("F-1").await.unwrap();
    let refs: Vec<_> = found.iter().map(|one| one.fleet_ref.as_deref()).collect();
    assert_eq!(refs, [Some("F-1"), Some("f-1"), None]);
}

#[tokio::test]
async fn deleting_one_that_was_accepted_is_a_conflict() {
    let fake = Fake::start().await;
    fake.api([Reply::empty(204), Reply::error(409, &json!("Invitation already accepted"))]);
    let catena = fake.client();
    assert_eq!(catena.delete_invitation(&id()).await, Ok(()));
    let error = catena.delete_invitation(&id()).await.unwrap_err();
    assert_eq!(error, CatenaError::Conflict { detail: Some("Invitation already accepted".into()) });
    let seen = &fake.api_requests()[0];
    assert_eq!((seen.method.as_str(), seen.path.clone()), ("DELETE", format!("/v2/orgs/invitations/{ID}")));
}
