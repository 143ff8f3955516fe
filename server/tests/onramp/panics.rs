//! A panic in a handler is a page with a reference, and the connection goes on.

use domain::staff::Role;
use reqwest::{StatusCode, header};

use crate::support::{FLEET_REF, INVITATION, TestServer};

#[tokio::test]
async fn a_page_that_panics_is_a_page_with_a_reference_and_the_connection_goes_on() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    server.random.set_broken(true);
    let answer = browser.get("/invitations/new").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains("Something went wrong") && answer.body.contains("operator@example.com"));
    assert!(!answer.header("x-request-id").is_empty() && answer.body.contains(answer.header("x-request-id")));
    assert!(!answer.header("content-security-policy").is_empty());
    server.random.set_broken(false);
    assert_eq!(browser.get("/invitations/new").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_that_panics_in_its_own_task_is_a_page_too() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    server.random.set_broken(true);
    let answer = browser.post("/subscriptions/ensure", &[]).await;
    server.random.set_broken(false);
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
    assert!(answer.body.contains(answer.header("x-request-id")));
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_webhook_that_panics_is_sent_again() {
    let server = TestServer::start().await;
    server.random.set_broken(true);
    let body = crate::support::example("invitation.created");
    let id = "019caf10-331c-7fc1-b466-44073a4d3b00".parse().unwrap();
    let delivery = server.delivery(id, body);
    assert_eq!(delivery.clone().send(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    server.random.set_broken(false);
    assert_eq!(delivery.send(&server).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_fleet_sees_no_page_of_staff_when_its_own_panics() {
    let server = TestServer::start().await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let browser = server.browser();
    let path = format!("/onboarding/success?invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success");
    server.random.set_broken(true);
    let answer = browser.get(&path).await;
    server.random.set_broken(false);
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains("reload it") && !answer.body.contains("/login") && !answer.body.contains(INVITATION));
    assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(browser.get(&path).await.status, StatusCode::SEE_OTHER);
}
