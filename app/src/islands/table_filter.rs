//! Filters a list in the browser.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use web_sys::Element;

/// Hides the items of the list that neither contain `typed` nor are checked. Returns how many contain it, as text.
pub fn filter(list: &str, typed: &str) -> String {
    let typed = typed.trim().to_lowercase();
    let Some(list) = document().get_element_by_id(list) else { return String::new() };
    let Ok(items) = list.query_selector_all("li") else { return String::new() };
    let mut found = 0;
    for index in 0..items.length() {
        let Some(item) = items.get(index).and_then(|item| item.dyn_into::<Element>().ok()) else { continue };
        let ticked = matches!(item.query_selector(":checked"), Ok(Some(_)));
        let holds = item.text_content().unwrap_or_default().to_lowercase().contains(&typed);
        found += u32::from(holds);
        // This fails only for an invalid attribute name.
        let _ = if holds || ticked { item.remove_attribute("hidden") } else { item.set_attribute("hidden", "") };
    }
    if typed.is_empty() { String::new() } else { format!("{found} found") }
}
