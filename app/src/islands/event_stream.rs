//! Receives the server's events in the browser while the page can be seen.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, EventSource, MessageEvent, js_sys::Function};

use super::live_list;
use crate::components::NOT_LIVE;

/// After this long, a stream that the server refused is opened again. The browser itself reopens a broken one.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// What the server sends (`part`, `over`, `replaced`), and what the browser says about the connection.
const EVENTS: [&str; 5] = ["open", "error", "part", "over", "replaced"];

/// Keeps `part` up to date with the events of `url` until the visitor leaves the page. An `over` event reloads the page.
pub fn follow(url: String, part: Element) {
    let stream = Rc::new(Stream { url, part, source: RefCell::default(), listener: RefCell::default() });
    let told = stream.clone();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event| told.hear(&event)).into_js_value();
    stream.listener.replace(Some(listener.unchecked_into()));
    stream.open();
    let hidden_or_shown = {
        let stream = stream.clone();
        move || if document().hidden() { stream.close() } else { stream.open() }
    };
    // A browser opens only six connections to a server over HTTP/1.1: hidden pages must not take them from the one in use.
    window_event_listener_untyped("visibilitychange", move |_| hidden_or_shown());
    let left = stream.clone();
    window_event_listener(ev::pagehide, move |_| left.close());
    // A page restored from the browser's page cache has missed what happened in the meantime.
    let restored = stream.clone();
    window_event_listener(ev::pageshow, move |_| restored.open());
    // A page whose scripts have failed must not look as if it were up to date.
    let failed = stream.clone();
    window_event_listener_untyped("error", move |_| failed.give_up());
    // The browser gives up if the response is anything but an event stream, as while the server restarts behind a proxy.
    set_interval(
        move || {
            if stream.is_refused() {
                stream.close();
                stream.open();
            }
        },
        AFTER_REFUSAL,
    );
}

struct Stream {
    url: String,
    part: Element,
    source: RefCell<Option<EventSource>>,
    /// Told of every event. It needs the stream, so it is made after it.
    listener: RefCell<Option<Function>>,
}

impl Stream {
    /// Opens the stream unless it is open or nobody could see it. The first event has the current state, so nothing is missed.
    fn open(&self) {
        if document().hidden() || self.source.borrow().is_some() {
            return;
        }
        let Ok(source) = EventSource::new(&self.url) else { return say(&self.part, false, NOT_LIVE) };
        if let Some(listener) = &*self.listener.borrow() {
            for name in EVENTS {
                // This fails only if the name isn't a string.
                let _ = source.add_event_listener_with_callback(name, listener);
            }
        }
        self.source.replace(Some(source));
    }

    fn close(&self) {
        if let Some(source) = self.source.take() {
            source.close();
        }
    }

    fn give_up(&self) {
        self.close();
        say(&self.part, false, NOT_LIVE);
    }

    fn is_refused(&self) -> bool {
        self.source.borrow().as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED)
    }

    fn hear(&self, event: &MessageEvent) {
        match event.type_().as_str() {
            "open" if is_live(&self.part) => {}
            "open" => say(&self.part, true, if is_lost(&self.part) { "Live again." } else { "Live." }),
            "part" => match live_list::update(&self.part, &event.data().as_string().unwrap_or_default()) {
                Ok(news) if news.is_empty() => {}
                Ok(news) => say(&self.part, true, &format!("New: {news}")),
                Err(_) => self.give_up(),
            },
            "over" => drop(window().location().reload()),
            "replaced" => {
                self.close();
                say(&self.part, false, "Not live: open in too many windows. Reload to see changes.");
            }
            _ if self.is_refused() => say(&self.part, false, NOT_LIVE),
            _ => say(&self.part, false, "Connection lost. Trying again …"),
        }
    }
}

const LIVE: &str = "live-part live";
const LOST: &str = "live-part lost";

fn is_live(part: &Element) -> bool {
    part.class_name() == LIVE
}

fn is_lost(part: &Element) -> bool {
    part.class_name() == LOST
}

fn say(part: &Element, live: bool, text: &str) {
    part.set_class_name(if live { LIVE } else { LOST });
    if let Ok(Some(status)) = part.query_selector(".live-status") {
        status.set_text_content(Some(text));
    }
}
