//! Shows what Catena will do with an invitation, while its form is filled in.

use leptos::{html, prelude::*};

/// Asks the server while someone types into the surrounding form, and inserts the response. Without scripts it stays empty:
/// the server shows the same sentences once the form is submitted. The inserted part notes what was shown, so nobody has to
/// confirm what they have already seen.
#[island]
pub fn InvitationPreview() -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(part) = node.get() {
            super::preview_request::while_typing(part.into());
        }
    });
    view! { <div class="preview" role="status" data-testid="preview" node_ref=node></div> }
}
