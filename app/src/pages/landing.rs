//! The page that a fleet's browser returns to from Catena. Its reader doesn't know Onramp.

use leptos::prelude::*;

use crate::components::PublicDocument;

/// Who returned, and how it went: what the page may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// A known fleet linked its provider.
    Success {
        /// The fleet's reference.
        fleet_ref: String,
    },
    /// A known fleet asked for a provider that isn't supported yet.
    IntegrationRequested {
        /// The fleet's reference.
        fleet_ref: String,
    },
    /// A known fleet didn't finish.
    Failure {
        /// The fleet's reference.
        fleet_ref: String,
        /// Whether its link has stopped working.
        invitation_over: bool,
    },
    /// Anyone else, on the success page.
    NeutralSuccess,
    /// Anyone else, on the failure page.
    NeutralFailure,
}

/// A landing page.
#[component]
pub fn LandingPage(
    /// File name of the style sheet below `/pkg`.
    stylesheet: String,
    /// What it says.
    landing: Landing,
) -> impl IntoView {
    let texts = landing.texts();
    view! {
        <PublicDocument stylesheet=stylesheet title=texts.title>
            <article class=texts.class>
                <Sign good=texts.good/>
                <h1>{texts.title}</h1>
                <p class="lead">{texts.lead}</p>
                {texts.fleet_ref.map(|fleet_ref| view! {
                    <dl class="reference">
                        <dt>"Your reference"</dt>
                        <dd>{fleet_ref}</dd>
                    </dl>
                })}
                <h2>"What happens next"</h2>
                <ul class="next-steps">{texts.next.iter().map(|next| view! { <li>{*next}</li> }).collect_view()}</ul>
                <h2>"Questions?"</h2>
                <p>{texts.ask}</p>
            </article>
        </PublicDocument>
    }
}

/// A sign that repeats the heading for the eye.
#[component]
fn Sign(good: bool) -> impl IntoView {
    let path = if good { "M7 12.5l3.5 3.5L17 9" } else { "M12 7v6.5M12 17v.01" };
    view! {
        <svg class="sign" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <circle cx="12" cy="12" r="11"/>
            <path d=path/>
        </svg>
    }
}

struct Texts {
    class: &'static str,
    good: bool,
    title: &'static str,
    lead: &'static str,
    next: &'static [&'static str],
    ask: &'static str,
    fleet_ref: Option<String>,
}

const ASK_WITH_REFERENCE: &str =
    "Ask the company that sent you the link, and give them your reference. They can see where things stand.";
const ASK: &str = "Ask the company that sent you the link.";

impl Landing {
    fn texts(self) -> Texts {
        let (class, good, title, lead, next, fleet_ref): (_, _, _, _, &'static [&'static str], _) = match self {
            Self::Success { fleet_ref } => (
                "card landing good",
                true,
                "You’re connected",
                "Thank you. Your telematics provider is linked, and the company that invited you will receive the data you agreed to share.",
                &[
                    "There’s nothing more to do. You can close this page.",
                    "Your data will arrive automatically.",
                    "If your sign-in with the provider ever changes, the company that invited you will ask you to sign in again.",
                ],
                Some(fleet_ref),
            ),
            Self::IntegrationRequested { fleet_ref } => (
                "card landing",
                true,
                "Your request has been sent",
                "Your telematics provider can’t be linked yet. The company that invited you can see that you asked for it.",
                &[
                    "There’s nothing more to do for now. You can close this page.",
                    "The company that invited you will get in touch when your provider can be linked.",
                    "If you also use another provider, open your link again and link that one.",
                ],
                Some(fleet_ref),
            ),
            Self::Failure { fleet_ref, invitation_over: false } => (
                "card landing unfinished",
                false,
                "Not connected yet",
                "You left before linking a provider, or something went wrong. Your link still works.",
                &[
                    "To try again, open the link you were sent. It takes a few minutes.",
                    "If you don’t want to connect, there’s nothing to do.",
                ],
                Some(fleet_ref),
            ),
            Self::Failure { fleet_ref, invitation_over: true } => (
                "card landing unfinished",
                false,
                "This invitation is over",
                "No provider was linked, and your link no longer works.",
                &[
                    "If you want to connect, ask the company that sent you the link for a new one.",
                    "If you don’t want to connect, there’s nothing to do.",
                ],
                Some(fleet_ref),
            ),
            Self::NeutralSuccess => (
                "card landing",
                true,
                "Thank you",
                "If you have just linked your telematics provider, you’re done.",
                &["You can close this page."],
                None,
            ),
            Self::NeutralFailure => (
                "card landing unfinished",
                false,
                "Not finished",
                "If you left an invitation to connect your telematics provider, nothing happens until you finish it.",
                &["To try again, open the link you were sent.", "If it no longer works, ask for a new one."],
                None,
            ),
        };
        let ask = if fleet_ref.is_some() { ASK_WITH_REFERENCE } else { ASK };
        Texts { class, good, title, lead, next, ask, fleet_ref }
    }
}
