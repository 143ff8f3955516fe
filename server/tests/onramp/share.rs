//! Handing a magic link over: nobody sees it without a trace, and a mail leaves once.

use domain::{events::fact::Fact, link::message::MessageState, onboarding::stage::Stage, staff::Role};
use reqwest::StatusCode;
use server::store::MessageRow;
use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    smtp::{Behaviour, Smtp},
    support::{Browser, TestServer, until},
};

/// Invites a fleet; gives the path of its invitation.
async fn invite(browser: &Browser, more: &[(&str, &str)]) -> String {
    let typed =
        [&[("fleet_ref", "ACME-1"), ("fleet_name", "Acme Trucking"), ("expires_in_hours", "72")], more].concat();
    let made = browser.post("/invitations/new", &typed).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    made.header("location").split('?').next().unwrap().to_owned()
}

fn magic_link(page: &str) -> Option<String> {
    let field = page.split("<input id=\"magic-link\"").nth(1)?;
    Some(field.split(" value=\"").nth(1)?.split('"').next()?.to_owned())
}

async fn of_kind(server: &TestServer, kind: &str) -> Vec<Fact> {
    server.facts("ACME-1").await.into_iter().filter(|fact| fact.kind.name() == kind).collect()
}

/// Fields of the form that sends an e-mail, as the page has them.
fn form(page: &str) -> Vec<(String, String)> {
    let form = page.split("data-testid=\"mail\"").nth(1).expect("a form").split("</form>").next().unwrap();
    let value = |name: &str| {
        let field = form.split(&format!("name=\"{name}\"")).nth(1).unwrap();
        field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let body = form.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1.split("</textarea>").next().unwrap();
    let mut fields: Vec<_> =
        ["once", "language", "occasion", "to", "subject"].map(|name| (name.to_owned(), value(name))).into();
    fields.push(("body".to_owned(), body.trim().replace('\n', "\r\n")));
    fields
}

async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> crate::support::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&format!("{path}/send"), &fields).await
}

#[tokio::test]
async fn whoever_makes_an_invitation_sees_its_link_for_a_while_and_the_timeline_says_so() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[]).await;
    let page = browser.get(&path).await.body;
    assert!(magic_link(&page).is_some(), "{page}");
    let shown = of_kind(&server, "link.shown").await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].actor.as_deref(), Some("operator@example.com"));
    browser.get(&path).await;
    assert_eq!(of_kind(&server, "link.shown").await.len(), 1, "a second look within the time is the same look");
    server.clock.advance(time::Duration::minutes(11));
    let page = browser.get(&path).await.body;
    assert!(magic_link(&page).is_none() && !page.contains("connect?invite="), "{page}");
}

#[tokio::test]
async fn nobody_else_sees_the_link_before_it_is_noted() {
    let server = TestServer::start().await;
    let path = invite(&server.signed_in(Role::Operator).await, &[]).await;
    let browser = server.signed_in(Role::Administrator).await;
    for page in [path.clone(), format!("{path}/share")] {
        let page = browser.get(&page).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("connect?invite="), "{}", page.body);
    }
    let shown = browser.post(&format!("{path}/link"), &[]).await;
    assert_eq!((shown.status, shown.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
    let link = magic_link(&browser.get(&path).await.body).expect("the link");
    let facts = of_kind(&server, "link.shown").await;
    assert_eq!(facts.len(), 2);
    assert!(facts.iter().any(|fact| fact.actor.as_deref() == Some("administrator@example.com")));
    let share = browser.get(&format!("{path}/share?language=de")).await.body;
    let escaped = link.replace('&', "&amp;");
    assert!(share.contains(&escaped) && share.contains("qr-code") && share.contains("href=\"mailto:"), "{share}");
}

#[tokio::test]
async fn another_round_is_another_look() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[]).await;
    server.clock.advance(time::Duration::MINUTE);
    // Somebody else refreshes it.
    let other = server.signed_in(Role::Administrator).await;
    let agreed = [("expires_in_hours", "100"), ("agreed", "refresh:ACME-1:active")];
    let done = other.post(&format!("{path}/again"), &agreed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(magic_link(&browser.get(&path).await.body).is_none());
    assert!(magic_link(&other.get(&path).await.body).is_some());
}

#[tokio::test]
async fn a_viewer_gets_no_link_in_any_way() {
    let server = TestServer::start().await;
    let path = invite(&server.signed_in(Role::Operator).await, &[]).await;
    let viewer = server.signed_in(Role::Viewer).await;
    for (method, to) in [("post", "link"), ("get", "share"), ("post", "qr"), ("post", "send")] {
        let path = format!("{path}/{to}");
        let answer = if method == "get" { viewer.get(&path).await } else { viewer.post(&path, &[]).await };
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{to}");
        assert!(!answer.body.contains("connect?invite="));
    }
    assert_eq!(of_kind(&server, "link.shown").await.len(), 1);
}

