//! What the columns mean: reads the form, checks it, and starts the dry run.

use app::pages::imports::{ColumnsForm, ColumnsPage};
use axum::{
    Form,
    extract::{FromRequestParts, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    import::{Column, Delimiter, ImportState, Mapping, TableError, inspect},
    invitation::request::FieldErrors,
};
use leptos::view;
use platform::clock::SharedClock;

use super::{address::address, upload::reading};
use crate::{
    state::{AppState, ImportWakeup},
    store::{ImportMove, ImportRow, Reading, SharedStore},
    web::{
        errors::PageError,
        extract::{
            path::ImportPath,
            session::{Inviter, Viewer},
        },
        render::page,
    },
};

/// What the form needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    wakeup: ImportWakeup,
}

pub(super) fn show(viewer: Viewer, status: StatusCode, import: ImportRow, errors: FieldErrors) -> Response {
    let above = import.reading.lines_above();
    let Reading { delimiter, header_line, top, header, samples, mapping, row_count } = import.reading;
    let form = ColumnsForm {
        id: import.key.0,
        file_name: import.file_name,
        encoding: import.encoding,
        delimiter,
        header_line,
        top,
        above,
        header,
        samples,
        rows: row_count.into(),
        mapping,
        errors,
    };
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <ColumnsPage visit=visit form=form/> })
}

pub(super) async fn post(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(mut import): ImportPath,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let key = import.key;
    if import.state != ImportState::Uploaded {
        // Somebody else was faster: the page shows the current state.
        return Ok(Redirect::to(&address(key)).into_response());
    }
    let value = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
    let delimiter = Delimiter::from_name(value("delimiter")).unwrap_or(import.reading.delimiter);
    let header_line = value("header_line").parse().unwrap_or(import.reading.header_line);
    let other_delimiter = delimiter != import.reading.delimiter;
    let other_header = header_line != import.reading.header_line;
    if !value("again").is_empty() || other_delimiter || other_header {
        // With another delimiter, another line may look like the header, unless somebody chose one.
        let header_line = (other_header || !other_delimiter).then_some(header_line);
        return parts.read_again(viewer, import, delimiter, header_line).await;
    }
    import.reading.mapping = mapping(&fields);
    let errors = import.reading.mapping.check(&import.reading.header);
    if !errors.is_empty() {
        return Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, import, errors));
    }
    if parts.store.set_reading(key, &import.reading).await? {
        let change = ImportMove { to: ImportState::Checking, reason: None, at: parts.clock.now() };
        parts.store.move_import(key, &[ImportState::Uploaded], &change).await?;
        parts.wakeup.0.notify_one();
    }
    Ok(Redirect::to(&address(key)).into_response())
}

impl Parts {
    /// Another delimiter or header makes other columns, so their meaning is guessed again.
    async fn read_again(
        &self,
        viewer: Viewer,
        mut import: ImportRow,
        delimiter: Delimiter,
        header_line: Option<u64>,
    ) -> Result<Response, PageError> {
        let content = self.store.import_content(import.key).await?.unwrap_or_default();
        let sheet = tokio::task::spawn_blocking(move || inspect(&content, delimiter, header_line)).await;
        match sheet {
            Ok(Ok(sheet)) => {
                let mapping = Mapping::guess(&sheet.header);
                self.store.set_reading(import.key, &reading(sheet, delimiter, mapping)).await?;
                Ok(Redirect::to(&address(import.key)).into_response())
            }
            Ok(Err(error)) => {
                import.reading.delimiter = delimiter;
                import.reading.header_line = header_line.unwrap_or(import.reading.header_line);
                let field = if matches!(error, TableError::HeaderOnly { .. }) { "header_line" } else { "delimiter" };
                let errors = FieldErrors::from([(field.to_owned(), error.to_string())]);
                Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, import, errors))
            }
            Err(_) => Ok(Redirect::to(&address(import.key)).into_response()),
        }
    }
}

fn mapping(fields: &[(String, String)]) -> Mapping {
    let mut mapping = Mapping::default();
    for (field, value) in fields {
        let column = Column::all().find(|column| column.name() == field);
        match (column, field.as_str()) {
            (Some(column), _) => {
                if let Ok(place) = value.parse() {
                    mapping.columns.insert(column, place);
                }
            }
            (None, "all_hours") => mapping.expires_in_hours.clone_from(value),
            (None, "all_kinds") => value.trim().clone_into(&mut mapping.regulatory_id_type),
            (None, "resource") => {
                mapping.resources.insert(value.clone());
            }
            (None, _) => {}
        }
    }
    mapping
}
