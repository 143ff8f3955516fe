//! A text box of several lines whose text can't break out of it.

use leptos::prelude::*;

/// A `<textarea>`. Use it instead of the element: leptos writes the children of a `<textarea>` unescaped, so text that
/// somebody typed could close it and go on as markup (leptos pull request 4819).
#[component]
pub fn TextArea(
    /// Id of the element, for its label.
    id: &'static str,
    /// Name of the form field.
    name: &'static str,
    /// The longest text, in characters.
    maxlength: u32,
    /// The text it starts with.
    #[prop(into)]
    value: String,
    /// How many lines are seen at once.
    #[prop(default = 3)]
    rows: u32,
    /// Ids of the sentences about it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// Whether something is wrong with the text.
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
        >
            {escaped(&value)}
        </textarea>
    }
}

fn escaped(text: &str) -> String {
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