#[tokio::test]
async fn a_qr_code_is_a_file_and_leaves_a_trace() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[]).await;
    let file = browser.post(&format!("{path}/qr"), &[]).await;
    assert_eq!(file.header("content-type"), "image/svg+xml");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"magic-link-"));
    assert!(file.body.contains("<svg") && !file.body.contains("invite="));
    let notes: Vec<_> = of_kind(&server, "link.shown").await.into_iter().map(|fact| fact.about.note).collect();
    assert!(notes.contains(&Some("As a downloaded QR code".into())), "{notes:?}");
}

#[tokio::test]
async fn the_text_follows_the_fleets_country_and_can_be_chosen() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_country_code", "MEX")]).await;
    let selected =
        |page: &str| page.split(" selected").next().unwrap().rsplit("value=\"").next().unwrap()[..2].to_owned();
    assert_eq!(selected(&browser.get(&format!("{path}/share")).await.body), "es");
    assert_eq!(selected(&browser.get(&format!("{path}/share?language=pl")).await.body), "pl");
    assert_eq!(selected(&browser.get(&format!("{path}/share?language=xx")).await.body), "es");
}

#[tokio::test]
async fn without_a_mail_server_the_page_says_how_to_get_one_and_sends_nothing() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[]).await;
    let page = browser.get(&format!("{path}/share")).await.body;
    assert!(page.contains("ONRAMP_SMTP_URL") && !page.contains("data-testid=\"mail\""));
    let typed = [("to", "a@b.example"), ("subject", "Hi"), ("body", "{link}"), ("once", "1")];
    let refused = browser.post(&format!("{path}/send"), &typed).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(refused.body.contains("no mail server"), "{}", refused.body);
}

#[tokio::test]
async fn a_mail_carries_the_link_and_leaves_once_however_often_the_button_is_pressed() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example"), ("fleet_country_code", "DEU")]).await;
    let link = magic_link(&browser.get(&path).await.body).unwrap().replace("&amp;", "&");
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    assert!(fields.contains(&("to".into(), "ops@acme.example".into())));
    let (once, twice) = tokio::join!(send(&browser, &path, &fields), send(&browser, &path, &fields));
    for answer in [once, twice] {
        assert_eq!(answer.header("location"), format!("{path}?done=sent"), "{}", answer.body);
    }
    let mails = smtp.until(1).await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_str(), mails[0].from.as_str()), ("ops@acme.example", "onboarding@acme.example"));
    assert_eq!(mails[0].text.matches(&link).count(), 1, "{}", mails[0].text);
    assert!(mails[0].text.contains("Acme Trucking") && mails[0].text.contains("Acme Insurance"));
    let sent = of_kind(&server, "link.sent").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].actor.as_deref(), Some("operator@example.com"));
    assert_eq!(sent[0].about.note.as_deref(), Some("To ops@acme.example"));
    assert_eq!(
        server.onboarding("ACME-1").await.unwrap().stage,
        Some(Stage::Created),
        "sending is no step of the fleet’s"
    );
    assert_eq!(of_kind(&server, "link.shown").await.len(), 1, "who sends it doesn’t see it");
}

#[tokio::test]
async fn bad_letters_come_back_as_they_were_typed() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[]).await;
    let table = [
        ("to", "not an address"),
        ("to", ""),
        ("to", "a@b.example, c@d.example"),
        ("subject", ""),
        ("body", "no place for it"),
        ("body", "{link} and {link}"),
    ];
    for (field, value) in table {
        let right = [("to", "a@b.example"), ("subject", "Hello"), ("body", "Here: {link}"), ("once", "1")];
        let typed: Vec<_> =
            right.iter().map(|(name, right)| (*name, if *name == field { value } else { *right })).collect();
        let refused = browser.post(&format!("{path}/send"), &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(refused.body.contains(&format!("id=\"{field}-error\"")), "{field} {value}");
        assert!(refused.body.contains(value), "{field} {value}");
    }
    assert!(smtp.mails().await.is_empty());
}

#[tokio::test]
async fn a_mail_server_that_refuses_is_quoted_and_the_letter_may_be_sent_again() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("550 5.1.1 No such user".into()));
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example")]).await;
    let refused = send(&browser, &path, &form(&browser.get(&format!("{path}/share")).await.body)).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(refused.body.contains("No such user"), "{}", refused.body);
    assert!(of_kind(&server, "link.sent").await.is_empty());
    smtp.answer(Behaviour::Accept);
    let again = send(&browser, &path, &form(&refused.body)).await;
    assert_eq!(again.header("location"), format!("{path}?done=sent"), "{}", again.body);
    assert_eq!(smtp.mails().await.len(), 1);
}

#[tokio::test]
async fn a_mail_whose_fate_is_unknown_is_said_to_be_in_doubt() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::HangUpAfterContent);
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example")]).await;
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    let answer = send(&browser, &path, &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(of_kind(&server, "link.sent").await.is_empty(), "nothing is claimed that nobody knows");
    // The same letter, sent again from the page before, does not leave twice, and is not said to have been sent.
    smtp.answer(Behaviour::Accept);
    let again = send(&browser, &path, &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("nobody knows whether it arrived"), "{}", again.body);
    assert!(smtp.mails().await.len() <= 1, "no second one leaves");
    assert!(server.state.store.decided(10).await.unwrap().is_empty(), "letters are no reminders");
}

