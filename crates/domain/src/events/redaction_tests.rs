use serde_json::json;

use super::*;
use crate::events::envelope::parse;

const ID: &str = "019caf10-331c-7fc1-b466-44073a4d3b3b";

fn kept(body: &Value, header: Option<&str>) -> Value {
    let once = redact(body.clone(), header);
    assert_eq!(redact(once.clone(), header), once, "redacting twice changes nothing");
    once
}

#[test]
fn of_every_published_event_staff_see_all_but_the_secrets() {
    const SECRETS: [&str; 3] = ["magic_link", "pre_registration_access_token", "pre_registration_refresh_token"];
    for event in contract::EVENTS {
        let body = parse(contract::event(event).as_bytes()).unwrap();
        let redacted = kept(&body, None);
        assert_eq!(redacted.as_object().unwrap().len(), body.as_object().unwrap().len(), "{event}");
        for (field, value) in body.as_object().unwrap() {
            assert!(field == "data" || redacted[field] == *value, "{event}: {field}");
        }
        for (field, value) in body["data"][0].as_object().unwrap() {
            let secret = SECRETS.contains(&field.as_str()) || (field == "id" && event.starts_with("invitation."));
            let want = if secret && !value.is_null() { &json!(REDACTED) } else { value };
            assert_eq!(redacted["data"][0][field], *want, "{event}: {field}");
        }
    }
}

#[test]
fn no_secret_survives_whatever_it_is_called_and_however_it_is_written() {
    let (upper, simple) = (ID.to_uppercase(), ID.replace('-', ""));
    let record = json!({
        "id": ID, "magic_link": format!("https://c.example/?invite={ID}"),
        "pre_registration_access_token": "tok-1", "pre_registration_refresh_token": "tok-2",
        // None of these is documented.
        "apiKey": "s-1", "authorization": "Bearer s-2", "private_key": ["s-3"], "passphrase": { "deep": "s-4" },
        "pin": 4_711, "cookie": "s-5", "otp": "s-6", "x": [{ "y": "s-7" }],
        // These are, and hold what they should not.
        "partner_provided_fleet_name": format!("Fleet {upper}"), "fleet_ref": simple, "partner_slug": format!("a{ID}b"),
        "decline_reason": format!("see https://x.example/{upper}?y"), "status": { "secret": "s-8" }, "fleet_id": ["s-9"],
        "limit_tsps": ["samsara", simple, { "secret": "s-10" }], "expires_at": "2026-03-03T15:00:00Z",
        "success_redirect_url": "https://user:s-11@ok.example/done?key=s-12#s-13", "failure_redirect_url": "s-14",
        // The id as the name of a field.
        format!("see {ID}"): 1, simple.clone(): 2, upper.clone(): { "a": 3 },
    });
    for (event, header) in [(json!("invitation.accepted"), None), (Value::Null, Some("invitation.declined"))] {
        let body =
            json!({ "event_name": event, "data": [record], "token": "s-15", "id": upper, format!("k{simple}"): 1 });
        let redacted = kept(&body, header);
        let shown = redacted.to_string().to_lowercase();
        for secret in
            [ID, &simple, "tok-", "s-1", "s-2", "s-3", "s-4", "s-5", "s-6", "s-7", "s-8", "s-9", "4711", "c.example"]
        {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        let shown = &redacted["data"][0];
        assert_eq!(shown["success_redirect_url"], "https://ok.example/done?[redacted]");
        assert_eq!(shown["limit_tsps"], json!(["samsara", REDACTED, REDACTED]));
        assert_eq!(shown["expires_at"], "2026-03-03T15:00:00Z");
        assert_eq!(shown["apiKey"], REDACTED, "that there is such a field is shown");
    }
}

#[test]
fn an_id_is_a_secret_only_if_it_is_an_invitation_s() {
    let body = |event: &str, record: Value| json!({ "event_name": event, "data": [record] });
    let id_kept = |body: &Value| kept(body, None)["data"][0]["id"] == *ID;
    assert!(id_kept(&body("connection.staled", json!({ "id": ID }))));
    assert!(id_kept(&body("vehicle.added", json!({ "id": ID }))));
    assert!(
        !id_kept(&body("invitation.rescinded", json!({ "id": ID }))),
        "an event of invitations that nobody knows yet"
    );
    assert!(!id_kept(&body("new.thing", json!({ "id": ID }))));
    assert!(!id_kept(&body("connection.staled", json!({ "id": ID, "magic_link": "x" }))));
    assert!(!id_kept(&body("connection.staled", json!({ "id": ID, "invitation_id": ID.to_uppercase() }))));
    assert!(!id_kept(&body(
        "connection.staled",
        json!({ "id": ID, "magic_link": format!("https://c.example/?tms_invite={ID}") })
    )));
}

#[test]
fn of_an_unknown_event_only_what_joins_it_to_a_fleet_is_shown() {
    let body = json!({
        "event_name": "new.thing", "version": "1.0",
        "data": [{ "fleet_ref": "FLEET-42", "fleet_id": "f", "note": "x", "n": 5, "on": true, "none": null }, "a text", null],
    });
    let want = json!({
        "event_name": "new.thing", "version": "1.0",
        "data": [
            { "fleet_ref": "FLEET-42", "fleet_id": "f", "note": REDACTED, "n": REDACTED, "on": true, "none": null },
            REDACTED,
            null,
        ],
    });
    assert_eq!(kept(&body, None), want);
    assert_eq!(kept(&json!(["text"]), None), json!(REDACTED));
}

#[test]
fn uuids_are_found_wherever_they_begin() {
    let id: Uuid = ID.parse().unwrap();
    for text in [ID.to_owned(), format!("00{ID}"), format!("é{}é", id.simple()), format!("{{{}}}", ID.to_uppercase())]
    {
        assert!(uuids(&text).any(|found| found == id), "{text}");
    }
    assert_eq!(uuids("019caf10-331c-7fc1-b466").count() + uuids("").count(), 0);
}
