//! What a store promises about the inbox and about facts that wait, on every database.

use domain::events::{
    delivery::{DeliveryState, Effect},
    fact::Kind,
    observation::Subject,
};
use serde_json::json;
use server::store::{
    Awaited, DeliveryCursor, DeliveryEnd, DeliveryFilter, DeliveryKey, DeliveryRow, InboxState, NewDelivery,
    SharedStore, SigningSecret, SubscriptionRow,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::store::{fact, fresh, now};

fn delivery(state: DeliveryState, event: &str) -> NewDelivery {
    NewDelivery {
        received_at: now(),
        state,
        reason: None,
        webhook_id: Some("hook".into()),
        event_name: Some(event.into()),
        attempt: Some(1),
        sent_at: None,
        signature: None,
        headers: r#"{"X-Source":"catena-notifications"}"#.into(),
        sealed_body: event.as_bytes().to_vec(),
    }
}

async fn list(store: &SharedStore, limit: u32) -> Vec<DeliveryRow> {
    store.deliveries(&DeliveryFilter::default(), None, limit).await.unwrap()
}

fn at(minutes: i64) -> OffsetDateTime {
    now() + Duration::minutes(minutes)
}

/// Stores one and ends its processing.
async fn ended(
    store: &SharedStore,
    event: &str,
    state: DeliveryState,
    event_id: Option<Uuid>,
    minutes: i64,
) -> DeliveryKey {
    let first = if state == DeliveryState::Quarantined { state } else { DeliveryState::Received };
    let new = NewDelivery { received_at: at(minutes), ..delivery(first, event) };
    store.append(&[new], 100).await.unwrap();
    let key = list(store, 1_000).await.iter().map(|row| row.key).max().unwrap();
    if state != first {
        let reason = (state == DeliveryState::Parked).then(|| "why".to_owned());
        let body = Some(json!({"kept": event}));
        let end =
            DeliveryEnd { state, ended_at: at(minutes) + Duration::SECOND, reason, event_name: None, event_id, body };
        let mut tx = store.begin().await.unwrap();
        tx.finish_delivery(key, &end).await.unwrap();
        tx.commit().await.unwrap();
    }
    key
}

#[tokio::test]
async fn the_inbox_keeps_the_order_and_only_the_newest_of_the_quarantined() {
    let (store, _dir) = fresh().await;
    let received = ["one", "two", "three"].map(|event| delivery(DeliveryState::Received, event));
    store.append(&received, 2).await.unwrap();
    let quarantined = ["q1", "q2", "q3", "q4"].map(|event| delivery(DeliveryState::Quarantined, event));
    store.append(&quarantined, 2).await.unwrap();
    let to_do: Vec<_> = store.to_do(2).await.unwrap().into_iter().map(|to_do| to_do.event_name.unwrap()).collect();
    assert_eq!(to_do, ["one", "two"]);
    let all: Vec<_> = list(&store, 10).await.into_iter().map(|row| row.event_name.unwrap()).collect();
    assert_eq!(all, ["q4", "q3", "three", "two", "one"]);
    store.append(&[], 2).await.unwrap();
}

#[tokio::test]
async fn what_strangers_send_drives_nothing_of_a_known_subscription_out_of_quarantine() {
    let (store, _dir) = fresh().await;
    let ours = Uuid::from_u128(77);
    let row = SubscriptionRow {
        webhook_id: ours,
        event_name: "*".into(),
        url: "-".into(),
        status: "active".into(),
        created_at: at(0),
    };
    let id = Uuid::from_u128(1);
    let secret = SigningSecret { id, event_name: "*".into(), sealed: vec![1], created_at: at(0) };
    store.put_secret(&secret).await.unwrap();
    store.put_subscriptions(id, &[row]).await.unwrap();
    let from = |webhook_id: Option<Uuid>, event: &str| NewDelivery {
        webhook_id: webhook_id.map(|id| id.to_string()),
        ..delivery(DeliveryState::Quarantined, event)
    };
    store.append(&[from(Some(ours), "ours")], 2).await.unwrap();
    let strangers = [from(None, "s1"), from(Some(Uuid::from_u128(78)), "s2"), from(None, "s3")];
    store.append(&strangers, 2).await.unwrap();
    let left: Vec<_> = list(&store, 10).await.into_iter().map(|row| row.event_name.unwrap()).collect();
    assert_eq!(left, ["s3", "ours"]);
    store.append(&[from(Some(ours), "o2"), from(Some(ours), "o3")], 2).await.unwrap();
    let left: Vec<_> = list(&store, 10).await.into_iter().map(|row| row.event_name.unwrap()).collect();
    assert_eq!(left, ["o3", "o2"], "of ours, the newest");
}

#[tokio::test]
async fn more_deliveries_than_one_statement_takes_are_kept_together() {
    let (store, _dir) = fresh().await;
    let many: Vec<_> = (0..1_201).map(|n| delivery(DeliveryState::Received, &n.to_string())).collect();
    store.append(&many, 10).await.unwrap();
    let order: Vec<usize> =
        store.to_do(2_000).await.unwrap().iter().map(|row| row.event_name.as_ref().unwrap().parse().unwrap()).collect();
    assert_eq!(order, (0..1_201).collect::<Vec<_>>());
}

#[tokio::test]
async fn finishing_a_delivery_drops_what_is_sealed_unless_it_is_parked() {
    let (store, _dir) = fresh().await;
    store.append(&[delivery(DeliveryState::Received, "a"), delivery(DeliveryState::Received, "b")], 1).await.unwrap();
    let to_do = store.to_do(2).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for (row, state) in to_do.iter().zip([DeliveryState::Processed, DeliveryState::Parked]) {
        let reason = (state == DeliveryState::Parked).then(|| "why".to_owned());
        let end = DeliveryEnd {
            state,
            ended_at: now(),
            reason,
            event_name: Some("x.y"),
            event_id: Some(Uuid::from_u128(4)),
            body: None,
        };
        tx.finish_delivery(row.key, &end).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(store.to_do(2).await.unwrap().is_empty());
    let rows = list(&store, 2).await;
    assert_eq!((rows[0].state, rows[0].reason.as_deref()), (DeliveryState::Parked, Some("why")));
    assert_eq!((rows[1].event_name.as_deref(), rows[1].event_id), (Some("x.y"), Some(Uuid::from_u128(4))));
}

#[tokio::test]
async fn the_list_is_narrowed_by_state_event_and_time_together() {
    use DeliveryState as S;
    let (store, _dir) = fresh().await;
    let all = [
        ("a", S::Processed),
        ("b", S::Processed),
        ("a", S::Parked),
        ("b", S::Duplicate),
        ("a", S::Received),
        ("a", S::Quarantined),
        ("b", S::Parked),
        ("b", S::Received),
    ];
    for (minute, (event, state)) in (0..).zip(all) {
        ended(&store, event, state, None, minute).await;
    }
    for state in S::ALL.map(Some).into_iter().chain([None]) {
        for event in [None, Some("a"), Some("b"), Some("c")] {
            for (from, before) in [(None, None), (Some(2), None), (None, Some(6)), (Some(2), Some(6))] {
                let filter = DeliveryFilter {
                    state,
                    event_name: event.map(Into::into),
                    from: from.map(at),
                    before: before.map(at),
                };
                let got: Vec<_> =
                    store.deliveries(&filter, None, 100).await.unwrap().iter().map(|row| row.received_at).collect();
                let fits = |(minute, (name, became)): &(i64, (&str, S))| {
                    state.is_none_or(|state| state == *became)
                        && event.is_none_or(|event| event == *name)
                        && from.is_none_or(|from| *minute >= from)
                        && before.is_none_or(|before| *minute < before)
                };
                let want: Vec<_> = (0..).zip(all).filter(fits).map(|(minute, _)| at(minute)).collect();
                assert_eq!(got, want.into_iter().rev().collect::<Vec<_>>(), "{filter:?}");
            }
        }
    }
    assert_eq!(store.event_names(10).await.unwrap(), ["a", "b"]);
    assert_eq!(store.event_names(1).await.unwrap(), ["a"]);
    let want = InboxState { waiting: 2, oldest: Some(at(4)), parked: 2, quarantined: 1 };
    assert_eq!(store.inbox_state(100).await.unwrap(), want);
    assert_eq!(store.inbox_state(1).await.unwrap(), InboxState { waiting: 1, parked: 1, ..want });
}

#[tokio::test]
async fn pages_of_the_inbox_join_without_gap_or_overlap_even_at_the_same_moment() {
    let (store, _dir) = fresh().await;
    for number in 0..25 {
        // Three at a time share a moment.
        ended(&store, "a", DeliveryState::Processed, None, number / 3).await;
    }
    for filter in [
        DeliveryFilter::default(),
        DeliveryFilter { state: Some(DeliveryState::Processed), ..DeliveryFilter::default() },
        DeliveryFilter { event_name: Some("a".into()), ..DeliveryFilter::default() },
    ] {
        let mut seen = Vec::new();
        let mut behind = None;
        loop {
            let page = store.deliveries(&filter, behind, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            behind = Some(DeliveryCursor { received_at: last.received_at, key: last.key });
            seen.extend(page.into_iter().map(|row| row.key));
        }
        assert_eq!(seen.len(), 25, "{filter:?}");
        assert!(seen.is_sorted_by(|one, two| one > two), "{filter:?}");
    }
}

#[tokio::test]
async fn a_delivery_is_kept_with_its_headers_its_redacted_body_and_its_times() {
    let (store, _dir) = fresh().await;
    let key = ended(&store, "a", DeliveryState::Processed, Some(Uuid::from_u128(4)), 0).await;
    let kept = store.delivery(key).await.unwrap().unwrap();
    assert_eq!(kept.headers.get("X-Source").map(String::as_str), Some("catena-notifications"));
    assert_eq!(kept.body, Some(json!({"kept": "a"})));
    assert_eq!((kept.row.received_at, kept.ended_at), (at(0), Some(at(0) + Duration::SECOND)));
    assert_eq!((kept.row.webhook_id.as_deref(), kept.row.attempt), (Some("hook"), Some(1)));
    assert_eq!(store.delivery(DeliveryKey(key.0 + 1)).await.unwrap(), None);
}

#[tokio::test]
async fn siblings_are_deliveries_of_the_same_event_or_of_the_same_fact() {
    let (store, _dir) = fresh().await;
    let event = Some(Uuid::from_u128(4));
    let one = ended(&store, "a", DeliveryState::Processed, event, 0).await;
    let retry = ended(&store, "a", DeliveryState::Duplicate, event, 1).await;
    let other_subscription = ended(&store, "a", DeliveryState::Duplicate, Some(Uuid::from_u128(5)), 2).await;
    let stranger = ended(&store, "a", DeliveryState::Processed, Some(Uuid::from_u128(6)), 3).await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    let shared =
        tx.put_fact(&fact(Kind::InvitationViewed, "k", now()), Some(fleet), &Subject::default()).await.unwrap();
    let own = tx.put_fact(&fact(Kind::InvitationSent, "l", now()), None, &Subject::default()).await.unwrap();
    tx.link_fact(one, shared, Effect::New).await.unwrap();
    tx.link_fact(one, shared, Effect::Known).await.unwrap();
    tx.link_fact(other_subscription, shared, Effect::Known).await.unwrap();
    tx.link_fact(stranger, own, Effect::New).await.unwrap();
    tx.commit().await.unwrap();
    let keys = async |key| store.siblings(key, 10).await.unwrap().iter().map(|row| row.key).collect::<Vec<_>>();
    assert_eq!(keys(one).await, [other_subscription, retry]);
    assert_eq!(keys(retry).await, [one]);
    assert_eq!(keys(stranger).await, []);
    let changes = store.changes_of(one).await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].effect, changes[0].fleet_ref.as_deref()),
        (Effect::New, Some("F")),
        "the first effect stays"
    );
    assert_eq!(store.changes_of(stranger).await.unwrap()[0].fleet_ref, None);
}

