//! A button that copies text.

use leptos::prelude::*;

/// Copies the text that an element stands for. Hidden without scripts.
#[island]
pub fn CopyButton(
    /// Id of the element to copy from: its `data-copy`, or else its value.
    text_of: String,
    /// Label of the button.
    label: String,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let outcome = RwSignal::new(None::<&'static str>);
    Effect::new(move |_| ready.set(true));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        super::clipboard::copy(&text_of, outcome);
        #[cfg(not(feature = "hydrate"))]
        let _ = &text_of;
    };
    view! {
        <button type="button" class="button copy" hidden=move || !ready.get() on:click=copy>
            <span aria-live="polite" prop:textContent=move || outcome.get().map_or_else(|| label.clone(), Into::into)></span>
        </button>
    }
}
