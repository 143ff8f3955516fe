//! A part of a page that the server sends again when it changed: for what is only looked at, it costs least to download.

use leptos::{html, prelude::*};

/// Its children as rendered, then whatever HTML arrives as an event named `part` from `url`. An event named `over` says that
/// the page as a whole is out of date, and loads it anew.
#[island]
pub fn LivePart(
    /// Where the events come from; nothing where nothing moves.
    url: Option<String>,
    /// The part as it stood when the page was made.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let (Some(url), Some(element)) = (&url, node.get()) {
            super::events::replace(url, element.into());
        }
    });
    #[cfg(not(feature = "hydrate"))]
    drop(url);

    view! { <div node_ref=node>{children()}</div> }
}
