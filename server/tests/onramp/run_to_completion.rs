//! What a form began ends, although nobody waits for the answer any more.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
};
use domain::staff::Role;
use reqwest::Method;
use tokio::{sync::Notify, time::timeout};

use crate::support::{Catena, TestServer};

/// Longer than a server needs to see that its visitor is gone, or that nothing is left to wait for.
const A_WHILE: Duration = Duration::from_millis(300);

/// How a call of Catena's went that takes until it is released.
#[derive(Default)]
struct Slow {
    made: Notify,
    released: Notify,
    given_up: Notify,
}

/// Says so when it is dropped before its end.
struct GivenUp(Arc<Slow>, bool);

impl Drop for GivenUp {
    fn drop(&mut self) {
        if !self.1 {
            self.0.given_up.notify_one();
        }
    }
}

#[tokio::test]
async fn an_invitation_made_at_catena_is_known_here_although_the_tab_was_closed_and_the_server_told_to_stop() {
    let slow = Arc::new(Slow::default());
    let creating = slow.clone();
    let meddle = move |played: Router| {
        played.layer(from_fn(move |request: Request<Body>, next: Next| {
            let creating = creating.clone();
            async move {
                let is_creation = request.method() == Method::POST && request.uri().path() == "/v2/orgs/invitations";
                let answer = next.run(request).await;
                if is_creation {
                    let mut ended = GivenUp(creating.clone(), false);
                    creating.made.notify_one();
                    creating.released.notified().await;
                    ended.1 = true;
                }
                answer
            }
        }))
    };
    let patient = |settings: &mut server::config::Settings| settings.catena.timeout = Duration::from_secs(20);
    let dir = tempfile::tempdir().unwrap();
    let server = TestServer::start_tuned("2026-03-02T15:31:06Z", Catena::Through(Box::new(meddle)), dir, patient).await;
    let (browser, store) = (server.signed_in(Role::Operator).await, server.state.store.clone());

    let pressed = tokio::spawn(async move {
        browser.post("/invitations/new", &[("fleet_ref", "ACME-1"), ("expires_in_hours", "24")]).await
    });
    slow.made.notified().await;
    pressed.abort();
    assert!(timeout(A_WHILE, slow.given_up.notified()).await.is_err(), "the call of Catena was given up");
    let mut stopping = tokio::spawn(server.stop());
    assert!(timeout(A_WHILE, &mut stopping).await.is_err(), "the server stopped in the middle of a form");

    slow.released.notify_one();
    let _dir = stopping.await.unwrap();
    let fleet = store.fleet_by_ref("ACME-1").await.unwrap().expect("the fleet is known");
    let invitations = store.invitations_of(fleet.key).await.unwrap();
    assert!(invitations[0].sealed_link.is_some());
}
