//! How each delivery of a subscription went from Catena's point of view (WEBHOOKS.md 5.7).

use domain::timestamp;
use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{call::Call, catena::Catena, open_enum::open_enum, paging::Pages, wire};

static LOGS: Call = Call::new(Method::GET, "/v2/notifications/webhooks/{webhook_id}/logs", "webhook:read");

open_enum! {
    /// Whether a delivery succeeded. Catena treats 4xx as delivered but logs it as failed (WEBHOOKS.md 9).
    pub enum LogStatus {
        Success = "success",
        Failed = "failed",
    }
}

/// One delivery that Catena attempted. It has neither an attempt number nor a request id.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SubscriptionLog {
    /// When it was attempted, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// The subscription it belongs to.
    pub webhook_id: Uuid,
    /// The event: probably the `id` in the delivery's body.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub message_id: Option<Uuid>,
    /// The event's name.
    #[serde(deserialize_with = "wire::text")]
    pub event_name: String,
    /// Whether it succeeded.
    pub status: LogStatus,
    /// The HTTP status that we answered.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub status_code: Option<i64>,
    /// Catena's explanation of the failure, safe to show.
    #[serde(default, deserialize_with = "wire::maybe_fit_to_show")]
    pub error_message: Option<String>,
    /// How long our answer took, in milliseconds.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub response_time_ms: Option<i64>,
}

/// Which deliveries to list. A `None` field doesn't restrict. Catena keeps 14 days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Deliveries at or after this time, UTC.
    pub from: Option<OffsetDateTime>,
    /// Deliveries up to this time, UTC.
    pub until: Option<OffsetDateTime>,
    /// Deliveries with this outcome.
    pub status: Option<LogStatus>,
}

impl Catena {
    /// The deliveries of a subscription that match `filter`, page by page.
    pub fn subscription_logs(&self, subscription: Uuid, filter: &LogFilter) -> Pages<SubscriptionLog> {
        let mut query = Vec::new();
        query.extend(filter.from.map(|from| ("start_date", timestamp::rfc3339(from))));
        query.extend(filter.until.map(|until| ("end_date", timestamp::rfc3339(until))));
        query.extend(filter.status.as_ref().map(|status| ("status", status.to_string())));
        Pages::below(self, &LOGS, &[subscription], query)
    }
}
