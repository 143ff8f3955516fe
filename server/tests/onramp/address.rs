//! The public address: what follows from it, and what comes under another.

use domain::staff::Role;
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

use crate::support::{Answer, Catena, PASSWORD, TestServer};

const PUBLIC: &str = "https://onramp.example.com";

/// An Onramp that browsers reach at `public`, through a proxy. The tests reach it directly.
async fn behind_a_proxy(public: &str) -> TestServer {
    let public = Url::parse(public).unwrap();
    let tune = |settings: &mut server::config::Settings| settings.public_url = public.try_into().unwrap();
    TestServer::start_tuned("2026-03-02T15:31:06Z", Catena::Sandbox, tempfile::tempdir().unwrap(), tune).await
}

/// A request with these headers, from a browser that knows nothing of us.
async fn send(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let browser = server.browser();
    let mut request = browser.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

/// Signs in with the right password, with these headers.
async fn sign_in(server: &TestServer, headers: &[(&str, &str)]) -> Answer {
    if server.state.store.staff_by_email("ada@example.com").await.unwrap().is_none() {
        server.add_staff("ada@example.com", Role::Viewer).await;
    }
    let browser = server.browser();
    let mut request = browser.request(Method::POST, "/login");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request.form(&[("email", "ada@example.com"), ("password", PASSWORD)])).await
}

