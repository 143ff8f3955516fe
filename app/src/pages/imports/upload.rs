//! The form that takes a file or pasted rows, and recent imports.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::labels::grouped;
use crate::components::{Document, ErrorSummary, RecordTable, RelativeTime, TextArea, Visit};
use domain::{
    import::{ImportState, MAX_BYTES, MAX_ROWS},
    invitation::request::FieldErrors,
};

/// An import in the list.
#[derive(Debug, Clone)]
pub struct ListedImport {
    /// Our key for it.
    pub id: i64,
    /// The file's name; none for pasted rows.
    pub file_name: Option<String>,
    /// Its state.
    pub state: ImportState,
    /// How many rows it has.
    pub rows: u64,
    /// E-mail address of who uploaded it.
    pub actor: String,
    /// When it was uploaded, UTC.
    pub created_at: OffsetDateTime,
}

/// What was pasted, its errors, and recent imports.
#[derive(Debug, Clone)]
pub struct UploadForm {
    /// What was pasted.
    pub text: String,
    /// Errors by field name: `file` or `text`.
    pub errors: FieldErrors,
    /// Recent imports, newest first.
    pub imports: Vec<ListedImport>,
    /// Days that an import is kept.
    pub days: i64,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
}

/// The form that starts an import.
#[component]
pub fn UploadPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: UploadForm,
) -> impl IntoView {
    let UploadForm { text, errors, imports, days, now } = form;
    let title = if errors.is_empty() { "Import invitations" } else { "Error: Import invitations" };
    let labels = [("file", "File"), ("text", "Pasted rows")];
    let summary: Vec<_> = labels
        .into_iter()
        .filter_map(|(field, label)| Some((field.to_owned(), label.to_owned(), errors.get(field)?.clone())))
        .collect();
    let limits = format!(
        "CSV with a header row, separated by commas, semicolons, or tabs. Up to {} rows and {} MB.",
        grouped(MAX_ROWS as u64),
        MAX_BYTES / 1024 / 1024
    );
    let (file_error, text_error) = (errors.get("file").cloned(), errors.get("text").cloned());
    let (file_invalid, text_invalid) = (file_error.is_some(), text_error.is_some());
    view! {
        <Document visit=visit title=title>
            <div class="medium">
                <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                <h1>"Import invitations"</h1>
                <p class="lead">
                    "Upload a file with one row per fleet. You map its columns, then see what will happen to each row. No fleet is invited until you start the import."
                </p>
                <ErrorSummary errors=summary/>
                <form method="post" action="/invitations/import" enctype="multipart/form-data" novalidate=true>
                    <div class="card stack">
                        <div class="field" class:invalid=file_invalid>
                            <label for="file">"File"</label>
                            <input
                                id="file"
                                name="file"
                                type="file"
                                accept=".csv,.tsv,.txt,text/csv,text/plain"
                                aria-describedby=if file_invalid { "file-error file-hint" } else { "file-hint" }
                                aria-invalid=file_invalid.then_some("true")
                            />
                            {file_error.map(|error| view! { <p class="error" id="file-error">{error}</p> })}
                            <p class="hint" id="file-hint">{limits}</p>
                        </div>
                        <div class="field" class:invalid=text_invalid>
                            <label for="text">"Or paste rows, including the header"</label>
                            <TextArea
                                id="text"
                                name="text"
                                maxlength=u32::try_from(MAX_BYTES).unwrap_or(u32::MAX)
                                value=text
                                rows=8
                                described_by=if text_invalid { "text-error text-hint" } else { "text-hint" }
                                invalid=text_invalid
                            />
                            {text_error.map(|error| view! { <p class="error" id="text-error">{error}</p> })}
                            <p class="hint" id="text-hint">"For example, copied from a spreadsheet."</p>
                        </div>
                    </div>
                    <div class="actions">
                        <button class="button primary">"Continue to columns"</button>
                        <a class="button quiet" href="/invitations">"Cancel"</a>
                    </div>
                </form>
                <LastImports imports=imports now=now days=days/>
            </div>
        </Document>
    }
}

#[component]
fn LastImports(imports: Vec<ListedImport>, now: OffsetDateTime, days: i64) -> impl IntoView {
    let kept = format!("Imports are deleted {days} days after their last step. The invitations they created stay.");
    view! {
        <section aria-labelledby="last">
            <h2 class="between" id="last">"Recent imports"</h2>
            <RecordTable
                label="Recent imports, newest first"
                testid="imports"
                columns=["File", "State", "Rows", "Uploaded"]
                rows=imports
                row=move |import| listed(import, now)
                empty="No imports yet."
            />
            <p class="hint">{kept}</p>
        </section>
    }
}

fn listed(import: ListedImport, now: OffsetDateTime) -> impl IntoView {
    let ListedImport { id, file_name, state, rows, actor, created_at } = import;
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/invitations/import/{id}")>
                    {file_name.unwrap_or_else(|| "Pasted rows".into())}
                </a>
            </th>
            <td data-label="State">{state.label()}</td>
            <td data-label="Rows">{grouped(rows)}</td>
            <td data-label="Uploaded">
                <RelativeTime at=created_at now=now/>
                <span class="muted who">{actor}</span>
            </td>
        </tr>
    }
}
