//! Maps the columns of a file to fields.

use leptos::prelude::*;

use crate::components::{Document, ErrorSummary, Field, Notice, NoticeKind, Visit};
use domain::{
    import::{Column, Delimiter, Encoding, Mapping, TopLine},
    invitation::request::{EXPIRY_DEFAULT, EXPIRY_HOURS, FieldErrors, label},
    resource::RESOURCES,
};

use super::labels::{not_imported, number_of};

/// Characters of a cell that are shown.
const SHOWN_MAX: usize = 200;

/// The beginning of a file, and the fields its columns are mapped to.
#[derive(Debug, Clone)]
pub struct ColumnsForm {
    /// Our key for the import.
    pub id: i64,
    /// The file's name; none for pasted rows.
    pub file_name: Option<String>,
    /// The encoding it was read in.
    pub encoding: Encoding,
    /// What separates two cells.
    pub delimiter: Delimiter,
    /// The line of the header, from 1.
    pub header_line: u64,
    /// The first lines, any of which can be the header.
    pub top: Vec<TopLine>,
    /// How many lines with text are above the header.
    pub above: u64,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The first rows.
    pub samples: Vec<Vec<String>>,
    /// How many rows it has.
    pub rows: u64,
    /// The fields the columns are mapped to.
    pub mapping: Mapping,
    /// Errors by field name.
    pub errors: FieldErrors,
}

/// The form that maps columns.
#[component]
pub fn ColumnsPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: ColumnsForm,
) -> impl IntoView {
    let ColumnsForm {
        id,
        file_name,
        encoding,
        delimiter,
        header_line,
        top,
        above,
        header,
        samples,
        rows,
        mapping,
        errors,
    } = form;
    let title = if errors.is_empty() { "Import columns" } else { "Error: Import columns" };
    let names: Vec<String> = header.iter().enumerate().map(|(place, name)| called(name, place)).collect();
    let ignored: Vec<String> =
        mapping.ignored(&header).into_iter().map(|place| format!("“{}”", names[place])).collect();
    let ignored = (!ignored.is_empty()).then(|| format!("Not used: {}.", ignored.join(", ")));
    let lead = format!(
        "{}: {} below the header in line {header_line}, read as {}.",
        file_name.unwrap_or_else(|| "Pasted rows".into()),
        number_of(rows, "row"),
        encoding.name()
    );
    let doubtful = (encoding == Encoding::Windows1252).then_some(
        "The file isn’t UTF-8, so it was read as Windows-1252. Check that letters such as “é” or “ü” look right below. \
         If they don’t, save the file as “CSV UTF-8” and upload it again.",
    );
    let summary = summary(&errors);
    view! {
        <Document visit=visit title=title>
            <div class="medium">
                <p class="crumbs">
                    <a href="/invitations">"Invitations"</a>" / "<a href="/invitations/import">"Import"</a>
                </p>
                <h1>"Map the columns"</h1>
                <p class="lead">{lead}</p>
                {doubtful.map(|text| view! { <Notice kind=NoticeKind::Information text=text/> })}
                <ErrorSummary errors=summary/>
                <Samples names=names.clone() samples=samples/>
                <form method="post" action=format!("/invitations/import/{id}/columns") novalidate=true>
                    <ReadingChoice delimiter=delimiter header_line=header_line top=top above=above errors=errors.clone()/>
                    <Choices names=names mapping=mapping.clone() errors=errors.clone()/>
                    {ignored.map(|text| view! { <p class="hint" data-testid="ignored">{text}</p> })}
                    <Defaults mapping=mapping errors=errors/>
                    <div class="actions">
                        <button class="button primary">"Check the rows"</button>
                        <a class="button quiet" href="/invitations/import">"Back"</a>
                    </div>
                </form>
            </div>
        </Document>
    }
}

/// A column's name, or its position if it has none.
fn called(name: &str, place: usize) -> String {
    if name.is_empty() { format!("column {}", place + 1) } else { shortened(name) }
}

/// The beginning of a long cell: enough to recognize it, since the page may repeat it many times.
fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

fn summary(errors: &FieldErrors) -> Vec<(String, String, String)> {
    let all = [
        ("all_hours", label("expires_in_hours")),
        ("resources", label("permissions")),
        ("delimiter", "Delimiter"),
        ("header_line", "Header"),
    ];
    let labels = Column::all().map(|column| (column.name(), column.label())).chain(all);
    labels.filter_map(|(field, label)| Some((field.to_owned(), label.to_owned(), errors.get(field)?.clone()))).collect()
}

