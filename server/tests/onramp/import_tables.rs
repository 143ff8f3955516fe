//! What a file is read as: every row is accounted for, and the header can be chosen.

use domain::{import::ImportState, staff::Role};
use reqwest::StatusCode;

use crate::{
    imports::{bring, decide, import, rows, stands},
    support::TestServer,
};

#[tokio::test]
async fn every_row_of_a_spreadsheet_is_read_or_refused_and_the_page_says_how_many() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let file = "\u{feff}Sep=;\r\
        Fleets of Acme;;;\r\
        \r\
        fleet_ref; \"fleet_name\" ;Notes;;;\r\
        A; \"Acme; Inc.\" ;\"12 Main St\rSpringfield\";;;\r\
        =\"B\";Bolt;;;;\r\
        C;Cold;\"never meant to open;;;\r\
        D;Dart;;;;\r\
        E;Echo;nor to close\";;;\r\
        F;\"Fox\" Ltd;;;;\r\
        G;Golf;;;;\r";
    let path = bring(&browser, file.as_bytes()).await;
    let columns = browser.get(&path).await.body;
    for part in ["7 rows below the header in line 4", "1 line above the header is not imported.", "Acme; Inc."] {
        assert!(columns.contains(part), "{part}: {columns}");
    }
    let form = [("fleet_ref", "0"), ("fleet_name", "1"), ("header_line", "4")];
    browser.post(&format!("{path}/columns"), &form).await;
    stands(&server, &path, ImportState::Checked).await;
    let verdicts: Vec<_> = rows(&server, &path)
        .await
        .into_iter()
        .map(|row| (row.line, row.fleet_ref, row.reason.unwrap_or_default()))
        .collect();
    let swallowed = "opens a cell in line 8 is only closed in line 10";
    let want = [
        (5, "A", ""),
        (7, "B", ""),
        (8, "C", swallowed),
        (9, "D", swallowed),
        (10, "E", swallowed),
        (11, "F", "in line 11 is inside a cell"),
        (12, "G", ""),
    ];
    assert_eq!(verdicts.len(), want.len(), "{verdicts:?}");
    for ((line, fleet_ref, reason), want) in verdicts.iter().zip(want) {
        assert_eq!((*line, fleet_ref.as_str(), reason.is_empty()), (want.0, want.1, want.2.is_empty()), "{reason}");
        assert!(reason.contains(want.2), "{line}: {reason}");
    }
    let said = "7 rows below the header in line 4: 3 valid, 4 invalid. 1 line above the header is not imported.";
    let preview = browser.get(&path).await.body;
    assert!(preview.contains(said), "{preview}");
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;
    let result = browser.get(&path).await.body;
    assert!(result.contains(said) && result.contains("3 of 3 rows"), "{result}");
    let download = browser.get(&format!("{path}/result.csv")).await.body;
    assert_eq!(download.lines().count(), 1 + 7, "a line for each row: {download}");
}

#[tokio::test]
async fn the_header_can_be_chosen_and_is_kept_with_the_import() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = bring(&browser, b"fleet_ref,fleet_name\nwer,was\nA,Acme;\nB,Bolt\n").await;
    let at = format!("{path}/columns");
    let header = async || {
        let reading = import(&server, &path).await.reading;
        (reading.header_line, reading.header.join("|"), reading.row_count)
    };
    assert_eq!(header().await, (1, "fleet_ref|fleet_name".into(), 3));
    let page = browser.get(&path).await.body;
    assert!(page.contains("Line 1: fleet_ref, fleet_name") && page.contains("Line 2: wer, was"), "{page}");

    let other = [("delimiter", "comma"), ("header_line", "2"), ("fleet_ref", "0")];
    let answer = browser.post(&at, &other).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "read again first");
    assert_eq!(header().await, (2, "wer|was".into(), 2));
    browser.post(&at, &[("delimiter", "comma"), ("header_line", "2"), ("again", "yes")]).await;
    assert_eq!(header().await, (2, "wer|was".into(), 2), "what was chosen stays");
    let last = browser.post(&at, &[("delimiter", "comma"), ("header_line", "4")]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last.body.contains("id=\"header_line-error\"") && last.body.contains("no rows below the header in line 4"));
    browser.post(&at, &[("delimiter", "semicolon"), ("header_line", "2")]).await;
    assert_eq!(header().await.0, 1, "guessed again for another delimiter");
    browser.post(&at, &[("delimiter", "comma"), ("header_line", "2")]).await;

    browser.post(&at, &other).await;
    stands(&server, &path, ImportState::Checked).await;
    let refs: Vec<_> = rows(&server, &path).await.into_iter().map(|row| (row.line, row.fleet_ref)).collect();
    assert_eq!(refs, [(3, "A".to_owned()), (4, "B".to_owned())]);
}
