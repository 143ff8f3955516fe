//! Navigation between the pages of a list.

use leptos::prelude::*;

/// Links to the other pages of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// The first page, unless this is it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// Links to the other pages; nothing if everything fits on one page.
#[component]
pub fn Pages(
    /// The addresses.
    paging: Paging,
    /// Label of the link to the first page.
    #[prop(default = "Newest")]
    first: &'static str,
    /// Label of the link to the next page.
    #[prop(default = "Older")]
    next: &'static str,
) -> impl IntoView {
    (paging != Paging::default()).then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {paging.first.map(|href| view! { <a class="button" href=href>{first}</a> })}
                {paging.next.map(|href| view! { <a class="button" href=href rel="next">{next}</a> })}
            </nav>
        }
    })
}
