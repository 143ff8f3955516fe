//! Who may come in, and how.

use std::sync::Arc;

use domain::staff::Role;
use reqwest::{Method, StatusCode};
use server::{security::passwords::Lane, services::staff::DEMO, telemetry::log::DEFAULT_FILTER};

use crate::support::{Browser, PASSWORD, TestServer};

#[tokio::test]
async fn everything_but_the_public_pages_asks_for_a_sign_in_and_comes_back_afterwards() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let browser = server.browser();
    for path in [
        "/",
        "/invitations",
        "/invitations/new",
        "/subscriptions",
        "/live?invitation=01a20949-03f1-7ee9-bb4b-19940784cdae",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header("location").starts_with("/login?next="), "{path}");
    }
    for path in ["/login", "/healthz", "/readyz", "/onboarding/success", "/onboarding/failure"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    let form = [("email", "ADA@example.com "), ("password", PASSWORD), ("next", "/subscriptions")];
    let answer = browser.post("/login", &form).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/subscriptions"));
    assert_eq!(browser.get("/subscriptions").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_alike_and_too_many_wait() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let browser = server.browser();
    let mut bodies = Vec::new();
    for email in ["ada@example.com", "eve@example.com"] {
        let answer = browser.post("/login", &[("email", email), ("password", "wrong wrong wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        bodies.push(answer.body.replace(email, "someone"));
    }
    assert_eq!(bodies[0], bodies[1]);
    for _ in 0..4 {
        browser.post("/login", &[("email", "ada@example.com"), ("password", "wrong wrong wrong")]).await;
    }
    let right = [("email", "ada@example.com"), ("password", PASSWORD)];
    let waits = browser.post("/login", &right).await;
    assert_eq!((waits.status, waits.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "30"));
    assert!(waits.body.contains("Wait 30 seconds, then try again."), "{}", waits.body);
    server.clock.advance(time::Duration::seconds(30));
    assert_eq!(browser.post("/login", &right).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_stranger_can_not_lock_anybody_out() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let right = [("email", "ada@example.com"), ("password", PASSWORD)];
    let at_home = server.browser();
    assert_eq!(at_home.post("/login", &right).await.status, StatusCode::SEE_OTHER);
    at_home.post("/logout", &[]).await;
    // From the same address, as all are behind a proxy.
    let stranger = server.browser();
    for _ in 0..30 {
        stranger.post("/login", &[("email", "ada@example.com"), ("password", "wrong wrong wrong")]).await;
    }
    assert_eq!(stranger.post("/login", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(at_home.post("/login", &right).await.status, StatusCode::SEE_OTHER, "a browser that she used before");
    let elsewhere = server.browser_on([127, 0, 0, 2]);
    assert_eq!(elsewhere.post("/login", &right).await.status, StatusCode::SEE_OTHER, "another address");
}

#[tokio::test]
async fn a_browser_that_is_known_for_one_account_is_a_stranger_to_another() {
    let server = TestServer::start().await;
    for email in ["ada@example.com", "eve@example.com"] {
        server.add_staff(email, Role::Operator).await;
    }
    let browser = server.browser();
    browser.post("/login", &[("email", "eve@example.com"), ("password", PASSWORD)]).await;
    let guess = [("email", "ada@example.com"), ("password", "wrong wrong wrong")];
    for _ in 0..5 {
        assert_eq!(server.browser().post("/login", &guess).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(browser.post("/login", &guess).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_jump_of_the_clock_neither_locks_anybody_out_nor_lets_guesses_in() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let browser = server.browser();
    server.clock.set_date(time::Duration::days(3_000));
    for _ in 0..5 {
        browser.post("/login", &[("email", "ada@example.com"), ("password", "wrong wrong wrong")]).await;
    }
    let right = [("email", "ada@example.com"), ("password", PASSWORD)];
    server.clock.set_date(time::Duration::days(400));
    assert_eq!(browser.post("/login", &right).await.status, StatusCode::TOO_MANY_REQUESTS, "still the same moment");
    server.clock.set_date(time::Duration::days(-3_400));
    server.clock.advance(time::Duration::seconds(30));
    assert_eq!(browser.post("/login", &right).await.status, StatusCode::SEE_OTHER, "half a minute later");
}

#[tokio::test]
async fn bad_sign_ins_in_parallel_from_one_source_refuse_nobody_else() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let right = [("email", "ada@example.com"), ("password", PASSWORD)];
    let known = server.browser();
    assert_eq!(known.post("/login", &right).await.status, StatusCode::SEE_OTHER);
    let stranger = server.browser();
    let flood = futures::future::join_all((0..120).map(|guess| {
        let (stranger, email) = (&stranger, format!("{guess}@example.com"));
        async move { stranger.post("/login", &[("email", &email), ("password", "wrong wrong wrong")]).await.status }
    }));
    let staff = async {
        let elsewhere = server.browser_on([127, 0, 0, 2]);
        for _ in 0..4 {
            for browser in [&known, &elsewhere] {
                assert_eq!(browser.post("/login", &right).await.status, StatusCode::SEE_OTHER);
            }
        }
    };
    let began = std::time::Instant::now();
    tokio::select! {
        statuses = flood => panic!("the flood was not slowed: {statuses:?}"),
        () = staff => {}
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "staff waited {:?}", began.elapsed());
}

#[tokio::test]
async fn who_signs_in_fails_to_or_signs_out_is_in_the_log_once_without_what_was_typed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt().with_env_filter(DEFAULT_FILTER).with_ansi(false);
    // Only for this thread, on which the server runs too.
    let _guard = tracing::subscriber::set_default(lines.with_writer(Arc::new(file.reopen().unwrap())).finish());
    let server = TestServer::start().await;
    let id = server.add_staff("ada@example.com", Role::Operator).await.to_string();
    let visit = async || {
        let browser = server.browser_on([127, 0, 0, 3]);
        for email in ["ada@example.com", "a password typed here"] {
            for _ in 0..7 {
                browser.post("/login", &[("email", email), ("password", "a wrong password")]).await;
            }
        }
        server.clock.advance(time::Duration::hours(2));
        browser.post("/login", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
        browser.post("/logout", &[]).await;
        browser.post("/logout", &[]).await;
    };
    // If a test on another thread, which has no subscriber, reached these lines first, tracing may have turned them off.
    visit().await;
    tracing::callsite::rebuild_interest_cache();
    let before = std::fs::read_to_string(file.path()).unwrap().len();
    server.clock.advance(time::Duration::hours(2));
    visit().await;
    let log = std::fs::read_to_string(file.path()).unwrap().split_off(before);
    let count = |parts: &[&str]| log.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count();
    let here = "source=127.0.0.3";
    assert_eq!(count(&["WARN", "signing in failed", &id, here]), 5, "{log}");
    assert_eq!(count(&["WARN", "signing in failed", "unknown-", here]), 5, "{log}");
    assert_eq!(count(&["WARN", "further attempts have to wait", &id, here, "wait_s=30"]), 1, "{log}");
    assert_eq!(count(&["INFO", "staff signed in", &id, here]), 1, "{log}");
    assert_eq!(count(&["INFO", "staff signed out", &id, here]), 1, "{log}");
    for typed in ["ada@example.com", "a password typed here", "a wrong password", PASSWORD] {
        assert!(!log.contains(typed), "{typed} is in the log");
    }
}

#[tokio::test]
async fn many_guesses_at_once_are_no_more_than_one_after_the_other() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let guesses = (0..20).map(|guess| {
        let (browser, password) = (server.browser(), format!("guess number {guess}"));
        async move { browser.post("/login", &[("email", "ada@example.com"), ("password", &password)]).await.status }
    });
    let statuses = futures::future::join_all(guesses).await;
    let looked_at = statuses.iter().filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY).count();
    let waiting = statuses.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!((looked_at, waiting), (5, 15));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_a_planted_session_id_is_not_kept() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let browser = server.browser();
    let name = server.state.settings.public_url.cookie_name("onramp");
    let planted = browser.request(Method::POST, "/login").header("cookie", format!("{name}=planted"));
    let answer = browser.send(planted.form(&[("email", "ada@example.com"), ("password", PASSWORD)])).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with(&format!("{name}=")), "the session comes first: {cookie}");
    assert!(!cookie.contains("planted"));
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let own = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(browser.post("/logout", &[]).await.header("location"), "/login");
    let again = browser.request(Method::GET, "/invitations").header("cookie", own);
    assert_eq!(browser.send(again).await.status, StatusCode::SEE_OTHER, "the old cookie opens nothing");
}

#[tokio::test]
async fn a_post_from_another_site_is_refused() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let request = browser.request(Method::POST, "/logout").header(name, value);
        assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(browser.get("/invitations").await.status, StatusCode::OK, "and did nothing");
}

#[tokio::test]
async fn the_set_up_link_makes_the_first_administrator_once() {
    let server = TestServer::start().await;
    let state = &server.state;
    let link = state.accounts.issue_link(None).await.unwrap();
    let path = link.strip_prefix(server.url.as_str()).map(|rest| format!("/{rest}")).unwrap();
    let browser = server.browser();
    let first = browser.get(&path).await;
    assert_eq!(
        (first.status, first.header("location")),
        (StatusCode::SEE_OTHER, "/setup"),
        "the code leaves the address"
    );
    assert_eq!(browser.get("/setup").await.status, StatusCode::OK);

    let form = |again| [("email", "Ada@Example.com"), ("password", PASSWORD), ("password_again", again)];
    let wrong = browser.post("/setup", &form("different words")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("differ") && wrong.body.contains("Ada@Example.com"));
    assert_eq!(browser.post("/setup", &form(PASSWORD)).await.header("location"), "/invitations");
    assert_eq!(browser.get("/invitations").await.status, StatusCode::OK, "and is signed in");
    let ada = state.store.staff_by_email("ada@example.com").await.unwrap().unwrap();
    assert_eq!(ada.role, Role::Administrator);

    let other = server.browser();
    other.get(&path).await;
    assert_eq!(other.get("/setup").await.status, StatusCode::NOT_FOUND, "used up");
}

#[tokio::test]
async fn of_two_browsers_that_opened_one_link_the_first_to_submit_has_used_it_up() {
    let server = TestServer::start().await;
    let state = &server.state;
    let staff = server.add_staff("bob@example.com", Role::Viewer).await;
    for of in [Some(staff), None] {
        let link = state.accounts.issue_link(of).await.unwrap();
        let path = format!("/{}", link.strip_prefix(server.url.as_str()).unwrap());
        let (first, second) = (server.browser(), server.browser());
        for browser in [&first, &second] {
            browser.get(&path).await;
            assert_eq!(browser.get("/setup").await.status, StatusCode::OK);
        }
        let form = |email, password| [("email", email), ("password", password), ("password_again", password)];
        let done = first.post("/setup", &form("ada@example.com", PASSWORD)).await;
        assert_eq!(done.header("location"), "/invitations", "{}", done.body);
        let late = second.post("/setup", &form("eve@example.com", "another long password")).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
        assert!(late.body.contains("it was used"), "{}", late.body);
        assert_eq!(second.get("/invitations").await.status, StatusCode::SEE_OTHER, "nor is anybody signed in");
        assert!(state.store.staff_by_email("eve@example.com").await.unwrap().is_none());
        let email = if of.is_some() { "bob@example.com" } else { "ada@example.com" };
        let sign_in = [("email", email), ("password", "another long password")];
        assert_eq!(server.browser().post("/login", &sign_in).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn of_two_who_submit_one_link_at_the_same_moment_one_is_refused() {
    let server = TestServer::start().await;
    let link = server.state.accounts.issue_link(None).await.unwrap();
    let path = format!("/{}", link.strip_prefix(server.url.as_str()).unwrap());
    let browsers = [server.browser(), server.browser()];
    for browser in &browsers {
        browser.get(&path).await;
    }
    let submit = async |browser: &Browser, email: &str| {
        let form = [("email", email), ("password", PASSWORD), ("password_again", PASSWORD)];
        browser.post("/setup", &form).await.status
    };
    let (one, two) = tokio::join!(submit(&browsers[0], "ada@example.com"), submit(&browsers[1], "eve@example.com"));
    let mut statuses = [one, two];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
    let mut made = 0;
    for email in ["ada@example.com", "eve@example.com"] {
        made += usize::from(server.state.store.staff_by_email(email).await.unwrap().is_some());
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_set_up_is_in_the_log_once_with_its_source_and_without_address_or_code() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt().with_env_filter(DEFAULT_FILTER).with_ansi(false);
    // Only for this thread, on which the server runs too.
    let _guard = tracing::subscriber::set_default(lines.with_writer(Arc::new(file.reopen().unwrap())).finish());
    let server = TestServer::start().await;
    let accounts = &server.state.accounts;
    let staff = server.add_staff("ada@example.com", Role::Viewer).await;
    let set_up = async || {
        let link = accounts.issue_link(Some(staff)).await.unwrap();
        let path = format!("/{}", link.strip_prefix(server.url.as_str()).unwrap());
        let browser = server.browser_on([127, 0, 0, 4]);
        browser.get(&path).await;
        let form = [("password", PASSWORD), ("password_again", PASSWORD)];
        assert_eq!(browser.post("/setup", &form).await.status, StatusCode::SEE_OTHER);
        path.split_once("code=").unwrap().1.to_owned()
    };
    // If a test on another thread, which has no subscriber, reached the line first, tracing may have turned it off.
    set_up().await;
    tracing::callsite::rebuild_interest_cache();
    let before = std::fs::read_to_string(file.path()).unwrap().len();
    let code = set_up().await;
    let log = std::fs::read_to_string(file.path()).unwrap().split_off(before);
    let id = staff.to_string();
    let parts = [" INFO ", "set up an account", &id, "source=127.0.0.4"];
    let count = log.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count();
    assert_eq!((count, log.matches(&id).count()), (1, 1), "{log}");
    for typed in ["ada@example.com", PASSWORD, &code] {
        assert!(!log.contains(typed), "{typed} is in the log");
    }
}

#[tokio::test]
async fn a_password_is_hashed_for_as_long_whether_or_not_there_is_an_account() {
    let server = TestServer::start().await;
    let passwords = &server.state.passwords;
    let hash = passwords.hash(PASSWORD.into()).await.unwrap();
    let shortest = async |known: &Option<String>| {
        let mut shortest = std::time::Duration::MAX;
        for _ in 0..5 {
            let began = std::time::Instant::now();
            assert!(!passwords.check(Lane::Invited, "wrong wrong wrong".into(), known.clone()).await.unwrap());
            shortest = shortest.min(began.elapsed());
        }
        shortest
    };
    let (with, without) = (shortest(&Some(hash)).await, shortest(&None).await);
    assert!(with < 3 * without && without < 3 * with, "{with:?} with an account, {without:?} without");
}

#[tokio::test]
async fn a_second_set_up_link_is_worth_nothing_once_there_is_an_administrator() {
    let server = TestServer::start().await;
    let state = &server.state;
    let link = state.accounts.issue_link(None).await.unwrap();
    server.add_staff("ada@example.com", Role::Administrator).await;
    let browser = server.browser();
    browser.get(&format!("/{}", link.strip_prefix(server.url.as_str()).unwrap())).await;
    let form = [("email", "eve@example.com"), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(browser.post("/setup", &form).await.status, StatusCode::NOT_FOUND);
    assert!(state.store.staff_by_email("eve@example.com").await.unwrap().is_none());
}

#[tokio::test]
async fn a_persons_link_sets_their_password_and_ends_their_sessions() {
    let server = TestServer::start().await;
    let state = &server.state;
    let id = server.add_staff("ada@example.com", Role::Viewer).await;
    let old = server.browser();
    old.post("/login", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    let link = state.accounts.issue_link(Some(id)).await.unwrap();
    let browser = server.browser();
    browser.get(&format!("/{}", link.strip_prefix(server.url.as_str()).unwrap())).await;
    // The address is fixed: what the form says about it is not believed.
    let form =
        [("email", "eve@example.com"), ("password", "a new long password"), ("password_again", "a new long password")];
    assert_eq!(browser.post("/setup", &form).await.header("location"), "/invitations");
    assert_eq!(old.get("/invitations").await.status, StatusCode::SEE_OTHER);
    let again = server.browser();
    let form = [("email", "ada@example.com"), ("password", "a new long password")];
    assert_eq!(again.post("/login", &form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_demo_account_opens_the_sandbox() {
    let server = TestServer::start().await;
    server.state.accounts.ensure_demo().await.unwrap();
    server.state.accounts.ensure_demo().await.unwrap();
    let browser = server.browser();
    let answer = browser.post("/login", &[("email", DEMO.0), ("password", DEMO.1)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(!server.state.store.has_administrator().await.unwrap(), "the set-up link stays open");
}

#[tokio::test]
async fn roles_are_kept_at_every_door() {
    let server = TestServer::start().await;
    let viewer = server.signed_in(Role::Viewer).await;
    let operator = server.signed_in(Role::Operator).await;
    assert_eq!(viewer.get("/invitations/new").await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.post("/invitations/new", &[("fleet_ref", "X")]).await.status, StatusCode::FORBIDDEN);
    for browser in [&viewer, &operator] {
        assert_eq!(browser.post("/subscriptions/ensure", &[]).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(operator.get("/invitations/new").await.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_works_all_day_stays_signed_in() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let renews = async || browser.get("/invitations").await.headers.contains_key("set-cookie");
    assert!(renews().await, "the first visit is noted");
    assert!(!renews().await, "the next is not");
    server.clock.advance(time::Duration::minutes(59));
    assert!(!renews().await);
    server.clock.advance(time::Duration::MINUTE);
    assert!(renews().await, "an hour later it is noted again, and the session's end moves");
}

#[tokio::test]
async fn an_outage_of_the_database_does_not_look_like_being_signed_out() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let database = format!("sqlite:{}", server.dir.path().join("onramp.db").display());
    let pool = sqlx::SqlitePool::connect(&database).await.unwrap();
    sqlx::query("ALTER TABLE sessions RENAME TO gone").execute(&pool).await.unwrap();
    assert_eq!(browser.get("/invitations").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let form = [("fleet_ref", "ACME-1")];
    assert_eq!(browser.post("/invitations/new", &form).await.status, StatusCode::SERVICE_UNAVAILABLE);
    sqlx::query("ALTER TABLE gone RENAME TO sessions").execute(&pool).await.unwrap();
    assert_eq!(browser.get("/invitations").await.status, StatusCode::OK);
}
