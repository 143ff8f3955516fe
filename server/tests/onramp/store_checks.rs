//! What a store promises about checks, holes and providers, on every database.

use domain::{
    digest::of_invitation,
    events::{
        fact::{Fact, Kind, Source},
        observation::Subject,
    },
    onboarding::stage::Stage,
};
use server::store::{Cause, CheckRow, FleetKey, InvitationRow, ProviderRow, SharedStore};
use time::Duration;
use uuid::Uuid;

use crate::store::{fact, fresh, now};

fn check(fleet: Option<FleetKey>, minutes: i64) -> CheckRow {
    CheckRow {
        fleet,
        cause: Cause::Staff,
        started_at: now() + Duration::minutes(minutes),
        ended_at: now() + Duration::minutes(minutes + 1),
        complete: minutes % 2 == 0,
        found: 3,
        holes: 2,
        problem: (minutes % 2 == 1).then(|| "Catena was asleep.".to_owned()),
    }
}

async fn fleet(store: &SharedStore, fleet_ref: &str) -> FleetKey {
    let mut tx = store.begin().await.unwrap();
    let fleet = tx.add_fleet(fleet_ref, now()).await.unwrap();
    tx.commit().await.unwrap();
    fleet
}

#[tokio::test]
async fn checks_of_all_and_of_one_fleet_are_kept_apart_and_forgotten_in_time() {
    let (store, _dir) = fresh().await;
    let fleet = fleet(&store, "F").await;
    for row in [check(None, 0), check(Some(fleet), 1), check(None, 2), check(Some(fleet), 4)] {
        store.put_check(&row).await.unwrap();
    }
    assert_eq!(store.checks(10).await.unwrap(), [check(None, 2), check(None, 0)]);
    assert_eq!(store.checks(1).await.unwrap(), [check(None, 2)]);
    assert_eq!(store.last_check_of(fleet).await.unwrap(), Some(check(Some(fleet), 4)));
    assert_eq!(store.last_check_of(FleetKey(99)).await.unwrap(), None);
    store.delete_checks(now() + Duration::minutes(2)).await.unwrap();
    assert_eq!(store.checks(10).await.unwrap(), [check(None, 2)]);
    assert_eq!(store.known_since(fleet).await.unwrap(), Some(now()));
    assert_eq!(store.known_since(FleetKey(99)).await.unwrap(), None);
}