#[tokio::test]
async fn only_what_was_put_aside_is_released_and_only_from_the_state_that_was_named() {
    let (store, _dir) = fresh().await;
    let parked = ended(&store, "a", DeliveryState::Parked, None, 0).await;
    let processed = ended(&store, "a", DeliveryState::Processed, None, 1).await;
    let quarantined = ended(&store, "a", DeliveryState::Quarantined, None, 2).await;
    let all = [parked, processed, quarantined];
    assert_eq!(store.release(&all, DeliveryState::Processed).await.unwrap(), 0, "its body is gone");
    assert_eq!(store.quarantined(DeliveryKey(0), 10).await.unwrap()[0].key, quarantined);
    store.set_reason(quarantined, "still wrong").await.unwrap();
    assert_eq!(store.delivery(quarantined).await.unwrap().unwrap().row.reason.as_deref(), Some("still wrong"));
    assert_eq!(store.release(&all, DeliveryState::Quarantined).await.unwrap(), 1);
    assert!(store.quarantined(DeliveryKey(0), 10).await.unwrap().is_empty());
    assert_eq!(store.release_parked().await.unwrap(), 1);
    let to_do = store.to_do(10).await.unwrap();
    assert_eq!(to_do.iter().map(|row| row.key).collect::<Vec<_>>(), [parked, quarantined]);
    assert_eq!(to_do[0].sealed_body, b"a", "as it came");
    let row = store.delivery(parked).await.unwrap().unwrap();
    assert_eq!((row.row.reason, row.ended_at), (None, None));
}

