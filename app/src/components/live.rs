//! What a live part of a page consists of, so that the island `LivePart` can update it.
//!
//! The browser compares versions, never texts, and replaces elements, never text: a browser's translation rewrites the texts of
//! a page, and an update must neither trip over that nor leave half a sentence of it behind.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use leptos::prelude::*;

/// Says whether the page still receives updates; the island fills it in. What the server renders is true without scripts, and
/// the style sheet shows it only after the time in which an island starts.
#[component]
pub fn LiveStatus() -> impl IntoView {
    view! { <p class="live-status" role="status" data-testid="live-status">{NOT_LIVE}</p> }
}

/// What a page says if it receives no updates.
pub const NOT_LIVE: &str = "Not live. Reload to see changes.";

/// The version of an element in a list that is kept up to date (`data-live`). It goes into `data-version`, and is the same as
/// long as the element shows the same; no two elements of a list may show the same.
pub fn version(shows: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    shows.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}
