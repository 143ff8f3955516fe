//! What a store promises, on every database. Each promise is written once against the traits.

use std::{path::Path, sync::Arc};

use domain::{
    digest::of_invitation,
    events::{
        fact::{About, Fact, Kind, Round, Source},
        observation::Subject,
    },
    onboarding::stage::{Health, Stage},
    staff::Role,
    timestamp,
};
use server::store::{
    Awaited, DeliveryKey, FleetKey, InvitationRow, ListCursor, NewStaff, OneTimeLink, SessionRow, SharedStore,
    SigningSecret, StaffRow, SubscriptionRow, Transaction, sqlite::SqliteStore,
};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A database to be tested, and the directory that it lies in.
pub async fn fresh() -> (SharedStore, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (open(dir.path()).await, dir)
}

async fn open(dir: &Path) -> SharedStore {
    Arc::new(SqliteStore::open(&dir.join("onramp.db")).await.unwrap())
}

pub fn now() -> OffsetDateTime {
    timestamp::parse("2026-03-02T15:00:00.000001Z").unwrap()
}

fn staff(email: &str, role: Role) -> NewStaff {
    let row = StaffRow {
        id: Uuid::from_u128(email.len() as u128),
        email: email.into(),
        role,
        password_hash: None,
        demo: false,
    };
    NewStaff { row, created_at: now() }
}

pub fn fact(kind: Kind, key: &str, at: OffsetDateTime) -> Fact {
    let round = Round { created_at: now(), expires_at: now() + Duration::DAY, invitation: "digest".into() };
    let about = About {
        round: Some(round),
        agreement: Some(Uuid::from_u128(1)),
        connection: Some(Uuid::from_u128(2)),
        schedule: Some(Uuid::from_u128(3)),
        provider: Some("samsara".into()),
        resource: Some("vehicle".into()),
        status: Some("active".into()),
        note: Some("note".into()),
    };
    Fact {
        source: Source::Webhook,
        at,
        kind,
        key: key.into(),
        event_id: Some(Uuid::from_u128(9)),
        actor: Some("ada".into()),
        about,
    }
}

async fn invite(tx: &mut dyn Transaction, fleet: FleetKey, number: u128, created_at: OffsetDateTime) -> Uuid {
    let row = InvitationRow {
        id: Uuid::from_u128(number),
        digest: of_invitation(Uuid::from_u128(number)),
        fleet,
        sealed_id: vec![1],
        sealed_link: Some(vec![2]),
        stage: Some(Stage::Created),
        request: None,
        created_at,
        expires_at: created_at + Duration::DAY,
    };
    tx.put_invitation(&row).await.unwrap()
}

#[tokio::test]
async fn an_address_belongs_to_one_member_of_staff() {
    let (store, _dir) = fresh().await;
    let ada = staff("ada@example.com", Role::Operator);
    assert!(store.add_staff(&ada).await.unwrap());
    assert!(!store.add_staff(&ada).await.unwrap());
    assert_eq!(store.staff_by_email("ada@example.com").await.unwrap().unwrap(), ada.row);
    assert_eq!(store.staff_by_email("eve@example.com").await.unwrap(), None);
    store.set_password(ada.row.id, "hash").await.unwrap();
    assert_eq!(store.staff_by_id(ada.row.id).await.unwrap().unwrap().password_hash.as_deref(), Some("hash"));
}

#[tokio::test]
async fn only_a_real_administrator_with_a_password_ends_the_set_up() {
    let (store, _dir) = fresh().await;
    let mut demo = staff("demo@example.com", Role::Administrator);
    demo.row.demo = true;
    demo.row.password_hash = Some("hash".into());
    let operator = staff("operator@example.com", Role::Operator);
    let administrator = staff("a@example.com", Role::Administrator);
    for new in [&demo, &operator, &administrator] {
        store.add_staff(new).await.unwrap();
        assert!(!store.has_administrator().await.unwrap());
    }
    store.set_password(administrator.row.id, "hash").await.unwrap();
    assert!(store.has_administrator().await.unwrap());
}

#[tokio::test]
async fn a_link_works_once_until_it_runs_out_and_a_new_one_replaces_it() {
    let (store, _dir) = fresh().await;
    let link =
        |code: &str| OneTimeLink { code_digest: code.into(), staff_id: None, expires_at: now() + Duration::HOUR };
    store.put_link(&link("one")).await.unwrap();
    store.put_link(&link("two")).await.unwrap();
    assert_eq!(store.link("one", now()).await.unwrap(), None);
    assert_eq!(store.link("two", now()).await.unwrap(), Some(link("two")));
    assert_eq!(store.link("two", now() + Duration::HOUR).await.unwrap(), None);
    assert!(store.use_link("two").await.unwrap());
    assert!(!store.use_link("two").await.unwrap());
}

