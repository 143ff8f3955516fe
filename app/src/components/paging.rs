//! The way through a list that is shown page by page.

use leptos::prelude::*;

/// Addresses of a list's other pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// The first page, when this isn't it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// Links to the other pages; nothing where one page holds all.
#[component]
pub fn Pages(
    /// The addresses.
    paging: Paging,
    /// What the link to the first page says.
    #[prop(default = "Newest")]
    first: &'static str,
    /// What the link to the next page says.
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
