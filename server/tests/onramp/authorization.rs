//! Who may do what at each address, from when on that changes, and what every answer tells browsers.

use std::{collections::BTreeSet, fs};

use domain::staff::Role;
use reqwest::{Method, Response, StatusCode};
use url::form_urlencoded::byte_serialize;

use crate::{
    imports::checked,
    support::{Browser, PASSWORD, TestServer, until},
};

const ANYONE: Option<Role> = None;
const VIEWER: Option<Role> = Some(Role::Viewer);
const OPERATOR: Option<Role> = Some(Role::Operator);
const ADMINISTRATOR: Option<Role> = Some(Role::Administrator);

/// Every route, and the least role that may use it.
const ROUTES: &[(Method, &str, Option<Role>)] = &[
    (Method::GET, "/", VIEWER),
    (Method::GET, "/login", ANYONE),
    (Method::POST, "/login", ANYONE),
    (Method::GET, "/setup", ANYONE),
    (Method::POST, "/setup", ANYONE),
    (Method::GET, "/invitations", VIEWER),
    (Method::GET, "/invitations/new", OPERATOR),
    (Method::POST, "/invitations/new", OPERATOR),
    (Method::GET, "/invitations/preview", OPERATOR),
    (Method::GET, "/invitations/import", OPERATOR),
    (Method::POST, "/invitations/import", OPERATOR),
    (Method::GET, "/invitations/import/{id}", OPERATOR),
    (Method::POST, "/invitations/import/{id}/columns", OPERATOR),
    (Method::POST, "/invitations/import/{id}/again", OPERATOR),
    (Method::POST, "/invitations/import/{id}/start", OPERATOR),
    (Method::POST, "/invitations/import/{id}/pause", OPERATOR),
    (Method::POST, "/invitations/import/{id}/resume", OPERATOR),
    (Method::POST, "/invitations/import/{id}/cancel", OPERATOR),
    (Method::GET, "/invitations/import/{id}/live", OPERATOR),
    (Method::GET, "/invitations/import/{id}/result.csv", OPERATOR),
    (Method::POST, "/invitations/import/{id}/links.csv", OPERATOR),
    (Method::GET, "/invitations/{id}", VIEWER),
    (Method::POST, "/invitations/{id}/check", OPERATOR),
    (Method::GET, "/invitations/{id}/again", OPERATOR),
    (Method::POST, "/invitations/{id}/again", OPERATOR),
    (Method::POST, "/invitations/{id}/link", OPERATOR),
    (Method::GET, "/invitations/{id}/share", OPERATOR),
    (Method::POST, "/invitations/{id}/send", OPERATOR),
    (Method::POST, "/invitations/{id}/qr", OPERATOR),
    (Method::GET, "/invitations/{id}/delete", OPERATOR),
    (Method::POST, "/invitations/{id}/delete", OPERATOR),
    (Method::GET, "/reminders", VIEWER),
    (Method::POST, "/reminders/look", OPERATOR),
    (Method::POST, "/reminders/decide", OPERATOR),
    (Method::GET, "/fleets/{fleet_ref}", VIEWER),
    (Method::GET, "/deliveries", VIEWER),
    (Method::POST, "/deliveries/process-again", OPERATOR),
    (Method::POST, "/deliveries/verify-again", OPERATOR),
    (Method::GET, "/deliveries/waiting", VIEWER),
    (Method::GET, "/deliveries/waiting/{kind}/{name}", OPERATOR),
    (Method::POST, "/deliveries/waiting/{kind}/{name}", OPERATOR),
    (Method::GET, "/deliveries/{id}", VIEWER),
    (Method::POST, "/deliveries/{id}/process-again", OPERATOR),
    (Method::POST, "/deliveries/{id}/verify-again", OPERATOR),
    (Method::GET, "/subscriptions", VIEWER),
    (Method::POST, "/subscriptions/ensure", ADMINISTRATOR),
    (Method::GET, "/settings/checks", VIEWER),
    (Method::POST, "/settings/checks", OPERATOR),
    (Method::POST, "/subscriptions/refresh", OPERATOR),
    (Method::POST, "/subscriptions/fetch-missed", ADMINISTRATOR),
    (Method::GET, "/subscriptions/new", ADMINISTRATOR),
    (Method::POST, "/subscriptions/new", ADMINISTRATOR),
    (Method::GET, "/subscriptions/{id}", VIEWER),
    (Method::GET, "/subscriptions/{id}/logs", VIEWER),
    (Method::POST, "/subscriptions/{id}/delete", ADMINISTRATOR),
    (Method::POST, "/subscriptions/{id}/{move}", ADMINISTRATOR),
    (Method::GET, "/live", VIEWER),
    (Method::POST, "/webhooks/catena", ANYONE),
    (Method::POST, "/webhooks/catena/watch", ANYONE),
    (Method::POST, "/webhooks", ANYONE),
    (Method::POST, "/webhooks/", ANYONE),
    (Method::POST, "/webhooks/{*path}", ANYONE),
    (Method::POST, "//webhooks", ANYONE),
    (Method::POST, "//webhooks/", ANYONE),
    (Method::POST, "//webhooks/{*path}", ANYONE),
    (Method::GET, "/onboarding/success", ANYONE),
    (Method::GET, "/onboarding/failure", ANYONE),
    (Method::GET, "/onboarding/success/", ANYONE),
    (Method::GET, "/onboarding/failure/", ANYONE),
    (Method::GET, "//onboarding/success", ANYONE),
    (Method::GET, "//onboarding/failure", ANYONE),
    (Method::GET, "/healthz", ANYONE),
    (Method::GET, "/readyz", ANYONE),
    (Method::GET, "/metrics", ANYONE),
    // The last, because a browser that used it may do nothing else.
    (Method::POST, "/logout", ANYONE),
];

