//! A box that narrows a long list on the page.

use leptos::prelude::*;

/// Shows the items of a list in which what is typed occurs, and those that are ticked. Hidden where there is no script to do
/// it: the browser's own search finds items too.
#[island]
pub fn ListFilter(
    /// Id of the element whose `li` children are narrowed.
    list: String,
    /// What the box says it searches.
    label: String,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let says = RwSignal::new(String::new());
    Effect::new(move |_| ready.set(true));
    let narrow = move |event| {
        #[cfg(feature = "hydrate")]
        says.set(crate::islands::table_filter::narrow(&list, &event_target_value(&event)));
        #[cfg(not(feature = "hydrate"))]
        {
            let _: leptos::ev::Event = event;
            let _ = &list;
        }
    };
    view! {
        <div class="field filter" hidden=move || !ready.get()>
            <label for="list-filter">{label}</label>
            // Without a name it is no part of the form; Enter in it must not send that either.
            <input id="list-filter" type="search" autocomplete="off" spellcheck="false" on:input=narrow on:keydown=swallow_enter/>
            <p class="hint" role="status">{move || says.get()}</p>
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
