//! What a store promises about subscriptions as Catena lists them, and about secrets that end.

use domain::subscription::{DeliveryMetrics, Periods};
use server::store::{LastLook, Measured, SeenSubscription, SharedStore, SigningSecret, SubscriptionRow};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::store::{fresh, now};

fn seen(number: u128) -> SeenSubscription {
    SeenSubscription {
        webhook_id: Uuid::from_u128(number),
        event_name: format!("event.{number}"),
        masked_url: "https://x.example/*****".into(),
        filtered: number == 2,
        status: "active".into(),
        created_at: Some(now()),
        updated_at: None,
    }
}

fn secret(number: u128) -> SigningSecret {
    SigningSecret {
        id: Uuid::from_u128(number),
        event_name: "event.1".into(),
        sealed: vec![1],
        created_at: now() + Duration::seconds(i64::try_from(number).unwrap()),
    }
}

/// Makes the subscription with this number ours, with a secret of the same number.
async fn own(store: &SharedStore, number: u128) {
    let row = SubscriptionRow {
        webhook_id: Uuid::from_u128(number),
        event_name: format!("event.{number}"),
        url: "https://x.example/webhooks/catena".into(),
        status: "active".into(),
        created_at: now(),
    };
    store.put_secret(&secret(number)).await.unwrap();
    store.put_subscriptions(Uuid::from_u128(number), &[row]).await.unwrap();
}

async fn status(store: &SharedStore, number: u128) -> Option<String> {
    let ours = store.subscriptions().await.unwrap();
    ours.into_iter().find(|row| row.webhook_id == Uuid::from_u128(number)).map(|row| row.status)
}

fn measured(dead_letters: u64) -> Measured {
    let figures = DeliveryMetrics {
        attempts: Periods { day: Some(4), ..Periods::default() },
        weighted: Some(0.98),
        dead_letters,
        ..DeliveryMetrics::default()
    };
    Measured { figures, oldest_dead: Some(now() - Duration::DAY), at: now() }
}

#[tokio::test]
async fn a_list_replaces_the_one_before_and_says_how_ours_stand() {
    let (store, _dir) = fresh().await;
    own(&store, 1).await;
    own(&store, 3).await;
    let stale = SeenSubscription { status: "stale".into(), ..seen(1) };
    store.put_seen(&[seen(2), stale.clone(), seen(3)]).await.unwrap();
    store.put_measured(Uuid::from_u128(2), &measured(7)).await.unwrap();
    store.put_measured(Uuid::from_u128(9), &measured(7)).await.unwrap();
    let all = store.seen().await.unwrap();
    assert_eq!(
        all,
        [(stale.clone(), None), (seen(2), Some(measured(7))), (seen(3), None)],
        "by name, figures of those that are there"
    );
    assert_eq!(status(&store, 1).await.as_deref(), Some("stale"));

    store.put_seen(&[SeenSubscription { status: "paused".into(), ..seen(2) }, stale]).await.unwrap();
    let all = store.seen().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        (all[1].0.status.as_str(), all[1].1),
        ("paused", Some(measured(7))),
        "figures stay until they are asked for anew"
    );
    assert_eq!(status(&store, 3).await.as_deref(), Some("deleted"), "it is not on the list any more");

    store.put_seen_one(&seen(1)).await.unwrap();
    assert_eq!(status(&store, 1).await.as_deref(), Some("active"));
    store.put_deleted(Uuid::from_u128(1)).await.unwrap();
    assert_eq!(status(&store, 1).await.as_deref(), Some("deleted"));
    assert_eq!(store.seen().await.unwrap().len(), 1);
    store.put_seen(&[]).await.unwrap();
    assert!(store.seen().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_look_keeps_when_one_last_succeeded() {
    let (store, _dir) = fresh().await;
    assert_eq!(store.last_look().await.unwrap(), LastLook::default());
    store.put_look(now(), None).await.unwrap();
    let later = now() + Duration::MINUTE;
    store.put_look(later, Some("Catena is down.")).await.unwrap();
    let want = LastLook { ended_at: Some(now()), tried_at: Some(later), problem: Some("Catena is down.".into()) };
    assert_eq!(store.last_look().await.unwrap(), want);
    store.put_look(later, None).await.unwrap();
    assert_eq!(store.last_look().await.unwrap(), LastLook { ended_at: Some(later), problem: None, ..want });
}

#[tokio::test]
async fn a_retired_secret_ends_at_its_time_and_never_later_than_it_would_have() {
    let (store, _dir) = fresh().await;
    own(&store, 1).await;
    let id = Uuid::from_u128(1);
    for number in [11, 12] {
        store.add_secret(id, &secret(number)).await.unwrap();
    }
    let ends = async || {
        let all = store.secrets_of(id).await.unwrap();
        all.into_iter().map(|one| (one.secret.id.as_u128(), one.until)).collect::<Vec<(u128, Option<OffsetDateTime>)>>()
    };
    let at = |days: i64| now() + Duration::days(days);
    assert_eq!(ends().await, [(12, None), (11, None), (1, None)], "the newest first");
    store.retire_secrets(id, Some(secret(11).id), at(1)).await.unwrap();
    store.retire_secrets(id, Some(secret(12).id), at(14)).await.unwrap();
    assert_eq!(ends().await, [(12, Some(at(1))), (11, Some(at(14))), (1, Some(at(1)))]);

    assert_eq!(store.delete_retired_secrets(at(1)).await.unwrap(), 0, "not before its time is over");
    assert_eq!(store.delete_retired_secrets(at(2)).await.unwrap(), 2);
    assert_eq!(ends().await, [(11, Some(at(14)))]);
    assert!(store.pending_secrets(now()).await.unwrap().is_empty(), "what was forgotten is gone, not pending again");
}

#[tokio::test]
async fn what_is_disowned_leaves_nothing_behind() {
    let (store, _dir) = fresh().await;
    own(&store, 1).await;
    own(&store, 2).await;
    store.disown(Uuid::from_u128(1)).await.unwrap();
    assert_eq!(status(&store, 1).await, None);
    assert!(store.secrets_of(Uuid::from_u128(1)).await.unwrap().is_empty());
    assert!(store.pending_secrets(now()).await.unwrap().is_empty());
    assert_eq!(store.secrets_of(Uuid::from_u128(2)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn where_one_of_ours_posts_to_can_change() {
    let (store, _dir) = fresh().await;
    own(&store, 1).await;
    store.set_subscription_url(Uuid::from_u128(1), "https://new.example/hook").await.unwrap();
    assert_eq!(store.subscriptions().await.unwrap()[0].url, "https://new.example/hook");
}
