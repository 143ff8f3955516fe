//! Many invitations at once, over the sandbox: the file, its columns, the dry run, the run and what is taken away.

use std::time::Instant;

use domain::{
    import::{ImportState, MAX_BYTES, MAX_ROWS, RowState, Verdict},
    staff::Role,
};
use reqwest::{Method, StatusCode};
use server::store::{ImportKey, ImportRow, ImportedRow, RowFilter};

use crate::{
    live::Live,
    support::{Answer, Browser, TestServer, until, within},
};

pub const HOME: &str = "/invitations/import";

pub fn key(path: &str) -> ImportKey {
    ImportKey(path.rsplit('/').next().unwrap().parse().unwrap())
}

pub async fn import(server: &TestServer, path: &str) -> ImportRow {
    server.state.store.import(key(path)).await.unwrap().unwrap()
}

pub async fn rows(server: &TestServer, path: &str) -> Vec<ImportedRow> {
    server.state.store.import_rows(key(path), RowFilter::default(), 0, 200_000).await.unwrap()
}

pub async fn states(server: &TestServer, path: &str) -> Vec<RowState> {
    rows(server, path).await.into_iter().map(|row| row.state).collect()
}

/// Waits until an import stands so.
pub async fn stands(server: &TestServer, path: &str, state: ImportState) -> ImportRow {
    within(120, state.name(), async || {
        let import = import(server, path).await;
        (import.state == state).then_some(import)
    })
    .await
}

/// Brings a file; gives the address of the import.
pub async fn bring(browser: &Browser, csv: &[u8]) -> String {
    let answer = browser.upload(HOME, "fleets.csv", csv, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// Brings a file whose header names the fields in the contract's words, and waits for its dry run.
pub async fn checked(server: &TestServer, browser: &Browser, csv: &str) -> String {
    let path = bring(browser, csv.as_bytes()).await;
    let reading = import(server, &path).await.reading;
    let places: Vec<_> =
        reading.mapping.columns.iter().map(|(column, place)| (column.name(), place.to_string())).collect();
    let mut form: Vec<_> = places.iter().map(|(name, place)| (*name, place.as_str())).collect();
    form.push(("delimiter", reading.delimiter.name()));
    form.push(("all_kinds", &reading.mapping.regulatory_id_type));
    let answer = browser.post(&format!("{path}/columns"), &form).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "{}", answer.body);
    stands(server, &path, ImportState::Checked).await;
    path
}

pub async fn decide(browser: &Browser, path: &str, what: &str) {
    let answer = browser.post(&format!("{path}/{what}"), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, path), "{}", answer.body);
}

/// The same, started and done.
pub async fn done(server: &TestServer, browser: &Browser, csv: &str) -> String {
    let path = checked(server, browser, csv).await;
    decide(browser, &path, "start").await;
    stands(server, &path, ImportState::Done).await;
    path
}

pub fn fleets(count: u32) -> String {
    let rows = (1..=count).map(|number| format!("F-{number:04},Fleet {number}\n"));
    std::iter::once("fleet_ref,fleet_name\n".to_owned()).chain(rows).collect()
}

#[tokio::test]
async fn a_thousand_fleets_are_invited_and_the_same_file_again_changes_nothing() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let file = fleets(1_000);
    let began = Instant::now();
    let path = done(&server, &browser, &file).await;
    println!("1,000 rows from the upload to the last invitation: {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(states(&server, &path).await, vec![RowState::Created; 1_000]);
    let facts = server.facts("F-0500").await;
    let told: Vec<_> = facts.iter().map(|fact| (fact.kind.name(), fact.actor.as_deref())).collect();
    assert_eq!(told, [("invitation.created", Some("operator@example.com"))]);
    let page = browser.get(&path).await;
    assert!(page.body.contains("1,000 of 1,000 rows") && page.body.contains("Fleet 17"), "{}", page.body);

    server.clock.advance(time::Duration::hours(1));
    let again = checked(&server, &browser, &file).await;
    let all_same = rows(&server, &again).await.iter().all(|row| row.verdict == Verdict::Unchanged);
    assert!(all_same, "the dry run knows them");
    decide(&browser, &again, "start").await;
    stands(&server, &again, ImportState::Done).await;
    assert_eq!(states(&server, &again).await, vec![RowState::Unchanged; 1_000]);
    assert_eq!(server.facts("F-0500").await, facts, "nothing was asked for");
}

