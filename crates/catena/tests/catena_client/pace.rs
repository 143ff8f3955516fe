//! How many calls are under way at once, and how they are given up.

use std::{num::NonZeroUsize, time::Duration};

use catena::{Catena, CatenaError, CatenaSettings, CreateInvitation, Listed, Retries};
use contract::sample;
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::script::{Fake, Reply, page};

const LONG: Duration = Duration::from_secs(10);

fn at_once(fake: &Fake, calls: usize) -> Catena {
    fake.client_of(CatenaSettings { at_once: NonZeroUsize::new(calls).unwrap(), ..fake.settings() })
}

#[tokio::test]
async fn no_more_calls_are_under_way_at_once_than_the_settings_allow() {
    let fake = Fake::start().await;
    fake.hold();
    fake.api((0..10).map(|_| page(&[], None)));
    let catena = at_once(&fake, 3);
    catena.granted_scopes().await.unwrap();
    let calls = tokio::spawn({
        let catena = catena.clone();
        async move { join_all((0..10).map(|_| catena.fleets())).await }
    });
    fake.until_seen(3).await;
    for answered in 1..=10 {
        assert!(fake.api_requests().len() < answered + 3, "a place is taken only once one is given back");
        fake.release_one();
        fake.until_seen((answered + 3).min(10)).await;
    }
    assert!(timeout(LONG, calls).await.unwrap().unwrap().iter().all(Result::is_ok));
    assert_eq!(fake.most_at_once(), 3);
}

