//! A database that another program holds: everybody gets a page, and soon.

use std::time::{Duration, Instant};

use domain::staff::Role;
use reqwest::StatusCode;
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::{FLEET_REF, INVITATION, PASSWORD, TestServer, example, until};

/// Catena gives up after three seconds.
const SOON: Duration = Duration::from_secs(2);

/// Locks the database until the connection is closed or rolls back.
async fn lock(server: &TestServer) -> SqliteConnection {
    let database = format!("sqlite:{}", server.dir.path().join("onramp.db").display());
    let mut other = SqliteConnection::connect(&database).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    other
}

async fn soon<T>(what: &str, answer: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let answer = answer.await;
    assert!(began.elapsed() < SOON, "{what} took {:?}", began.elapsed());
    answer
}

#[tokio::test]
async fn a_locked_database_is_answered_soon_and_with_a_page() {
    let server = TestServer::start().await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let staff = server.signed_in(Role::Operator).await;
    staff.get("/invitations").await;
    let stranger = server.browser();
    assert_eq!(stranger.get("/readyz").await.status, StatusCode::OK);
    server.clock.advance(time::Duration::SECOND);
    let mut other = lock(&server).await;

    let ready = soon("readiness", stranger.get("/readyz")).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(ready.body.contains("lock"), "{}", ready.body);
    assert_eq!(stranger.get("/healthz").await.status, StatusCode::OK);

    let body = example("invitation.viewed");
    let webhook = "019caf10-331c-7fc1-b466-44073a4d3b00".parse().unwrap();
    assert_eq!(
        soon("a webhook", server.delivery(webhook, body).send(&server)).await,
        StatusCode::SERVICE_UNAVAILABLE,
        "401 would mean that it is stored"
    );
    let path = format!("/onboarding/success?invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success");
    let fleet = server.browser();
    assert_eq!(soon("a fleet's return", fleet.get(&path)).await.status, StatusCode::SEE_OTHER);
    assert!(fleet.get("/onboarding/success").await.body.contains(FLEET_REF), "the fleet sees how it ended");

    let form = [("email", "operator@example.com"), ("password", PASSWORD)];
    let sign_in = soon("a sign-in", stranger.post("/login", &form)).await;
    assert_eq!(sign_in.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(sign_in.body.contains("Not available right now"), "no empty page: {:?}", sign_in.body);
    assert!(sign_in.body.contains(sign_in.header("x-request-id")));
    let sign_out = soon("a sign-out", staff.post("/logout", &[])).await;
    assert_eq!(sign_out.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(sign_out.body.contains("You may still be signed in"), "{}", sign_out.body);
    assert_eq!(soon("a page", staff.get("/invitations")).await.status, StatusCode::OK, "reading goes on");
    // The visit of an hour later is noted in the session.
    server.clock.advance(time::Duration::HOUR);
    let noted = soon("a page that is noted", staff.get("/invitations")).await;
    assert_eq!(noted.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(noted.body.contains("Not available right now"), "no empty page: {:?}", noted.body);

    other.execute("ROLLBACK").await.unwrap();
    until("it to be ready again", async || {
        server.clock.advance(time::Duration::SECOND);
        (stranger.get("/readyz").await.status == StatusCode::OK).then_some(())
    })
    .await;
    assert_eq!(stranger.post("/login", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.send_example("invitation.viewed").await, StatusCode::ACCEPTED);
}