/// For programs, not for browsers.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
const NOBODYS: &str = "019caf10-0000-7000-8000-000000000000";
/// What the placeholders of routes stand for.
struct Records {
    invitation: String,
    import: String,
    delivery: String,
    subscription: String,
    fleet_ref: String,
}

impl Records {
    /// A server with one of each, and what they are called.
    async fn made() -> (TestServer, Self) {
        let server = TestServer::start().await;
        server.state.subscriptions.ensure().await.unwrap();
        let browser = server.signed_in(Role::Administrator).await;
        let made = browser.post("/invitations/new", &[("fleet_ref", "ACME-1"), ("expires_in_hours", "72")]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        let invitation = made.header("location").split(['/', '?']).nth(2).unwrap().to_owned();
        let import = checked(&server, &browser, "fleet_ref\nACME-2\n").await.rsplit('/').next().unwrap().to_owned();
        let delivery = until("a delivery", async || server.deliveries().await.first().map(|row| row.key.0)).await;
        let subscription = server.state.store.subscriptions().await.unwrap()[0].webhook_id;
        let records = Self {
            invitation,
            import,
            delivery: delivery.to_string(),
            subscription: subscription.to_string(),
            fleet_ref: "ACME-1".into(),
        };
        (server, records)
    }

    /// Names of nothing.
    fn made_up() -> Self {
        Self {
            invitation: NOBODYS.into(),
            import: "987654321".into(),
            delivery: "987654321".into(),
            subscription: NOBODYS.into(),
            fleet_ref: "NOBODY".into(),
        }
    }

    /// The path and query of a route.
    fn address(&self, route: &str) -> String {
        let id = match route {
            import if import.starts_with("/invitations/import/") => &self.import,
            delivery if delivery.starts_with("/deliveries/") => &self.delivery,
            subscription if subscription.starts_with("/subscriptions/") => &self.subscription,
            _ => &self.invitation,
        };
        let address = route
            .replace("{id}", id)
            .replace("{fleet_ref}", &self.fleet_ref)
            .replace("{kind}/{name}", &format!("connection/{NOBODYS}"))
            .replace("{move}", "pause")
            .replace("{*path}", "elsewhere");
        if route == "/live" { format!("{address}?invitation={}", self.invitation) } else { address }
    }
}

/// Sends a request as a form or link of our own pages does. Streams don't end, so the answer's body isn't read.
async fn ask(server: &TestServer, browser: &Browser, method: &Method, address: &str) -> Response {
    // Whole, because an address with two slashes at its start would name a host.
    let whole = format!("{}{address}", server.url.origin().ascii_serialization());
    let request = browser.request(method.clone(), &whole).header("sec-fetch-site", "same-origin");
    let request = if *method == Method::POST { request.form::<[(&str, &str)]>(&[]) } else { request };
    request.send().await.unwrap()
}

fn header_of<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn every_route_has_a_row_that_says_who_may_use_it() {
    let mut routes = BTreeSet::new();
    for file in ["router.rs", "imports/mod.rs"] {
        let text = fs::read_to_string(format!("{}/src/web/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let quoted = code.flat_map(|line| line.split('"').skip(1).step_by(2));
        let found: Vec<_> = quoted.filter(|text| text.starts_with('/')).map(str::to_owned).collect();
        assert!(found.len() >= text.matches(".route(\"").count() && found.len() > 10, "{file}: {found:?}");
        routes.extend(found);
    }
    let rows: BTreeSet<_> = ROUTES.iter().map(|(_, route, _)| (*route).to_owned()).collect();
    let (missing, gone): (Vec<_>, Vec<_>) = (routes.difference(&rows).collect(), rows.difference(&routes).collect());
    assert!(missing.is_empty() && gone.is_empty(), "routes without a row: {missing:?}; rows without a route: {gone:?}");
}

#[tokio::test]
async fn too_low_a_role_is_refused_before_anyone_learns_whether_a_record_exists() {
    let (server, records) = Records::made().await;
    let anonymous = server.browser();
    let lower = [
        (Role::Viewer, server.signed_in(Role::Viewer).await),
        (Role::Operator, server.signed_in(Role::Operator).await),
    ];
    let mut wrong = Vec::new();
    for (method, route, least) in ROUTES {
        let Some(least) = least else { continue };
        for records in [&records, &Records::made_up()] {
            let address = records.address(route);
            let answer = ask(&server, &anonymous, method, &address).await;
            let next: String = byte_serialize(address.as_bytes()).collect();
            let to = if *method == Method::GET { format!("/login?next={next}") } else { "/login".to_owned() };
            if (answer.status(), header_of(&answer, "location")) != (StatusCode::SEE_OTHER, to.as_str()) {
                wrong.push(format!("{method} {address} for anyone: {}", answer.status()));
            }
            for (role, browser) in lower.iter().filter(|(role, _)| role < least) {
                let status = ask(&server, browser, method, &address).await.status();
                if status != StatusCode::FORBIDDEN {
                    wrong.push(format!("{method} {address} for a {}: {status}", role.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether an answer is one to someone who may use the route. An empty form is often refused.
fn is_let_in(method: &Method, route: &str, least: Option<Role>, answer: &Response) -> bool {
    let (status, to) = (answer.status().as_u16(), header_of(answer, "location"));
    match (route, least) {
        ("/", _) => to == "/invitations",
        ("/logout", _) => to == "/login",
        ("/setup", _) => status == 404,
        ("/login", _) if method == Method::POST => status == 422,
        // Nobody is told there to stop.
        (webhooks, None) if webhooks.contains("/webhooks") => [401, 503].contains(&status),
        // Nothing waits, so there is nothing to assign.
        ("/deliveries/waiting/{kind}/{name}", _) if method == Method::GET => to == "/deliveries/waiting",
        (_, None) => status == 200 || (route == "/login" && to == "/"),
        // 502: Catena, which was asked on their behalf, was slow.
        (_, Some(_)) if method == Method::GET => [200, 502].contains(&status),
        (_, Some(_)) => [200, 303, 400, 409, 422, 502].contains(&status) && !to.starts_with("/login"),
    }
}

#[tokio::test]
async fn whoever_has_the_role_gets_through() {
    let (server, records) = Records::made().await;
    let mut browsers = vec![(None, server.browser())];
    for role in [Role::Viewer, Role::Operator] {
        browsers.push((Some(role), server.signed_in(role).await));
    }
    let administrator = server.browser();
    administrator.post("/login", &[("email", "administrator@example.com"), ("password", PASSWORD)]).await;
    browsers.push((Some(Role::Administrator), administrator));
    let mut wrong = Vec::new();
    for (role, browser) in &browsers {
        for (method, route, least) in ROUTES.iter().filter(|(_, _, least)| least <= role) {
            let address = records.address(route);
            let answer = ask(&server, browser, method, &address).await;
            if !is_let_in(method, route, *least, &answer) {
                let to = header_of(&answer, "location");
                wrong.push(format!("{method} {address} for {role:?}: {} {to}", answer.status()));
            }
            if route.contains("{id}") || route.contains("{fleet_ref}") {
                let address = Records::made_up().address(route);
                let status = ask(&server, browser, method, &address).await.status();
                if status != StatusCode::NOT_FOUND {
                    wrong.push(format!("{method} {address} for {role:?}: {status}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_route_takes_a_method_without_a_row() {
    let (server, records) = Records::made().await;
    let administrator = server.browser();
    administrator.post("/login", &[("email", "administrator@example.com"), ("password", PASSWORD)]).await;
    let routes: BTreeSet<_> = ROUTES.iter().map(|(_, route, _)| *route).collect();
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE];
    let mut wrong = Vec::new();
    for route in routes {
        let address = records.address(route);
        for method in &methods {
            if ROUTES.iter().any(|(taken, of, _)| taken == method && *of == route) {
                continue;
            }
            for browser in [&server.browser(), &administrator] {
                let status = ask(&server, browser, method, &address).await.status();
                if status != StatusCode::METHOD_NOT_ALLOWED {
                    wrong.push(format!("{method} {address}: {status}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Changes the database behind the server's back.
async fn execute(server: &TestServer, sql: &'static str) {
    let database = format!("sqlite://{}", server.dir.path().join("onramp.db").display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&database).await.unwrap();
    sqlx::query(sql).execute(&mut database).await.unwrap();
}

#[tokio::test]
async fn a_lower_role_holds_from_the_next_request_on() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    assert_eq!(browser.get("/subscriptions/new").await.status, StatusCode::OK);
    execute(&server, "UPDATE staff SET role = 'viewer'").await;
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/subscriptions/new").await.status, StatusCode::FORBIDDEN);
    assert!(server.state.store.subscriptions().await.unwrap().is_empty(), "and nothing was set up");
    assert_eq!(browser.get("/invitations").await.status, StatusCode::OK, "what viewers may see stays open");
}

#[tokio::test]
async fn a_removed_account_is_signed_out_from_the_next_request_on_and_stays_out() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    assert_eq!(browser.get("/invitations").await.status, StatusCode::OK);
    execute(&server, "DELETE FROM staff").await;
    let page = browser.get("/invitations").await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/login?next=%2Finvitations"));
    let form = browser.post("/subscriptions/ensure", &[]).await;
    assert_eq!((form.status, form.header("location")), (StatusCode::SEE_OTHER, "/login"));
    assert!(server.state.store.subscriptions().await.unwrap().is_empty(), "and nothing was set up");
    let again = browser.post("/login", &[("email", "administrator@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// What an answer fails to tell browsers.
fn omissions(answer: &Response) -> Vec<&'static str> {
    let policy = header_of(answer, "content-security-policy");
    let cache = header_of(answer, "cache-control");
    let is_landing = answer.url().path().contains("/onboarding/");
    let may_be_kept = answer.status().is_redirection() || PROBES.contains(&answer.url().path());
    let promises = [
        ("a policy that starts from nothing", policy.starts_with("default-src 'none';")),
        ("no framing", policy.contains("frame-ancestors 'none'") && header_of(answer, "x-frame-options") == "DENY"),
        ("forms that go nowhere else", policy.contains("form-action 'self'") && policy.contains("base-uri 'none'")),
        ("no inline scripts or styles", !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'")),
        ("no guessed types", header_of(answer, "x-content-type-options") == "nosniff"),
        ("a window of its own", header_of(answer, "cross-origin-opener-policy") == "same-origin"),
        ("no devices", header_of(answer, "permissions-policy") == "camera=(), geolocation=(), microphone=()"),
        (
            "addresses that stay here",
            header_of(answer, "referrer-policy") == if is_landing { "no-referrer" } else { "same-origin" },
        ),
        ("out of search engines", !is_landing || header_of(answer, "x-robots-tag") == "noindex"),
        ("in no cache", may_be_kept || cache.split(", ").any(|word| word == "no-store")),
    ];
    promises.into_iter().filter(|(_, holds)| !holds).map(|(promise, _)| promise).collect()
}

#[tokio::test]
async fn every_answer_tells_browsers_what_they_may_do_with_it() {
    let (server, records) = Records::made().await;
    let administrator = server.browser();
    administrator.post("/login", &[("email", "administrator@example.com"), ("password", PASSWORD)]).await;
    let (anonymous, viewer) = (server.browser(), server.signed_in(Role::Viewer).await);
    let mut answers = Vec::new();
    for (method, route, _) in ROUTES.iter().filter(|(method, ..)| *method == Method::GET) {
        for browser in [&administrator, &viewer, &anonymous] {
            answers.push(ask(&server, browser, method, &records.address(route)).await);
        }
    }
    let (qr, links) = ("/invitations/{id}/qr", "/invitations/import/{id}/links.csv");
    for (browser, method, address, want) in [
        (&administrator, Method::POST, records.address(qr), StatusCode::OK),
        (&administrator, Method::POST, records.address(links), StatusCode::OK),
        (&viewer, Method::POST, "/subscriptions/ensure".into(), StatusCode::FORBIDDEN),
        (&viewer, Method::GET, "/nowhere".into(), StatusCode::NOT_FOUND),
        (&anonymous, Method::GET, "/nowhere".into(), StatusCode::NOT_FOUND),
        (&anonymous, Method::POST, "/setup".into(), StatusCode::NOT_FOUND),
        (&viewer, Method::PUT, "/invitations".into(), StatusCode::METHOD_NOT_ALLOWED),
        (&anonymous, Method::POST, "/login".into(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = ask(&server, browser, &method, &address).await;
        assert_eq!(answer.status(), want, "{method} {address}");
        answers.push(answer);
    }
    for (name, value, want) in [
        ("host", "evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
    ] {
        let answer = anonymous.request(Method::POST, "/login").header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), want, "{name}: {value}");
        answers.push(answer);
    }
    let wrong = answers.iter().map(|answer| (answer, omissions(answer))).filter(|(_, omissions)| !omissions.is_empty());
    let wrong: Vec<_> = wrong.map(|(answer, what)| format!("{} {}: {what:?}", answer.status(), answer.url())).collect();
    assert!(wrong.is_empty(), "not told:\n{}", wrong.join("\n"));
    let policies: BTreeSet<_> = answers.iter().map(|answer| header_of(answer, "content-security-policy")).collect();
    assert_eq!(policies.len(), answers.len(), "each answer has a nonce of its own");
}