#[tokio::test]
async fn what_expires_is_counted_and_leaves_facts_and_newer_ones_alone() {
    let (store, _dir) = fresh().await;
    let event = Uuid::from_u128(4);
    let mut keys = Vec::new();
    for minute in 0..4 {
        keys.push(ended(&store, "a", DeliveryState::Processed, (minute == 0).then_some(event), minute).await);
    }
    let waiting = ended(&store, "a", DeliveryState::Received, None, 0).await;
    let mut tx = store.begin().await.unwrap();
    tx.remember_event(event, keys[0]).await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    let told = tx.put_fact(&fact(Kind::InvitationViewed, "k", now()), Some(fleet), &Subject::default()).await.unwrap();
    tx.link_fact(keys[0], told, Effect::New).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.expire(DeliveryState::Processed, at(3), 2, at(9)).await.unwrap(), 2);
    assert_eq!(store.expire(DeliveryState::Processed, at(3), 2, at(10)).await.unwrap(), 1);
    assert_eq!(store.expire(DeliveryState::Processed, at(3), 2, at(11)).await.unwrap(), 0);
    assert_eq!(
        store.expire(DeliveryState::Received, at(9), 2, at(11)).await.unwrap(),
        0,
        "it is still to be processed"
    );
    let left: Vec<_> = list(&store, 10).await.iter().map(|row| row.key).collect();
    assert_eq!(left, [keys[3], waiting]);
    let expired = store.expired().await.unwrap();
    assert_eq!((expired.len(), expired[0].count, expired[0].last_at), (1, 3, at(10)));
    assert_eq!(store.facts_of(fleet).await.unwrap().len(), 1, "what it told stays");
    let mut tx = store.begin().await.unwrap();
    assert!(tx.remember_event(event, keys[3]).await.unwrap(), "its id is forgotten with it");
}

