use std::time::Duration;

use catena::{CatenaError, CreateInvitation, InvitationId, Listed, Side, TspFilter};
use contract::sample;
use serde_json::json;
use tokio::time::Instant;

use crate::script::{Fake, Reply, page};

fn id() -> InvitationId {
    InvitationId::parse("019c776d-28b5-7b7a-9767-c76fb008f86b").unwrap()
}

#[tokio::test]
async fn what_is_forbidden_is_not_tried_again() {
    let fake = Fake::start().await;
    fake.api([Reply::error(403, &json!(null))]);
    let error = fake.client().create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();
    assert_eq!(error, CatenaError::Forbidden { scope: Some("invitation:create") });
    assert!(error.advice().contains("invitation:create"), "{}", error.advice());
    assert_eq!((fake.api_requests().len(), fake.token_requests().len()), (1, 1));
}

#[tokio::test]
async fn a_wait_that_catena_names_is_waited() {
    let body = Reply::error(429, &json!({"retry_after_seconds": 1, "message": "Rate limit exceeded"}));
    let header = Reply::error(429, &json!(null)).header("retry-after", "1");
    for reply in [body, header] {
        let fake = Fake::start().await;
        // A creation too: a call that was turned away did nothing.
        fake.api([reply, Reply::json(201, &sample("invitation"))]);
        let started = Instant::now();
        fake.client().create_invitation(&CreateInvitation::new("demo")).await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1));
        assert_eq!(fake.api_requests().len(), 2);
    }
}

#[tokio::test]
async fn without_a_named_wait_it_comes_back_by_itself_until_the_tries_end() {
    let fake = Fake::start().await;
    fake.api((0..3).map(|_| Reply::error(429, &json!(null))));
    let error = fake.client().invitations().await.unwrap_err();
    assert_eq!(error, CatenaError::RateLimited { retry_after: None });
    assert_eq!(error.advice(), "Try again in a few minutes.");
    assert_eq!(fake.api_requests().len(), 3);
}

#[tokio::test]
async fn a_wait_beyond_the_bound_fails_at_once_and_is_told() {
    let fake = Fake::start().await;
    fake.api([Reply::error(429, &json!({"retry_after_seconds": 90, "message": "Rate limit exceeded"}))]);
    let error = fake.client().invitations().await.unwrap_err();
    assert_eq!(error, CatenaError::RateLimited { retry_after: Some(Duration::from_secs(90)) });
    assert_eq!(error.advice(), "Try again in 90 seconds.");
    assert_eq!(fake.api_requests().len(), 1);
}

#[tokio::test]
async fn reading_is_repeated_when_catena_stumbles() {
    let fake = Fake::start().await;
    fake.api([Reply::json(500, &json!({"message": "Internal Server Error"})), Reply::html(502), page(&[], None)]);
    assert!(fake.client().invitations().await.is_ok());
    assert_eq!(fake.api_requests().len(), 3);
}

#[tokio::test]
async fn creating_is_not_repeated_when_catena_stumbles() {
    for reply in [Reply::json(500, &json!({"message": "Internal Server Error"})), Reply::html(502), Reply::empty(503)] {
        let fake = Fake::start().await;
        fake.api([reply]);
        let error = fake.client().create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(fake.api_requests().len(), 1);
    }
}

#[tokio::test]
async fn creating_is_not_repeated_when_no_answer_comes() {
    let fake = Fake::start().await;
    fake.api([Reply::never()]);
    let catena = fake.impatient_client();
    let error = catena.create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();
    assert_eq!(error, CatenaError::TimedOut { side: Side::Api });
    assert!(error.may_have_happened());
    assert_eq!(fake.api_requests().len(), 1);
}

#[tokio::test]
async fn reading_is_repeated_when_no_answer_comes() {
    let fake = Fake::start().await;
    fake.api([Reply::never(), Reply::json(200, &json!([]))]);
    assert_eq!(fake.impatient_client().tsps(&TspFilter::default()).await, Ok(Listed::default()));
    assert_eq!(fake.api_requests().len(), 2);
}

#[tokio::test]
async fn what_is_gone_after_a_lost_answer_was_deleted() {
    let fake = Fake::start().await;
    fake.api([Reply::html(504), Reply::error(404, &json!(null))]);
    assert_eq!(fake.client().delete_invitation(&id()).await, Ok(()));
    assert_eq!(fake.api_requests().len(), 2);
}

#[tokio::test]
async fn what_was_never_there_was_not_deleted() {
    let gone = Reply::error(404, &json!(null));
    for before in [vec![], vec![Reply::error(429, &json!(null))], vec![Reply::error(401, &json!(null))]] {
        let fake = Fake::start().await;
        fake.api(before).api([gone.clone()]);
        assert_eq!(fake.client().delete_invitation(&id()).await, Err(CatenaError::NotFound));
    }
}
