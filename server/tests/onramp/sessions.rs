//! What a session survives, and where signing in leads.

use domain::staff::Role;
use reqwest::{Method, StatusCode, header};
use url::form_urlencoded::byte_serialize;

use crate::support::{PASSWORD, TestServer};

/// Addresses that browsers would read as those of another site.
const FOREIGN: [&str; 8] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "/\t/evil.example",
    "/\r\n/evil.example",
    "/invitations\r\nLocation: https://evil.example",
];

#[tokio::test]
async fn signing_in_again_makes_the_earlier_cookie_worthless() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Viewer).await;
    let browser = server.browser();
    let mut cookies = Vec::new();
    for _ in 0..2 {
        let answer = browser.post("/login", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        // The session comes first.
        cookies.push(answer.header("set-cookie").split(';').next().unwrap().to_owned());
    }
    assert_ne!(cookies[0], cookies[1]);
    for (cookie, want) in cookies.iter().zip([StatusCode::SEE_OTHER, StatusCode::OK]) {
        let stranger = server.browser();
        let request = stranger.request(Method::GET, "/invitations").header(header::COOKIE, cookie);
        assert_eq!(stranger.send(request).await.status, want);
    }
}

#[tokio::test]
async fn a_link_to_signing_out_signs_nobody_out() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Viewer).await;
    for method in [Method::GET, Method::HEAD] {
        let answer = browser.send(browser.request(method, "/logout")).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
        assert_eq!(browser.get("/invitations").await.status, StatusCode::OK, "the session goes on");
    }
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Viewer).await;
    let right = [("email", "viewer@example.com"), ("password", PASSWORD)];
    let wrong = [("email", "nobody@example.com"), ("password", "wrong wrong wrong")];
    for (nth, next) in FOREIGN.into_iter().enumerate() {
        let form = [&right[..], &[("next", next)]].concat();
        let answer = browser.post("/login", &form).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"), "{next:?}");

        let address = format!("/login?next={}", byte_serialize(next.as_bytes()).collect::<String>());
        let answer = browser.get(&address).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"), "{next:?}, signed in");

        let page = server.browser().get(&address).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("evil"), "{next:?}: {}", page.body);
        // More would have to wait.
        if nth < 4 {
            let form = [&wrong[..], &[("next", next)]].concat();
            let page = server.browser().post("/login", &form).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(!page.body.contains("evil"), "{next:?}: {}", page.body);
        }
    }
    let form = [&right[..], &[("next", "/subscriptions?done=refreshed")]].concat();
    assert_eq!(browser.post("/login", &form).await.header("location"), "/subscriptions?done=refreshed");
}
