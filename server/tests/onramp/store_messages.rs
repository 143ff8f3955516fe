//! What a store promises about e-mails to fleets.

use domain::{digest::of_invitation, link::message::MessageState as S, onboarding::stage::Stage};
use server::store::{FleetKey, InvitationRow, MessageRow, SharedStore};
use time::Duration;
use uuid::Uuid;

use crate::store::{fresh, now};

/// A fleet with an invitation that works for `number` hours from now.
async fn invite(store: &SharedStore, number: u32, stage: Stage) -> (FleetKey, String) {
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet(&format!("FLEET-{number}"), now()).await.unwrap();
    let digest = of_invitation(Uuid::from_u128(number.into()));
    let row = InvitationRow {
        id: Uuid::from_u128(number.into()),
        digest: digest.clone(),
        fleet,
        sealed_id: vec![1],
        sealed_link: Some(vec![2]),
        stage: Some(stage),
        request: None,
        created_at: now(),
        expires_at: now() + Duration::hours(number.into()),
    };
    tx.put_invitation(&row).await.unwrap();
    tx.set_invitation_stage(&digest, Some(stage)).await.unwrap();
    tx.commit().await.unwrap();
    (fleet, digest)
}

async fn message(store: &SharedStore, number: u32, recipient: Option<&str>) -> MessageRow {
    let (fleet, invitation) = invite(store, number, Stage::Created).await;
    MessageRow {
        id: Uuid::from_u128(u128::from(number) + 100),
        key: format!("key {number}"),
        fleet,
        invitation,
        expires_at: now() + Duration::hours(number.into()),
        occasion: "not_opened".into(),
        recipient: recipient.map(Into::into),
        language: "es".into(),
        state: S::Proposed,
        since: Some(now() - Duration::DAY),
        made_at: now(),
        decided_at: None,
        decided_by: None,
        ended_at: None,
        problem: None,
    }
}

async fn state(store: &SharedStore, row: &MessageRow) -> S {
    store.message(row.id).await.unwrap().unwrap().state
}

