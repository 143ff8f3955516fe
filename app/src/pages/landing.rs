//! Where a fleet's browser comes back to after Catena's pages. Its reader knows nothing of us.

use leptos::prelude::*;

use crate::components::PublicDocument;

/// What the page may say.
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
    let _ = landing;
    view! { <PublicDocument stylesheet=stylesheet title="Thank you"><h1>"Thank you"</h1></PublicDocument> }
}
