//! The HTML document around a page: head, skip link, sandbox banner, navigation.

use leptos::{config::LeptosOptions, hydration::HydrationScripts, prelude::*};

use super::text_area::escaped;
use domain::staff::Role;

/// What every page of the console needs to know about the current request.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// File name of the style sheet below `/pkg`, for example `onramp.1a2b.css`.
    pub stylesheet: String,
    /// Where the hydration files are; none where islands shouldn’t hydrate, as in tests.
    pub hydration: Option<LeptosOptions>,
    /// Whether Onramp talks to the sandbox instead of Catena.
    pub sandbox: bool,
    /// The signed-in person's e-mail address, if anyone is signed in.
    pub email: Option<String>,
    /// The signed-in person's role.
    pub role: Option<Role>,
    /// Path of the page; the navigation marks it as current.
    pub path: String,
    /// A sentence about setup that is still missing, shown on every page with a link to the subscriptions.
    pub setup_needed: Option<String>,
}

/// The document around a page for staff.
#[component]
pub fn Document(
    /// The visit.
    visit: Visit,
    /// Title of the page, without “Onramp”.
    #[prop(into)]
    title: String,
    /// Whether the page has islands and needs their scripts.
    #[prop(optional)]
    islands: bool,
    /// Seconds after which browsers without scripts reload the page, for pages that show progress.
    #[prop(default = None)]
    reload: Option<u32>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let signed_in = visit.email.is_some();
    let scripts =
        visit.hydration.filter(|_| islands).map(|options| view! { <HydrationScripts options=options islands=true/> });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <Head title=format!("{title} · Onramp") stylesheet=visit.stylesheet/>
                {reload.map(|seconds| view! {
                    <noscript><meta http-equiv="refresh" content=seconds.to_string()/></noscript>
                })}
                {scripts}
            </head>
            <body>
                <a class="skip-link" href="#main">"Skip to content"</a>
                <header class="masthead">
                    {visit.sandbox.then(|| view! {
                        <p class="banner sandbox">
                            <strong>"Sandbox: "</strong>"Onramp is using a local stand-in for Catena. Nothing reaches Catena. "
                            <a href="/sandbox">"Open sandbox controls"</a>
                        </p>
                    })}
                    {visit.setup_needed.map(|sentence| view! {
                        <p class="banner setup">{sentence}" "<a href="/subscriptions">"Go to subscriptions"</a></p>
                    })}
                    <div class="bar">
                        <a class="brand" href="/"><Mark/>"Onramp"</a>
                        {signed_in.then(|| view! { <Navigation path=visit.path/> })}
                        {visit.email.map(|email| view! { <Account email=email/> })}
                    </div>
                </header>
                <main id="main" tabindex="-1">{children()}</main>
            </body>
        </html>
    }
}

#[component]
fn Head(title: String, stylesheet: String) -> impl IntoView {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        // As a child, it would be followed by a mark for islands, which a tab shows.
        <title inner_html=escaped(&title)></title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
        <link rel="stylesheet" href=format!("/pkg/{stylesheet}")/>
    }
}

/// The product's mark, as in `public/favicon.svg`: a ramp that joins a road.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="8"/>
            <path d="M6 11h19M20.5 6.5 25 11l-4.5 4.5"/>
            <path d="M6 24c8.5 0 7.5-13 16-13" opacity=".75"/>
        </svg>
    }
}

#[component]
fn Navigation(path: String) -> impl IntoView {
    const PLACES: [(&str, &str); 3] =
        [("/invitations", "Invitations"), ("/deliveries", "Deliveries"), ("/subscriptions", "Subscriptions")];
    let links = PLACES.map(|(href, label)| {
        let current = if path == href {
            Some("page")
        } else {
            path.strip_prefix(href).filter(|rest| rest.starts_with('/')).map(|_| "true")
        };
        view! { <li><a href=href aria-current=current>{label}</a></li> }
    });
    view! { <nav aria-label="Main"><ul>{links.into_iter().collect_view()}</ul></nav> }
}

#[component]
fn Account(email: String) -> impl IntoView {
    view! {
        <form class="account" method="post" action="/logout">
            <span class="who">{email}</span>
            <button class="button quiet">"Sign out"</button>
        </form>
    }
}

/// The document around a public page: no navigation, no scripts, and no more about us than necessary.
#[component]
pub fn PublicDocument(
    /// File name of the style sheet below `/pkg`.
    #[prop(into)]
    stylesheet: String,
    /// Title of the page, used as is.
    #[prop(into)]
    title: String,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <Head title=title stylesheet=stylesheet/>
                <meta name="robots" content="noindex"/>
            </head>
            <body class="public">
                <main id="main">{children()}</main>
            </body>
        </html>
    }
}