#[tokio::test]
async fn a_hole_is_filled_by_the_webhook_itself_or_by_one_that_tells_the_same() {
    let (store, _dir) = fresh().await;
    let (one, two) = (fleet(&store, "ONE").await, fleet(&store, "TWO").await);
    let found = |key: &str| Fact { source: Source::Check, ..fact(Kind::InvitationAccepted, key, now()) };
    let mut tx = store.begin().await.unwrap();
    for (fleet, key, days) in [(one, "a", 0), (one, "b", 0), (two, "c", 0), (two, "d", 3)] {
        let fact = tx.put_fact(&found(key), Some(fleet), &Subject::default()).await.unwrap();
        for _ in 0..2 {
            tx.add_hole(fact, fleet, now() - Duration::days(days)).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    let since = now() - Duration::DAY;
    assert_eq!(store.holes(since, 100).await.unwrap(), 3);
    assert_eq!(store.holes(since, 2).await.unwrap(), 2, "counted so far and no further");
    let by_fleet = async || -> Vec<(String, u32)> {
        let rows = store.holes_by_fleet(since, 10).await.unwrap();
        rows.into_iter().map(|(fleet, count)| (fleet.fleet_ref, count)).collect()
    };
    assert_eq!(by_fleet().await, [("ONE".into(), 2), ("TWO".into(), 1)]);

    let mut tx = store.begin().await.unwrap();
    let told = fact(Kind::InvitationAccepted, "a", now());
    tx.put_fact(&told, Some(one), &Subject::default()).await.unwrap();
    tx.fill_holes(&["c".into(), "unknown".into()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(by_fleet().await, [("ONE".into(), 1)]);
}

#[tokio::test]
async fn what_must_be_known_to_ask_is_listed_in_pages() {
    let (store, _dir) = fresh().await;
    let fleets = [fleet(&store, "A").await, fleet(&store, "B").await, fleet(&store, "C").await];
    let mut tx = store.begin().await.unwrap();
    for (number, stage) in [(1, Stage::Created), (2, Stage::Viewed), (3, Stage::Accepted), (4, Stage::Sent)] {
        let hours = i64::try_from(number).unwrap();
        let row = InvitationRow {
            id: Uuid::from_u128(number),
            digest: of_invitation(Uuid::from_u128(number)),
            fleet: fleets[0],
            sealed_id: vec![1],
            sealed_link: None,
            stage: Some(stage),
            request: None,
            created_at: now(),
            expires_at: now() + Duration::hours(hours),
        };
        tx.put_invitation(&row).await.unwrap();
    }
    tx.learn_fleet_id(Uuid::from_u128(7), fleets[1]).await.unwrap();
    tx.learn_fleet_id(Uuid::from_u128(8), fleets[1]).await.unwrap();
    for (fleet, stage) in fleets.iter().zip([Stage::Accepted, Stage::Agreement, Stage::Connected]) {
        tx.set_fleet_state(*fleet, Some(stage), None, now()).await.unwrap();
    }
    tx.commit().await.unwrap();

    let ids = |rows: Vec<InvitationRow>| rows.into_iter().map(|row| row.id.as_u128()).collect::<Vec<_>>();
    let first = store.unanswered((now(), Uuid::max()), 2).await.unwrap();
    let last = (first[1].expires_at, first[1].id);
    assert_eq!(ids(first), [1, 2]);
    assert_eq!(ids(store.unanswered(last, 2).await.unwrap()), [4]);
    assert_eq!(ids(store.unanswered_of(fleets[0], now() + Duration::minutes(90)).await.unwrap()), [2, 4]);
    assert!(store.unanswered_of(fleets[1], now()).await.unwrap().is_empty());

    let refs = async |behind| -> Vec<String> {
        let rows = store.fleets_under_agreement(behind, 1).await.unwrap();
        rows.into_iter().map(|fleet| fleet.fleet_ref).collect()
    };
    assert_eq!((refs(FleetKey(0)).await, refs(fleets[1]).await), (vec!["B".to_owned()], vec!["C".to_owned()]));
    assert_eq!(store.catena_ids_of(fleets[1]).await.unwrap(), [Uuid::from_u128(7), Uuid::from_u128(8)]);
    assert_eq!(store.fleet_by_catena_id(Uuid::from_u128(8)).await.unwrap().unwrap().key, fleets[1]);
    assert_eq!(store.fleet_by_catena_id(Uuid::from_u128(9)).await.unwrap(), None);
}

#[tokio::test]
async fn a_provider_is_named_by_its_integration_only_where_that_names_one() {
    let (store, _dir) = fresh().await;
    assert_eq!(store.providers_read_at().await.unwrap(), None);
    let provider = |id: u128, slug: &str, source_name: &str, name: &str| ProviderRow {
        id: Uuid::from_u128(id),
        slug: slug.into(),
        source_name: source_name.into(),
        name: name.into(),
    };
    let list = [
        provider(1, "samsara", "samsara", "Samsara"),
        provider(2, "3pl-tek", "hos247", "3PL Tek"),
        provider(3, "hos247", "hos247", "HOS247"),
        provider(4, "one", "shared", "One"),
        provider(5, "two", "shared", "Two"),
        provider(6, "a-brand", "lonely", "A Brand"),
        provider(7, "ez-lynk", "ez_lynk", "EZ Lynk"),
        provider(8, "other", "ez_lynk", "Other"),
    ];
    store.put_providers(&list[..1], now()).await.unwrap();
    store.put_providers(&list, now() + Duration::HOUR).await.unwrap();
    assert_eq!(store.providers_read_at().await.unwrap(), Some(now() + Duration::HOUR));
    let asked: Vec<String> = ["samsara", "hos247", "shared", "lonely", "ez_lynk", "new"].map(str::to_owned).to_vec();
    let names = store.provider_names(&asked).await.unwrap();
    let got: Vec<_> = names.iter().map(|(word, name)| (word.as_str(), name.as_str())).collect();
    assert_eq!(got, [("ez_lynk", "EZ Lynk"), ("hos247", "HOS247"), ("lonely", "A Brand"), ("samsara", "Samsara")]);
}
