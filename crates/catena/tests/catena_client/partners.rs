use catena::{CatenaError, NewPartnerProperty, PartnerPropertyKey};
use contract::sample;
use serde_json::json;
use uuid::{Uuid, uuid};

use crate::{
    every_call::{ONE, OTHER, grown, property},
    script::{Fake, Reply, page, with},
};

const PARTNER: Uuid = uuid!("b43575ec-4770-4f58-8904-dba41ecccc3f");

#[tokio::test]
async fn a_partner_finds_itself() {
    let fake = Fake::faithful().await;
    fake.api([page(&[sample("partner")], None), Reply::json(200, &sample("partner")), Reply::error(404, &json!(null))]);
    let catena = fake.client();
    let partners = catena.partners().await.unwrap();
    assert_eq!((partners[0].id, partners[0].slug.as_deref()), (PARTNER, Some("catena-candidates")));
    assert_eq!(partners[0].categories, ["Maintenance & Vehicle Health"]);
    assert_eq!(catena.partner(PARTNER).await.unwrap().as_ref(), Some(&partners[0]));
    assert_eq!(catena.partner(ONE).await, Ok(None));
}

#[tokio::test]
async fn a_callback_for_all_invitations_is_found_among_the_properties() {
    let fake = Fake::faithful().await;
    let notes = with(property(), &json!({"key": "notes", "value": "", "id": ONE}));
    fake.api([Reply::json(200, &json!([notes, property()])), Reply::json(200, &json!([notes]))]);
    let catena = fake.client();
    let set = catena.default_callback_url(PARTNER).await.unwrap().unwrap();
    assert_eq!((set.id, set.value.as_str()), (OTHER, "https://acme.example/hook"));
    assert_eq!(catena.default_callback_url(PARTNER).await, Ok(None));
    assert_eq!(fake.api_requests()[0].path, format!("/v2/orgs/partners/{PARTNER}/properties"));
}

#[tokio::test]
async fn properties_are_added_in_one_array_and_deleted_one_by_one() {
    let fake = Fake::faithful().await;
    fake.api([Reply::json(201, &json!([property()])), Reply::empty(204)]);
    let catena = fake.client();
    let new = |key, value: &str| NewPartnerProperty { key, value: value.into() };
    let added = catena
        .add_partner_properties(
            PARTNER,
            &[
                new(PartnerPropertyKey::DefaultCallbackUrl, "https://acme.example/hook"),
                new(PartnerPropertyKey::DefaultInvitationExpiresInHours, "672"),
            ],
        )
        .await
        .unwrap();
    catena.delete_partner_property(PARTNER, added[0].id).await.unwrap();
    let seen = fake.api_requests();
    assert_eq!(
        seen[0].json(),
        json!([
            {"key": "default_callback_url", "value": "https://acme.example/hook"},
            {"key": "default_invitation_expires_in_hours", "value": "672"},
        ])
    );
    assert_eq!(seen[1].path, format!("/v2/orgs/partners/{PARTNER}/properties/{OTHER}"));
}

#[tokio::test]
async fn deleting_a_property_takes_the_scope_of_a_creation() {
    let fake = Fake::faithful().await;
    fake.api([Reply::error(403, &json!(null))]);
    let error = fake.client().delete_partner_property(PARTNER, OTHER).await.unwrap_err();
    assert_eq!(error, CatenaError::Forbidden { scope: Some("partner-property:create") });
}

#[test]
fn a_property_of_a_new_kind_is_read() {
    let read: catena::PartnerProperty = serde_json::from_value(grown(property(), "key")).unwrap();
    assert_eq!(read.key, PartnerPropertyKey::Other("brand_new".into()));
}
