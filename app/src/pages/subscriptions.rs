//! Which webhooks Catena sends us.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{Document, Visit};

/// One subscription at Catena.
#[derive(Debug, Clone)]
pub struct SubscriptionRow {
    /// The event that it carries.
    pub event_name: String,
    /// Its status, in Catena's word.
    pub status: String,
    /// Where it posts.
    pub endpoint: String,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
}

/// All subscriptions, and what is missing.
#[derive(Debug, Clone)]
pub struct SubscriptionsView {
    /// Those that exist.
    pub rows: Vec<SubscriptionRow>,
    /// What Onramp needs and Catena doesn't send.
    pub missing: Vec<String>,
    /// Our own endpoint.
    pub endpoint: String,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// What has just been done.
    pub notice: Option<String>,
    /// Whether the visitor may change subscriptions.
    pub may_administer: bool,
}

/// The subscriptions.
#[component]
pub fn SubscriptionsPage(
    /// The visit.
    visit: Visit,
    /// The subscriptions.
    view: SubscriptionsView,
) -> impl IntoView {
    let _ = view;
    view! { <Document visit=visit title="Subscriptions"><h1>"Subscriptions"</h1></Document> }
}
