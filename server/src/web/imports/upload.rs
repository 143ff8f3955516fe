//! Uploading a file or pasting rows. A file is in memory until it is stored, so only a few are received at the same time, and one
//! is read.

use std::{sync::Arc, time::Duration};

use app::pages::imports::{ListedImport, UploadForm, UploadPage};
use axum::{
    extract::{
        FromRequestParts, Multipart, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    import::{Delimiter, Encoding, MAX_BYTES, Mapping, Sheet, decode, guess_delimiter, inspect},
    invitation::request::FieldErrors,
};
use leptos::view;
use platform::clock::SharedClock;
use tokio::sync::SemaphorePermit;

use super::address::address;
use crate::{
    config::Settings,
    state::{AppState, Uploads},
    store::{NewImport, Reading, SharedStore},
    web::{
        errors::PageError,
        extract::session::{Inviter, Viewer},
        render::page,
    },
};

/// Imports shown below the form.
const LAST: u32 = 20;
/// The longest file name that is stored, in characters.
const NAME_MAX: usize = 120;

/// How long an upload waits until it is received.
const PATIENCE: Duration = Duration::from_secs(10);

/// A larger body is read up to this size, in bytes, and discarded: a browser shows the response only after it has sent
/// everything.
pub(super) const DRAINED_MAX: usize = 10 * MAX_BYTES;

/// What the page needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
}

pub(super) async fn get(Inviter(viewer): Inviter, parts: Parts) -> Result<Response, PageError> {
    parts.show(viewer, StatusCode::OK, String::new(), FieldErrors::new()).await
}

impl Parts {
    async fn show(
        &self,
        viewer: Viewer,
        status: StatusCode,
        text: String,
        errors: FieldErrors,
    ) -> Result<Response, PageError> {
        let imports = self.store.last_imports(LAST).await?.into_iter().map(|import| ListedImport {
            id: import.key.0,
            file_name: import.file_name,
            state: import.state,
            rows: import.reading.row_count.into(),
            actor: import.actor,
            created_at: import.created_at,
        });
        let days = self.settings.retention.ended.whole_days();
        let form = UploadForm { text, errors, imports: imports.collect(), days, now: self.clock.now() };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <UploadPage visit=visit form=form/> }))
    }
}

/// What the form carries.
#[derive(Default)]
struct UploadInput {
    file_name: Option<String>,
    file: Vec<u8>,
    text: String,
}

/// Why an upload was rejected, and the pasted text, for the form to keep.
struct Rejection {
    status: StatusCode,
    text: String,
    field: &'static str,
    sentence: String,
}

impl Rejection {
    fn of_file(status: StatusCode, sentence: String) -> Self {
        Self { status, text: String::new(), field: "file", sentence }
    }

    fn too_large() -> Self {
        let megabytes = MAX_BYTES / 1024 / 1024;
        let sentence = format!("It is larger than {megabytes} MB. Split it and import the parts one after the other.");
        Self::of_file(StatusCode::PAYLOAD_TOO_LARGE, sentence)
    }

    fn incomplete() -> Self {
        Self::of_file(StatusCode::BAD_REQUEST, "The upload was interrupted. Try again.".into())
    }
}

impl From<MultipartError> for Rejection {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::too_large() } else { Self::incomplete() }
    }
}

