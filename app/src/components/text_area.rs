//! A multi-line text box whose text can't break out of it.

use leptos::prelude::*;

/// A `<textarea>`. Use it instead of the element: leptos doesn't escape the children of a `<textarea>`, so typed text
/// could close it and continue as markup (leptos pull request 4819).
#[component]
pub fn TextArea(
    /// Id of the element, for its label.
    id: &'static str,
    /// Name of the form field.
    name: &'static str,
    /// Maximum length, in characters.
    maxlength: u32,
    /// Initial text.
    #[prop(into)]
    value: String,
    /// Visible lines.
    #[prop(default = 3)]
    rows: u32,
    /// Ids of its hint and error, separated by spaces.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// Whether the text has an error.
    #[prop(optional)]
    invalid: bool,
) -> impl IntoView {
    view! {
        <textarea
            id=id
            name=name
            rows=rows.to_string()
            maxlength=maxlength.to_string()
            aria-describedby=described_by
            aria-invalid=invalid.then_some("true")
            // As a child, it would be followed by a mark for islands, which a text box shows.
            inner_html=escaped(&value)
        ></textarea>
    }
}

/// Text for `inner_html`.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_does_not_close_the_box() {
        let value = "</textarea><b>&amp;";
        let html = view! { <TextArea id="notes" name="notes" maxlength=9 value/> }.to_html();
        assert!(html.contains(">&lt;/textarea&gt;&lt;b&gt;&amp;amp;</textarea>"), "{html}");
    }
}
