//! What Catena will do with the form, said while it is filled in.

use leptos::prelude::*;

use crate::components::{PreviewLines, PreviewView};

/// Asks the server while someone types into the form around it. Without a script it says nothing: the server says the same
/// once the form is sent. Carries along what was read, so that nobody is asked again about what they have seen.
#[island]
pub fn InvitationPreview() -> impl IntoView {
    let preview = RwSignal::new(PreviewView::default());
    #[cfg(feature = "hydrate")]
    let look = super::ask::while_typing(preview);
    let take = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some((hours, _)) = preview.with_untracked(|preview| preview.better.clone()) {
            super::ask::set_hours(hours);
            look();
        }
    };
    view! {
        <div class="preview" role="status" data-testid="preview">
            {move || view! { <PreviewLines lines=preview.with(|preview| preview.lines.clone())/> }}
        </div>
        <input type="hidden" name="agreed" prop:value=move || preview.with(|preview| preview.agreed.clone())/>
        <button type="button" class="button better" hidden=move || preview.with(|preview| preview.better.is_none()) on:click=take>
            {move || preview.with(|preview| preview.better.clone()).map(|(_, says)| says)}
        </button>
    }
}