#[component]
fn Samples(names: Vec<String>, samples: Vec<Vec<String>>) -> impl IntoView {
    let width = names.len();
    let rows = samples.into_iter().map(move |mut cells| {
        cells.resize(width, String::new());
        view! { <tr>{cells.iter().map(|cell| view! { <td>{shortened(cell)}</td> }).collect_view()}</tr> }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="First rows">
            <table class="samples" data-testid="samples">
                <thead>
                    <tr>{names.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// How the file is read: what separates its cells, and which line is its header.
#[component]
fn ReadingChoice(
    delimiter: Delimiter,
    header_line: u64,
    top: Vec<TopLine>,
    above: u64,
    errors: FieldErrors,
) -> impl IntoView {
    let delimiters = Delimiter::ALL.map(|each| {
        view! { <option value=each.name() selected=each == delimiter>{each.label()}</option> }
    });
    let lines = top.into_iter().map(move |TopLine { line, text }| {
        view! { <option value=line.to_string() selected=line == header_line>{format!("Line {line}: {text}")}</option> }
    });
    let lines = lines.collect_view();
    let header_error = errors.get("header_line").cloned();
    view! {
        <div class="reread">
            <Choice name="delimiter" label="Delimiter" error=errors.get("delimiter").cloned()>
                {delimiters.into_iter().collect_view()}
            </Choice>
            {(!lines.is_empty()).then(|| view! {
                <Choice name="header_line" label="Header" error=header_error>{lines}</Choice>
            })}
            <button class="button" name="again" value="yes">"Apply"</button>
        </div>
        {not_imported(above).map(|text| view! { <p class="hint" data-testid="above">{text}</p> })}
    }
}

/// A list to choose from, with its error below.
#[component]
fn Choice(name: &'static str, label: &'static str, error: Option<String>, children: Children) -> impl IntoView {
    let invalid = error.is_some();
    let error_id = format!("{name}-error");
    view! {
        <div class="field" class:invalid=invalid>
            <label for=name>{label}</label>
            <select
                id=name
                name=name
                aria-describedby=invalid.then(|| error_id.clone())
                aria-invalid=invalid.then_some("true")
            >
                {children()}
            </select>
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
}

#[component]
fn Choices(names: Vec<String>, mapping: Mapping, errors: FieldErrors) -> impl IntoView {
    let choices = Column::all().map(|column| {
        let field = column.name();
        let chosen = mapping.columns.get(&column).copied();
        let options = names.iter().enumerate().map(|(place, name)| {
            view! { <option value=place.to_string() selected=chosen == Some(place)>{name.clone()}</option> }
        });
        let options = options.collect_view();
        view! {
            <Choice name=field label=column.label() error=errors.get(field).cloned()>
                <option value="">"Not in the file"</option>
                {options}
            </Choice>
        }
    });
    let choices = choices.collect_view();
    view! {
        <fieldset class="card fields">
            <legend class="visually-hidden">"Columns"</legend>
            {choices}
        </fieldset>
    }
}

#[component]
fn Defaults(mapping: Mapping, errors: FieldErrors) -> impl IntoView {
    let hours =
        format!("From {} to {} (28 days). Leave empty for {EXPIRY_DEFAULT}.", EXPIRY_HOURS.start(), EXPIRY_HOURS.end());
    let open = !mapping.resources.is_empty() || errors.contains_key("resources");
    let resource_error = errors.get("resources").cloned();
    let boxes = RESOURCES.map(|(resource, words)| {
        let id = format!("resource-{resource}");
        let checked = mapping.resources.contains(resource);
        view! {
            <div class="field">
                <input type="checkbox" id=id.clone() name="resource" value=resource checked=checked/>
                <label for=id>{words}</label>
            </div>
        }
    });
    view! {
        <fieldset class="card">
            <legend class="visually-hidden">"For all rows"</legend>
            <h2>"Defaults for empty cells"</h2>
            <div class="fields">
                <Field
                    name="all_hours"
                    label=label("expires_in_hours")
                    value=mapping.expires_in_hours
                    hint=hours
                    inputmode="numeric"
                    error=errors.get("all_hours").cloned()
                />
                <Field
                    name="all_kinds"
                    label=label("fleet_regulatory_id_type")
                    value=mapping.regulatory_id_type
                    hint="For rows with a regulatory ID, for example, DOT, MC, or EASA."
                />
            </div>
        </fieldset>
        <details class="card group" open=open>
            <summary>
                <span class="title">{label("permissions")}</span>
                <span class="about">"Read everything, unless you choose"</span>
            </summary>
            <fieldset class="resources" id="resources">
                <legend class="hint">
                    "Select the data that all of these fleets are asked to share (read access). With nothing selected, they are asked for everything available today; kinds of data that Catena adds later are not included."
                </legend>
                {resource_error.map(|error| view! { <p class="error">{error}</p> })}
                <div class="permissions">{boxes.into_iter().collect_view()}</div>
            </fieldset>
        </details>
    }
}
