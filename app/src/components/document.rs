//! The HTML document around a page: head, skip link, banner of the sandbox, navigation.

use leptos::{config::LeptosOptions, hydration::HydrationScripts, prelude::*};

use domain::staff::Role;

/// What every page of the console knows about the visit.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// File name of the style sheet below `/pkg`, for example `onramp.1a2b.css`.
    pub stylesheet: String,
    /// Where the files lie that wake islands up; none where nothing should wake up, as in tests.
    pub hydration: Option<LeptosOptions>,
    /// Whether this Onramp talks to the sandbox instead of Catena.
    pub sandbox: bool,
    /// The signed-in person's e-mail address, if anyone is signed in.
    pub email: Option<String>,
    /// The signed-in person's role.
    pub role: Option<Role>,
    /// Path of the page, to mark its place in the navigation.
    pub path: String,
    /// One sentence about what must still be set up, shown on every page with a link to the subscriptions.
    pub setup_needed: Option<String>,
}

/// The document of a page that staff see.
#[component]
pub fn Document(
    /// The visit.
    visit: Visit,
    /// Title of the page; the document adds the product's name.
    #[prop(into)]
    title: String,
    /// Whether the page has islands, so that it needs their scripts.
    #[prop(optional)]
    islands: bool,
    /// Seconds after which the page is loaded anew where scripts don't run, so that it follows what moves.
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
                            <strong>"Sandbox: "</strong>"a stand-in on this machine plays Catena, nothing reaches Catena. "
                            <a href="/sandbox">"Control it"</a>
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
        <title>{title}</title>
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
                <Head title=title stylesheet=stylesheet/>
                <meta name="robots" content="noindex"/>
            </head>
            <body class="public">
                <main id="main">{children()}</main>
            </body>
        </html>
    }
}
