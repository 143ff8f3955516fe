//! Error pages: the page doesn't exist, the visitor may not see it, or something failed.

use leptos::prelude::*;

use crate::components::{Document, PublicDocument, Visit};

/// What went wrong, for the visitor, and where to go from here.
#[derive(Debug, Clone)]
pub struct ErrorView {
    /// HTTP status.
    pub status: u16,
    /// What went wrong.
    pub title: String,
    /// Why, and what to do.
    pub message: String,
    /// Address and label of a link to go on.
    pub action: Option<(String, String)>,
    /// The id of the request, which leads to its lines in the log.
    pub reference: Option<String>,
}

/// An error page for staff.
#[component]
pub fn ErrorPage(
    /// The visit.
    visit: Visit,
    /// The error.
    error: ErrorView,
) -> impl IntoView {
    view! { <Document visit=visit title=error.title.clone()><ErrorBody error=error/></Document> }
}

/// An error page for the public.
#[component]
pub fn PublicErrorPage(
    /// File name of the style sheet below `/pkg`.
    stylesheet: String,
    /// The error.
    error: ErrorView,
) -> impl IntoView {
    view! { <PublicDocument stylesheet=stylesheet title=error.title.clone()><ErrorBody error=error/></PublicDocument> }
}

#[component]
fn ErrorBody(error: ErrorView) -> impl IntoView {
    view! {
        <section class="card error-page">
            <p class="code">"Error "{error.status}</p>
            <h1>{error.title}</h1>
            <p>{error.message}</p>
            {error.reference.map(|reference| view! {
                <p class="reference">"Reference: "<code translate="no">{reference}</code></p>
            })}
            {error.action.map(|(href, label)| view! { <p><a class="button primary" href=href>{label}</a></p> })}
        </section>
    }
}
