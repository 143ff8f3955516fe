//! Reminders: proposed where they help, sent after somebody approved, and never twice.

use std::time::Duration;

use domain::{link::message::MessageState, onboarding::stage::Stage, staff::Role};
use platform::clock::Clock as _;
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    smtp::{Behaviour, Smtp},
    support::{Browser, PASSWORD, TestServer, until},
};

async fn invite(browser: &Browser, fleet_ref: &str, email: &str) -> String {
    let typed =
        [("fleet_ref", fleet_ref), ("fleet_email", email), ("fleet_country_code", "MEX"), ("expires_in_hours", "72")];
    let made = browser.post("/invitations/new", &typed).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    made.header("location").split('?').next().unwrap().to_owned()
}

/// Fleets that stand on the page, by their ids, in its order.
fn proposed(page: &str) -> Vec<String> {
    let table = page.split("data-testid=\"proposed\"").nth(1).unwrap_or_default().split("</table>").next().unwrap();
    let ids = table.split("name=\"id\" value=\"").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Sessions end while the clock jumps.
async fn sign_in_again(server: &TestServer) -> Browser {
    let browser = server.browser();
    browser.post("/login", &[("email", "operator@example.com"), ("password", PASSWORD)]).await;
    browser
}

/// A server with fleets that were invited more than a day ago.
async fn waiting(smtp: &Smtp, fleets: &[(&str, &str)]) -> (TestServer, Browser) {
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    for (fleet_ref, email) in fleets {
        invite(&browser, fleet_ref, email).await;
    }
    server.clock.advance(time::Duration::hours(25));
    let browser = sign_in_again(&server).await;
    (server, browser)
}

async fn look(browser: &Browser) -> Vec<String> {
    let looked = browser.post("/reminders/look", &[]).await;
    assert_eq!(looked.status, StatusCode::SEE_OTHER, "{}", looked.body);
    proposed(&browser.get("/reminders").await.body)
}

async fn count(server: &TestServer, fleet_ref: &str, kind: &str) -> usize {
    server.facts(fleet_ref).await.iter().filter(|fact| fact.kind.name() == kind).count()
}

async fn settled(server: &TestServer) {
    until("everything approved to be sent", async || {
        let decided = server.state.store.decided(100).await.unwrap();
        let moving = |state: &str| matches!(state, "approved" | "sending");
        (!decided.iter().any(|row| moving(row.message.state.name()))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_fleet_that_did_not_open_its_link_is_proposed_and_reminded_once() {
    let smtp = Smtp::start().await;
    let (server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    let ids = look(&browser).await;
    assert_eq!(ids.len(), 1);
    assert!(browser.get("/invitations").await.body.contains("data-testid=\"reminders\""), "the list says so");
    let sent = browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    assert_eq!(sent.header("location"), "/reminders?approved=1", "{}", sent.body);
    let mails = smtp.until(1).await;
    assert_eq!(mails[0].to, "ops@acme.example");
    assert!(mails[0].text.contains("connect?invite=") && mails[0].text.contains("marzo"), "{}", mails[0].text);
    settled(&server).await;
    assert_eq!(count(&server, "ACME-1", "reminder.sent").await, 1);

    // RenewalAction, from the same page; after another look; after days.
    browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    assert!(look(&browser).await.is_empty());
    server.clock.advance(time::Duration::hours(40));
    let browser = sign_in_again(&server).await;
    assert!(look(&browser).await.is_empty(), "one reminder of a kind is enough for a round");
    settled(&server).await;
    assert_eq!(smtp.mails().await.len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_before_somebody_approves() {
    let smtp = Smtp::start().await;
    let (server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    assert_eq!(look(&browser).await.len(), 1);
    assert!(!server.state.reminders.send_next().await.unwrap(), "nothing is due to be sent");
    assert!(smtp.mails().await.is_empty());
}

#[tokio::test]
async fn several_are_sent_together_after_a_second_look_and_each_once() {
    let smtp = Smtp::start().await;
    let fleets = [("ACME-1", "a@acme.example"), ("ACME-2", "b@acme.example"), ("ACME-3", "")];
    let (server, browser) = waiting(&smtp, &fleets).await;
    assert_eq!(look(&browser).await.len(), 3);
    let until_now = domain::timestamp::micros(server.clock.now()).to_string();
    let asked = browser.post("/reminders/decide", &[("do", "all"), ("until", &until_now)]).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.body.contains("Send 2 reminders?"), "{}", asked.body);
    assert!(smtp.mails().await.is_empty(), "nothing leaves before the second look");
    let form = [("do", "all"), ("until", until_now.as_str()), ("confirmed", "yes")];
    let (one, two) = tokio::join!(browser.post("/reminders/decide", &form), browser.post("/reminders/decide", &form));
    let mut counts = [one.header("location").to_owned(), two.header("location").to_owned()];
    counts.sort();
    assert_eq!(counts, ["/reminders?approved=0", "/reminders?approved=2"]);
    smtp.until(2).await;
    settled(&server).await;
    let mut to: Vec<_> = smtp.mails().await.into_iter().map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, ["a@acme.example", "b@acme.example"]);
    let page = browser.get("/reminders").await.body;
    assert!(page.contains("No e-mail address") && proposed(&page).len() == 1);
}

#[tokio::test]
async fn a_fleet_that_moves_in_the_meantime_gets_none() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let administrator = server.signed_in(Role::Administrator).await;
    administrator.post("/subscriptions/ensure", &[]).await;
    server.add_staff("operator@example.com", Role::Operator).await;
    let path = invite(&administrator, "ACME-1", "ops@acme.example").await;
    let page = administrator.get(&path).await.body;
    let id: String = page.split("connect?invite=").nth(1).expect("a magic link").chars().take(36).collect();
    server.clock.advance(time::Duration::hours(25));
    let browser = sign_in_again(&server).await;
    let ids = look(&browser).await;
    assert_eq!(ids.len(), 1);
    let url = server.url.join(&format!("/sandbox/v2/orgs/invitations/{id}/accept")).unwrap();
    let accepted = reqwest::Client::new().post(url).json(&json!({})).send().await.unwrap();
    assert_eq!(accepted.status(), StatusCode::OK);
    until("the acceptance", async || {
        let stage = server.onboarding("ACME-1").await?.stage?;
        (stage >= Stage::Accepted).then_some(())
    })
    .await;
    browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    settled(&server).await;
    assert!(smtp.mails().await.is_empty(), "approved, and taken back at the last moment");
    let decided = server.state.store.decided(1).await.unwrap();
    assert_eq!(decided[0].message.state.name(), "withdrawn");
}

#[tokio::test]
async fn a_look_takes_back_what_no_longer_helps() {
    let smtp = Smtp::start().await;
    let (server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    assert_eq!(look(&browser).await.len(), 1);
    server.clock.advance(time::Duration::hours(47));
    let browser = sign_in_again(&server).await;
    assert!(proposed(&browser.get("/reminders").await.body).is_empty(), "the link runs out within the hour");
    assert!(look(&browser).await.is_empty());
}

#[tokio::test]
async fn what_the_mail_server_refuses_is_said_and_tried_again_when_staff_say_so() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("550 5.1.1 No such user".into()));
    let (server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    let ids = look(&browser).await;
    browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    settled(&server).await;
    let page = browser.get("/reminders").await.body;
    let failed = page.split("data-testid=\"failed\"").nth(1).expect("what failed").split("</table>").next().unwrap();
    assert!(failed.contains("No such user") && failed.contains("Try again"), "{page}");
    assert_eq!(count(&server, "ACME-1", "reminder.sent").await, 0);
    smtp.answer(Behaviour::Accept);
    browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    smtp.until(1).await;
    settled(&server).await;
    assert_eq!(count(&server, "ACME-1", "reminder.sent").await, 1);
}

/// The fleets of the reminders in this state.
async fn in_state(server: &TestServer, state: MessageState) -> Vec<String> {
    let decided = server.state.store.decided(100).await.unwrap().into_iter();
    let failed = server.state.store.failed(100).await.unwrap();
    let rows = decided.chain(failed).filter(|row| row.message.state == state);
    let mut refs: Vec<String> = rows.map(|row| row.fleet.fleet_ref).collect();
    refs.sort();
    refs
}

async fn send_all(server: &TestServer, browser: &Browser) {
    let until_now = domain::timestamp::micros(server.clock.now()).to_string();
    let form = [("do", "all"), ("until", until_now.as_str()), ("confirmed", "yes")];
    assert_eq!(browser.post("/reminders/decide", &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_no_mail_server_takes_waits_and_leaves_as_soon_as_one_does() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtContent("451 4.3.0 Later".into()));
    let fleets = [("ACME-1", "a@acme.example"), ("ACME-2", "b@acme.example"), ("ACME-3", "c@acme.example")];
    let (server, browser) = waiting(&smtp, &fleets).await;
    assert_eq!(look(&browser).await.len(), 3);
    send_all(&server, &browser).await;
    until("a first try", async || server.state.reminders.problem()).await;
    // Try after try, and none of them is lost.
    for _ in 0..4 {
        assert!(!server.state.reminders.send_next().await.unwrap(), "the others wait a while, too");
    }
    assert_eq!(in_state(&server, MessageState::Approved).await, ["ACME-1", "ACME-2", "ACME-3"]);
    assert!(look(&browser).await.is_empty(), "they are not proposed once more");
    let page = browser.get("/reminders").await.body;
    assert!(page.contains("3 approved reminders are waiting") && page.contains("451 4.3.0 Later"), "{page}");
    smtp.answer(Behaviour::Accept);
    server.state.reminders.wake();
    assert_eq!(smtp.until(3).await.len(), 3);
    settled(&server).await;
    assert_eq!(in_state(&server, MessageState::Sent).await.len(), 3);
    assert!(!browser.get("/reminders").await.body.contains("data-testid=\"waiting\""));
}

#[tokio::test]
async fn a_recipient_that_has_to_wait_holds_up_no_other() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("450 4.2.0 Mailbox busy".into()));
    let (server, browser) = waiting(&smtp, &[("ACME-1", "a@acme.example"), ("ACME-2", "b@acme.example")]).await;
    let ids = look(&browser).await;
    let rows = server.state.store.proposed(None, 2).await.unwrap();
    let [first, second] = [0, 1].map(|index: usize| rows[index].message.recipient.clone().unwrap());
    browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    until("a first try", async || server.state.reminders.problem()).await;
    smtp.answer(Behaviour::Accept);
    server.clock.advance(time::Duration::SECOND);
    browser.post("/reminders/decide", &[("one", &ids[1])]).await;
    let mails = smtp.until(2).await;
    assert_eq!((&mails[0].to, &mails[1].to), (&second, &first));
}

#[tokio::test]
async fn those_without_an_address_are_told_apart_from_those_that_leave() {
    let smtp = Smtp::start().await;
    let fleets = [("ACME-1", "a@acme.example"), ("ACME-2", "b@acme.example"), ("ACME-3", "")];
    let (server, browser) = waiting(&smtp, &fleets).await;
    look(&browser).await;
    let rows = server.state.store.proposed(None, 9).await.unwrap();
    let id = |fleet_ref: &str| {
        let row = rows.iter().find(|row| row.fleet.fleet_ref == fleet_ref).unwrap();
        row.message.id.to_string()
    };
    let (one, two, without) = (id("ACME-1"), id("ACME-2"), id("ACME-3"));
    let decide = async |ids: &[&String], more: &[(&str, &str)]| {
        let ids = ids.iter().map(|id| ("id", id.as_str()));
        let form: Vec<_> = [("do", "send")].into_iter().chain(ids).chain(more.iter().copied()).collect();
        browser.post("/reminders/decide", &form).await
    };
    let refused = decide(&[&without], &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("no e-mail address known") && !refused.body.contains("somebody else"));

    let asked = decide(&[&one, &two, &without], &[]).await;
    assert!(
        asked.body.contains("Send 2 reminders?") && asked.body.contains("1 selected fleet has no e-mail address"),
        "{}",
        asked.body
    );

    let sent = decide(&[&one, &without], &[]).await;
    assert_eq!(sent.header("location"), "/reminders?approved=1&unreachable=1", "{}", sent.body);
    let page = browser.get(sent.header("location")).await.body;
    assert!(page.contains("One reminder is on its way. One of those ticked has no e-mail address known"), "{page}");
    smtp.until(1).await;
    settled(&server).await;

    let nothing = decide(&[&one], &[]).await;
    let page = browser.get(nothing.header("location")).await.body;
    assert!(page.contains("already decided, or the fleet has moved"), "{page}");
}

#[tokio::test]
async fn what_was_under_way_when_the_server_ended_is_not_sent_again() {
    let smtp = Smtp::start().await;
    let (server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    let ids = look(&browser).await;
    let id = ids[0].parse().unwrap();
    let store = &server.state.store;
    // As it stands in the database at the moment of a crash: nobody learns what the mail server did.
    store.approve(&[id], "operator@example.com", server.clock.now()).await.unwrap();
    assert!(store.start_sending(id).await.unwrap());
    assert_eq!(server.state.reminders.doubt_interrupted().await.unwrap(), 1);
    assert!(!server.state.reminders.send_next().await.unwrap());
    browser.post("/reminders/decide", &[("one", &ids[0])]).await;
    assert!(look(&browser).await.is_empty());
    tokio::time::timeout(Duration::from_millis(200), smtp.until(1)).await.expect_err("no mail leaves");
    assert!(browser.get("/reminders").await.body.contains("Possibly sent"));
}

#[tokio::test]
async fn putting_aside_is_for_good_and_nothing_ticked_is_said() {
    let smtp = Smtp::start().await;
    let (_server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    let ids = look(&browser).await;
    for what in ["send", "dismiss"] {
        let refused = browser.post("/reminders/decide", &[("do", what)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("Tick at least one fleet"), "{}", refused.body);
    }
    let aside = browser.post("/reminders/decide", &[("do", "dismiss"), ("id", &ids[0])]).await;
    assert_eq!(aside.header("location"), "/reminders?aside=1");
    assert!(look(&browser).await.is_empty());
}

#[tokio::test]
async fn viewers_look_and_decide_nothing() {
    let smtp = Smtp::start().await;
    let (server, browser) = waiting(&smtp, &[("ACME-1", "ops@acme.example")]).await;
    let ids = look(&browser).await;
    let viewer = server.signed_in(Role::Viewer).await;
    let page = viewer.get("/reminders").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("<button class=\"button primary\"") && !page.body.contains("name=\"id\""));
    for form in [[("one", ids[0].as_str())], [("do", "all")]] {
        assert_eq!(viewer.post("/reminders/decide", &form).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(viewer.post("/reminders/look", &[]).await.status, StatusCode::FORBIDDEN);
}
