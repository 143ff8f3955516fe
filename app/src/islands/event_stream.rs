//! Receives the server's events in the browser.

use std::time::Duration;

use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, EventSource, MessageEvent};

use super::live_state::Live;
use crate::components::OnboardingView;

/// After this long, a stream that the server refused is opened again. The browser itself reopens a broken one.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// Updates `onboarding` with the events of `url` until the visitor leaves the page, and reports the connection in `live`.
pub fn follow(url: String, onboarding: RwSignal<OnboardingView>, live: RwSignal<Live>) {
    let source = StoredValue::new_local(None::<EventSource>);
    let close = move || source.update_value(|source| drop(source.take().inspect(EventSource::close)));
    let url = StoredValue::new(url);
    let open = move || {
        close();
        source.set_value(url.with_value(|url| connect(url, onboarding, live)));
    };
    open();
    window_event_listener(ev::pagehide, move |_| close());
    // A page restored from the browser's page cache has missed what happened in the meantime.
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            open();
        }
    });
    // The browser gives up if the response is anything but an event stream, as while the server restarts.
    set_interval(
        move || {
            let refused = source.with_value(|source| source.as_ref().map(EventSource::ready_state));
            if refused == Some(EventSource::CLOSED) {
                open();
            }
        },
        AFTER_REFUSAL,
    );
}

fn connect(url: &str, onboarding: RwSignal<OnboardingView>, live: RwSignal<Live>) -> Option<EventSource> {
    let source = EventSource::new(url).ok()?;
    on(&source, "open", move |_| {
        let came_back = live.with_untracked(|live| !live.following && !live.says.is_empty());
        let says = if came_back { "Live again." } else { "Live." };
        live.set(Live { following: true, says: says.to_owned() });
    });
    on(&source, "error", move |_| {
        live.set(Live { following: false, says: "Connection lost. Trying again …".to_owned() });
    });
    on(&source, "onboarding", move |event| {
        let text = event.data().as_string().unwrap_or_default();
        let Ok(news) = serde_json::from_str::<OnboardingView>(&text) else { return };
        if let Some(says) = onboarding.with_untracked(|before| announcement(before, &news)) {
            live.set(Live { following: true, says });
        }
        onboarding.set(news);
    });
    Some(source)
}

/// Replaces the content of `element` with the HTML of each `part` event from `url`. An `over` event reloads the page.
pub fn replace(url: &str, element: Element) {
    let Ok(source) = EventSource::new(url) else { return };
    let reload = || {
        let _ = window().location().reload();
    };
    on(&source, "part", move |event| element.set_inner_html(&event.data().as_string().unwrap_or_default()));
    on(&source, "over", move |_| reload());
    let source = StoredValue::new_local(source);
    window_event_listener(ev::pagehide, move |_| source.with_value(EventSource::close));
    // A page restored from the browser's page cache has missed what happened in the meantime.
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            reload();
        }
    });
}

fn on(source: &EventSource, name: &str, handle: impl Fn(MessageEvent) + 'static) {
    let closure = Closure::<dyn Fn(MessageEvent)>::new(handle).into_js_value();
    // This fails only if the name isn't a string.
    let _ = source.add_event_listener_with_callback(name, closure.unchecked_ref());
}

/// The announcement of entries that are in `news` but not in `before`.
fn announcement(before: &OnboardingView, news: &OnboardingView) -> Option<String> {
    let known = |key: &str| before.entries.iter().any(|entry| entry.key == key);
    let titles: Vec<&str> =
        news.entries.iter().filter(|entry| !known(&entry.key)).map(|entry| entry.title.as_str()).collect();
    (!titles.is_empty()).then(|| {
        let mut says = String::from("New: ");
        says.push_str(&titles.join(", "));
        says
    })
}
