//! What became of each delivery of a subscription, in Catena's eyes (WEBHOOKS.md 5.7).

use domain::timestamp;
use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{call::Call, catena::Catena, open_enum::open_enum, paging::Pages, wire};

static LOGS: Call = Call::new(Method::GET, "/v2/notifications/webhooks/{webhook_id}/logs", "webhook:read");

open_enum! {
    /// Whether a request was delivered. Catena takes 4xx as delivered but logs it as failed (WEBHOOKS.md 9).
    pub enum LogStatus {
        Success = "success",
        Failed = "failed",
    }
}

/// One request that Catena made. It has neither an attempt's number nor a request's id.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SubscriptionLog {
    /// When, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// Of which subscription.
    pub webhook_id: Uuid,
    /// Of which event: probably the `id` of the delivery's body.
    #[serde(default)]
    pub message_id: Option<Uuid>,
    /// The event's name.
    pub event_name: String,
    /// Whether it was delivered.
    pub status: LogStatus,
    /// What we answered.
    #[serde(default)]
    pub status_code: Option<i64>,
    /// Catena's words on the failure, fit to be shown.
    #[serde(default, deserialize_with = "wire::maybe_fit_to_show")]
    pub error_message: Option<String>,
    /// How long our answer took, in milliseconds.
    #[serde(default)]
    pub response_time_ms: Option<i64>,
}

/// Which requests to list; what is `None` does not narrow. Catena keeps 14 days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// From this moment on, UTC.
    pub from: Option<OffsetDateTime>,
    /// Until this moment, UTC.
    pub until: Option<OffsetDateTime>,
    /// Of this outcome.
    pub status: Option<LogStatus>,
}

impl Catena {
    /// The requests of a subscription that match, page by page.
    pub fn subscription_logs(&self, subscription: Uuid, filter: &LogFilter) -> Pages<SubscriptionLog> {
        let mut query = Vec::new();
        query.extend(filter.from.map(|from| ("start_date", timestamp::rfc3339(from))));
        query.extend(filter.until.map(|until| ("end_date", timestamp::rfc3339(until))));
        query.extend(filter.status.as_ref().map(|status| ("status", status.to_string())));
        Pages::below(self, &LOGS, &[subscription], query)
    }
}
