//! Form fields: each keeps its label, hint, and error together and preserves what was typed.

use leptos::prelude::*;

/// A single-line input with its label above, and its error and hint below.
#[component]
pub fn Field(
    /// Name of the field, and its id on the page.
    name: &'static str,
    /// Label.
    label: &'static str,
    /// What was typed.
    #[prop(optional, into)]
    value: String,
    /// What to enter.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with what was typed.
    #[prop(default = None)]
    error: Option<String>,
    /// The input's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The input's `autocomplete`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The input's `inputmode`: the keyboard that a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether it is shown and submitted but can't be changed.
    #[prop(optional)]
    readonly: bool,
    /// Whether it gets focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// Suggestions offered while typing.
    #[prop(optional)]
    suggestions: Vec<String>,
) -> impl IntoView {
    let Ids { hint: hint_id, error: error_id, described_by } = Ids::new(name, hint.is_some(), error.is_some());
    // Names, addresses, and passwords aren't prose: a phone should neither correct nor capitalize them.
    let as_typed = matches!(kind, "email" | "password" | "url").then_some("none");
    let invalid = error.is_some();
    let list = (!suggestions.is_empty()).then(|| format!("{name}-suggestions"));
    let suggestions = list.clone().map(|id| {
        let options = suggestions.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id>{options}</datalist> }
    });
    view! {
        <div class="field" class:invalid=invalid>
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                list=list
                type=kind
                value=value
                required=required
                readonly=readonly
                autofocus=autofocus
                autocomplete=autocomplete
                inputmode=inputmode
                autocapitalize=as_typed
                spellcheck="false"
                aria-describedby=described_by
                aria-invalid=invalid.then_some("true")
            />
            {suggestions}
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// Ids that connect a field with its hint and error.
struct Ids {
    hint: Option<String>,
    error: Option<String>,
    described_by: Option<String>,
}

impl Ids {
    fn new(name: &str, has_hint: bool, has_error: bool) -> Self {
        let error = has_error.then(|| format!("{name}-error"));
        let hint = has_hint.then(|| format!("{name}-hint"));
        let both: Vec<&str> = error.iter().chain(&hint).map(String::as_str).collect();
        let described_by = (!both.is_empty()).then(|| both.join(" "));
        Self { hint, error, described_by }
    }
}

/// The kind of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something worth knowing.
    Information,
    /// Something went well.
    Success,
    /// Something went wrong, and what to do.
    Problem,
}

/// A message above the content that it concerns.
#[component]
pub fn Notice(
    /// Its kind.
    kind: NoticeKind,
    /// The message.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let (class, role) = match kind {
        NoticeKind::Information => ("notice", "status"),
        NoticeKind::Success => ("notice success", "status"),
        NoticeKind::Problem => ("notice problem", "alert"),
    };
    view! { <p class=class role=role>{text}</p> }
}

/// All errors of a form. Takes focus; each error links to its field.
#[component]
pub fn ErrorSummary(
    /// Field name, label, and error, in the form's order.
    errors: Vec<(String, String, String)>,
) -> impl IntoView {
    let title = match errors.len() {
        0 => return None,
        1 => "1 field needs your attention".to_owned(),
        count => format!("{count} fields need your attention"),
    };
    Some(view! {
        <div class="notice problem" id="errors" role="alert" tabindex="-1" autofocus=true>
            <h2>{title}</h2>
            <ul>
                {errors
                    .into_iter()
                    .map(|(field, label, error)| {
                        view! { <li><a href=format!("#{field}")>{label}</a>": "{error}</li> }
                    })
                    .collect_view()}
            </ul>
        </div>
    })
}
