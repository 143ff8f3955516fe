//! What the columns mean: read from the form, checked, and then the dry run begins.

use app::pages::imports::{ColumnsForm, ColumnsPage};
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    import::{Column, Delimiter, ImportState, Mapping, inspect},
    invitation::request::FieldErrors,
};
use leptos::view;

use super::{address, find, upload::reading};
use crate::{
    state::AppState,
    store::{ImportMove, ImportRow, Reading},
    web::{errors::PageError, extract::session::Viewer, render::page},
};

pub(super) fn show(viewer: Viewer, status: StatusCode, import: ImportRow, errors: FieldErrors) -> Response {
    let Reading { delimiter, header, samples, mapping, row_count } = import.reading;
    let form = ColumnsForm {
        id: import.key.0,
        file_name: import.file_name,
        encoding: import.encoding,
        delimiter,
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
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let mut import = find(&state, &id).await?;
    let key = import.key;
    if import.state != ImportState::Uploaded {
        // Someone else was quicker: the page shows how it stands.
        return Ok(Redirect::to(&address(key)).into_response());
    }
    let typed_text = |name: &str| typed.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
    let delimiter = Delimiter::from_name(typed_text("delimiter")).unwrap_or(import.reading.delimiter);
    if !typed_text("again").is_empty() || delimiter != import.reading.delimiter {
        return read_again(&state, viewer, import, delimiter).await;
    }
    import.reading.mapping = mapping(&typed);
    let errors = import.reading.mapping.check(&import.reading.header);
    if !errors.is_empty() {
        return Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, import, errors));
    }
    if state.store.set_reading(key, &import.reading).await? {
        let change = ImportMove { to: ImportState::Checking, reason: None, at: state.clock.now() };
        state.store.move_import(key, &[ImportState::Uploaded], &change).await?;
        state.import_wakeup.0.notify_one();
    }
    Ok(Redirect::to(&address(key)).into_response())
}

/// With another delimiter there are other columns, so their meaning is guessed anew.
async fn read_again(
    state: &AppState,
    viewer: Viewer,
    mut import: ImportRow,
    delimiter: Delimiter,
) -> Result<Response, PageError> {
    let content = state.store.import_content(import.key).await?.unwrap_or_default();
    let sheet = tokio::task::spawn_blocking(move || inspect(&content, delimiter)).await;
    match sheet {
        Ok(Ok(sheet)) => {
            let mapping = Mapping::guess(&sheet.header);
            state.store.set_reading(import.key, &reading(sheet, delimiter, mapping)).await?;
            Ok(Redirect::to(&address(import.key)).into_response())
        }
        Ok(Err(error)) => {
            import.reading.delimiter = delimiter;
            let errors = FieldErrors::from([("delimiter".to_owned(), error.to_string())]);
            Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, import, errors))
        }
        Err(_) => Ok(Redirect::to(&address(import.key)).into_response()),
    }
}

fn mapping(typed: &[(String, String)]) -> Mapping {
    let mut mapping = Mapping::default();
    for (field, value) in typed {
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
