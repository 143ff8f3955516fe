//! What a store promises about imports, on every database.

use domain::import::{Column, Delimiter, Encoding, ImportState, Mapping, RowState, TopLine, Verdict};
use server::store::{
    ImportKey, ImportMove, ImportedRow, LinksTaken, NewImport, Reading, RowEnd, RowFilter, SharedStore,
};
use time::Duration;
use uuid::Uuid;

use crate::store::{fresh, now};

fn reading() -> Reading {
    Reading {
        delimiter: Delimiter::Semicolon,
        header_line: 2,
        top: vec![TopLine { line: 1, text: "Fleets".into() }, TopLine { line: 2, text: "ref, name".into() }],
        header: vec!["ref".into(), "name".into()],
        samples: vec![vec!["A".into(), "Acme".into()]],
        mapping: Mapping { columns: [(Column::FleetRef, 0)].into(), ..Mapping::default() },
        row_count: 3,
    }
}

async fn brought(store: &SharedStore) -> ImportKey {
    let new = NewImport {
        file_name: Some("fleets.csv".into()),
        actor: "ada@example.com".into(),
        encoding: Encoding::Windows1252,
        reading: reading(),
        content: "ref;name\nA;Acme".into(),
        created_at: now(),
    };
    store.add_import(&new).await.unwrap()
}

fn row(number: u32, verdict: Verdict, state: RowState) -> ImportedRow {
    ImportedRow {
        number,
        line: u64::from(number) + 1,
        fleet_ref: format!("F-{number}"),
        said: [(Column::FleetRef, format!("F-{number}")), (Column::FleetName, "Acme".into())].into(),
        verdict,
        state,
        reason: (state == RowState::Invalid).then(|| "why".into()),
        started_at: None,
        invitation: None,
        expires_at: None,
    }
}

fn to(state: ImportState) -> ImportMove {
    ImportMove { to: state, reason: None, at: now() + Duration::HOUR }
}

#[tokio::test]
async fn an_import_moves_only_from_where_it_stands_and_its_file_goes_when_it_starts() {
    use ImportState as S;
    let (store, _dir) = fresh().await;
    let key = brought(&store).await;
    let import = store.import(key).await.unwrap().unwrap();
    assert_eq!((import.state, import.encoding, import.created_at), (S::Uploaded, Encoding::Windows1252, now()));
    assert_eq!((import.file_name.as_deref(), &import.reading), (Some("fleets.csv"), &reading()));
    assert_eq!(store.import_content(key).await.unwrap().as_deref(), Some("ref;name\nA;Acme"));
    assert_eq!(store.import(ImportKey(99)).await.unwrap(), None);

    let other = Reading { delimiter: Delimiter::Tab, header_line: 1, top: Vec::new(), row_count: 9, ..reading() };
    assert!(store.set_reading(key, &other).await.unwrap());
    assert!(!store.start_import(key, "eve", false, now()).await.unwrap(), "it was not checked");
    assert!(store.move_import(key, &[S::Uploaded], &to(S::Checking)).await.unwrap());
    assert!(!store.move_import(key, &[S::Uploaded, S::Paused], &to(S::Checking)).await.unwrap());
    assert!(!store.set_reading(key, &reading()).await.unwrap(), "it no longer waits for its columns");
    assert!(store.move_import(key, &[S::Checking], &to(S::Checked)).await.unwrap());
    assert!(store.start_import(key, "eve@example.com", true, now()).await.unwrap());
    let import = store.import(key).await.unwrap().unwrap();
    assert_eq!((import.state, import.reading, import.reopen_declined), (S::Running, other, true));
    assert_eq!((import.started_by.as_deref(), import.started_at), (Some("eve@example.com"), Some(now())));
    assert_eq!(store.import_content(key).await.unwrap(), None);
    let paused = ImportMove { reason: Some("why".into()), ..to(S::Paused) };
    assert!(store.move_import(key, &[S::Running], &paused).await.unwrap());
    let import = store.import(key).await.unwrap().unwrap();
    assert_eq!((import.reason.as_deref(), import.changed_at), (Some("why"), now() + Duration::HOUR));
}

#[tokio::test]
async fn a_dry_run_comes_before_the_oldest_that_runs_and_what_waits_for_people_never() {
    use ImportState as S;
    let (store, _dir) = fresh().await;
    let keys = [brought(&store).await, brought(&store).await, brought(&store).await];
    assert_eq!(store.import_to_do().await.unwrap(), None);
    for (key, state) in keys.into_iter().zip([S::Running, S::Running, S::Checking]) {
        store.move_import(key, &[S::Uploaded], &to(state)).await.unwrap();
    }
    for key in [keys[2], keys[0], keys[1]] {
        assert_eq!(store.import_to_do().await.unwrap().unwrap().key, key);
        store.move_import(key, &S::ALL, &to(S::Paused)).await.unwrap();
    }
    assert_eq!(store.import_to_do().await.unwrap(), None);
    let last: Vec<_> = store.last_imports(2).await.unwrap().into_iter().map(|import| import.key).collect();
    assert_eq!(last, [keys[2], keys[1]]);
}

