//! Rules that had two homes, asked the same question in both.

use domain::{
    events::fact::{About, Fact, Kind, Source},
    import::standing,
    invitation::{
        preview::{Agreed, Preview},
        request::label,
        upsert_forecast::{Outlook, outlook, works_until},
    },
    onboarding::lifecycle::{Stage, fold},
    timestamp::{from_micros, rfc3339},
};
use serde_json::json;
use uuid::Uuid;

use crate::services::{
    imports::lookup,
    invitations::{preview, request},
    reconcile::fleet_facts::ends,
};
use crate::store::{FleetKey, FleetsInvitation, InvitationRow};
use catena::Invitation;

fn invitation(status: &str) -> Invitation {
    let record = json!({
        "id": "019caf10-331c-7fc1-b466-44073a4d3b3b", "fleet_ref": "F", "status": status,
        "created_at": rfc3339(from_micros(0)), "expires_at": rfc3339(from_micros(9_000_000)),
        "magic_link": "https://c.example/?invite=x", "permissions": {},
    });
    serde_json::from_value(record).unwrap()
}

#[test]
fn a_status_that_nobody_knows_has_two_meanings() {
    let (now, theirs) = (from_micros(1), invitation("dreaming"));
    let in_form = [preview::known_there(theirs.clone())];
    let form = outlook(&in_form, now);
    assert_eq!(form, Outlook::Unknown);
    let preview = Preview { fleet_ref: "F".into(), outlook: form, has_page: true, similar: Vec::new(), runs_out: None };
    assert!(!preview.asks(&Agreed::default()), "the form sends it without a question");
    assert_eq!(
        standing([lookup::known_to_catena(&theirs)], now),
        domain::import::Standing::Active,
        "an import refreshes"
    );
    // So a refresh may end early in one and not in the other.
    assert_eq!(works_until(&in_form, now), None);
    assert_eq!(lookup::works_until(&[theirs.clone()], now), Some(theirs.expires_at));
}

#[test]
fn an_invitation_of_ours_without_a_stage_has_two_meanings() {
    let (created_at, expires_at) = (from_micros(0), from_micros(9));
    let row = InvitationRow {
        id: Uuid::nil(),
        digest: "d".into(),
        fleet: FleetKey(1),
        sealed_id: Vec::new().into(),
        sealed_link: None,
        stage: None,
        asked: None,
        created_at,
        expires_at,
    };
    assert_eq!(preview::known_here(&row, &[]), None, "the form asks Catena");
    let ours = FleetsInvitation { fleet_ref: "F".into(), id: row.id, stage: None, asked: None, created_at, expires_at };
    let (standing, _) = lookup::by_our_store(std::slice::from_ref(&ours), "{}", from_micros(1));
    assert_eq!(standing, domain::import::Standing::Active, "an import does not");
}

#[test]
fn an_agreement_is_over_for_one_and_not_for_the_other() {
    let fact = Fact {
        source: Source::Webhook,
        at: from_micros(5),
        kind: Kind::AgreementCreated,
        key: "k".into(),
        event_id: None,
        actor: None,
        about: About { agreement: Some(Uuid::nil()), status: Some("expired".into()), ..About::default() },
    };
    assert!(ends(&fact));
    assert_eq!(fold([fact]).stage, Some(Stage::Agreement));
}

#[test]
fn a_field_has_two_labels() {
    let checked = domain::invitation::request::Draft {
        fleet_ref: "F".into(),
        fleet_email: "a@b.example".into(),
        ..Default::default()
    };
    let rows = request::for_people(&request::to_json(&checked.check().unwrap()));
    assert_eq!((rows[0].0.as_str(), label("fleet_email")), ("E-mail", "Contact e-mail"));
}