#[tokio::test]
async fn a_quarantine_that_overflows_counts_what_it_drops() {
    let (store, _dir) = fresh().await;
    let many: Vec<_> = (0..5).map(|_| delivery(DeliveryState::Quarantined, "q")).collect();
    store.append(&many, 2).await.unwrap();
    store.append(&many[..1], 2).await.unwrap();
    assert_eq!(list(&store, 10).await.len(), 2);
    assert_eq!(store.expired().await.unwrap()[0].count, 4);
}

#[tokio::test]
async fn waiting_facts_are_grouped_by_the_name_that_would_lead_to_their_fleet() {
    let (store, _dir) = fresh().await;
    let (fleet_id, connection, unmapped) = (Uuid::from_u128(70), Uuid::from_u128(71), Uuid::from_u128(72));
    let by_fleet = Subject { fleet_id: Some(fleet_id), ..Subject::default() };
    let by_connection = |id| Subject { connection_id: Some(id), ..Subject::default() };
    let by_invitation = Subject { invitation: Some("digest".into()), ..Subject::default() };
    let subjects = [by_fleet, by_connection(connection), by_connection(unmapped), by_invitation, Subject::default()];
    let mut tx = store.begin().await.unwrap();
    for (minute, subject) in (0_i32..).zip(&subjects) {
        let fact = fact(Kind::ExecutionFailed, &minute.to_string(), at(minute.into()));
        tx.put_fact(&fact, None, subject).await.unwrap();
    }
    tx.learn_connection(connection, fleet_id).await.unwrap();
    tx.commit().await.unwrap();
    let groups = store.waiting(10).await.unwrap();
    let seen: Vec<_> =
        groups.iter().map(|group| (group.awaited.clone(), group.count, group.first_at, group.last_at)).collect();
    assert_eq!(
        seen,
        [
            (None, 1, at(4), at(4)),
            (Some(Awaited::Invitation("digest".into())), 1, at(3), at(3)),
            (Some(Awaited::Connection(unmapped)), 1, at(2), at(2)),
            (Some(Awaited::Fleet(fleet_id)), 2, at(0), at(1)),
        ]
    );
    for group in groups {
        let Some(awaited) = group.awaited else { continue };
        let facts = store.facts_waiting_for(&awaited, 10).await.unwrap();
        assert_eq!(facts.len(), group.count as usize, "{awaited:?}");
        assert_eq!(facts[0].at, group.first_at);
    }
}
