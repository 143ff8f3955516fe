//! Markup in what comes from outside is text on every page, whoever wrote it: Catena, a fleet, or somebody with a signing secret.

use std::collections::{BTreeSet, VecDeque};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use catena::CreateInvitation;
use domain::staff::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::store::Cause;
use uuid::Uuid;

use crate::support::{Answer, Browser, Catena, FLEET_REF, INVITATION, SECRET, TestServer, example};

const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'";
const LINK: &str = "javascript:alert(1)";
const HOOK: Uuid = Uuid::from_u128(1);

/// Fields that hold text of people or of Catena, in deliveries and in answers.
const TEXTS: [&str; 9] = [
    "fleet_name",
    "partner_provided_fleet_name",
    "name",
    "partner_slug",
    "source_name",
    "resource",
    "decline_reason",
    "message",
    "detail",
];
const LINKS: [&str; 4] = ["magic_link", "success_redirect_url", "failure_redirect_url", "callback_url"];

/// Puts these in place of all texts and links, wherever they are.
fn spoil(value: &mut Value, text: &str, link: &str) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| spoil(one, text, link)),
        Value::Object(fields) => {
            for (name, field) in fields {
                match (TEXTS.contains(&name.as_str()), LINKS.contains(&name.as_str())) {
                    (true, _) if !field.is_object() => *field = text.into(),
                    (_, true) => *field = link.into(),
                    _ if name == "limit_tsps" => *field = json!([text]),
                    _ => spoil(field, text, link),
                }
            }
        }
        _ => {}
    }
}

/// The sandbox with this in place of all texts in what it answers.
pub fn answers_with(text: &'static str, link: &'static str) -> Catena {
    let meddle = move |request: Request, next: Next| async move {
        let response = next.run(request).await;
        let kind = response.headers().get("content-type");
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            return response;
        }
        let (mut head, body) = response.into_parts();
        let mut value: Value = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        spoil(&mut value, text, link);
        head.headers.remove("content-length");
        Response::from_parts(head, Body::from(value.to_string()))
    };
    Catena::Through(Box::new(move |played: Router| played.layer(from_fn(meddle))))
}

/// A published example with this in place of all texts.
pub fn spoiled(event: &str, text: &str, link: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(&example(event)).unwrap();
    spoil(&mut value["data"], text, link);
    change(&mut value);
    serde_json::to_vec(&value).unwrap()
}

/// The tags of a page, each as it stands and without what is in quotes.
fn tags(html: &str) -> Vec<(&str, String)> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        let (mut quoted, mut bare, mut end) = (false, String::new(), rest.len());
        for (at, letter) in rest.char_indices() {
            match letter {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                _ if !quoted => bare.push(letter.to_ascii_lowercase()),
                _ => {}
            }
        }
        let tag = &rest[..end];
        rest = &rest[end..];
        if bare.starts_with("script") {
            rest = rest.find("</script").map_or("", |at| &rest[at..]);
        }
        tags.push((tag, bare));
    }
    tags
}

fn value<'a>(tag: &'a str, attribute: &str) -> Option<&'a str> {
    tag.split(&format!(" {attribute}=\"")).nth(1)?.split('"').next()
}

/// Holds a page against what every page promises; gives the pages of ours that it leads to.
fn assert_harmless(path: &str, page: &Answer) -> Vec<String> {
    let policy = page.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect(path);
    let mut next = Vec::new();
    for (tag, bare) in tags(&page.body) {
        if bare.starts_with("script") {
            assert_eq!(value(tag, "nonce"), Some(nonce), "{path} has a script that isn't ours: {tag}");
        }
        let handler = bare.split_ascii_whitespace().skip(1).find(|attribute| attribute.starts_with("on"));
        assert_eq!(handler, None, "{path}: {tag}");
        for attribute in ["href", "src", "action", "formaction"] {
            let Some(found) = value(tag, attribute) else { continue };
            assert!(!found.trim().to_ascii_lowercase().starts_with("javascript:"), "{path}: {tag}");
            if bare.starts_with("a ") && found.starts_with('/') && !found.starts_with("/sandbox") {
                next.push(found.split('#').next().unwrap().replace("&amp;", "&"));
            }
        }
    }
    next
}

