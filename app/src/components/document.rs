//! The HTML document around a page: head, skip link, banner of the sandbox, navigation.

use leptos::prelude::*;

/// What every page of the console knows about the visit.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// File name of the style sheet below `/pkg`, for example `onramp.1a2b.css`.
    pub stylesheet: String,
    /// Whether this Onramp talks to the sandbox instead of Catena.
    pub sandbox: bool,
    /// The signed-in person's e-mail address, if anyone is signed in.
    pub email: Option<String>,
    /// Path of the page, to mark its place in the navigation.
    pub path: String,
}

/// The document of a page that staff see.
#[component]
pub fn Document(
    /// The visit.
    visit: Visit,
    /// Title of the page; the document adds the product's name.
    #[prop(into)]
    title: String,
    /// Scripts to load: the hydration scripts on a page with islands, else nothing.
    #[prop(optional, into)]
    scripts: Option<AnyView>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let _ = (visit.email, visit.path, visit.sandbox);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}" · Onramp"</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("/pkg/{}", visit.stylesheet)/>
                {scripts}
            </head>
            <body>
                <main id="main" tabindex="-1">{children()}</main>
            </body>
        </html>
    }
}

/// The document of a page that anyone may see: no navigation, no script, nothing that tells of us more than it must.
#[component]
pub fn PublicDocument(
    /// File name of the style sheet below `/pkg`.
    #[prop(into)]
    stylesheet: String,
    /// Title of the page, as it is.
    #[prop(into)]
    title: String,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("/pkg/{stylesheet}")/>
            </head>
            <body class="public">
                <main id="main">{children()}</main>
            </body>
        </html>
    }
}