#[tokio::test]
async fn a_message_comes_back_as_it_was_and_once() {
    let (store, _dir) = fresh().await;
    let row = message(&store, 1, Some("a@b.example")).await;
    assert!(store.propose(&row).await.unwrap());
    assert_eq!(store.message(row.id).await.unwrap(), Some(row.clone()));
    let again = MessageRow { id: Uuid::from_u128(9), recipient: Some("c@d.example".into()), ..row.clone() };
    assert!(!store.propose(&again).await.unwrap(), "its key is taken");
    assert!(!store.add_message(&again).await.unwrap());
    assert_eq!(store.message(row.id).await.unwrap(), Some(row));
    assert_eq!(store.message(again.id).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_taken_back_may_be_proposed_again_and_what_was_sent_may_not() {
    let (store, _dir) = fresh().await;
    let row = message(&store, 1, Some("a@b.example")).await;
    store.propose(&row).await.unwrap();
    assert!(store.withdraw(row.id, now()).await.unwrap());
    assert!(!store.withdraw(row.id, now()).await.unwrap(), "it was already");
    let later = MessageRow { made_at: now() + Duration::HOUR, ..row.clone() };
    assert!(store.propose(&later).await.unwrap());
    assert_eq!(store.message(row.id).await.unwrap(), Some(later));

    assert_eq!(store.approve(&[row.id], "ada", now()).await.unwrap(), 1);
    assert!(store.start_sending(row.id).await.unwrap());
    assert!(!store.start_sending(row.id).await.unwrap(), "one alone sends it");
    assert!(!store.withdraw(row.id, now()).await.unwrap(), "too late");
    store.end_sending(row.id, S::Sent, None, now()).await.unwrap();
    assert!(!store.propose(&row).await.unwrap());
    assert_eq!(store.approve(&[row.id], "ada", now()).await.unwrap(), 0);
    assert_eq!(store.dismiss(&[row.id], "ada", now()).await.unwrap(), 0);
    assert_eq!(state(&store, &row).await, S::Sent);
}

#[tokio::test]
async fn what_failed_is_sent_again_by_one_alone_and_nothing_else_is() {
    let (store, _dir) = fresh().await;
    let row = MessageRow { since: None, state: S::Sending, ..message(&store, 1, Some("a@b.example")).await };
    assert!(store.add_message(&row).await.unwrap());
    let later = Some(now() + Duration::HOUR);
    let again = MessageRow {
        id: Uuid::from_u128(9),
        recipient: Some("c@d.example".into()),
        language: "de".into(),
        decided_at: later,
        decided_by: Some("bob@example.com".into()),
        ..row.clone()
    };
    assert!(!store.send_again(&again).await.unwrap(), "it is being sent");
    store.end_sending(row.id, S::Failed, Some("No such user."), now()).await.unwrap();
    assert!(store.send_again(&again).await.unwrap());
    assert_eq!(store.message_by_key("key 1").await.unwrap(), Some(MessageRow { id: row.id, ..again.clone() }));
    assert_eq!(store.message_by_key("key 2").await.unwrap(), None);
    assert!(!store.send_again(&again).await.unwrap(), "one alone sends it");
    for state in [S::Sent, S::Unsure] {
        let number = 2 + u32::from(state == S::Sent);
        let row = MessageRow { state, ..message(&store, number, Some("a@b.example")).await };
        assert!(store.add_message(&row).await.unwrap());
        assert!(!store.send_again(&row).await.unwrap(), "it may have arrived");
    }
}

#[tokio::test]
async fn approval_takes_an_address_and_keeps_who_decided() {
    let (store, _dir) = fresh().await;
    let (one, two) = (message(&store, 1, Some("a@b.example")).await, message(&store, 2, None).await);
    for row in [&one, &two] {
        store.propose(row).await.unwrap();
    }
    assert_eq!(store.count_proposed(9).await.unwrap(), (2, 1));
    assert_eq!(store.count_proposed(1).await.unwrap().0, 1, "no more than is wanted");
    assert_eq!(store.approve(&[one.id, two.id], "ada@example.com", now()).await.unwrap(), 1);
    assert_eq!((state(&store, &one).await, state(&store, &two).await), (S::Approved, S::Proposed));
    let next = store.next_approved(None).await.unwrap().unwrap();
    assert_eq!((next.id, next.decided_by.as_deref(), next.decided_at), (one.id, Some("ada@example.com"), Some(now())));
    assert_eq!(store.dismiss(&[one.id, two.id], "bob@example.com", now()).await.unwrap(), 1, "the other is on its way");
    let decided = store.decided(10).await.unwrap();
    assert_eq!(decided.len(), 2);
    assert!(store.decided(1).await.unwrap().len() == 1);
}

#[tokio::test]
async fn what_has_to_wait_is_approved_as_before_and_those_behind_it_have_their_turn() {
    let (store, _dir) = fresh().await;
    let (one, two) = (message(&store, 1, Some("a@b.example")).await, message(&store, 2, Some("c@d.example")).await);
    for row in [&one, &two] {
        store.propose(row).await.unwrap();
    }
    store.approve_all(now(), "ada", now()).await.unwrap();
    assert!(store.start_sending(one.id).await.unwrap());
    assert_eq!(store.count_unsent().await.unwrap(), (1, 0));
    store.end_sending(one.id, S::Approved, Some("Not reachable."), now()).await.unwrap();
    let waits = store.message(one.id).await.unwrap().unwrap();
    assert_eq!((waits.state, waits.problem.as_deref(), waits.ended_at), (S::Approved, Some("Not reachable."), None));
    assert_eq!((waits.decided_at, waits.decided_by.as_deref()), (Some(now()), Some("ada")));
    assert_eq!(store.count_unsent().await.unwrap(), (2, 0));
    let next = async |behind| store.next_approved(behind).await.unwrap().map(|row| row.id);
    assert_eq!(next(None).await, Some(one.id));
    assert_eq!(next(Some((now(), one.id))).await, Some(two.id));
    assert_eq!(next(Some((now(), two.id))).await, None);
    assert!(store.start_sending(one.id).await.unwrap());
    assert_eq!(store.message(one.id).await.unwrap().unwrap().problem, None);
}

#[tokio::test]
async fn what_failed_is_listed_by_itself() {
    let (store, _dir) = fresh().await;
    for number in 1..=4 {
        let row = message(&store, number, Some("a@b.example")).await;
        store.propose(&row).await.unwrap();
        store.approve(&[row.id], "ada", now() + Duration::minutes(number.into())).await.unwrap();
        store.start_sending(row.id).await.unwrap();
        let state = if number == 2 { S::Sent } else { S::Failed };
        store.end_sending(row.id, state, None, now()).await.unwrap();
    }
    let letter = MessageRow { since: None, state: S::Failed, ..message(&store, 5, Some("a@b.example")).await };
    store.add_message(&letter).await.unwrap();
    let refs =
        |rows: Vec<server::store::ListedMessage>| rows.into_iter().map(|row| row.fleet.fleet_ref).collect::<Vec<_>>();
    assert_eq!(refs(store.failed(2).await.unwrap()), ["FLEET-4", "FLEET-3"]);
    assert_eq!(store.count_unsent().await.unwrap(), (0, 3), "a letter is no reminder");
    assert_eq!(refs(store.decided(9).await.unwrap()), ["FLEET-2"]);
}

#[tokio::test]
async fn what_can_be_approved_is_counted_before() {
    let (store, _dir) = fresh().await;
    let mut ids = Vec::new();
    for (number, recipient) in [(1, Some("a@b.example")), (2, None), (3, Some("a@b.example")), (4, Some("a@b.example"))]
    {
        let row = message(&store, number, recipient).await;
        store.propose(&row).await.unwrap();
        ids.push(row.id);
    }
    store.dismiss(&[ids[2]], "ada", now()).await.unwrap();
    assert_eq!(store.count_approvable(&ids).await.unwrap(), (2, 1));
    assert_eq!(store.count_approvable(&ids[..1]).await.unwrap(), (1, 0));
    assert_eq!(store.approve(&ids, "ada", now()).await.unwrap(), 2);
    assert_eq!(store.count_approvable(&ids).await.unwrap(), (0, 1));
}

#[tokio::test]
async fn all_means_what_was_there_to_be_seen() {
    let (store, _dir) = fresh().await;
    let early = message(&store, 1, Some("a@b.example")).await;
    let late = MessageRow { made_at: now() + Duration::MINUTE, ..message(&store, 2, Some("c@d.example")).await };
    for row in [&early, &late] {
        store.propose(row).await.unwrap();
    }
    assert_eq!(store.approve_all(now(), "ada", now()).await.unwrap(), 1);
    assert_eq!((state(&store, &early).await, state(&store, &late).await), (S::Approved, S::Proposed));
}

#[tokio::test]
async fn what_was_interrupted_is_in_doubt_and_what_failed_may_be_tried_again() {
    let (store, _dir) = fresh().await;
    let (one, two) = (message(&store, 1, Some("a@b.example")).await, message(&store, 2, Some("c@d.example")).await);
    for row in [&one, &two] {
        store.propose(row).await.unwrap();
        store.approve(&[row.id], "ada", now()).await.unwrap();
        store.start_sending(row.id).await.unwrap();
    }
    store.end_sending(two.id, S::Failed, Some("No such user."), now()).await.unwrap();
    assert_eq!(store.doubt_interrupted("Nobody knows.", now()).await.unwrap(), 1);
    let doubted = store.message(one.id).await.unwrap().unwrap();
    assert_eq!((doubted.state, doubted.problem.as_deref()), (S::Unsure, Some("Nobody knows.")));
    assert_eq!(
        store.approve(&[one.id, two.id], "bob", now()).await.unwrap(),
        1,
        "what may have arrived is not sent again"
    );
    let again = store.message(two.id).await.unwrap().unwrap();
    assert_eq!((again.state, again.problem, again.ended_at), (S::Approved, None, None));
}

#[tokio::test]
async fn proposals_come_in_pages_those_that_run_out_first_first() {
    let (store, _dir) = fresh().await;
    for number in [3, 1, 2] {
        store.propose(&message(&store, number, None).await).await.unwrap();
    }
    let first = store.proposed(None, 2).await.unwrap();
    let refs =
        |rows: &[server::store::ListedMessage]| rows.iter().map(|row| row.fleet.fleet_ref.clone()).collect::<Vec<_>>();
    assert_eq!(refs(&first), ["FLEET-1", "FLEET-2"]);
    assert_eq!(first[0].invitation, Uuid::from_u128(1));
    let behind = (first[1].message.expires_at, first[1].message.id);
    assert_eq!(refs(&store.proposed(Some(behind), 2).await.unwrap()), ["FLEET-3"]);
}

#[tokio::test]
async fn links_under_way_are_those_that_work_and_are_not_used_to_the_end() {
    let (store, _dir) = fresh().await;
    for (number, stage) in [(1, Stage::Created), (2, Stage::Accepted), (3, Stage::Declined), (4, Stage::Viewed)] {
        invite(&store, number, stage).await;
    }
    let ids = async |at, behind, limit| {
        let rows = store.open_invitations(at, behind, limit).await.unwrap();
        rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(ids(now(), None, 10).await, [1, 2, 4]);
    assert_eq!(ids(now() + Duration::hours(2), None, 10).await, [4], "the others have run out");
    assert_eq!(ids(now(), Some((now() + Duration::hours(1), Uuid::from_u128(1))), 1).await, [2]);
}
