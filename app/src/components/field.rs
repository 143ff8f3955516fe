//! Form fields: label, hint and error stand together, and what was typed stays.

use leptos::prelude::*;

use crate::domain::invitation::FieldErrors;

/// One line of input.
#[component]
pub fn Field(
    /// Name of the field, and its id on the page.
    name: &'static str,
    /// Label.
    label: &'static str,
    /// What was typed.
    #[prop(optional, into)]
    value: String,
    /// What the field takes, before anything goes wrong.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional)]
    error: Option<String>,
    /// The input's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// The input's `autocomplete`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it is shown and sent but can't be changed.
    #[prop(optional)]
    readonly: bool,
    /// Whether it takes focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let hint_id = hint.is_some().then(|| format!("{name}-hint"));
    let error_id = error.is_some().then(|| format!("{name}-error"));
    let described: Vec<String> = [hint_id.clone(), error_id.clone()].into_iter().flatten().collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=name>{label}{(!required).then(|| view! { <span class="optional">" optional"</span> })}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <input
                id=name
                name=name
                type=kind
                value=value
                required=required
                readonly=readonly
                autofocus=autofocus
                autocomplete=autocomplete
                aria-describedby=described
                aria-invalid=invalid
            />
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
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

/// A sentence above a page's content.
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

/// All that is wrong with a form, each with a link to its field.
#[component]
pub fn ErrorSummary(
    /// Sentence by field name.
    errors: FieldErrors,
    /// Field names and labels, in the form's order.
    labels: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let _ = labels;
    (!errors.is_empty()).then(|| {
        view! {
            <div class="notice problem" role="alert" tabindex="-1" autofocus=true>
                <ul>
                    {errors
                        .into_iter()
                        .map(|(field, error)| view! { <li><a href=format!("#{field}")>{error}</a></li> })
                        .collect_view()}
                </ul>
            </div>
        }
    })
}
