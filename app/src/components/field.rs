//! Form fields: label, hint and error stand together, and what was typed stays.

use leptos::prelude::*;

/// One line of input with its label above and, below it, what it takes and what is wrong with it.
#[component]
pub fn Field(
    /// Name of the field, and its id on the page.
    name: &'static str,
    /// Label.
    label: &'static str,
    /// What was typed.
    #[prop(optional, into)]
    value: String,
    /// What the field takes.
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
    /// The input's `inputmode`: which keyboard a phone brings up.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether it is shown and sent but can't be changed.
    #[prop(optional)]
    readonly: bool,
    /// Whether it takes focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// What may be meant, offered while one types.
    #[prop(optional)]
    suggestions: Vec<String>,
) -> impl IntoView {
    let Ids { hint: hint_id, error: error_id, described_by } = Ids::new(name, hint.is_some(), error.is_some());
    // Names, addresses and passwords are no prose: a phone should neither correct nor capitalise them.
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

/// The ids that tie a field to the sentences about it.
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

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something worth knowing.
    Information,
    /// Something went well.
    Success,
    /// Something went wrong, and what to do.
    Problem,
}

/// A sentence above what it is about.
#[component]
pub fn Notice(
    /// What it is about.
    kind: NoticeKind,
    /// The sentence.
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

/// All that is wrong with a form: takes focus, and each sentence leads to its field.
#[component]
pub fn ErrorSummary(
    /// Field name, its label and the sentence, in the form's order.
    errors: Vec<(String, String, String)>,
) -> impl IntoView {
    let title = match errors.len() {
        0 => return None,
        1 => "One field needs another look".to_owned(),
        count => format!("{count} fields need another look"),
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
