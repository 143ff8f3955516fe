//! Replacing a secret while deliveries come: nothing is lost, whatever becomes of Catena's answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::Method,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use catena::{CreateInvitation, LogFilter};
use domain::{events::delivery::DeliveryState, subscription::OldSecret};
use reqwest::StatusCode;
use server::{security::vault::Purpose, services::subscriptions::SubscriptionError};
use uuid::Uuid;

use crate::support::{Catena, TestServer, example, sign, until};

/// Invitations of one run, each of which makes Catena send one `invitation.created`.
const INVITED: usize = 120;
/// Rotations while they are sent.
const ROTATIONS: usize = 12;

async fn subscribed(server: &TestServer, event: &str) -> Uuid {
    server.state.subscriptions.ensure().await.unwrap();
    let ours = server.state.store.subscriptions().await.unwrap();
    ours.into_iter().find(|row| row.event_name == event).unwrap().webhook_id
}

async fn invite(server: &TestServer, number: usize) {
    let new = CreateInvitation::new(format!("FLEET-{number}"));
    server.state.catena.create_invitation(&new).await.unwrap();
}

/// Rotates again and again while invitations are made, and then counts what Catena sent and what came of it.
async fn rotate_under_load(server: &TestServer, rotate: impl AsyncFn(Uuid)) {
    let id = subscribed(server, "invitation.created").await;
    let inviting = async {
        for number in 0..INVITED {
            invite(server, number).await;
        }
    };
    let rotating = async {
        for _ in 0..ROTATIONS {
            rotate(id).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::join!(inviting, rotating);
    // One more after the last rotation, signed with the secret that stays.
    invite(server, INVITED).await;
    let sent = until("every event to be sent", async || {
        let log = server.state.catena.subscription_logs(id, &LogFilter::default()).all().await.unwrap();
        (log.len() > INVITED).then_some(log)
    })
    .await;
    assert!(sent.iter().all(|line| line.status_code == Some(202)), "{sent:?}");
    let all = server.processed().await;
    let created: Vec<_> = all.iter().filter(|row| row.event_name.as_deref() == Some("invitation.created")).collect();
    assert_eq!(created.len(), INVITED + 1);
    let lost: Vec<_> = all.iter().filter(|row| row.state == DeliveryState::Quarantined).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
async fn rotation_under_load_loses_nothing() {
    let server = TestServer::start().await;
    rotate_under_load(&server, async |id| server.state.subscriptions.rotate(id, OldSecret::Kept).await.unwrap()).await;
    let id = subscribed(&server, "invitation.created").await;
    let secrets = server.state.store.secrets_of(id).await.unwrap();
    assert_eq!(secrets.len(), ROTATIONS + 1);
    assert_eq!(secrets.iter().filter(|secret| secret.until.is_none()).count(), 1, "one is in use, the others end");
}

#[tokio::test]
async fn rotation_under_load_loses_nothing_although_catenas_answer_is_lost() {
    // Catena does what it was asked, but the answer doesn't come through.
    let lose = |request: Request<Body>, next: Next| async move {
        let is_change = request.method() == Method::PATCH;
        let answer: Response = next.run(request).await;
        if is_change { StatusCode::GATEWAY_TIMEOUT.into_response() } else { answer }
    };
    let meddle = move |played: Router| played.layer(from_fn(lose));
    let server = TestServer::start_with(Catena::Through(Box::new(meddle))).await;
    rotate_under_load(&server, async |id| {
        let error = server.state.subscriptions.rotate(id, OldSecret::Leaked).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
    })
    .await;
    let id = subscribed(&server, "invitation.created").await;
    let secrets = server.state.store.secrets_of(id).await.unwrap();
    assert!(secrets.iter().all(|secret| secret.until.is_none()), "none ends while it isn't known which one Catena has");
}

#[tokio::test]
async fn rotation_under_load_loses_nothing_although_catena_refuses_it() {
    let refuse = |request: Request<Body>, next: Next| async move {
        if request.method() == Method::PATCH {
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        }
        next.run(request).await
    };
    let meddle = move |played: Router| played.layer(from_fn(refuse));
    let server = TestServer::start_with(Catena::Through(Box::new(meddle))).await;
    rotate_under_load(&server, async |id| {
        let error = server.state.subscriptions.rotate(id, OldSecret::Leaked).await.unwrap_err();
        assert!(matches!(error, SubscriptionError::Catena(_)) && !error.may_have_happened(), "{error}");
    })
    .await;
}

#[tokio::test]
async fn the_new_secret_is_accepted_before_catena_hears_of_it() {
    let accepted = Arc::new(AtomicBool::new(false));
    let (patched, known) = (accepted.clone(), Arc::new(std::sync::OnceLock::<server::state::AppState>::new()));
    let store = known.clone();
    let look = move |request: Request<Body>, next: Next| {
        let (patched, store) = (patched.clone(), store.clone());
        async move {
            if request.method() == Method::PATCH {
                let id: Uuid = request.uri().path().rsplit('/').next().unwrap().parse().unwrap();
                let secrets = store.get().unwrap().store.secrets_of(id).await.unwrap();
                patched.store(secrets.len() == 2, Ordering::SeqCst);
            }
            next.run(request).await
        }
    };
    let meddle = move |played: Router| played.layer(from_fn(look));
    let server = TestServer::start_with(Catena::Through(Box::new(meddle))).await;
    assert!(known.set(server.state.clone()).is_ok());
    let id = subscribed(&server, "invitation.created").await;
    server.state.subscriptions.rotate(id, OldSecret::Kept).await.unwrap();
    assert!(accepted.load(Ordering::SeqCst));
}

/// An Onramp whose secret for a subscription was replaced: how it answers what the old one signed, and what the new one did.
async fn replaced(old: OldSecret, after: time::Duration) -> (StatusCode, StatusCode) {
    let server = TestServer::start().await;
    let id = subscribed(&server, "connection.created").await;
    server.state.subscriptions.rotate(id, old).await.unwrap();
    let secrets = server.state.store.secrets_of(id).await.unwrap();
    let [new, old] =
        [0, 1].map(|at| server.state.vault.open_text(Purpose::SigningSecret, &secrets[at].secret.sealed).unwrap());
    let send = async |secret: &str| {
        let delivery = server.delivery(id, example("connection.created"));
        let signature = sign(secret, &delivery.headers["x-catena-timestamp"], &example("connection.created"));
        delivery.with("x-catena-signature", &signature).send(&server).await
    };
    // Both are remembered by the receiver before the time passes.
    assert_eq!(send(&old).await, StatusCode::ACCEPTED);
    server.clock.advance(after);
    let answers = (send(&old).await, send(&new).await);
    server.state.subscriptions.delete_retired_secrets().await.unwrap();
    assert_eq!(send(&old).await, answers.0, "whether or not it was removed");
    answers
}

#[tokio::test]
async fn an_old_secret_is_accepted_as_long_as_a_dead_letter_may_come_and_a_leaked_one_only_for_what_is_under_way() {
    const YES: StatusCode = StatusCode::ACCEPTED;
    const NO: StatusCode = StatusCode::UNAUTHORIZED;
    let minutes = time::Duration::minutes;
    let table = [
        (OldSecret::Kept, minutes(14 * 24 * 60 + 10), YES),
        (OldSecret::Kept, minutes(14 * 24 * 60 + 11), NO),
        (OldSecret::Leaked, minutes(10), YES),
        (OldSecret::Leaked, minutes(11), NO),
    ];
    for (old, after, want) in table {
        assert_eq!(replaced(old, after).await, (want, YES), "{old:?} after {after}");
    }
}