#[tokio::test]
async fn those_who_wait_for_their_turn_get_it_in_the_order_in_which_they_came() {
    let fake = Fake::start().await;
    fake.hold();
    fake.api((0..6).map(|_| page(&[], None)));
    let catena = at_once(&fake, 1);
    catena.granted_scopes().await.unwrap();
    // `join_all` polls in order, so they come in order.
    let calls = tokio::spawn(async move {
        let refs: Vec<String> = (0..6).map(|n| format!("F-{n}")).collect();
        join_all(refs.iter().map(|fleet_ref| catena.invitations_of(fleet_ref))).await
    });
    for seen in 1..=6 {
        fake.until_seen(seen).await;
        fake.release_one();
    }
    timeout(LONG, calls).await.unwrap().unwrap();
    let queries: Vec<_> = fake.api_requests().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, (0..6).map(|n| format!("fleet_ref=F-{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn waiting_for_ones_turn_is_no_part_of_the_timeout() {
    let fake = Fake::start().await;
    fake.hold();
    fake.api((0..2).map(|_| page(&[], None)));
    let catena = fake.client_of(CatenaSettings {
        at_once: NonZeroUsize::MIN,
        timeout: Duration::from_millis(400),
        retries: Retries { tries: 1, ..fake.settings().retries },
        ..fake.settings()
    });
    catena.granted_scopes().await.unwrap();
    let both = tokio::spawn(async move { tokio::join!(catena.fleets(), catena.fleets()) });
    fake.until_seen(1).await;
    // The first one times out, unanswered; the second one has waited as long as a call may take, and takes its time.
    fake.until_seen(2).await;
    fake.release_one();
    fake.release_one();
    let (first, second) = timeout(LONG, both).await.unwrap().unwrap();
    assert!(matches!(first, Err(CatenaError::TimedOut { .. })), "{first:?}");
    assert_eq!(second, Ok(Listed::default()));
}

#[tokio::test]
async fn a_call_that_is_given_up_sends_nothing_further_and_gives_its_place_back() {
    let fake = Fake::start().await;
    let later = Reply::error(429, &json!({"retry_after_seconds": 0.2, "message": "Rate limit exceeded"}));
    fake.api([Reply::never(), later.clone(), later, page(&[], None)]);
    let catena = at_once(&fake, 1);
    let given_up = tokio::spawn({
        let catena = catena.clone();
        async move { catena.fleets().await }
    });
    fake.until_seen(1).await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    // One that is given up while it waits for its next try.
    let given_up = tokio::spawn({
        let catena = catena.clone();
        async move { catena.create_invitation(&CreateInvitation::new("given-up")).await }
    });
    fake.until_seen(2).await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    // This one waits as long as that one would have, and both of its tries are all that comes.
    assert_eq!(timeout(LONG, catena.fleets()).await.unwrap(), Ok(Listed::default()));
    let paths: Vec<_> = fake.api_requests().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/v2/orgs/fleets", "/v2/orgs/invitations", "/v2/orgs/fleets", "/v2/orgs/fleets"]);
}

#[tokio::test]
async fn who_gives_up_asking_for_a_token_does_not_leave_the_others_without() {
    let fake = Fake::start().await;
    fake.tokens([Reply::never()]).api([page(&[], None)]);
    let catena = fake.client();
    let given_up = tokio::spawn({
        let catena = catena.clone();
        async move { catena.granted_scopes().await }
    });
    fake.until_asked_for_tokens(1).await;
    let waiting = tokio::spawn(async move { catena.fleets().await });
    given_up.abort();
    assert_eq!(timeout(LONG, waiting).await.unwrap().unwrap(), Ok(Listed::default()));
    assert_eq!(fake.token_requests().len(), 2);
}

#[tokio::test]
async fn when_onramp_stops_waits_end_and_what_was_sent_is_let_finish() {
    let fake = Fake::start().await;
    fake.hold();
    fake.api([Reply::json(201, &sample("invitation"))]);
    let catena = at_once(&fake, 1);
    catena.granted_scopes().await.unwrap();
    let sent = tokio::spawn({
        let catena = catena.clone();
        async move { catena.create_invitation(&CreateInvitation::new("demo")).await }
    });
    fake.until_seen(1).await;
    let waiting = tokio::spawn({
        let catena = catena.clone();
        async move { catena.fleets().await }
    });
    tokio::task::yield_now().await;
    fake.stop.cancel();
    let error = timeout(LONG, waiting).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error, CatenaError::Cancelled);
    assert_eq!(error.explain(), "Onramp is stopping. Try again once Onramp is running again.");
    assert!(!error.may_have_happened());
    fake.release_one();
    assert!(timeout(LONG, sent).await.unwrap().unwrap().unwrap().is_new());
    assert_eq!(catena.fleets().await, Err(CatenaError::Cancelled), "and nothing new is sent");
    assert_eq!(fake.api_requests().len(), 1);
}

#[tokio::test]
async fn when_onramp_stops_nothing_is_tried_again() {
    let fake = Fake::start().await;
    let later = Reply::error(429, &json!({"retry_after_seconds": 60, "message": "Rate limit exceeded"}));
    fake.api([later]);
    let retries = Retries { longest: Duration::from_secs(100), ..fake.settings().retries };
    let catena = fake.client_of(CatenaSettings { retries, ..fake.settings() });
    let waiting = tokio::spawn(async move { catena.fleets().await });
    fake.until_seen(1).await;
    fake.stop.cancel();
    assert_eq!(timeout(LONG, waiting).await.unwrap().unwrap(), Err(CatenaError::Cancelled));
    assert_eq!(fake.api_requests().len(), 1);
    assert_eq!(fake.token_requests().len(), 1);
}

#[tokio::test]
async fn a_date_in_the_retry_header_is_waited_for_by_the_answers_own_clock() {
    let fake = Fake::start().await;
    let later = Reply::error(429, &Value::Null)
        .header("date", "Mon, 02 Mar 2026 15:00:00 GMT")
        .header("retry-after", "Mon, 02 Mar 2026 15:01:30 GMT");
    fake.api([later]);
    let error = fake.client().fleets().await.unwrap_err();
    assert_eq!(error, CatenaError::RateLimited { retry_after: Some(Duration::from_secs(90)) });
}
