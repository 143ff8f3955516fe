//! A part of a page that the server sends again after each change. For parts without controls, this needs the least WASM.

use leptos::{html, prelude::*};

/// Shows its children as rendered, then the HTML of each `part` event from `url`. An `over` event means that the whole page
/// is out of date, and reloads it.
#[island]
pub fn LivePart(
    /// Address of the events; none if nothing will change.
    url: Option<String>,
    /// The part when the page was rendered.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let (Some(url), Some(element)) = (&url, node.get()) {
            super::event_stream::replace(url, element.into());
        }
    });
    #[cfg(not(feature = "hydrate"))]
    drop(url);

    view! { <div node_ref=node>{children()}</div> }
}
