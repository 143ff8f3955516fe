//! What Catena will do with the form, said while it is filled in.

use leptos::{html, prelude::*};

/// Asks the server while someone types into the form around it, and shows the part of the form that it answers with. Without a
/// script it says nothing: the server says the same once the form is sent. The part carries along what was read, so that nobody is
/// asked again about what they have seen.
#[island]
pub fn InvitationPreview() -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(part) = node.get() {
            super::ask::while_typing(part.into());
        }
    });
    view! { <div class="preview" role="status" data-testid="preview" node_ref=node></div> }
}
