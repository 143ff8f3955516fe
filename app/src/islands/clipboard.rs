//! Copying in a browser.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};
use web_sys::HtmlInputElement;

/// How long the outcome stays on the button.
const SHOWN: Duration = Duration::from_secs(2);

/// Copies the value, else the text, of the element with this id and puts what came of it into `outcome` for a while.
/// Where the browser refuses, the text is selected, so that a person can copy it.
pub fn copy(id: &str, outcome: RwSignal<Option<&'static str>>) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let input = element.dyn_ref::<HtmlInputElement>();
    let text = input.map_or_else(|| element.text_content().unwrap_or_default(), HtmlInputElement::value);
    match input {
        Some(input) => input.select(),
        None => drop(window().get_selection().ok().flatten().map(|selection| selection.select_all_children(&element))),
    }
    let clipboard = window().navigator().clipboard();
    // Browsers offer the clipboard over HTTPS and on the machine itself only.
    if clipboard.is_undefined() {
        show(outcome, "Press Ctrl+C");
        return;
    }
    let written = clipboard.write_text(&text);
    spawn_local(async move {
        let done = wasm_bindgen_futures::JsFuture::from(written).await;
        show(outcome, if done.is_ok() { "Copied" } else { "Press Ctrl+C" });
    });
}

fn show(outcome: RwSignal<Option<&'static str>>, says: &'static str) {
    outcome.set(Some(says));
    set_timeout(move || outcome.set(None), SHOWN);
}
