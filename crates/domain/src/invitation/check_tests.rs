use super::*;
use crate::invitation::request::EXPIRY_DEFAULT;

fn draft() -> Draft {
    Draft { fleet_ref: "FLEET-42".into(), ..Draft::default() }
}

#[test]
fn a_reference_alone_is_enough() {
    let checked = draft().check().unwrap();
    assert_eq!((checked.fleet_ref.as_str(), checked.expires_in_hours), ("FLEET-42", EXPIRY_DEFAULT));
    assert_eq!((checked.fleet_name, checked.limit_tsps, checked.permissions), (None, None, None));
}

#[test]
fn each_wrong_field_is_named_and_all_at_once() {
    let wrong = Draft {
        fleet_ref: "a/b".into(),
        fleet_name: "&&".into(),
        fleet_email: "nobody".into(),
        fleet_phone: "415 555".into(),
        fleet_website: "ftp://x".into(),
        fleet_country_code: "US".into(),
        fleet_regulatory_id: "123".into(),
        fleet_regulatory_id_type: String::new(),
        expires_in_hours: "673".into(),
        success_redirect_url: "not an address".into(),
        failure_redirect_url: "javascript:alert(1)".into(),
        callback_url: "http://x.example/".into(),
        limit_tsps: "sam/sara".into(),
        permissions: [("hos_events".to_owned(), "read".to_owned())].into(),
    };
    let errors = wrong.check().unwrap_err();
    let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        [
            "callback_url",
            "expires_in_hours",
            "failure_redirect_url",
            "fleet_country_code",
            "fleet_email",
            "fleet_name",
            "fleet_phone",
            "fleet_ref",
            "fleet_regulatory_id_type",
            "fleet_website",
            "limit_tsps",
            "permissions",
            "success_redirect_url",
        ]
    );
}

#[test]
fn a_landing_page_gets_the_invitations_id_neither_in_the_clear_nor_beside_a_password() {
    for address in ["http://us.example/done", "https://user:password@us.example/done"] {
        let wrong = Draft {
            success_redirect_url: address.into(),
            failure_redirect_url: address.into(),
            fleet_website: "http://us.example/".into(),
            ..draft()
        };
        let errors = wrong.check().unwrap_err();
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["failure_redirect_url", "success_redirect_url"], "{address}");
    }
}

#[test]
fn hours_keep_to_the_published_bounds() {
    for (text, want) in [
        ("", Some(24)),
        ("1", Some(1)),
        ("672", Some(672)),
        ("0", None),
        ("673", None),
        ("-1", None),
        ("1.5", None),
        ("a day", None),
    ] {
        let result = Draft { expires_in_hours: text.into(), ..draft() }.check();
        assert_eq!(result.ok().map(|checked| checked.expires_in_hours), want, "{text}");
    }
}

#[test]
fn what_people_write_is_made_what_catena_takes() {
    let checked = Draft {
        fleet_name: "J.B. Hunt".into(),
        fleet_phone: "+1 (415) 555-1234".into(),
        fleet_website: "acme.example".into(),
        fleet_country_code: "usa".into(),
        limit_tsps: "samsara, geotab\nmotive samsara".into(),
        permissions: [("vehicle".to_owned(), "read".to_owned())].into(),
        ..draft()
    }
    .check()
    .unwrap();
    assert_eq!(checked.display_name.as_deref(), Some("J.B. Hunt"));
    assert_eq!(checked.fleet_name.as_deref(), Some("JB Hunt"));
    assert_eq!(checked.fleet_phone.as_deref(), Some("+14155551234"));
    assert_eq!(checked.fleet_website.as_deref(), Some("https://acme.example"));
    assert_eq!(checked.fleet_country_code.as_deref(), Some("USA"));
    assert_eq!(
        checked.limit_tsps.as_deref(),
        Some(&["samsara".to_owned(), "geotab".to_owned(), "motive".to_owned()][..])
    );
}

#[test]
fn a_country_is_one_that_is_assigned() {
    // CONTRACT.md 13.17: unassigned codes are refused.
    for (code, want) in [("can", Some("CAN")), ("XXX", None), ("US", None), ("Canada", None)] {
        let result = Draft { fleet_country_code: code.into(), ..draft() }.check();
        assert_eq!(result.ok().and_then(|checked| checked.fleet_country_code).as_deref(), want, "{code}");
    }
}

#[test]
fn levels_and_resources_of_the_documentations_wrong_examples_are_refused() {
    // CONTRACT.md 13.9
    for (resource, level) in [("hos_events", "read"), ("vehicle", "read-write"), ("VEHICLE", "read")] {
        let draft = Draft { permissions: [(resource.to_owned(), level.to_owned())].into(), ..draft() };
        assert!(draft.check().unwrap_err().contains_key("permissions"), "{resource} {level}");
    }
}