/// The status line of the answer to raw bytes.
async fn raw(server: &TestServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.state.settings.listen).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn browsers_are_told_to_stay_on_https_if_that_is_where_we_are() {
    let server = behind_a_proxy(PUBLIC).await;
    for path in ["/login", "/healthz", "/onboarding/success", "/nowhere"] {
        assert_eq!(server.browser().get(path).await.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    let refused = send(&server, Method::GET, "/login", &[("host", "evil.example")]).await;
    assert_eq!(refused.header("strict-transport-security"), "max-age=31536000");
    let plain = TestServer::start().await;
    assert_eq!(plain.browser().get("/login").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn two_onramps_on_one_host_do_not_sign_each_other_out() {
    let (one, other) = (TestServer::start().await, TestServer::start().await);
    let mut jar = Vec::new();
    for server in [&one, &other] {
        let cookie = sign_in(server, &[]).await.header("set-cookie").to_owned();
        jar.push(cookie.split(';').next().unwrap().to_owned());
    }
    let names: Vec<_> = jar.iter().map(|cookie| cookie.split('=').next().unwrap()).collect();
    assert_ne!(names[0], names[1], "a browser keeps cookies apart by host and name, not by port");
    for server in [&one, &other] {
        assert_eq!(
            send(server, Method::GET, "/invitations", &[("cookie", &jar.join("; "))]).await.status,
            StatusCode::OK
        );
    }
    let landing = async |server: &TestServer| {
        let answer = server.browser().get("/onboarding/success?status=success").await;
        answer.header("set-cookie").split('=').next().unwrap().to_owned()
    };
    assert_ne!(landing(&one).await, landing(&other).await);
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_bound_to_the_host() {
    for (public, name) in [(PUBLIC, "__Host-onramp="), ("https://onramp.example.com:8443", "__Host-onramp-8443=")] {
        let server = behind_a_proxy(public).await;
        let cookie = sign_in(&server, &[("origin", public)]).await.header("set-cookie").to_owned();
        assert!(cookie.starts_with(name) && cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
        assert!(cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test]
async fn forms_of_our_own_pages_are_taken_whatever_the_proxy_makes_of_the_host() {
    let server = behind_a_proxy(PUBLIC).await;
    for host in ["onramp.example.com", "onramp.example.com:443", "127.0.0.1:3000", "localhost", "192.0.2.7:3000"] {
        // Older browsers don't send Sec-Fetch-Site.
        let answer = sign_in(&server, &[("host", host), ("origin", PUBLIC)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{host}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_form_of_another_origin_is_refused_and_the_page_says_what_to_mend() {
    let server = behind_a_proxy(PUBLIC).await;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "https://onramp.example.com.evil.example")],
        &[("origin", "null")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://onramp.example.com"), ("host", "127.0.0.1:3000")],
    ] {
        let answer = sign_in(&server, headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.body.contains(PUBLIC) && answer.body.contains("Host or Origin header"), "{}", answer.body);
        assert!(!answer.body.contains("Your role"), "it is not the role");
        assert_eq!(answer.header("set-cookie"), "");
    }
    // Another Onramp on this host, at another port.
    let plain = TestServer::start().await;
    assert_eq!(sign_in(&plain, &[("origin", "http://127.0.0.1:1")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_sign_in_page_says_where_it_must_be_opened_if_it_is_open_elsewhere() {
    let server = behind_a_proxy(PUBLIC).await;
    let words = "your browser forgets at once";
    let link = "href=\"https://onramp.example.com/login\"";
    for host in ["onramp.example.com", "onramp.example.com:443"] {
        let page = send(&server, Method::GET, "/login", &[("host", host)]).await;
        assert!(page.status == StatusCode::OK && !page.body.contains(words), "{host}");
    }
    for host in ["192.0.2.7:3000", "localhost:3000", "onramp.example.com:3000"] {
        let page = send(&server, Method::GET, "/login", &[("host", host)]).await;
        assert!(page.body.contains(words) && page.body.contains(link), "{host}: {}", page.body);
    }
    // A proxy that takes plain http as well: the page looks right until the form is sent.
    for (host, origin) in
        [("onramp.example.com", "http://onramp.example.com"), ("192.0.2.7:3000", "http://192.0.2.7:3000")]
    {
        let answer = sign_in(&server, &[("host", host), ("origin", origin)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{origin}");
        assert!(answer.body.contains(words) && answer.body.contains(link), "{}", answer.body);
        assert_eq!(answer.header("set-cookie"), "", "a session would be lost");
    }
    let plain = TestServer::start().await;
    let page = send(&plain, Method::GET, "/login", &[("host", "localhost:1")]).await;
    assert!(!page.body.contains(words), "over plain http, cookies work anywhere");
}

#[tokio::test]
async fn a_name_that_another_site_has_pointed_here_gets_neither_console_nor_sandbox() {
    let server = TestServer::start().await;
    let ours = server.state.settings.public_url.origin();
    let rebound = [("host", "evil.example:3000"), ("origin", "http://evil.example:3000")];
    for (method, path) in [
        (Method::GET, "/login"),
        (Method::POST, "/login"),
        (Method::GET, "/invitations"),
        (Method::GET, "/live"),
        (Method::GET, "/sandbox"),
        (Method::GET, "/sandbox/control/state"),
        (Method::POST, "/sandbox/control/reset"),
        (Method::GET, "/sandbox/connect"),
        (Method::GET, "/nowhere"),
    ] {
        let answer = send(&server, method, path, &rebound).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(answer.body.contains(&ours) && !answer.body.contains("evil"), "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(sign_in(&server, &rebound).await.status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(sign_in(&server, &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn health_checks_webhooks_and_fleets_are_answered_under_any_name() {
    let server = behind_a_proxy(PUBLIC).await;
    for host in ["10.0.0.7:3000", "onramp-0.onramp.svc.cluster.local", "earlier-name.example.com"] {
        for path in ["/healthz", "/readyz", "/metrics", "/onboarding/success", "/onboarding/failure"] {
            assert_eq!(
                send(&server, Method::GET, path, &[("host", host)]).await.status,
                StatusCode::OK,
                "{host}{path}"
            );
        }
        let answer = send(&server, Method::POST, "/webhooks/catena", &[("host", host)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "as under our own name");
    }
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let server = TestServer::start().await;
    for path in ["/login", "/healthz", "/sandbox/control/state", "/webhooks/catena", "/nowhere"] {
        for host in
            ["", "host: a.example\r\nhost: b.example\r\n", "host: \r\n", "host: a b\r\n", "host: u@localhost\r\n"]
        {
            let answer = raw(&server, &format!("GET {path} HTTP/1.1\r\n{host}connection: close\r\n\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{path} {host:?}: {answer}");
        }
        // Health checks of an older kind.
        let answer = raw(&server, &format!("GET {path} HTTP/1.0\r\n\r\n")).await;
        assert!(!answer.contains(" 400"), "{path}: {answer}");
    }
    let other = "GET http://evil.example/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(raw(&server, other).await.starts_with("HTTP/1.1 421"), "the target counts before the header");
}

#[tokio::test]
async fn what_a_proxy_or_a_stranger_says_about_our_address_has_no_effect() {
    let server = behind_a_proxy(PUBLIC).await;
    let forwarded = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-original-url", "/invitations"),
        ("forwarded", "host=evil.example;proto=http"),
    ];
    let page = send(&server, Method::GET, "/login", &forwarded).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("evil"), "{}", page.body);
    let answer = send(&server, Method::GET, "/invitations", &forwarded).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/login?next=%2Finvitations"));
    let link = server.state.accounts.issue_link(None).await.unwrap();
    assert!(link.starts_with("https://onramp.example.com/setup?code="), "{link}");
}

#[tokio::test]
async fn no_other_cookie_stands_for_a_session() {
    let server = TestServer::start().await;
    let name = server.state.settings.public_url.cookie_name("onramp");
    let landing = server.browser().get("/onboarding/success?status=success").await;
    let landing = landing.header("set-cookie").split(['=', ';']).nth(1).unwrap_or_default().to_owned();
    for value in [landing.as_str(), "", "AAAA", "=", "null", "{\"staff_id\":1}", "../../x", &"A".repeat(3_000)] {
        let answer = send(&server, Method::GET, "/invitations", &[("cookie", &format!("{name}={value}"))]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/login?next=%2Finvitations"),
            "{value}"
        );
    }
}
