//! The pages of an import in each of its states.

use app::{
    components::{ImportFigure, ImportProgress, Paging},
    pages::imports::*,
};
use domain::import::{Column, Delimiter, Encoding, ImportState, Mapping, RowState, TopLine, Verdict};
use leptos::prelude::*;
use uuid::Uuid;

use super::{HOSTILE, at, html, visit};

pub fn upload_page(errors: &[(&str, &str)]) -> String {
    let listed = ListedImport {
        id: 7,
        file_name: Some(HOSTILE.into()),
        state: ImportState::Paused,
        rows: 1_200,
        actor: "ada@example.com".into(),
        created_at: at(0),
    };
    let errors = errors.iter().map(|(field, sentence)| ((*field).to_owned(), (*sentence).to_owned())).collect();
    let form = UploadForm { text: HOSTILE.into(), errors, imports: vec![listed], days: 90, now: at(3) };
    html(move || view! { <UploadPage visit=visit("/invitations/import") form=form/> })
}

pub fn columns_page(mapping: Mapping) -> String {
    let header = vec!["Ref".to_owned(), HOSTILE.to_owned(), String::new()];
    let errors = mapping.check(&header);
    let form = ColumnsForm {
        id: 7,
        file_name: Some("fleets.csv".into()),
        encoding: Encoding::Windows1252,
        delimiter: Delimiter::Semicolon,
        header_line: 3,
        top: vec![TopLine { line: 1, text: HOSTILE.into() }, TopLine { line: 3, text: "Ref".into() }],
        above: 1,
        header,
        samples: vec![vec!["A".into(), HOSTILE.into()]],
        rows: 1_200,
        mapping,
        errors,
    };
    html(move || view! { <ColumnsPage visit=visit("/invitations/import/7") form=form/> })
}

pub fn mapped() -> Mapping {
    Mapping { columns: [(Column::FleetRef, 0)].into(), ..Mapping::default() }
}

pub fn detail_page(state: ImportState, confirming: bool) -> String {
    let figure = ImportFigure {
        label: "New",
        count: "1,000".into(),
        href: "/invitations/import/7?verdict=new".into(),
        attention: false,
        shown: true,
    };
    let row = |verdict, state, invitation| ImportedRowView {
        line: 2,
        fleet_ref: "FLEET-42".into(),
        name: Some(HOSTILE.into()),
        verdict,
        state,
        reason: Some(HOSTILE.into()),
        invitation,
        expires_at: invitation.map(|_| at(24)),
    };
    let detail = ImportDetail {
        id: 7,
        file_name: Some("fleets.csv".into()),
        state,
        reason: (state == ImportState::Paused).then(|| "Catena failed.".into()),
        actor: "ada@example.com".into(),
        progress: ImportProgress { done: 3, total: 9, words: "3 of 9 rows".into(), figures: vec![figure] },
        verdicts: vec![(Verdict::New, 8), (Verdict::Declined, 1)],
        waiting: 9,
        invited: 3,
        file: FileRows { valid: 9, invalid: 1, header_line: 3, above: 1 },
        rows: vec![
            row(Verdict::New, RowState::Created, Some(Uuid::from_u128(7))),
            row(Verdict::Invalid, RowState::Invalid, None),
        ],
        filtered_by: None,
        paging: Paging { first: None, next: Some("/invitations/import/7?behind=50".into()) },
        taken: vec![LinksTakenView { at: at(1), actor: "ada@example.com".into(), count: 3 }],
        days: 90,
        confirming,
    };
    html(move || view! { <ImportPage visit=visit("/invitations/import/7") detail=detail/> })
}

/// Every page of an import, with the title that it promises.
pub fn all() -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("Import invitations · Onramp", upload_page(&[])),
        ("Error: Import invitations · Onramp", upload_page(&[("file", "Too large."), ("text", "Empty.")])),
        ("Import columns · Onramp", columns_page(mapped())),
        (
            "Error: Import columns · Onramp",
            columns_page(Mapping { expires_in_hours: "673".into(), ..Mapping::default() }),
        ),
    ];
    let states = ImportState::ALL.into_iter().filter(|state| *state != ImportState::Uploaded);
    pages.extend(states.map(|state| ("Import: fleets.csv · Onramp", detail_page(state, state == ImportState::Paused))));
    pages
}