#[tokio::test]
async fn each_bad_row_is_told_and_the_rest_goes_on() {
    use RowState as R;
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    // As an old spreadsheet writes it: Windows-1252, semicolons, a column that means nothing here.
    let file = b"Ref;Company;E-mail;Colour\r\n\
        M-1;M\xfcller & S\xf6hne;ops@mueller.example;red\r\n\
        M-2;=HYPERLINK(\"http://evil.example\");;\r\n\
        M-1;again;;\r\n\
        a/b;x;;\r\n\
        M-3;refused;ops@nowhere;\r\n\
        -M-4;\"two\r\nlines\";;\r\n\
        M-5;last;;\r\n";
    let path = bring(&browser, file).await;
    let columns = browser.get(&path).await;
    for sentence in ["Müller &amp; Söhne", "read as Windows-1252", "“Colour”"] {
        assert!(columns.body.contains(sentence), "{sentence}: {}", columns.body);
    }
    let form = [("delimiter", "semicolon"), ("fleet_ref", "0"), ("fleet_name", "1"), ("fleet_email", "2")];
    browser.post(&format!("{path}/columns"), &form).await;
    stands(&server, &path, ImportState::Checked).await;
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;

    let outcomes: Vec<_> = rows(&server, &path)
        .await
        .into_iter()
        .map(|row| (row.line, row.fleet_ref, row.state, row.reason.unwrap_or_default()))
        .collect();
    let want = [
        (2, "M-1", R::Created, ""),
        (3, "M-2", R::Created, ""),
        (4, "M-1", R::Invalid, "line 2"),
        (5, "a/b", R::Invalid, "letters, digits"),
        (6, "M-3", R::Refused, "fleet_email"),
        (7, "-M-4", R::Created, ""),
        (9, "M-5", R::Created, ""),
    ];
    assert_eq!(outcomes.len(), want.len());
    for ((line, fleet_ref, state, reason), want) in outcomes.iter().zip(want) {
        assert_eq!((*line, fleet_ref.as_str(), *state), (want.0, want.1, want.2), "{reason}");
        assert!(reason.contains(want.3), "{line}: {reason}");
    }
    let result = browser.get(&format!("{path}/result.csv")).await;
    assert_eq!(result.header("content-type"), "text/csv; charset=utf-8");
    assert!(result.header("content-disposition").starts_with("attachment; filename=\"import-"));
    assert!(result.body.contains("\n7,'-M-4,new,created,"), "inert in a spreadsheet: {}", result.body);
    assert!(result.body.contains("\n4,M-1,invalid,invalid,Reference: same as in line 2.,,\n"), "{}", result.body);
    assert!(!result.body.contains("invite="), "no magic link");
}

/// Catena has invitations that Onramp never heard of, and some that were answered.
async fn answered(server: &TestServer, fleet_ref: &str, answer: &str) {
    let http = reqwest::Client::new();
    let at = |path: &str| server.url.join(&format!("/sandbox{path}")).unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "client"),
        ("client_secret", "client-secret"),
        ("scope", "organization"),
    ];
    let token = http.post(at("/realms/catena/protocol/openid-connect/token")).form(&form).send().await.unwrap();
    let token = token.json::<serde_json::Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
    let body = serde_json::json!({ "fleet_ref": fleet_ref });
    let made = http.post(at("/v2/orgs/invitations")).bearer_auth(token).json(&body).send().await.unwrap();
    let id = made.json::<serde_json::Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    if !answer.is_empty() {
        let path = format!("/v2/orgs/invitations/{id}/{answer}");
        let answer = http.post(at(&path)).json(&serde_json::json!({})).send().await.unwrap();
        assert!(answer.status().is_success());
    }
}

#[tokio::test]
async fn the_dry_run_says_what_catena_would_do_and_declined_fleets_are_left_out_unless_somebody_says_so() {
    use RowState as R;
    use Verdict as V;
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    for (fleet_ref, answer) in [("ELSEWHERE", ""), ("YES", "accept"), ("NO", "decline")] {
        answered(&server, fleet_ref, answer).await;
    }
    browser.post("/invitations/new", &[("fleet_ref", "OURS"), ("fleet_name", "Asked otherwise")]).await;
    server.clock.advance(time::Duration::hours(1));
    let few = "fleet_ref\nNEW\nELSEWHERE\nYES\nNO\nOURS\n";
    // Many rows are looked up in Catena's list, few one by one.
    let many = (0..30).fold(few.to_owned(), |file, number| format!("{file}X-{number}\n"));
    for file in [few, &many] {
        let path = checked(&server, &browser, file).await;
        let verdicts: Vec<_> = rows(&server, &path).await.into_iter().take(5).map(|row| row.verdict).collect();
        assert_eq!(verdicts, [V::New, V::RefreshActive, V::RefreshAccepted, V::Declined, V::RefreshActive]);
    }

    let path = checked(&server, &browser, few).await;
    let page = browser.get(&path).await;
    assert!(page.body.contains("Ask fleets that declined again"), "{}", page.body);
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [R::Created, R::Refreshed, R::Refreshed, R::LeftOut, R::Refreshed]);
    assert!(browser.get(&path).await.body.contains("Talk to it first"));

    let path = checked(&server, &browser, "fleet_ref\nNO\n").await;
    browser.post(&format!("{path}/start"), &[("reopen", "yes")]).await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [R::Refreshed]);
}

