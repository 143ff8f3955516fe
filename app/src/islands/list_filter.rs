//! A search box that filters a long list on the page.

use leptos::prelude::*;

/// Shows only the items of a list that contain the typed text, and those that are checked. Hidden without scripts: the
/// browser's own search finds items too.
#[island]
pub fn ListFilter(
    /// Id of the element whose `li` children are filtered.
    list: String,
    /// Label of the box.
    label: String,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let says = RwSignal::new(String::new());
    Effect::new(move |_| ready.set(true));
    let filter = move |event| {
        #[cfg(feature = "hydrate")]
        says.set(super::table_filter::filter(&list, &event_target_value(&event)));
        #[cfg(not(feature = "hydrate"))]
        {
            let _: leptos::ev::Event = event;
            let _ = &list;
        }
    };
    view! {
        <div class="field filter" hidden=move || !ready.get()>
            <label for="list-filter" prop:textContent=label></label>
            // It has no name, so the form doesn't submit it. Enter in it must not submit the form either.
            <input id="list-filter" type="search" autocomplete="off" spellcheck="false" on:input=filter on:keydown=swallow_enter/>
            <p class="hint" role="status" prop:textContent=move || says.get()></p>
        </div>
    }
}

fn swallow_enter(event: leptos::ev::KeyboardEvent) {
    #[cfg(feature = "hydrate")]
    if event.key() == "Enter" {
        event.prevent_default();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}
