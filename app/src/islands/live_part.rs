//! A part of a page that the server sends again after each change.

use leptos::{html, prelude::*};

/// Shows its children as rendered, then keeps them like the HTML of the `part` events from `url`: in each list of elements that
/// is marked with `data-live`, it adds, moves, and removes elements by their `data-version`. A `LiveStatus` among the children
/// says whether that works.
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
        if let (Some(url), Some(element)) = (url.clone(), node.get()) {
            super::event_stream::follow(url, element.into());
        }
    });
    #[cfg(not(feature = "hydrate"))]
    drop(url);

    view! { <div class="live-part" node_ref=node>{children()}</div> }
}