#[tokio::test]
async fn an_import_is_paused_resumed_and_cancelled_by_forms() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, &fleets(200)).await;
    decide(&browser, &path, "start").await;
    let some = async || states(&server, &path).await.contains(&RowState::Created).then_some(());
    until("the first row", some).await;
    decide(&browser, &path, "pause").await;
    let paused = browser.get(&path).await;
    assert!(paused.body.contains("operator@example.com paused it.") && paused.body.contains("Resume"));

    // Imports take turns, the oldest first: that the second one ends shows that the first one rests.
    done(&server, &browser, "fleet_ref\nOTHER\n").await;
    let rest = states(&server, &path).await;
    assert_eq!(import(&server, &path).await.state, ImportState::Paused);
    assert!(rest.contains(&RowState::Waiting), "it was paused before its end");
    done(&server, &browser, "fleet_ref\nANOTHER\n").await;
    assert_eq!(states(&server, &path).await, rest);

    decide(&browser, &path, "resume").await;
    let more = async || {
        let created = |states: &[RowState]| states.iter().filter(|state| **state == RowState::Created).count();
        (created(&states(&server, &path).await) > created(&rest)).then_some(())
    };
    until("another row", more).await;
    decide(&browser, &path, "cancel").await;
    let over = stands(&server, &path, ImportState::Cancelled).await;
    decide(&browser, &path, "resume").await;
    assert_eq!(import(&server, &path).await, over, "what is cancelled stays so");
    done(&server, &browser, "fleet_ref\nLAST\n").await;
    let result = browser.get(&format!("{path}/result.csv")).await.body;
    assert!(result.contains(",created,") && result.contains(",new,cancelled,"), "{result}");
}

#[tokio::test]
async fn wrong_files_come_back_to_the_form_with_the_reason_beside_the_control() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let too_many = format!("ref\n{}", "A\n".repeat(MAX_ROWS + 1));
    let table: [(&[u8], &str, &str, &str); 10] = [
        (b"", "", "file-error", "Choose a file, or paste rows below."),
        (b"ref\nA\n", "ref\nB\n", "file-error", "not both"),
        (b"  \n", "", "file-error", "The file is empty"),
        (b"PK\x03\x04...", "", "file-error", "spreadsheet"),
        (b"r\0e\0f\0", "", "file-error", "CSV UTF-8"),
        (b"ref,name\n", "", "file-error", "no rows below the header in line 1"),
        (too_many.as_bytes(), "", "file-error", "more than 100000 rows"),
        (b"", "only a header <b>", "text-error", "no rows below the header in line 1"),
        (b",,\n,,\n", "", "file-error", "All cells of the file are empty"),
        (b"ref,name\nA,x\nB,\"y\nC,z\n", "", "file-error", "opens a cell in line 3 is never closed"),
    ];
    for (file, text, place, sentence) in table {
        let name = if file.is_empty() { "" } else { "fleets.csv" };
        let answer = browser.upload(HOME, name, file, text).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
        let beside = answer.body.split(&format!("id=\"{place}\"")).nth(1).unwrap_or_default();
        assert!(beside.split("</p>").next().unwrap().contains(sentence), "{sentence}: {}", answer.body);
        assert!(answer.body.contains(&text.replace('<', "&lt;").replace('>', "&gt;")), "what was pasted stays");
    }
    let large = vec![b'x'; MAX_BYTES + 1];
    let answer = browser.upload(HOME, "large.csv", &large, "").await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("larger than 20 MB"), "{}", answer.body);
    assert!(server.state.store.last_imports(9).await.unwrap().is_empty());
    let pasted = browser.upload(HOME, "", b"", "ref\tname\r\nA\tAcme\r\n").await;
    assert_eq!(pasted.status, StatusCode::SEE_OTHER, "pasted out of a spreadsheet: {}", pasted.body);
}

