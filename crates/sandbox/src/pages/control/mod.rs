//! The control page: counts, the clock, stories, faults, and tables of subscriptions and connections. Plain forms, no
//! script.

mod faults;
mod frame;
mod labels;
mod stories;
mod tables;
mod urls;

use leptos::prelude::*;

use app::components::{Notice, NoticeKind};

use crate::pages::control::{
    faults::{ApiFaults, WebhookFaults},
    frame::{Clock, Counts, Frame, Reset},
    stories::Stories,
    tables::{ConnectionTable, SubscriptionTable},
};

pub(crate) use crate::pages::control::{
    faults::{ApiFaultForm, WebhookFaultRow},
    stories::{StoryForm, StoryOption},
    tables::{ConnectionRow, Connections, SubscriptionRow},
    urls::PageUrls,
};

/// Everything that the page shows.
#[derive(Debug, Clone)]
pub(crate) struct ControlView {
    pub urls: PageUrls,
    /// What was just done.
    pub done: Option<String>,
    /// Labels and numbers.
    pub counts: Vec<(&'static str, u64)>,
    /// Business time, for display.
    pub now: String,
    /// How far business time is ahead of the clock, for display. `None`: not at all.
    pub ahead: Option<String>,
    /// When the next invitation or agreement expires, for display.
    pub next_expiry: Option<String>,
    /// The hours that were typed, and what is wrong with them.
    pub hours: (String, Option<String>),
    pub stories: Vec<StoryOption>,
    pub story: StoryForm,
    pub webhook_faults: Vec<WebhookFaultRow>,
    pub api_faults: ApiFaultForm,
    pub subscriptions: Vec<SubscriptionRow>,
    pub connections: Connections,
    /// What is wrong with the reset form.
    pub reset_problem: Option<String>,
}

/// The control page.
#[component]
pub(crate) fn ControlPage(view: ControlView) -> impl IntoView {
    let urls = view.urls;
    view! {
        <Frame urls=urls.clone()>
            {view.done.map(|done| view! { <Notice kind=NoticeKind::Success text=done/> })}
            <Counts counts=view.counts/>
            <div class="sandbox-halves">
                <Clock urls=urls.clone() now=view.now ahead=view.ahead next_expiry=view.next_expiry hours=view.hours/>
                <Stories urls=urls.clone() stories=view.stories form=view.story/>
            </div>
            <WebhookFaults urls=urls.clone() rows=view.webhook_faults/>
            <ApiFaults urls=urls.clone() form=view.api_faults/>
            <SubscriptionTable urls=urls.clone() rows=view.subscriptions/>
            <ConnectionTable urls=urls.clone() shown=view.connections/>
            <Reset urls=urls problem=view.reset_problem/>
        </Frame>
    }
}
