//! Copies text in the browser.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};
use web_sys::{Element, HtmlInputElement};

/// How long the button shows the outcome.
const SHOWN: Duration = Duration::from_secs(2);

/// Copies what the element with this id stands for and shows the result in `outcome` for a moment: its `data-copy`, or else its
/// value, but never the text that is shown, which the browser may have translated. If the browser refuses, it selects the text so
/// that a person can copy it.
pub fn copy(id: &str, outcome: RwSignal<Option<&'static str>>) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let input = element.dyn_ref::<HtmlInputElement>();
    let text = element.get_attribute("data-copy").or_else(|| input.map(HtmlInputElement::value)).unwrap_or_default();
    let clipboard = window().navigator().clipboard();
    // Browsers provide the clipboard only over HTTPS and on localhost.
    let written = (!clipboard.is_undefined()).then(|| clipboard.write_text(&text));
    spawn_local(async move {
        let copied = match written {
            Some(written) => wasm_bindgen_futures::JsFuture::from(written).await.is_ok(),
            None => false,
        };
        if !copied {
            select(&element);
        }
        outcome.set(Some(if copied { "Copied" } else { "Press Ctrl+C" }));
        set_timeout(move || outcome.set(None), SHOWN);
    });
}

fn select(element: &Element) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.select();
    } else if let Ok(Some(selection)) = window().get_selection() {
        // This fails only for a node of another document.
        let _ = selection.select_all_children(element);
    }
}