pub(super) async fn post(
    Inviter(viewer): Inviter,
    parts: Parts,
    State(turns): State<Uploads>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, PageError> {
    let Ok(Ok(_received)) = tokio::time::timeout(PATIENCE, turns.receive.acquire()).await else {
        let sentence = "Other files are being uploaded right now. Try again in a minute.";
        let errors = FieldErrors::from([("file".to_owned(), sentence.to_owned())]);
        return parts.show(viewer, StatusCode::SERVICE_UNAVAILABLE, String::new(), errors).await;
    };
    let Parsed { file_name, content, encoding, reading, turn: _turn } =
        match read_and_parse(form, &headers, &turns).await {
            Ok(parsed) => parsed,
            Err(Rejection { status, text, field, sentence }) => {
                let errors = FieldErrors::from([(field.to_owned(), sentence)]);
                return parts.show(viewer, status, text, errors).await;
            }
        };
    let actor = viewer.staff.email.clone();
    let import = NewImport { file_name, actor, encoding, reading, content, created_at: parts.clock.now() };
    let key = parts.store.add_import(&import).await?;
    tracing::info!(import = key.0, rows = import.reading.row_count, by = %viewer.staff.id, "staff uploaded an import");
    Ok(Redirect::to(&address(key)).into_response())
}

/// A file, or pasted rows, that can be imported.
struct Parsed<'a> {
    file_name: Option<String>,
    content: String,
    encoding: Encoding,
    reading: Reading,
    /// Until it is stored.
    turn: Option<SemaphorePermit<'a>>,
}

async fn read_and_parse<'a>(form: Multipart, headers: &HeaderMap, turns: &'a Uploads) -> Result<Parsed<'a>, Rejection> {
    let UploadInput { file_name, file, text } = read(form, announced(headers)).await?;
    // It is never closed.
    let turn = turns.read.acquire().await.ok();
    let has_text = !text.trim().is_empty();
    let has_file = file_name.is_some() || !file.is_empty();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let reject = |field, sentence, text| Rejection { status, text, field, sentence };
    let (field, bytes) = match (has_file, has_text) {
        (true, true) => return Err(reject("file", "Choose a file or paste rows, not both.".into(), text)),
        (false, false) => return Err(reject("file", "Choose a file, or paste rows below.".into(), text)),
        (true, false) => ("file", file),
        (false, true) => ("text", text.clone().into_bytes()),
    };
    match parse(bytes).await {
        Ok((content, encoding, reading)) => Ok(Parsed { file_name, content, encoding, reading, turn }),
        Err(sentence) => Err(reject(field, sentence, text)),
    }
}

/// How many bytes the request says it has; at most what an import may have.
fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(0).min(MAX_BYTES)
}

async fn read(mut form: Multipart, announced: usize) -> Result<UploadInput, Rejection> {
    let mut input = UploadInput::default();
    let mut too_large = false;
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("file") => {
                input.file_name = field.file_name().filter(|name| !name.is_empty()).map(shortened);
                // Growing as it goes would take up to three times as much for a moment.
                input.file = read_field(field, Vec::with_capacity(announced), &mut too_large).await?;
            }
            Some("text") => {
                let text = read_field(field, Vec::new(), &mut too_large).await?;
                input.text = String::from_utf8(text).map_err(|_| Rejection::incomplete())?;
            }
            _ => drop(read_field(field, Vec::new(), &mut too_large).await?),
        }
    }
    if too_large { Err(Rejection::too_large()) } else { Ok(input) }
}

async fn read_field(mut field: Field<'_>, mut bytes: Vec<u8>, too_large: &mut bool) -> Result<Vec<u8>, Rejection> {
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
    domain::text::one_line(name).chars().take(NAME_MAX).collect()
}

/// Decodes and parses a file, off the threads that serve requests: it may be large.
async fn parse(bytes: Vec<u8>) -> Result<(String, Encoding, Reading), String> {
    let parsed = tokio::task::spawn_blocking(move || {
        let (content, encoding) = decode(bytes).map_err(|error| error.to_string())?;
        let delimiter = guess_delimiter(&content);
        let sheet = inspect(&content, delimiter, None).map_err(|error| error.to_string())?;
        let mapping = Mapping::guess(&sheet.header);
        Ok((content, encoding, reading(sheet, delimiter, mapping)))
    });
    parsed.await.unwrap_or_else(|_| Err("It could not be read.".into()))
}

pub(super) fn reading(sheet: Sheet, delimiter: Delimiter, mapping: Mapping) -> Reading {
    let Sheet { header_line, header, top, samples, rows } = sheet;
    let row_count = u32::try_from(rows).unwrap_or(u32::MAX);
    Reading { delimiter, header_line, top, header, samples, mapping, row_count }
}
