//! Text from outside gets the same answer wherever it comes in: form, import, command, staff account, mail.

use domain::{import::RowState, staff::Role};
use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    commands::onramp,
    imports::{done, rows},
    smtp::Smtp,
    support::{PASSWORD, TestServer},
};

/// Fields of a request, and what is asked of Catena for it, or a sentence that says why not.
struct Case {
    typed: &'static [(&'static str, &'static str)],
    want: Result<&'static [(&'static str, &'static str)], &'static str>,
}

const fn case(
    typed: &'static [(&'static str, &'static str)],
    want: Result<&'static [(&'static str, &'static str)], &'static str>,
) -> Case {
    Case { typed, want }
}

const FIELDS: [&str; 7] = [
    "fleet_ref",
    "fleet_name",
    "fleet_email",
    "fleet_phone",
    "fleet_website",
    "fleet_regulatory_id",
    "fleet_regulatory_id_type",
];

const CASES: &[Case] = &[
    case(&[("fleet_ref", "\u{feff}R\u{a0}1\u{200b}")], Ok(&[("fleet_ref", "R 1")])),
    case(&[("fleet_ref", "R\u{2011}2\u{202c}")], Ok(&[("fleet_ref", "R-2")])),
    case(&[("fleet_ref", "R\u{2013}3")], Err("Remove EN DASH (U+2013).")),
    case(&[("fleet_ref", "R/4")], Err("Remove “/”.")),
    case(&[("fleet_ref", "#REF!")], Err("“#REF!” is a spreadsheet’s error.")),
    case(&[("fleet_ref", "1.23457E+11")], Err("a spreadsheet dropped digits")),
    case(&[("fleet_ref", "null")], Err("stands for a missing value")),
    case(
        &[("fleet_ref", "N1"), ("fleet_name", "Mu\u{308}ller\u{a0}Schwertrans\u{ad}port")],
        Ok(&[("fleet_ref", "N1"), ("fleet_name", "Müller Schwertransport")]),
    ),
    case(
        &[("fleet_ref", "N2"), ("fleet_name", "हिन्दी ट्रांसपोर्ट")],
        Ok(&[("fleet_ref", "N2"), ("fleet_name", "हिन्दी ट्रांसपोर्ट")]),
    ),
    case(&[("fleet_ref", "N3"), ("fleet_name", "#N/A")], Err("“#N/A” is a spreadsheet’s error.")),
    case(&[("fleet_ref", "N4"), ("fleet_name", "NULL")], Err("“NULL” stands for a missing value.")),
    case(
        &[("fleet_ref", "E1"), ("fleet_email", "<mailto:Ada@Acme.example>;")],
        Ok(&[("fleet_ref", "E1"), ("fleet_email", "ada@acme.example")]),
    ),
    case(
        &[("fleet_ref", "E2"), ("fleet_email", "ada\u{200b}@acme.example\u{a0}")],
        Ok(&[("fleet_ref", "E2"), ("fleet_email", "ada@acme.example")]),
    ),
    case(&[("fleet_ref", "E3"), ("fleet_email", "a@x.example; b@x.example")], Err("Enter only one e-mail address.")),
    case(&[("fleet_ref", "E4"), ("fleet_email", "\u{430}da@acme.example")], Err("“\u{430}” (U+0430)")),
    case(
        &[("fleet_ref", "P1"), ("fleet_phone", "\u{202a}+33 (0)1 42 68 53 00\u{202c}")],
        Ok(&[("fleet_ref", "P1"), ("fleet_phone", "+33142685300")]),
    ),
    case(
        &[("fleet_ref", "P2"), ("fleet_phone", "+39 06\u{a0}698 12345")],
        Ok(&[("fleet_ref", "P2"), ("fleet_phone", "+390669812345")]),
    ),
    case(&[("fleet_ref", "P3"), ("fleet_phone", "+34 0 915 123 456")], Err("No country has such a number.")),
    case(&[("fleet_ref", "P4"), ("fleet_phone", "020 7946 0000")], Err("with “+” and the country code")),
    case(
        &[("fleet_ref", "W1"), ("fleet_website", "acme.example\u{200b}\u{a0}")],
        Ok(&[("fleet_ref", "W1"), ("fleet_website", "https://acme.example")]),
    ),
    case(&[("fleet_ref", "W2"), ("fleet_website", "NULL")], Err("“NULL” stands for a missing value.")),
    case(
        &[("fleet_ref", "I1"), ("fleet_regulatory_id", "USDOT\u{a0}01234567"), ("fleet_regulatory_id_type", "US DOT")],
        Ok(&[("fleet_ref", "I1"), ("fleet_regulatory_id", "01234567"), ("fleet_regulatory_id_type", "DOT")]),
    ),
    case(
        &[("fleet_ref", "I2"), ("fleet_regulatory_id", "1.23457E+06"), ("fleet_regulatory_id_type", "DOT")],
        Err("a spreadsheet dropped digits"),
    ),
    case(
        &[("fleet_ref", "I3"), ("fleet_regulatory_id", "12345O7"), ("fleet_regulatory_id_type", "DOT")],
        Err("A DOT number has 1 to 8 digits"),
    ),
];