#[tokio::test]
async fn columns_are_guessed_read_again_with_another_delimiter_and_checked() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = bring(&browser, "Customer,No;USDOT\nA,1;123\n".as_bytes()).await;
    let at = format!("{path}/columns");
    let missing = browser.post(&at, &[("delimiter", "comma"), ("all_hours", "673")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["id=\"fleet_ref-error\"", "Every invitation needs one", "value=\"673\"", "1 to 672"] {
        assert!(missing.body.contains(part), "{part}: {}", missing.body);
    }
    let again = browser.post(&at, &[("delimiter", "semicolon"), ("again", "yes")]).await;
    assert_eq!(again.header("location"), path);
    let page = browser.get(&path).await.body;
    assert!(page.contains("Customer,No") && page.contains("value=\"DOT\""), "{page}");
    let impossible = browser.post(&at, &[("delimiter", "semicolon"), ("fleet_ref", "7")]).await;
    assert_eq!(impossible.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser
        .post(&at, &[("delimiter", "semicolon"), ("fleet_ref", "1"), ("resource", "vehicle"), ("resource", "user")])
        .await;
    let import = stands(&server, &path, ImportState::Checked).await;
    assert_eq!(import.reading.mapping.resources.len(), 2);
    assert_eq!(rows(&server, &path).await[0].fleet_ref, "123");
    decide(&browser, &path, "again").await;
    assert!(browser.get(&path).await.body.contains("Map the columns"), "back to the columns");
}

#[tokio::test]
async fn magic_links_leave_by_a_form_alone_and_that_is_kept() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = done(&server, &browser, "fleet_ref,fleet_name,fleet_email\nA,=Acme,ops@acme.example\nB,,\n").await;
    let links = format!("{path}/links.csv");
    assert_eq!(browser.get(&links).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let answer = browser.post(&links, &[]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(answer.body.contains("A,'=Acme,ops@acme.example,http"), "{}", answer.body);
    assert_eq!(answer.body.matches("invite=").count(), 2);
    let page = browser.get(&path).await.body;
    assert!(page.contains("2 magic links, by operator@example.com"), "{page}");
    for fleet_ref in ["A", "B"] {
        let facts = server.facts(fleet_ref).await;
        let shown = facts.iter().find(|fact| fact.kind.name() == "link.shown").expect("on the fleet’s timeline too");
        let note = "In a file with all links of an import";
        assert_eq!((shown.actor.as_deref(), shown.about.note.as_deref()), (Some("operator@example.com"), Some(note)));
    }
    let foreign = browser.request(Method::POST, &links).header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(foreign).await.status, StatusCode::FORBIDDEN);

    let viewer = server.signed_in(Role::Viewer).await;
    let refused: Vec<Answer> = vec![
        viewer.get(HOME).await,
        viewer.get(&path).await,
        viewer.get(&format!("{path}/result.csv")).await,
        viewer.get(&format!("{path}/live")).await,
        viewer.post(&links, &[]).await,
        viewer.post(&format!("{path}/start"), &[]).await,
        viewer.post(&format!("{path}/cancel"), &[]).await,
        viewer.upload(HOME, "x.csv", b"ref\nA\n", "").await,
    ];
    for answer in refused {
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(browser.get("/invitations/import/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/invitations/import/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_largest_file_gets_its_verdicts_in_seconds() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let row = |number: usize| {
        format!("F-{number:06},Fleet number {number},ops-{number}@carrier.example,USA,{},DOT,48\n", number + 1)
    };
    let header = "fleet_ref,fleet_name,fleet_email,fleet_country_code,fleet_regulatory_id,fleet_regulatory_id_type,expires_in_hours\n";
    let file = (0..MAX_ROWS).fold(header.to_owned(), |file, number| file + &row(number));
    let began = Instant::now();
    let path = checked(&server, &browser, &file).await;
    println!("{MAX_ROWS} rows from the upload to the verdicts: {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(
        server.state.store.import_counts(key(&path)).await.unwrap(),
        [(Verdict::New, RowState::Waiting, MAX_ROWS as u64)]
    );
    let began = Instant::now();
    let page = browser.get(&format!("{path}?verdict=new&behind=99990")).await;
    println!("a page at the end of them: {} ms", began.elapsed().as_millis());
    assert!(page.body.contains("F-099999") && page.body.contains("100,000 of 100,000 rows"));
}

#[tokio::test]
async fn an_open_page_is_told_how_far_the_import_is_and_when_it_stands_otherwise() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = done(&server, &browser, "fleet_ref\nA\na/b\n").await;
    let part = Live::open(&browser, &format!("{path}/live?state=done")).await.until("event:").await;
    assert!(part.contains("event: part") && part.contains("1 of 1 rows") && part.contains("outcome=created"), "{part}");
    let over = Live::open(&browser, &format!("{path}/live?state=running")).await.until("event:").await;
    assert!(over.contains("event: over") && over.contains("data: reload"), "{over}");
}