#[tokio::test]
async fn rows_are_counted_paged_narrowed_and_corrected() {
    use RowState as R;
    use Verdict as V;
    let (store, _dir) = fresh().await;
    let (key, other) = (brought(&store).await, brought(&store).await);
    let rows: Vec<_> = (1..=1_200)
        .map(
            |number| {
                if number % 3 == 0 { row(number, V::Invalid, R::Invalid) } else { row(number, V::New, R::Waiting) }
            },
        )
        .collect();
    store.add_import_rows(key, &rows).await.unwrap();
    store.add_import_rows(other, &rows[..1]).await.unwrap();
    let all = RowFilter::default();
    assert_eq!(store.import_rows(key, all, 0, 2_000).await.unwrap(), rows);
    assert_eq!(store.import_rows(key, all, 1_199, 9).await.unwrap(), rows[1_199..]);
    let invalid = RowFilter { verdict: Some(V::Invalid), ..all };
    let page = store.import_rows(key, invalid, 3, 2).await.unwrap();
    assert_eq!(page.iter().map(|row| row.number).collect::<Vec<_>>(), [6, 9]);
    let waiting = RowFilter { state: Some(R::Waiting), ..all };
    let page = store.import_rows(key, waiting, 2, 2).await.unwrap();
    assert_eq!(page.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 5]);

    store.set_verdicts(key, &[(1, V::Declined), (2, V::RefreshActive)]).await.unwrap();
    let mut counts = store.import_counts(key).await.unwrap();
    counts.sort();
    assert_eq!(
        counts,
        [
            (V::New, R::Waiting, 798),
            (V::RefreshActive, R::Waiting, 1),
            (V::Declined, R::Waiting, 1),
            (V::Invalid, R::Invalid, 400)
        ]
    );
    assert_eq!(store.delete_import_rows(key, 1_000).await.unwrap(), 1_000);
    assert_eq!(store.delete_import_rows(key, 1_000).await.unwrap(), 200);
    assert_eq!(store.import_counts(other).await.unwrap(), [(V::New, R::Waiting, 1)]);
}

#[tokio::test]
async fn the_row_under_way_comes_before_the_next_one_and_keeps_when_it_began() {
    use RowState as R;
    let (store, _dir) = fresh().await;
    let key = brought(&store).await;
    let rows = [1, 2, 3].map(|number| row(number, Verdict::New, if number == 1 { R::Invalid } else { R::Waiting }));
    store.add_import_rows(key, &rows).await.unwrap();
    assert_eq!(store.next_row(key).await.unwrap().unwrap().number, 2);
    store.begin_row(key, 3, now()).await.unwrap();
    store.begin_row(key, 3, now() + Duration::HOUR).await.unwrap();
    let next = store.next_row(key).await.unwrap().unwrap();
    assert_eq!((next.number, next.state, next.started_at), (3, R::Doing, Some(now())));

    let back = RowEnd { state: R::Waiting, reason: None, invitation: None };
    store.end_row(key, 3, &back).await.unwrap();
    let next = store.next_row(key).await.unwrap().unwrap();
    assert_eq!(next.number, 2, "nothing is under way");
    let end = RowEnd { state: R::Created, reason: None, invitation: Some((Uuid::from_u128(7), now())) };
    store.end_row(key, 2, &end).await.unwrap();
    let refused = RowEnd { state: R::Refused, reason: Some("why".into()), invitation: None };
    store.end_row(key, 3, &refused).await.unwrap();
    assert_eq!(store.next_row(key).await.unwrap(), None);
    let rows = store.import_rows(key, RowFilter::default(), 1, 9).await.unwrap();
    assert_eq!((rows[0].invitation, rows[0].expires_at), (Some(Uuid::from_u128(7)), Some(now())));
    assert_eq!((rows[1].reason.as_deref(), rows[1].started_at), (Some("why"), None));
}

#[tokio::test]
async fn imports_that_nobody_touched_for_long_go_with_their_rows_and_those_under_way_stay() {
    let (store, _dir) = fresh().await;
    let keys = [brought(&store).await, brought(&store).await, brought(&store).await];
    for key in keys {
        let rows: Vec<_> = (1..=5).map(|number| row(number, Verdict::New, RowState::Waiting)).collect();
        store.add_import_rows(key, &rows).await.unwrap();
    }
    store.move_import(keys[1], &[ImportState::Uploaded], &to(ImportState::Running)).await.unwrap();
    store.move_import(keys[2], &[ImportState::Uploaded], &to(ImportState::Done)).await.unwrap();
    let taken = LinksTaken { at: now(), actor: "ada@example.com".into(), count: 2 };
    store.note_links_taken(keys[2], &taken).await.unwrap();
    assert_eq!(store.links_taken(keys[2], 5).await.unwrap(), [taken]);

    let before = now() + Duration::HOUR;
    assert_eq!(store.expire_imports(before, 3).await.unwrap(), 3, "a few rows at a time");
    assert_eq!(store.expire_imports(before, 3).await.unwrap(), 2);
    assert_eq!(store.expire_imports(before, 3).await.unwrap(), 1, "then the import itself");
    assert_eq!(store.expire_imports(before, 3).await.unwrap(), 0, "the others changed later");
    assert_eq!(store.import(keys[0]).await.unwrap(), None);
    let later = now() + Duration::DAY;
    while store.expire_imports(later, 100).await.unwrap() > 0 {}
    assert_eq!(store.import(keys[2]).await.unwrap(), None);
    assert_eq!(store.links_taken(keys[2], 5).await.unwrap(), []);
    assert!(store.import(keys[1]).await.unwrap().is_some(), "one that runs is kept");
    assert_eq!(store.import_counts(keys[1]).await.unwrap(), [(Verdict::New, RowState::Waiting, 5)]);
}