/// What Catena was asked for, of the fields of a case.
async fn asked(server: &TestServer, want: &[(&str, &str)]) -> Vec<(String, String)> {
    let fleet_ref = want[0].1;
    let found = server.state.store.invitations_of_fleets(&[fleet_ref]).await.unwrap();
    assert_eq!(found.len(), 1, "{fleet_ref}");
    let json: Value = serde_json::from_str(found[0].request.as_deref().unwrap()).unwrap();
    let value = |field: &str| if field == "fleet_ref" { fleet_ref } else { json[field].as_str().unwrap_or("nothing") };
    want.iter().map(|(field, _)| ((*field).to_owned(), value(field).to_owned())).collect()
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn the_form_cleans_what_is_meant_and_names_what_is_wrong() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    for Case { typed, want } in CASES {
        let answer = browser.post("/invitations/new", typed).await;
        match want {
            Ok(want) => {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{typed:?}: {}", answer.body);
                assert_eq!(asked(&server, want).await, owned(want), "{typed:?}");
            }
            Err(sentence) => {
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
                assert!(answer.body.contains(sentence), "{typed:?}: {}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn an_import_gives_the_same_answers_as_the_form() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let cell = |typed: &[(&str, &str)], field: &str| {
        let value = typed.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| value);
        format!("\"{}\"", value.replace('"', "\"\""))
    };
    let line = |case: &Case| FIELDS.map(|field| cell(case.typed, field)).join(",");
    let csv = std::iter::once(FIELDS.join(",")).chain(CASES.iter().map(line)).collect::<Vec<_>>().join("\n");
    let path = done(&server, &browser, &csv).await;
    let rows = rows(&server, &path).await;
    assert_eq!(rows.len(), CASES.len());
    for (row, Case { typed, want }) in rows.iter().zip(CASES) {
        let reason = row.reason.as_deref().unwrap_or_default();
        match want {
            Ok(want) => {
                assert_eq!((row.state, row.fleet_ref.as_str()), (RowState::Created, want[0].1), "{typed:?}: {reason}");
                assert_eq!(asked(&server, want).await, owned(want), "{typed:?}");
            }
            Err(sentence) => {
                assert_eq!(row.state, RowState::Invalid, "{typed:?}");
                assert!(reason.contains(sentence), "{typed:?}: {reason}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_gives_the_same_answers_as_the_form() {
    let server = TestServer::start().await;
    let api = server.url.join("/sandbox").unwrap().to_string();
    let auth = server.url.join("/sandbox/realms/catena").unwrap().to_string();
    let env = [
        ("CATENA_API_URL", api.as_str()),
        ("CATENA_AUTH_URL", &auth),
        ("CATENA_CLIENT_ID", "client"),
        ("CATENA_CLIENT_SECRET", "client-secret"),
    ];
    let of_the_command =
        |case: &&Case| case.typed.iter().all(|(field, _)| matches!(*field, "fleet_ref" | "fleet_name"));
    for Case { typed, want } in CASES.iter().filter(of_the_command) {
        let mut args = vec!["invite", "--json", typed[0].1];
        args.extend(typed.get(1).into_iter().flat_map(|(_, name)| ["--name", name]));
        let output = tokio::task::block_in_place(|| onramp(&args, &env));
        let error = String::from_utf8_lossy(&output.stderr);
        match want {
            Ok(want) => {
                assert!(output.status.success(), "{typed:?}: {error}");
                let said: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert_eq!(said["fleet_ref"], want[0].1, "{typed:?}");
                let record = server.state.catena.invitations_of(want[0].1).await.unwrap().records.remove(0);
                let name = want.get(1).map(|(_, name)| *name);
                assert_eq!(record.fleet_name.as_deref().filter(|_| name.is_some()), name, "{typed:?}");
            }
            Err(sentence) => {
                assert!(!output.status.success(), "{typed:?}");
                assert!(error.contains(sentence), "{typed:?}: {error}");
            }
        }
    }
}

/// What people paste for an address, and what is stored, or why not.
const ADDRESSES: &[(&str, Result<&str, &str>)] = &[
    (" Ada@Acme.example ", Ok("ada@acme.example")),
    ("<mailto:ada@acme.example>;", Ok("ada@acme.example")),
    ("Ada Lovelace <ada@acme.example>", Ok("ada@acme.example")),
    ("\u{feff}ada@acme\u{ad}.example\u{a0}", Ok("ada@acme.example")),
    ("ada@acme.example, bob@acme.example", Err("Enter only one e-mail address.")),
    ("ad\u{430}@acme.example", Err("“\u{430}” (U+0430)")),
    ("a da@acme.example", Err("a space")),
    ("ada", Err("Enter an e-mail address")),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_staff_is_read_like_a_fleets() {
    for (typed, want) in ADDRESSES {
        let server = TestServer::start().await;
        let link = server.state.accounts.issue_link(None).await.unwrap();
        let browser = server.browser();
        browser.get(link.strip_prefix(server.url.as_str().trim_end_matches('/')).unwrap()).await;
        let form = [("email", *typed), ("password", PASSWORD), ("password_again", PASSWORD)];
        let set_up = browser.post("/setup", &form).await;
        let added = tokio::task::block_in_place(|| onramp(&["user", "add", "--role", "viewer", "--email", typed], &[]));
        let (out, error) = (String::from_utf8_lossy(&added.stdout), String::from_utf8_lossy(&added.stderr));
        match want {
            Ok(want) => {
                assert_eq!(set_up.status, StatusCode::SEE_OTHER, "{typed}: {}", set_up.body);
                assert!(server.state.store.staff_by_email(want).await.unwrap().is_some(), "{typed}");
                let sign_in = [("email", *typed), ("password", PASSWORD)];
                assert_eq!(server.browser().post("/login", &sign_in).await.status, StatusCode::SEE_OTHER, "{typed}");
                assert!(out.starts_with(&format!("{want} can now sign in")), "{typed}: {out} {error}");
            }
            Err(sentence) => {
                assert_eq!(set_up.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
                assert!(set_up.body.contains(sentence), "{typed}: {}", set_up.body);
                assert!(!added.status.success() && error.contains(sentence), "{typed}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_recipient_is_read_like_a_fleets_contact() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let made = browser.post("/invitations/new", &[("fleet_ref", "ACME-1")]).await;
    let path = made.header("location").split('?').next().unwrap().to_owned();
    for (number, (typed, want)) in ADDRESSES.iter().enumerate() {
        let once = number.to_string();
        let letter = [("to", *typed), ("subject", "Hello\u{202e}"), ("body", "Here:\r\n{link}\u{0}"), ("once", &once)];
        let sent = browser.post(&format!("{path}/send"), &letter).await;
        match want {
            Ok(want) => {
                assert_eq!(sent.status, StatusCode::SEE_OTHER, "{typed}: {}", sent.body);
                let mail = smtp.mails().await.pop().unwrap();
                assert_eq!(mail.to, *want, "{typed}");
            }
            Err(sentence) => {
                assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
                assert!(sent.body.contains(sentence), "{typed}: {}", sent.body);
            }
        }
    }
}

#[tokio::test]
async fn a_password_is_the_same_on_every_keyboard() {
    let server = TestServer::start().await;
    let link = server.state.accounts.issue_link(None).await.unwrap();
    let browser = server.browser();
    browser.get(link.strip_prefix(server.url.as_str().trim_end_matches('/')).unwrap()).await;
    // As macOS sends an accent, and as Windows does.
    let (apart, composed) = ("Mu\u{308}lltonnen pfeifen", "M\u{fc}lltonnen pfeifen");
    let form = [("email", "ada@example.com"), ("password", apart), ("password_again", composed)];
    let set_up = browser.post("/setup", &form).await;
    assert_eq!(set_up.status, StatusCode::SEE_OTHER, "{}", set_up.body);
    for password in [apart, composed] {
        let sign_in = [("email", "ada@example.com"), ("password", password)];
        assert_eq!(server.browser().post("/login", &sign_in).await.status, StatusCode::SEE_OTHER, "{password:?}");
    }
    let short = [("email", "ada@example.com"), ("password", "Mulltonnen pfeifen")];
    assert_eq!(server.browser().post("/login", &short).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