#[tokio::test]
async fn sessions_end_one_by_one_all_of_a_person_and_by_time() {
    let (store, _dir) = fresh().await;
    let session = |id: &str, staff: u128, hours: i64| SessionRow {
        id_digest: id.into(),
        staff_id: Some(Uuid::from_u128(staff)),
        data: b"{}".to_vec(),
        expires_at: now() + Duration::hours(hours),
    };
    for row in [session("a", 1, 1), session("b", 1, 2), session("c", 2, 3)] {
        assert!(store.add_session(&row).await.unwrap());
        assert!(!store.add_session(&row).await.unwrap());
    }
    assert_eq!(store.session("a", now()).await.unwrap(), Some(session("a", 1, 1)));
    assert_eq!(store.session("a", now() + Duration::hours(1)).await.unwrap(), None);
    store.put_session(&session("a", 1, 9)).await.unwrap();
    assert!(store.session("a", now() + Duration::hours(1)).await.unwrap().is_some());
    store.end_session("a").await.unwrap();
    assert_eq!(store.session("a", now()).await.unwrap(), None);
    store.put_session(&session("a", 1, 9)).await.unwrap();
    assert_eq!(store.session("a", now()).await.unwrap(), None, "what was ended does not come back");
    store.end_sessions_of(Uuid::from_u128(1)).await.unwrap();
    assert_eq!(store.session("b", now()).await.unwrap(), None);
    assert_eq!(store.delete_ended_sessions(now() + Duration::hours(3)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_transaction_that_is_not_committed_leaves_no_trace() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    tx.put_fact(&fact(Kind::InvitationViewed, "k", now()), Some(fleet), &Subject::default()).await.unwrap();
    assert!(tx.remember_event(Uuid::from_u128(1), DeliveryKey(1)).await.unwrap());
    drop(tx);
    assert_eq!(store.fleet_by_ref("F").await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    assert!(tx.remember_event(Uuid::from_u128(1), DeliveryKey(1)).await.unwrap(), "the event was forgotten");
    assert!(!tx.remember_event(Uuid::from_u128(1), DeliveryKey(2)).await.unwrap(), "and is remembered now");
}

#[tokio::test]
async fn a_fact_comes_back_as_it_was_put_and_keeps_its_fleet() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    let first = fact(Kind::InvitationViewed, "k", now());
    let key = tx.put_fact(&first, Some(fleet), &Subject::default()).await.unwrap();
    assert_eq!(tx.fact("k").await.unwrap().unwrap().1, first);
    let other = Fact {
        kind: Kind::Other("new.thing".into()),
        about: About::default(),
        ..fact(Kind::InvitationSent, "k", now() + Duration::SECOND)
    };
    assert_eq!(tx.put_fact(&other, None, &Subject::default()).await.unwrap(), key, "it stays the same fact");
    tx.commit().await.unwrap();
    assert_eq!(store.facts_of(fleet).await.unwrap(), [other]);
}

#[tokio::test]
async fn waiting_facts_are_adopted_by_fleet_connection_or_invitation() {
    let (store, _dir) = fresh().await;
    let (catena_fleet, connection) = (Uuid::from_u128(70), Uuid::from_u128(71));
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    let subjects = [
        Subject { fleet_id: Some(catena_fleet), ..Subject::default() },
        Subject { connection_id: Some(connection), ..Subject::default() },
        Subject { invitation: Some("digest".into()), ..Subject::default() },
        Subject { fleet_id: Some(Uuid::from_u128(99)), ..Subject::default() },
    ];
    for (index, subject) in subjects.iter().enumerate() {
        tx.put_fact(&fact(Kind::ExecutionFailed, &index.to_string(), now()), None, subject).await.unwrap();
    }
    tx.learn_connection(connection, catena_fleet).await.unwrap();
    assert_eq!(tx.fleet_id_of_connection(connection).await.unwrap(), Some(catena_fleet));
    assert_eq!(tx.adopt(catena_fleet, fleet).await.unwrap(), 2);
    assert_eq!(tx.adopt_by_invitation("digest", fleet).await.unwrap(), 1);
    assert_eq!(tx.adopt(catena_fleet, fleet).await.unwrap(), 0, "once");
    assert_eq!(tx.facts_of(fleet).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_staff_decide_about_a_name_is_remembered_and_the_first_decision_stays() {
    let (store, _dir) = fresh().await;
    let connection = Uuid::from_u128(71);
    let mut tx = store.begin().await.unwrap();
    let (one, two) = (tx.add_fleet("one", now()).await.unwrap(), tx.add_fleet("two", now()).await.unwrap());
    let subject = Subject { connection_id: Some(connection), ..Subject::default() };
    tx.put_fact(&fact(Kind::ScheduleDeactivated, "k", now()), None, &subject).await.unwrap();
    for awaited in
        [Awaited::Connection(connection), Awaited::Invitation("digest".into()), Awaited::Fleet(Uuid::from_u128(5))]
    {
        assert_eq!(tx.assigned(&awaited).await.unwrap(), None);
        tx.assign(&awaited, one).await.unwrap();
        tx.assign(&awaited, two).await.unwrap();
        assert_eq!(tx.assigned(&awaited).await.unwrap(), Some(one));
    }
    assert_eq!(tx.fleet_by_catena_id(Uuid::from_u128(5)).await.unwrap(), Some(one));
    assert_eq!(tx.adopt_by_connection(connection, one).await.unwrap(), 1);
}

#[tokio::test]
async fn the_first_mapping_of_a_catena_fleet_stays() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let (one, two) = (tx.add_fleet("one", now()).await.unwrap(), tx.add_fleet("two", now()).await.unwrap());
    tx.learn_fleet_id(Uuid::from_u128(1), one).await.unwrap();
    tx.learn_fleet_id(Uuid::from_u128(1), two).await.unwrap();
    assert_eq!(tx.fleet_by_catena_id(Uuid::from_u128(1)).await.unwrap(), Some(one));
    assert_eq!(tx.fleet_by_ref("two").await.unwrap(), Some(two));
}

#[tokio::test]
async fn a_name_given_by_staff_outlasts_the_one_catena_tells() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    tx.name_fleet(fleet, "JB Hunt", false).await.unwrap();
    tx.name_fleet(fleet, "J.B. Hunt", true).await.unwrap();
    tx.name_fleet(fleet, "JB Hunt", false).await.unwrap();
    tx.set_fleet_state(fleet, Some(Stage::Connected), Some(Health::Stopped), now()).await.unwrap();
    tx.commit().await.unwrap();
    let row = store.fleet(fleet).await.unwrap().unwrap();
    assert_eq!(
        (row.name.as_deref(), row.stage, row.health),
        (Some("J.B. Hunt"), Some(Stage::Connected), Some(Health::Stopped))
    );
}

#[tokio::test]
async fn an_invitation_keeps_its_own_id_and_only_a_later_expiry_moves_it() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    let row = |id: u128, link: u8, days: i64| InvitationRow {
        id: Uuid::from_u128(id),
        digest: "digest".into(),
        fleet,
        sealed_id: vec![1],
        sealed_link: Some(vec![link]),
        stage: None,
        request: None,
        created_at: now(),
        expires_at: now() + Duration::days(days),
    };
    assert_eq!(tx.put_invitation(&row(1, 1, 2)).await.unwrap(), Uuid::from_u128(1));
    assert_eq!(tx.put_invitation(&row(2, 2, 3)).await.unwrap(), Uuid::from_u128(1), "the id in our URLs stays");
    tx.set_request("digest", "{}").await.unwrap();
    tx.put_invitation(&row(3, 3, 1)).await.unwrap();
    tx.set_invitation_stage("digest", Some(Stage::Viewed)).await.unwrap();
    assert_eq!(tx.fleet_by_invitation("digest").await.unwrap(), Some(fleet));
    tx.commit().await.unwrap();
    let kept = store.invitation_by_digest("digest").await.unwrap().unwrap();
    assert_eq!(kept, InvitationRow { stage: Some(Stage::Viewed), request: Some("{}".into()), ..row(1, 2, 3) });
    assert_eq!(store.invitation(kept.id).await.unwrap(), Some(kept));
}

#[tokio::test]
async fn pages_of_the_list_join_without_gap_or_overlap_even_at_the_same_moment() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    for number in 1..=25 {
        // Three at a time share a moment.
        invite(tx.as_mut(), fleet, number, now() + Duration::minutes(i64::try_from(number / 3).unwrap())).await;
    }
    tx.commit().await.unwrap();
    let mut seen = Vec::new();
    let mut behind = None;
    loop {
        let page = store.invitations(behind, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        behind = Some(ListCursor { created_at: last.created_at, id: last.id });
        seen.extend(page.into_iter().map(|row| row.id.as_u128()));
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn links_that_ran_out_are_found_until_the_invitation_is_answered() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("F", now()).await.unwrap();
    for number in 1..=3 {
        invite(tx.as_mut(), fleet, number, now() + Duration::hours(i64::try_from(number).unwrap())).await;
    }
    tx.set_invitation_stage(&of_invitation(Uuid::from_u128(2)), Some(Stage::Accepted)).await.unwrap();
    tx.commit().await.unwrap();
    let later = now() + Duration::DAY + Duration::hours(2) + Duration::SECOND;
    let found: Vec<u128> =
        store.expired_unanswered(later, 10).await.unwrap().iter().map(|row| row.id.as_u128()).collect();
    assert_eq!(found, [1]);
}

#[tokio::test]
async fn a_secret_is_pending_until_its_subscriptions_are_known() {
    let (store, _dir) = fresh().await;
    let secret = |id: u128, seconds: i64| SigningSecret {
        id: Uuid::from_u128(id),
        event_name: "invitation.*".into(),
        sealed: vec![u8::try_from(id).unwrap()],
        created_at: now() + Duration::seconds(seconds),
    };
    let row = SubscriptionRow {
        webhook_id: Uuid::from_u128(50),
        event_name: "invitation.created".into(),
        url: "https://x.example/".into(),
        status: "active".into(),
        created_at: now(),
    };
    store.put_secret(&secret(1, 0)).await.unwrap();
    store.put_secret(&secret(2, 1)).await.unwrap();
    assert_eq!(store.pending_secrets(now()).await.unwrap().len(), 2);
    assert_eq!(store.pending_secrets(now() + Duration::SECOND).await.unwrap(), [secret(2, 1)]);
    for id in [1, 2] {
        store.put_subscriptions(Uuid::from_u128(id), std::slice::from_ref(&row)).await.unwrap();
    }
    assert!(store.pending_secrets(now()).await.unwrap().is_empty());
    let accepted: Vec<_> = store.secrets_of(row.webhook_id).await.unwrap().into_iter().map(|one| one.secret).collect();
    assert_eq!(accepted, [secret(2, 1), secret(1, 0)], "the newest first");
    store.set_subscription_status(row.webhook_id, "stale").await.unwrap();
    assert_eq!(store.subscriptions().await.unwrap(), [SubscriptionRow { status: "stale".into(), ..row }]);
}

#[tokio::test]
async fn a_second_process_may_read_and_write_beside_the_first() {
    let (store, dir) = fresh().await;
    let other = open(dir.path()).await;
    assert!(other.add_staff(&staff("ada@example.com", Role::Viewer)).await.unwrap());
    assert!(store.staff_by_email("ada@example.com").await.unwrap().is_some());
    other.ping().await.unwrap();
}

#[tokio::test]
async fn a_fleets_invitations_come_newest_first_with_what_was_kept_otherwise() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet("FLEET-1", now()).await.unwrap();
    let other = tx.add_fleet("fleet-1", now()).await.unwrap();
    let old = invite(tx.as_mut(), fleet, 1, now()).await;
    let new = invite(tx.as_mut(), fleet, 2, now() + Duration::HOUR).await;
    invite(tx.as_mut(), other, 3, now()).await;
    tx.set_differences(&of_invitation(Uuid::from_u128(1)), Some("[]")).await.unwrap();
    tx.commit().await.unwrap();
    let ids: Vec<Uuid> = store.invitations_of(fleet).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [new, old]);
    assert_eq!(store.differences(old).await.unwrap().as_deref(), Some("[]"));
    assert_eq!(store.differences(new).await.unwrap(), None);
    assert_eq!(store.differences(Uuid::from_u128(9)).await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    tx.set_differences(&of_invitation(Uuid::from_u128(1)), None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.differences(old).await.unwrap(), None);
}

#[tokio::test]
async fn other_spellings_of_a_reference_are_found_and_it_itself_is_none() {
    let (store, _dir) = fresh().await;
    let mut tx = store.begin().await.unwrap();
    for fleet_ref in ["ACME-1", "acme-1", "Acme-1", "ACME-2", "ACME_1"] {
        tx.add_fleet(fleet_ref, now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(store.spelt_otherwise("acme-1", 9).await.unwrap(), ["ACME-1", "Acme-1"]);
    assert_eq!(store.spelt_otherwise("aCME-1", 2).await.unwrap().len(), 2);
    assert_eq!(store.spelt_otherwise("acme-3", 9).await.unwrap(), Vec::<String>::new());
}
