//! Asking the server about a form while it is being filled in, in a browser.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlInputElement, HtmlSelectElement, Response, js_sys::encode_uri_component};

use crate::components::PreviewView;

/// How long nothing must be typed before the server is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// The fields that the answer depends on.
const FIELDS: [&str; 4] = ["fleet_ref", "fleet_name", "expires_in_hours", "fleet_country_code"];

/// Keeps `preview` up to date with what stands in the form; gives a way to ask at once.
pub fn while_typing(preview: RwSignal<PreviewView>) -> impl Fn() + Copy {
    // Answers may overtake each other: only the one to the latest question counts.
    let question = StoredValue::new(0_u32);
    let look = move || {
        let number = question.try_update_value(|count| {
            *count += 1;
            *count
        });
        let url = url();
        spawn_local(async move {
            let answer = ask(&url).await;
            if let Some(answer) = answer.filter(|_| number == question.try_get_value()) {
                preview.set(answer);
            }
        });
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let later = move |target: Option<web_sys::EventTarget>| {
        let id = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()).map(|element| element.id());
        if !id.is_some_and(|id| FIELDS.contains(&id.as_str())) {
            return;
        }
        if let Some(Some(handle)) = waiting.try_update_value(Option::take) {
            handle.clear();
        }
        waiting.set_value(set_timeout_with_handle(look, PAUSE).ok());
    };
    window_event_listener(ev::input, move |event| later(event.target()));
    Effect::new(move |_| {
        if !value("fleet_ref").is_empty() {
            look();
        }
    });
    look
}

/// Puts a number of hours into the form.
pub fn set_hours(hours: u32) {
    if let Some(input) = element::<HtmlInputElement>("expires_in_hours") {
        input.set_value(&hours.to_string());
    }
}

fn url() -> String {
    let mut url = String::from("/invitations/preview?");
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

async fn ask(url: &str) -> Option<PreviewView> {
    let response: Response = JsFuture::from(window().fetch_with_str(url)).await.ok()?.dyn_into().ok()?;
    // Someone whose session ended is sent to sign in: that is no answer.
    if !response.ok() || response.redirected() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}