/// How the letter that these fields sent stands.
async fn stored(server: &TestServer, path: &str, fields: &[(String, String)]) -> Option<MessageRow> {
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let invitation = server.state.store.invitation(id).await.unwrap().unwrap();
    let once = &fields.iter().find(|(name, _)| name == "once").unwrap().1;
    server.state.store.message_by_key(&format!("letter:{}:{once}", invitation.digest)).await.unwrap()
}

#[tokio::test]
async fn a_letter_that_never_left_leaves_when_the_same_page_is_sent_again() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("450 4.2.0 Later".into()));
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example")]).await;
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    assert_eq!(send(&browser, &path, &fields).await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(stored(&server, &path, &fields).await.unwrap().state, MessageState::Failed);
    smtp.answer(Behaviour::Accept);
    let again = send(&browser, &path, &fields).await;
    assert_eq!(again.header("location"), format!("{path}?done=sent"), "{}", again.body);
    assert_eq!(smtp.mails().await.len(), 1);
    let stored = stored(&server, &path, &fields).await.unwrap();
    assert_eq!((stored.state, stored.problem), (MessageState::Sent, None));
}

#[tokio::test]
async fn a_letter_that_is_being_sent_is_not_said_to_have_been_sent() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("450 4.2.0 Later".into()));
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example")]).await;
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    send(&browser, &path, &fields).await;
    // As if another of its tries were under way.
    let before = stored(&server, &path, &fields).await.unwrap();
    assert!(server.state.store.send_again(&before).await.unwrap());
    smtp.answer(Behaviour::Accept);
    let answer = send(&browser, &path, &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("is being sent at this moment"), "{}", answer.body);
    assert!(smtp.mails().await.is_empty());
}

#[tokio::test]
async fn a_mail_that_left_without_a_note_is_said_to_have_left() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example")]).await;
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    // The database answers, and refuses this one thing.
    let options = SqliteConnectOptions::new().filename(server.dir.path().join("onramp.db"));
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let refuse = "CREATE TRIGGER bug BEFORE INSERT ON facts WHEN NEW.kind = 'link.sent'
                  BEGIN SELECT RAISE(FAIL, 'a bug'); END";
    database.execute(refuse).await.unwrap();
    let answer = send(&browser, &path, &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("The e-mail was sent: do not send it again"), "{}", answer.body);
    assert_eq!(stored(&server, &path, &fields).await.unwrap().state, MessageState::Sent);
    // From the page before and from the page that says so.
    for fields in [&fields, &form(&answer.body)] {
        assert_eq!(send(&browser, &path, fields).await.header("location"), format!("{path}?done=sent-before"));
    }
    assert_eq!(smtp.mails().await.len(), 1);
}

#[tokio::test]
async fn a_link_that_is_over_is_not_handed_over() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example"), ("expires_in_hours", "1")]).await;
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    server.clock.advance(time::Duration::hours(2));
    let page = browser.get(&format!("{path}/share")).await.body;
    assert!(page.contains("has expired") && !page.contains("data-testid=\"mail\"") && !page.contains("qr-code"));
    assert_eq!(send(&browser, &path, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let qr = browser.post(&format!("{path}/qr"), &[]).await;
    assert_eq!(qr.status, StatusCode::SEE_OTHER);
    assert!(smtp.mails().await.is_empty());
}

#[tokio::test]
async fn an_accepted_invitation_whose_link_has_run_out_is_refreshed_first() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    let path = invite(&browser, &[("expires_in_hours", "1")]).await;
    let link = magic_link(&browser.get(&path).await.body).unwrap();
    let id = link.rsplit('=').next().unwrap();
    let url = server.url.join(&format!("/sandbox/v2/orgs/invitations/{id}/accept")).unwrap();
    assert_eq!(reqwest::Client::new().post(url).send().await.unwrap().status(), StatusCode::OK);
    until("the acceptance", async || (server.onboarding("ACME-1").await?.stage? >= Stage::Accepted).then_some(()))
        .await;
    server.clock.advance(time::Duration::hours(2));
    let page = browser.get(&format!("{path}/share")).await.body;
    assert!(page.contains("has expired") && !page.contains("qr-code"), "{page}");
}

#[tokio::test]
async fn a_view_right_after_a_mail_may_have_been_a_scanners() {
    let smtp = Smtp::start().await;
    let server = TestServer::start_mailing(&smtp.url()).await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    let path = invite(&browser, &[("fleet_email", "ops@acme.example")]).await;
    let link = magic_link(&browser.get(&path).await.body).unwrap().replace("&amp;", "&");
    let fields = form(&browser.get(&format!("{path}/share")).await.body);
    send(&browser, &path, &fields).await;
    server.clock.advance(time::Duration::seconds(4));
    let opened = server.browser().get(&link).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
    until("the view", async || (server.onboarding("ACME-1").await?.stage == Some(Stage::Viewed)).then_some(())).await;
    let page = browser.get(&path).await.body;
    assert!(page.contains("Possibly a mail scanner: 4 seconds after an e-mail"), "{page}");
    assert!(page.contains("possibly by a mail scanner"), "{page}");
}