/// Opens these pages and all that they lead to, at most so many; gives the addresses of those that show the hostile text.
async fn look_around(browser: &Browser, start: &[String], most: usize) -> BTreeSet<String> {
    let (mut waiting, mut seen, mut showing) = (VecDeque::from(start.to_vec()), BTreeSet::new(), BTreeSet::new());
    while let Some(path) = waiting.pop_front().filter(|_| seen.len() < most) {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = browser.get(&path).await;
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        waiting.extend(assert_harmless(&path, &page));
        if page.body.contains("&lt;script&gt;") {
            showing.insert(path);
        }
    }
    showing
}

#[tokio::test]
async fn markup_in_a_signed_delivery_is_text_on_every_page() {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &[SECRET]).await;
    let send = async |body: Vec<u8>| {
        let delivery = server.delivery(HOOK, body).with("x-schema-version", HOSTILE).with("x-source", HOSTILE);
        let delivery = delivery.with("user-agent", HOSTILE).with("x-event-type", HOSTILE);
        assert_eq!(delivery.send(&server).await, StatusCode::ACCEPTED);
    };
    for event in [
        "invitation.created",
        "invitation.declined",
        "invitation.accepted",
        "fleet_connection.created",
        "connection.created",
        "execution.failed",
        "schedule.deactivated",
        "share_agreement.updated",
    ] {
        send(spoiled(event, HOSTILE, LINK, |_| {})).await;
    }
    // References that were made elsewhere may have any characters, and so may names of events that nobody knows.
    send(spoiled("invitation.created", HOSTILE, LINK, |value| {
        value["id"] = json!(Uuid::from_u128(2));
        value["data"][0]["id"] = json!(Uuid::from_u128(3));
        value["data"][0]["fleet_ref"] = HOSTILE.into();
    }))
    .await;
    send(spoiled("invitation.viewed", HOSTILE, LINK, |value| {
        value["id"] = json!(Uuid::from_u128(4));
        value["event_name"] = HOSTILE.into();
    }))
    .await;
    let rows = server.processed().await;

    let browser = server.signed_in(Role::Administrator).await;
    let invitation = format!("/invitations/{}", server.own_id(INVITATION).await);
    browser.post(&format!("{invitation}/link"), &[]).await;
    let start = [
        invitation.clone(),
        format!("{invitation}/share"),
        format!("/fleets/{FLEET_REF}"),
        "/deliveries".into(),
        "/deliveries/waiting".into(),
        "/subscriptions".into(),
        "/invitations".into(),
    ];
    let details: Vec<String> = rows.iter().map(|row| format!("/deliveries/{}", row.key.0)).collect();
    let showing = look_around(&browser, &[&start[..], &details].concat(), 120).await;
    for page in [&invitation, &start[1], &start[2], "/deliveries", "/invitations"]
        .into_iter()
        .chain(details.iter().map(String::as_str))
    {
        assert!(showing.contains(page), "{page} doesn't show what was sent, so nothing was tried there: {showing:#?}");
    }
}

#[tokio::test]
async fn markup_in_what_catena_answers_is_text_on_every_page() {
    let server = TestServer::start_with(answers_with(HOSTILE, LINK)).await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    server.state.catena.create_invitation(&CreateInvitation::new("THEIRS")).await.unwrap();
    server.state.reconciler.everything(Cause::Staff).await.unwrap();
    let made = browser.post("/invitations/new", &[("fleet_ref", "ACME-1")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let invitation = made.header("location").split('?').next().unwrap().to_owned();
    let start = [
        made.header("location").to_owned(),
        format!("{invitation}/share"),
        "/fleets/THEIRS".into(),
        "/subscriptions".into(),
        "/settings/checks".into(),
        "/invitations/new".into(),
    ];
    let showing = look_around(&browser, &start, 80).await;
    assert!(showing.contains("/invitations/new"), "{showing:#?}");

    let fault = json!({"status": 409, "call": "POST /v2/orgs/invitations"});
    let fault = reqwest::Client::new().post(server.url.join("/sandbox/control/faults").unwrap()).json(&fault);
    assert_eq!(fault.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let refused = browser.post("/invitations/new", &[("fleet_ref", "ACME-2")]).await;
    assert!(!refused.status.is_success() && !refused.status.is_redirection(), "{}", refused.status);
    assert_harmless("/invitations/new", &refused);
}
