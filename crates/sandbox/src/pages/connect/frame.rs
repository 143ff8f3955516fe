//! What all pages of Connect share: the notice that this is the sandbox, the list of steps, and the card.

use app::components::PublicDocument;
use leptos::prelude::*;

/// What every page needs. No `Debug`: the invitation's id is a secret.
#[derive(Clone)]
pub(crate) struct Frame {
    /// File name of the style sheet below `/pkg`.
    pub stylesheet: String,
    /// Path below which the sandbox is served, for example `/sandbox`.
    pub base: String,
    /// Id of the invitation, passed from step to step.
    pub invite: String,
    /// The name of the partner that invites.
    pub partner: String,
}

impl Frame {
    /// The action of a step's form.
    pub(crate) fn action(&self, step: &str) -> String {
        format!("{}/connect/{step}", self.base)
    }

    /// A link to a step.
    pub(crate) fn link(&self, step: &str) -> String {
        format!("{}/connect/{step}?invite={}", self.base, self.invite)
    }

    /// The hidden field with the invitation's id.
    pub(crate) fn invite_field(&self) -> impl IntoView + use<> {
        view! { <input type="hidden" name="invite" value=self.invite.clone()/> }
    }
}

/// The steps of Connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Review,
    Provider,
    Connect,
    Finish,
}

const STEPS: [(Step, &str); 4] = [
    (Step::Review, "Review the request"),
    (Step::Provider, "Choose a provider"),
    (Step::Connect, "Connect"),
    (Step::Finish, "Finish"),
];

/// A page of Connect.
#[component]
pub(crate) fn Shell(
    frame: Frame,
    #[prop(into)] heading: String,
    /// The current step. `None` on a page that isn't a step.
    #[prop(into)]
    step: Option<Step>,
    children: Children,
) -> impl IntoView {
    let steps = step.map(|current| {
        let items = STEPS.map(|(step, name)| {
            view! { <li aria-current=(step == current).then_some("step")>{name}</li> }
        });
        view! { <ol class="steps" aria-label="Steps">{Vec::from(items)}</ol> }
    });
    view! {
        <PublicDocument stylesheet=frame.stylesheet title=format!("{heading} · Sandbox Connect")>
            <p class="notice" role="note">
                <strong>"This is the sandbox. "</strong>
                "It stands in for Catena Connect. Nothing you enter reaches Catena or a telematics provider. Don't enter real credentials."
            </p>
            {steps}
            <section class="card" aria-labelledby="heading">
                <h1 id="heading">{heading}</h1>
                {children()}
            </section>
        </PublicDocument>
    }
}

/// What is wrong with the form, shown above it.
pub(crate) fn problem_notice(problem: Option<String>) -> impl IntoView {
    problem.map(|problem| view! { <p class="notice" role="alert" id="problem">{problem}</p> })
}
