//! A file or pasted rows: read, looked at, kept.

use app::pages::imports::{ListedImport, UploadForm, UploadPage};
use axum::{
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    import::{Delimiter, Encoding, MAX_BYTES, Mapping, Sheet, decode, inspect},
    invitation::request::FieldErrors,
};
use leptos::view;

use super::address;
use crate::{
    state::AppState,
    store::{NewImport, Reading},
    web::{errors::PageError, extract::session::Viewer, render::page},
};

/// Imports shown below the form.
const LAST: u32 = 20;
/// Longest name of a file that is kept, in characters.
const NAME_MAX: usize = 120;

/// Up to here a body that is too large is read to its end, without being kept: a browser shows an answer only after it
/// could send everything.
pub(super) const DRAINED_MAX: usize = 10 * MAX_BYTES;

pub(super) async fn get(State(state): State<AppState>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_invite()?;
    show(&state, viewer, StatusCode::OK, String::new(), FieldErrors::new()).await
}

async fn show(
    state: &AppState,
    viewer: Viewer,
    status: StatusCode,
    text: String,
    errors: FieldErrors,
) -> Result<Response, PageError> {
    let imports = state.store.last_imports(LAST).await?.into_iter().map(|import| ListedImport {
        id: import.key.0,
        file_name: import.file_name,
        state: import.state,
        rows: import.reading.row_count.into(),
        actor: import.actor,
        created_at: import.created_at,
    });
    let days = state.settings.retention.ended.whole_days();
    let form = UploadForm { text, errors, imports: imports.collect(), days, now: state.clock.now() };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <UploadPage visit=visit form=form/> }))
}

/// What the form brought.
#[derive(Default)]
struct Brought {
    file_name: Option<String>,
    file: Vec<u8>,
    text: String,
}

/// Why a form could not be read.
enum Unread {
    TooLarge,
    Broken,
}

impl From<MultipartError> for Unread {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::TooLarge } else { Self::Broken }
    }
}

pub(super) async fn post(
    State(state): State<AppState>,
    viewer: Viewer,
    form: Multipart,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let wrong = |field: &str, sentence: String| FieldErrors::from([(field.to_owned(), sentence)]);
    let brought = match read(form).await {
        Ok(brought) => brought,
        Err(Unread::TooLarge) => {
            let sentence = format!(
                "It is larger than {} MB. Split it and import the parts one after the other.",
                MAX_BYTES / 1024 / 1024
            );
            let errors = wrong("file", sentence);
            return show(&state, viewer, StatusCode::PAYLOAD_TOO_LARGE, String::new(), errors).await;
        }
        Err(Unread::Broken) => {
            let errors = wrong("file", "The upload broke off. Try again.".into());
            return show(&state, viewer, StatusCode::BAD_REQUEST, String::new(), errors).await;
        }
    };
    let Brought { file_name, file, text } = brought;
    let pasted = !text.trim().is_empty();
    let chosen = file_name.is_some() || !file.is_empty();
    let (field, bytes) = match (chosen, pasted) {
        (true, true) => {
            let errors = wrong("file", "Choose a file or paste rows, not both.".into());
            return show(&state, viewer, StatusCode::UNPROCESSABLE_ENTITY, text, errors).await;
        }
        (false, false) => {
            let errors = wrong("file", "Choose a file, or paste rows below.".into());
            return show(&state, viewer, StatusCode::UNPROCESSABLE_ENTITY, text, errors).await;
        }
        (true, false) => ("file", file),
        (false, true) => ("text", text.clone().into_bytes()),
    };
    let (content, encoding, reading) = match parse(bytes).await {
        Ok(parsed) => parsed,
        Err(sentence) => {
            return show(&state, viewer, StatusCode::UNPROCESSABLE_ENTITY, text, wrong(field, sentence)).await;
        }
    };
    let import = NewImport {
        file_name,
        actor: viewer.staff.email.clone(),
        encoding,
        reading,
        content,
        created_at: state.clock.now(),
    };
    let key = state.store.add_import(&import).await?;
    tracing::info!(import = key.0, rows = import.reading.row_count, by = viewer.staff.email, "a file was brought");
    Ok(Redirect::to(&address(key)).into_response())
}

async fn read(mut form: Multipart) -> Result<Brought, Unread> {
    let mut brought = Brought::default();
    let mut too_large = false;
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("file") => {
                brought.file_name = field.file_name().filter(|name| !name.is_empty()).map(shortened);
                brought.file = keep(field, &mut too_large).await?;
            }
            Some("text") => {
                let text = keep(field, &mut too_large).await?;
                brought.text = String::from_utf8(text).map_err(|_| Unread::Broken)?;
            }
            _ => drop(keep(field, &mut too_large).await?),
        }
    }
    if too_large { Err(Unread::TooLarge) } else { Ok(brought) }
}

async fn keep(mut field: Field<'_>, too_large: &mut bool) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if *too_large || bytes.len() + chunk.len() > MAX_BYTES {
            *too_large = true;
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

fn shortened(name: &str) -> String {
    // Some browsers send the path.
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect()
}

/// Reads the file and looks at it, apart from the threads that answer requests: it may be large.
async fn parse(bytes: Vec<u8>) -> Result<(String, Encoding, Reading), String> {
    let parsed = tokio::task::spawn_blocking(move || {
        let (content, encoding) = decode(bytes).map_err(|error| error.to_string())?;
        let delimiter = Delimiter::guess(&content);
        let sheet = inspect(&content, delimiter).map_err(|error| error.to_string())?;
        let mapping = Mapping::guess(&sheet.header);
        Ok((content, encoding, reading(sheet, delimiter, mapping)))
    });
    parsed.await.unwrap_or_else(|_| Err("It could not be read.".into()))
}

pub(super) fn reading(sheet: Sheet, delimiter: Delimiter, mapping: Mapping) -> Reading {
    let Sheet { header, samples, rows } = sheet;
    Reading { delimiter, header, samples, mapping, row_count: u32::try_from(rows).unwrap_or(u32::MAX) }
}
