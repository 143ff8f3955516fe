//! Brings the lists of a live part up to date. Elements whose version is the same stay, with the focus and the selection in them.

use leptos::{prelude::document, wasm_bindgen::JsValue, web_sys::Element};

const VERSION: &str = "data-version";

/// Makes the lists of `part` like those of `html`. Returns the titles of the entries that are new, separated by commas.
pub fn update(part: &Element, html: &str) -> Result<String, JsValue> {
    let news = document().create_element("div")?;
    news.set_inner_html(html);
    let mut titles = String::new();
    while let Some(list) = news.query_selector("[data-live]")? {
        let name = list.get_attribute("data-live").unwrap_or_default();
        if let Some(shown) = part.query_selector(&["[data-live=", &name, "]"].concat())? {
            update_list(&shown, &list, &mut titles)?;
        }
        list.remove();
    }
    Ok(titles)
}

fn update_list(shown: &Element, list: &Element, titles: &mut String) -> Result<(), JsValue> {
    let mut at = shown.first_element_child();
    while let Some(new) = list.first_element_child() {
        let version = new.get_attribute(VERSION);
        let mut same = at.clone();
        while let Some(old) = same.take_if(|old| old.get_attribute(VERSION) != version) {
            same = old.next_element_sibling();
        }
        if same.is_some() {
            new.remove();
        } else if let Some(title) = new.get_attribute("data-title")
            && document().get_element_by_id(&new.id()).is_none()
        {
            if !titles.is_empty() {
                titles.push_str(", ");
            }
            titles.push_str(&title);
        }
        if same.is_some() && same == at {
            at = at.and_then(|at| at.next_element_sibling());
        } else {
            let element = same.unwrap_or(new);
            shown.insert_before(&element, at.as_ref().map(AsRef::as_ref))?;
        }
    }
    while let Some(old) = at {
        at = old.next_element_sibling();
        old.remove();
    }
    Ok(())
}
