//! The form that invites a fleet: what it foretells, what it asks once more, what it offers and what it leaves out.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    http::StatusCode as Status,
    response::IntoResponse as _,
    routing::{get, post},
};
use catena::{CreateInvitation, Invitation, NewPartnerProperty, PartnerPropertyKey};
use domain::{invitation::permissions::Preset, resource::RESOURCES, staff::Role};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, Catena, TestServer};

const FORM: &str = "/invitations/new";

async fn operator() -> (TestServer, Browser) {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    (server, browser)
}

async fn preview(browser: &Browser, query: &str) -> Value {
    let answer = browser.get(&format!("/invitations/preview?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

fn said(preview: &Value) -> String {
    let lines = preview["lines"].as_array().unwrap();
    lines.iter().map(|line| line["text"].as_str().unwrap()).collect::<Vec<_>>().join(" | ")
}

/// The value of the button that agrees.
fn agreement(page: &str) -> String {
    let value = page.split("name=\"agreed\" value=\"").nth(1).expect("something to agree to").split('"').next();
    value.unwrap().to_owned()
}

/// Somebody else with the same credentials invites a fleet.
async fn invited_elsewhere(server: &TestServer, fleet_ref: &str) -> Invitation {
    server.state.catena.create_invitation(&CreateInvitation::new(fleet_ref)).await.unwrap().into_inner()
}

/// The fleet's side of the sandbox.
async fn answer_as_fleet(server: &TestServer, invitation: &Invitation, how: &str, body: Value) {
    let path = format!("/sandbox/v2/orgs/invitations/{}/{how}", invitation.id.expose());
    let request = reqwest::Client::new().post(server.url.join(&path).unwrap()).json(&body);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

async fn only_invitation(server: &TestServer, fleet_ref: &str) -> Invitation {
    let mut all = server.state.catena.invitations_of(fleet_ref).await.unwrap();
    assert_eq!(all.len(), 1);
    all.records.remove(0)
}

#[tokio::test]
async fn the_preview_says_what_catena_will_do_and_holds_neither_id_nor_link() {
    let (server, browser) = operator().await;
    assert!(said(&preview(&browser, "fleet_ref=ACME-1").await).contains("Catena creates a new one"));
    browser.post(FORM, &[("fleet_ref", "ACME-1"), ("expires_in_hours", "24")]).await;
    let invitation = only_invitation(&server, "ACME-1").await;
    let known = browser.get("/invitations/preview?fleet_ref=ACME-1").await;
    assert!(known.body.contains("active invitation") && known.body.contains("\"/fleets/ACME-1\""), "{}", known.body);
    assert!(!known.body.contains(invitation.id.expose()) && !known.body.contains("connect?"), "{}", known.body);
    assert_eq!(known.header("cache-control"), "no-store");
    let similar = preview(&browser, "fleet_ref=acme-1").await;
    assert!(said(&similar).contains("“ACME-1” already exists"), "{similar}");

    // What our own store doesn't know, Catena does.
    let elsewhere = invited_elsewhere(&server, "THEIRS").await;
    let known = preview(&browser, "fleet_ref=THEIRS").await;
    assert!(said(&known).contains("active invitation"), "{known}");
    assert_eq!(known["lines"][0]["fleet"], Value::Null, "there is no page to look at");
    answer_as_fleet(&server, &elsewhere, "decline", json!({"decline_reason": "Not <b>now</b>"})).await;
    server.clock.advance(time::Duration::seconds(31));
    let declined = preview(&browser, "fleet_ref=THEIRS").await;
    assert!(said(&declined).contains("The fleet declined and wrote: “Not <b>now</b>”"), "{declined}");
    assert_eq!(declined["agreed"], "", "seeing it is no agreement to open it again");
}

#[tokio::test]
async fn the_preview_speaks_of_fields_as_they_are_typed() {
    let (_server, browser) = operator().await;
    let query = "fleet_ref=a/b&fleet_name=J.B.+Hunt&expires_in_hours=673";
    let lines = said(&preview(&browser, query).await);
    for sentence in ["letters, digits", "“JB Hunt”", "1 to 672"] {
        assert!(lines.contains(sentence), "{lines}");
    }
    assert_eq!(said(&preview(&browser, "").await), "", "an empty form is no mistake");
    // A Monday at 15:31 UTC: 12 hours later it is evening on the whole continent.
    let night = preview(&browser, "fleet_ref=ACME-1&expires_in_hours=12&fleet_country_code=USA").await;
    let moment = "between Mon 2 Mar, 19:31 in Los Angeles and Mon 2 Mar, 22:31 in New York";
    assert!(said(&night).contains(moment), "{night}");
    assert_eq!(night["better"][0], 24, "{night}");
    let good = preview(&browser, "fleet_ref=ACME-1&expires_in_hours=24&fleet_country_code=USA").await;
    assert_eq!((good["better"].is_null(), good["lines"].as_array().unwrap().len()), (true, 1), "{good}");
}

#[tokio::test]
async fn a_landing_page_that_would_tell_the_invitations_id_or_holds_a_password_is_refused_beside_its_field() {
    let (server, browser) = operator().await;
    for field in ["success_redirect_url", "failure_redirect_url"] {
        for (address, words) in [
            ("http://us.example/done", "Use https://"),
            ("https://user:password@us.example/done", "Leave out the user name and password"),
        ] {
            let refused = browser.post(FORM, &[("fleet_ref", "ACME-1"), (field, address)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {address}");
            let beside = refused.body.split(&format!("id=\"{field}-error\"")).nth(1).expect("an error at the field");
            assert!(beside.split("</").next().unwrap().contains(words), "{field}: {address}: {beside}");
        }
    }
    assert!(server.state.catena.invitations_of("ACME-1").await.unwrap().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn the_preview_is_for_those_who_may_invite() {
    let server = TestServer::start().await;
    let viewer = server.signed_in(Role::Viewer).await;
    assert_eq!(viewer.get("/invitations/preview?fleet_ref=X").await.status, StatusCode::FORBIDDEN);
    let nobody = server.browser().get("/invitations/preview?fleet_ref=X").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_not_plainly_new_comes_back_once_with_what_was_typed_and_is_done_when_agreed() {
    for (how, title, button, done) in [
        (None, "This fleet already has an invitation", "Refresh invitation", "refreshed"),
        (Some("accept"), "The fleet has already accepted", "Refresh invitation", "refreshed"),
        (Some("decline"), "The fleet declined", "Reopen declined invitation", "reopened"),
    ] {
        let (server, browser) = operator().await;
        let first = browser.post(FORM, &[("fleet_ref", "ACME-1"), ("expires_in_hours", "24")]).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "what is new goes straight through");
        if let Some(how) = how {
            answer_as_fleet(&server, &only_invitation(&server, "ACME-1").await, how, json!({})).await;
        }
        let before = only_invitation(&server, "ACME-1").await;
        server.clock.advance(time::Duration::hours(1));
        let typed = [("fleet_ref", "ACME-1"), ("fleet_name", "J.B. Hunt"), ("expires_in_hours", "48")];
        let asked = browser.post(FORM, &typed).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.body.contains(title) && asked.body.contains(button), "{}", asked.body);
        assert!(asked.body.contains("value=\"J.B. Hunt\"") && asked.body.contains("value=\"48\""), "{how:?}");
        assert_eq!(only_invitation(&server, "ACME-1").await, before, "nothing was sent");

        let agreed = agreement(&asked.body);
        let other = [("fleet_ref", "ACME-2"), ("agreed", agreed.as_str())];
        assert_eq!(browser.post(FORM, &other).await.status, StatusCode::SEE_OTHER, "another reference is new");
        let again = browser.post(FORM, &[typed.as_slice(), &[("agreed", agreed.as_str())]].concat()).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
        assert!(again.header("location").ends_with(&format!("?done={done}")), "{}", again.header("location"));
        let after = only_invitation(&server, "ACME-1").await;
        assert_eq!(after.expires_at - before.expires_at, time::Duration::hours(25));
        let page = browser.get(again.header("location")).await;
        assert!(page.body.contains("role=\"status\""), "it is said what was done");
    }
}

#[tokio::test]
async fn the_server_decides_when_the_form_is_sent_whatever_was_foretold() {
    let (server, browser) = operator().await;
    assert!(said(&preview(&browser, "fleet_ref=ACME-1").await).contains("new one"));
    let theirs = invited_elsewhere(&server, "ACME-1").await;
    let late = browser.post(FORM, &[("fleet_ref", "ACME-1")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let agreed = agreement(&late.body);
    // The fleet declines after the question about an active invitation was answered.
    answer_as_fleet(&server, &theirs, "decline", json!({})).await;
    let later = browser.post(FORM, &[("fleet_ref", "ACME-1"), ("agreed", agreed.as_str())]).await;
    assert_eq!(later.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(later.body.contains("Reopen declined invitation"), "{}", later.body);
    assert_eq!(only_invitation(&server, "ACME-1").await.status.as_str(), "declined");
}

#[tokio::test]
async fn another_spelling_of_a_known_reference_is_asked_about() {
    let (_server, browser) = operator().await;
    browser.post(FORM, &[("fleet_ref", "ACME-1")]).await;
    let other = browser.post(FORM, &[("fleet_ref", "acme-1")]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(other.body.contains("Is this a different fleet?"), "{}", other.body);
    let agreed = agreement(&other.body);
    let made = browser.post(FORM, &[("fleet_ref", "acme-1"), ("agreed", agreed.as_str())]).await;
    assert!(made.header("location").ends_with("?done=created"), "{}", made.body);
}

#[tokio::test]
async fn a_link_that_would_run_out_at_night_is_asked_about_with_a_better_number_of_hours() {
    let (server, browser) = operator().await;
    let typed = [("fleet_ref", "ACME-1"), ("expires_in_hours", "12"), ("fleet_country_code", "USA")];
    let asked = browser.post(FORM, &typed).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.body.contains("Keep 12 hours") && asked.body.contains("at night there"), "{}", asked.body);
    let better = asked.body.split("name=\"better\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let made = browser.post(FORM, &[typed.as_slice(), &[("better", better)]].concat()).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    assert_eq!(only_invitation(&server, "ACME-1").await.expires_in_hours, Some(24));

    let typed = [("fleet_ref", "ACME-2"), ("expires_in_hours", "12"), ("fleet_country_code", "USA")];
    let agreed = agreement(&browser.post(FORM, &typed).await.body);
    let kept = browser.post(FORM, &[typed.as_slice(), &[("agreed", agreed.as_str())]].concat()).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "whoever wants the night gets it");
    assert_eq!(only_invitation(&server, "ACME-2").await.expires_in_hours, Some(12));
}

#[tokio::test]
async fn a_callback_address_is_left_out_where_the_organizations_subscriptions_would_double_it() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    let input = "<input id=\"callback_url\"";
    let page = browser.get(FORM).await.body;
    assert!(page.contains(input) && page.contains("causes no duplicates"), "{page}");

    let catena = &server.state.catena;
    let property =
        NewPartnerProperty { key: PartnerPropertyKey::DefaultCallbackUrl, value: "https://us.example/events".into() };
    let own = catena.partners().await.unwrap()[0].id;
    catena.add_partner_properties(own, &[property]).await.unwrap();
    server.clock.advance(time::Duration::minutes(2));
    assert!(browser.get(FORM).await.body.contains("used if you leave this empty"));

    browser.post("/subscriptions/ensure", &[]).await;
    let page = browser.get(FORM).await.body;
    assert!(!page.contains(input) && page.contains("would arrive twice"), "{page}");
    assert!(page.contains("Ask Catena to remove it"), "{page}");
    let typed = [("fleet_ref", "ACME-1"), ("callback_url", "https://us.example/events")];
    let refused = browser.post(FORM, &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Leave it empty.") && refused.body.contains(input), "what was typed stays");
    assert!(server.state.catena.invitations_of("ACME-1").await.unwrap().is_empty());
}

fn token() -> Json<Value> {
    Json(json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}))
}

#[tokio::test]
async fn where_catena_tells_nothing_no_callback_address_and_no_list_of_providers_is_offered() {
    let routes = Router::new().route("/realms/catena/protocol/openid-connect/token", post(async || token()));
    let server = TestServer::start_with(Catena::Routes(routes)).await;
    let browser = server.signed_in(Role::Operator).await;
    let page = browser.get(FORM).await.body;
    assert!(page.contains("data-testid=\"no-callback\"") && page.contains("Catena didn’t report"), "{page}");
    assert!(page.contains("<input id=\"limit_tsps\""), "short names can be typed");
    let refused = browser.post(FORM, &[("fleet_ref", "ACME-1"), ("limit_tsps", "sam/sara")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"sam/sara\""), "{}", refused.body);
}

#[tokio::test]
async fn subscriptions_of_our_own_speak_against_a_callback_address_whether_or_not_catena_tells_of_them() {
    let routes = Router::new().route("/realms/catena/protocol/openid-connect/token", post(async || token()));
    let server = TestServer::start_with(Catena::Routes(routes)).await;
    server.subscribe(uuid::Uuid::from_u128(7), &["a-secret-of-ours"]).await;
    let browser = server.signed_in(Role::Operator).await;
    let page = browser.get(FORM).await.body;
    let words = page.split("data-testid=\"no-callback\"").nth(1).expect("none is offered");
    assert!(words.contains("One of your organization’s subscriptions already posts every fleet’s events"));
}

#[tokio::test]
async fn of_two_who_invite_one_fleet_at_the_same_time_the_second_is_asked() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    for round in 0..5 {
        let fleet_ref = format!("ACME-{round}");
        let form = [("fleet_ref", fleet_ref.as_str())];
        let (one, two) = tokio::join!(browser.post(FORM, &form), browser.post(FORM, &form));
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY], "{fleet_ref}");
    }
}

#[tokio::test]
async fn providers_come_from_catenas_list_once_a_day_and_an_old_list_is_better_than_none() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let list = async move || {
        if count.fetch_add(1, Ordering::SeqCst) > 0 {
            return Status::SERVICE_UNAVAILABLE.into_response();
        }
        let mut tsp = contract::sample("tsp");
        tsp["name"] = json!("3PL <Tek>");
        let mut gone = tsp.clone();
        gone["slug"] = json!("gone");
        gone["status"] = json!("inactive");
        Json(json!([tsp, gone])).into_response()
    };
    let routes = Router::new().route("/v2/orgs/tsps", get(list));
    let server = TestServer::start_with(Catena::Routes(routes)).await;
    let browser = server.signed_in(Role::Operator).await;
    for _ in 0..3 {
        let page = browser.get(FORM).await.body;
        assert!(page.contains("3PL &lt;Tek&gt;") && !page.contains("value=\"gone\""), "{page}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    server.clock.advance(time::Duration::hours(25));
    // The session is over by then, the list isn't.
    let browser = server.browser();
    let email = format!("{}@example.com", Role::Operator.name());
    browser.post("/login", &[("email", &email), ("password", crate::support::PASSWORD)]).await;
    assert!(browser.get(FORM).await.body.contains("3PL &lt;Tek&gt;"));
    assert!(asked.load(Ordering::SeqCst) > 1, "it was asked for again");
    let after = asked.load(Ordering::SeqCst);
    browser.get(FORM).await;
    assert_eq!(asked.load(Ordering::SeqCst), after, "and Catena is left alone for a while");
}

#[tokio::test]
async fn one_reading_of_the_providers_serves_the_form_and_the_timelines() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let list = async move || {
        count.fetch_add(1, Ordering::SeqCst);
        let sample = include_str!("../../../crates/contract/data/samples/tsp.json");
        Json(json!([serde_json::from_str::<Value>(sample).unwrap()]))
    };
    let routes = Router::new().route("/v2/orgs/tsps", get(list));
    let server = TestServer::start_with(Catena::Routes(routes)).await;
    let browser = server.signed_in(Role::Operator).await;
    browser.get(FORM).await;
    assert!(server.state.store.providers_read_at().await.unwrap().is_some(), "the form's reading is stored");
    server.state.reconciler.everything(server::store::Cause::Staff).await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 1, "and a check reads it from there");
}

#[tokio::test]
async fn providers_that_are_ticked_are_what_catena_is_asked_for() {
    let (server, browser) = operator().await;
    let page = browser.get(FORM).await.body;
    assert!(page.contains("value=\"samsara\"") && page.contains("Search 12 providers"), "{page}");
    assert!(!page.contains("<img"), "no picture from elsewhere");
    let typed = [("fleet_ref", "ACME-1"), ("tsp", "samsara"), ("tsp", "geotab"), ("fleet_email", "nobody")];
    let refused = browser.post(FORM, &typed).await.body;
    let list = refused.split("<ul id=\"providers\"").nth(1).unwrap();
    let ticked: Vec<&str> =
        list.split("value=\"").skip(1).take(2).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ticked, ["geotab", "samsara"], "those that were ticked come first");
    browser.post(FORM, &typed[..3]).await;
    let asked = only_invitation(&server, "ACME-1").await.limit_tsps;
    assert_eq!(asked, Some(vec!["samsara".to_owned(), "geotab".to_owned()]));
}

#[tokio::test]
async fn a_preset_wins_over_the_table_unless_ones_own_choice_was_chosen() {
    let (server, browser) = operator().await;
    let levels = async |fleet_ref: &str, typed: &[(&str, &str)]| {
        let made = browser.post(FORM, &[&[("fleet_ref", fleet_ref)][..], typed].concat()).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        let permissions = only_invitation(&server, fleet_ref).await.permissions;
        let levels = permissions.into_iter().map(|(one, two)| (one.to_string(), two.to_string()));
        levels.collect::<BTreeMap<String, String>>()
    };
    let table = ("permission.message", "read_write");
    let everything = levels("A", &[("preset", "everything"), table]).await;
    assert_eq!(everything.len(), RESOURCES.len());
    let locations = levels("B", &[("preset", "locations"), table]).await;
    assert_eq!(locations, Preset::Locations.levels(&BTreeMap::new()));
    let own = levels("C", &[("preset", "custom"), table]).await;
    assert_eq!(own, [("message".to_owned(), "read_write".to_owned())].into());
    let nothing = browser.post(FORM, &[("fleet_ref", "D"), ("preset", "custom")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("id=\"permissions-error\""), "{}", nothing.body);
}

#[tokio::test]
async fn what_catena_kept_otherwise_is_shown_until_it_is_the_same() {
    let (server, browser) = operator().await;
    let email = ("fleet_email", "Ops@ACME.example");
    let rewritten =
        [("fleet_website", "ACME.example"), ("fleet_phone", "+1 415 555 1234"), ("fleet_country_code", "usa")];
    let typed =
        [&[("fleet_ref", "ACME-1"), ("preset", "locations"), ("expires_in_hours", "24"), email][..], &rewritten]
            .concat();
    let made = browser.post(FORM, &typed).await;
    let path = made.header("location").split('?').next().unwrap().to_owned();
    let kept = "data-testid=\"kept\"";
    assert!(!browser.get(&path).await.body.contains(kept), "what was only rewritten is no difference");

    // The sandbox leaves what a refresh doesn't name, as Catena may.
    let refresh = async |preset: &str| {
        let typed = [("fleet_ref", "ACME-1"), ("preset", preset), ("expires_in_hours", "24")];
        let agreed = agreement(&browser.post(FORM, &typed).await.body);
        let done = browser.post(FORM, &[&typed[..], &[("agreed", &*agreed)]].concat()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    };
    server.clock.advance(time::Duration::hours(1));
    refresh("everything").await;
    let page = browser.get(&path).await.body;
    let section = page.split(kept).nth(1).unwrap().split("</section>").next().unwrap();
    assert!(section.contains("Data to request") && section.contains("Read everything"), "{section}");
    assert!(section.contains("Vehicle locations") && !section.contains("Contact e-mail"), "{section}");
    server.clock.advance(time::Duration::hours(1));
    refresh("locations").await;
    assert!(!browser.get(&path).await.body.contains(kept));
}

/// A Catena that refuses to list invitations, and makes the one of the published example.
fn without_a_list() -> Router {
    let made = async || {
        let mut invitation = contract::sample("invitation");
        invitation["fleet_ref"] = json!("ACME-1");
        invitation["status"] = json!("active");
        invitation["expires_at"] = json!("2026-03-03T15:31:06Z");
        (Status::CREATED, Json(invitation))
    };
    let refuse = async || (Status::FORBIDDEN, Json(json!({"code": 403, "message": "Forbidden", "detail": null})));
    Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(async || token()))
        .route("/v2/orgs/invitations", post(made).get(refuse))
}

#[tokio::test]
async fn where_catena_lets_nobody_look_our_own_record_decides() {
    let server = TestServer::start_with(Catena::Routes(without_a_list())).await;
    let browser = server.signed_in(Role::Operator).await;
    assert!(said(&preview(&browser, "fleet_ref=ACME-1").await).contains("couldn’t check"));
    let invite = async || -> Answer { browser.post(FORM, &[("fleet_ref", "ACME-1")]).await };
    let made = invite().await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let again = invite().await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("This fleet already has an invitation"), "{}", again.body);
}

/// What the form of a page carries to be told apart.
fn once(page: &str) -> String {
    let value = page.split("name=\"once\" value=\"").nth(1).expect("something to be told apart by").split('"').next();
    value.unwrap().to_owned()
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_invites_once() {
    let (server, browser) = operator().await;
    let once = once(&browser.get(FORM).await.body);
    let form = [("fleet_ref", "ACME-1"), ("expires_in_hours", "24"), ("once", once.as_str())];
    let (first, second) = tokio::join!(browser.post(FORM, &form), browser.post(FORM, &form));
    assert_eq!((first.status, second.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER), "{}", second.body);
    assert_eq!(first.header("location"), second.header("location"));
    assert!(first.header("location").ends_with("?done=created"));
    only_invitation(&server, "ACME-1").await;
    let kinds: Vec<_> = server.facts("ACME-1").await.into_iter().map(|fact| fact.kind.name().to_owned()).collect();
    assert_eq!(kinds, ["invitation.created", "link.shown"]);
    // The same words in a form that was opened anew are another matter.
    let anew = [form[0], form[1]];
    assert_eq!(browser.post(FORM, &anew).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_refresh_that_is_pressed_twice_is_one_round() {
    let (server, browser) = operator().await;
    let made = browser.post(FORM, &[("fleet_ref", "ACME-1"), ("expires_in_hours", "24")]).await;
    let page = made.header("location").split('?').next().unwrap().to_owned();
    server.clock.advance(time::Duration::HOUR);
    let body = browser.get(&page).await.body;
    let (once, agreed) = (once(&body), agreement(&body));
    let form = [("once", once.as_str()), ("agreed", agreed.as_str()), ("expires_in_hours", "24")];
    let path = format!("{page}/again");
    let first = browser.post(&path, &form).await;
    server.clock.advance(time::Duration::SECOND);
    let second = browser.post(&path, &form).await;
    assert_eq!(first.header("location"), format!("{page}?done=refreshed"), "{}", first.body);
    assert_eq!(second.header("location"), first.header("location"));
    let facts = server.facts("ACME-1").await;
    assert_eq!(facts.iter().filter(|fact| fact.kind.name() == "invitation.refreshed").count(), 1);
}

#[tokio::test]
async fn where_the_database_fails_before_the_call_nothing_is_said_to_have_been_made() {
    let (server, browser) = operator().await;
    let database = format!("sqlite:{}", server.dir.path().join("onramp.db").display());
    let pool = sqlx::SqlitePool::connect(&database).await.unwrap();
    sqlx::query("ALTER TABLE fleets RENAME TO gone").execute(&pool).await.unwrap();
    let refused = browser.post(FORM, &[("fleet_ref", "ACME-1"), ("expires_in_hours", "24")]).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(refused.body.contains("before Catena was called"), "{}", refused.body);
    assert!(server.state.catena.invitations_of("ACME-1").await.unwrap().is_empty());
}
