//! Requests the preview of an invitation while someone fills in the form.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventTarget, HtmlInputElement, HtmlSelectElement, Response, js_sys::encode_uri_component};

/// Pause in typing after which the server is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// Fields that the preview depends on.
const FIELDS: [&str; 4] = ["fleet_ref", "fleet_name", "expires_in_hours", "fleet_country_code"];

/// Keeps `part` showing the server's preview of the current form. A button in it with `data-hours` fills in that number of
/// hours.
pub fn while_typing(part: Element) {
    // Responses may arrive out of order: only the one to the latest request counts.
    let latest = Rc::new(Cell::new(0_u32));
    let request = move || {
        let number = latest.get() + 1;
        latest.set(number);
        let (latest, part, url) = (latest.clone(), part.clone(), url());
        spawn_local(async move {
            if let Some(answer) = ask(&url).await.filter(|_| latest.get() == number) {
                part.set_inner_html(&answer);
            }
        });
    };
    if !value("fleet_ref").is_empty() {
        request();
    }
    let waiting = Cell::new(None::<TimeoutHandle>);
    let later = request.clone();
    window_event_listener(ev::input, move |event| {
        if !target(event.target()).is_some_and(|element| FIELDS.contains(&element.id().as_str())) {
            return;
        }
        if let Some(handle) = waiting.take() {
            handle.clear();
        }
        waiting.set(set_timeout_with_handle(later.clone(), PAUSE).ok());
    });
    window_event_listener(ev::click, move |event| {
        if let Some(hours) = target(event.target()).and_then(|element| element.get_attribute("data-hours")) {
            set_hours(&hours);
            request();
        }
    });
}

fn target(target: Option<EventTarget>) -> Option<Element> {
    target?.dyn_into().ok()
}

fn set_hours(hours: &str) {
    if let Some(input) = element::<HtmlInputElement>("expires_in_hours") {
        input.set_value(hours);
    }
}

fn url() -> String {
    let mut url = String::from("/invitations/preview?part=yes&");
    for field in FIELDS {
        url.push_str(field);
        url.push('=');
        url.push_str(&String::from(encode_uri_component(&value(field))));
        url.push('&');
    }
    url
}

fn value(id: &str) -> String {
    let of_input = element::<HtmlInputElement>(id).map(|input| input.value());
    of_input.or_else(|| element::<HtmlSelectElement>(id).map(|select| select.value())).unwrap_or_default()
}

fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

async fn ask(url: &str) -> Option<String> {
    let response: Response = JsFuture::from(window().fetch_with_str(url)).await.ok()?.dyn_into().ok()?;
    // After a session has ended, the server redirects to the sign-in page: that is no preview.
    if !response.ok() || response.redirected() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
