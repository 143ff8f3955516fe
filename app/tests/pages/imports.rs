//! The pages of an import.

use std::collections::BTreeMap;

use app::pages::imports::{ColumnsForm, ColumnsPage};
use domain::import::{Delimiter, Encoding, ImportState, Mapping};
use leptos::prelude::*;

use super::{
    html::attributes,
    samples::{html, imports, visit},
};

#[test]
fn long_cells_are_shown_by_their_beginning() {
    let long = |letter: &str| letter.repeat(100_000);
    let form = ColumnsForm {
        id: 7,
        file_name: None,
        encoding: Encoding::Utf8,
        delimiter: Delimiter::Comma,
        header_line: 1,
        top: Vec::new(),
        above: 0,
        header: vec![long("é")],
        samples: vec![vec![long("ł")]],
        rows: 1,
        mapping: Mapping::default(),
        errors: BTreeMap::new(),
    };
    let page = html(move || view! { <ColumnsPage visit=visit("/invitations/import/7") form=form/> });
    for letter in ["é", "ł"] {
        assert!(page.contains(&format!("{}…", letter.repeat(200))) && !page.contains(&letter.repeat(201)), "{letter}");
    }
}

#[test]
fn an_import_offers_exactly_what_its_state_allows() {
    use ImportState as S;
    let table: [(S, &[&str]); 6] = [
        (S::Checking, &[]),
        (S::Checked, &["start", "again"]),
        (S::Running, &["pause", "links.csv"]),
        (S::Paused, &["resume", "links.csv"]),
        (S::Done, &["links.csv"]),
        (S::Cancelled, &["links.csv"]),
    ];
    let offered = |page: &str| -> Vec<String> {
        let actions = attributes(page, "action").into_iter();
        actions.filter_map(|action| action.strip_prefix("/invitations/import/7/")).map(str::to_owned).collect()
    };
    for (state, want) in table {
        let page = imports::detail_page(state, false);
        assert_eq!(offered(&page), want, "{}", state.name());
        let over = matches!(state, S::Done | S::Cancelled);
        assert_eq!(page.contains("?cancel=yes"), !over, "{}", state.name());
        assert_eq!(page.contains("<noscript><meta http-equiv=\"refresh\""), state.moves(), "{}", state.name());
    }
    let asked = imports::detail_page(S::Running, true);
    assert_eq!(offered(&asked), ["cancel", "links.csv"]);
    assert!(!asked.contains("http-equiv"), "who is about to answer is left in peace");
}

#[test]
fn every_line_of_the_file_is_accounted_for() {
    let columns = imports::columns_page(imports::mapped());
    for part in ["fleets.csv: 1,200 rows below the header in line 3,", "1 line above the header is not imported."] {
        assert!(columns.contains(part), "{part}: {columns}");
    }
    let chosen = "<option value=\"3\" selected>Line 3: Ref";
    assert!(columns.contains(chosen), "{columns}");
    let result = imports::detail_page(ImportState::Done, false);
    let all = "10 rows below the header in line 3: 9 valid, 1 invalid. 1 line above the header is not imported.";
    assert!(result.contains(all), "{result}");
    assert!(
        !imports::detail_page(ImportState::Checking, false).contains("below the header"),
        "not before all are checked"
    );
}
