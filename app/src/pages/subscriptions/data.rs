//! The data of a subscription's page.

use time::OffsetDateTime;

use super::list::SubscriptionRow;
use domain::subscription::{DeliveryMetrics, Place, SubscriptionProblem};

/// A secret that verifies deliveries; the secret itself is never shown.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedSecret {
    /// When it was created, UTC.
    pub made_at: OffsetDateTime,
    /// Until when it is accepted after being replaced, UTC; none for the current one.
    pub until: Option<OffsetDateTime>,
}

/// The confirmation typed to delete it.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// As typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// One subscription.
#[derive(Debug, Clone)]
pub struct SubscriptionDetail {
    /// What the list shows.
    pub row: SubscriptionRow,
    /// Its problems and notes.
    pub problems: Vec<SubscriptionProblem>,
    /// Whether it covers only some fleets.
    pub filtered: bool,
    /// When it was created, UTC.
    pub created_at: Option<OffsetDateTime>,
    /// When it was last changed, UTC.
    pub updated_at: Option<OffsetDateTime>,
    /// Catena's metrics, and when they were fetched, UTC.
    pub figures: Option<(DeliveryMetrics, OffsetDateTime)>,
    /// The accepted secrets, newest first; none if it isn't ours.
    pub secrets: Vec<AcceptedSecret>,
    /// The confirmation typed to delete it.
    pub confirmation: Confirmation,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// Whether the visitor may change it.
    pub may_administer: bool,
}

impl SubscriptionDetail {
    pub(super) fn is_ours(&self) -> bool {
        matches!(self.row.place, Place::Here | Place::Formerly)
    }
}
