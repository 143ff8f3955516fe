//! The sandbox's control page: what there is, and levers for time, stories, disorder and faults. Plain forms, no script.

mod frame;
mod playing;
mod records;
mod trouble;

use leptos::prelude::*;

pub use crate::pages::control::playing::{StoryChoice, StoryForm};
pub use crate::pages::control::records::{Connections, SandboxConnection, SandboxSubscription};
pub use crate::pages::control::trouble::{DisorderRow, FaultForm};

use crate::pages::control::{
    frame::{Clock, Counts, Frame, Reset},
    playing::Stories,
    records::{ConnectionTable, SubscriptionTable},
    trouble::{Disorders, Faults},
};

use app::components::{Notice, NoticeKind};

/// Where the page's links and forms go.
#[derive(Debug, Clone)]
pub struct Places {
    /// File name of the style sheet below `/pkg`.
    pub stylesheet: String,
    /// Path of the page itself.
    pub page: String,
    /// Path below which the page's forms are answered.
    pub forms: String,
    /// Path of Onramp, where the sandbox runs inside it.
    pub onramp: Option<String>,
}

impl Places {
    /// Where a form goes.
    fn form(&self, name: &str) -> String {
        format!("{}/{name}", self.forms)
    }
}

/// All that the page shows.
#[derive(Debug, Clone)]
pub struct SandboxView {
    /// Where links and forms go.
    pub places: Places,
    /// What has just been done.
    pub done: Option<String>,
    /// What there is: label and number.
    pub counts: Vec<(&'static str, u64)>,
    /// Business time, for people.
    pub now: String,
    /// How far it is ahead of the clock, for people; none: not at all.
    pub ahead: Option<String>,
    /// When the next invitation runs out, for people.
    pub next_expiry: Option<String>,
    /// What is wrong with the hours that were typed, and what was typed.
    pub hours: (String, Option<String>),
    /// What can be played.
    pub stories: Vec<StoryChoice>,
    /// What was typed for a story.
    pub story: StoryForm,
    /// Every disorder.
    pub disorders: Vec<DisorderRow>,
    /// What was typed for a fault.
    pub faults: FaultForm,
    /// Webhook subscriptions.
    pub subscriptions: Vec<SandboxSubscription>,
    /// Connections that are shown.
    pub connections: Connections,
    /// What is wrong with the wish to begin anew.
    pub reset_problem: Option<String>,
}

/// The control page.
#[component]
pub fn SandboxPage(
    /// What to show.
    view: SandboxView,
) -> impl IntoView {
    let places = view.places;
    view! {
        <Frame places=places.clone()>
            {view.done.map(|done| view! { <Notice kind=NoticeKind::Success text=done/> })}
            <Counts counts=view.counts/>
            <div class="sandbox-halves">
                <Clock places=places.clone() now=view.now ahead=view.ahead next_expiry=view.next_expiry hours=view.hours/>
                <Stories places=places.clone() choices=view.stories form=view.story/>
            </div>
            <Disorders places=places.clone() rows=view.disorders/>
            <Faults places=places.clone() form=view.faults/>
            <SubscriptionTable places=places.clone() rows=view.subscriptions/>
            <ConnectionTable places=places.clone() shown=view.connections/>
            <Reset places=places problem=view.reset_problem/>
        </Frame>
    }
}
