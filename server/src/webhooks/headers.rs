//! The headers of a delivery (WEBHOOKS.md 1.1). Only the timestamp is signed, so all others may be forged.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

/// In characters. Catena's own values are shorter.
const VALUE_MAX: usize = 200;

/// Headers that no rule reads but that help people to investigate.
const INFORMATIONAL: [&str; 7] =
    ["Content-Type", "Content-Encoding", "User-Agent", "X-Event-Type", "X-Request-ID", "X-Schema-Version", "X-Source"];

pub(super) struct Headers {
    pub signature: Option<String>,
    pub timestamp: Option<String>,
    pub webhook_id: Option<String>,
    pub event_type: Option<String>,
    pub attempt: Option<i64>,
    informational: Map<String, Value>,
}

impl Headers {
    pub fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            Some(value.chars().take(VALUE_MAX).collect::<String>()).filter(|value| !value.is_empty())
        };
        let informational =
            INFORMATIONAL.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(text(name)?))));
        Self {
            signature: text("x-catena-signature"),
            timestamp: text("x-catena-timestamp"),
            webhook_id: text("x-webhook-id"),
            event_type: text("x-event-type"),
            attempt: text("x-delivery-attempt").and_then(|attempt| attempt.parse().ok()),
            informational: informational.collect(),
        }
    }

    /// The headers that no rule reads, as a JSON object.
    pub fn informational(&self) -> String {
        serde_json::to_string(&self.informational).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_documented_headers_are_stored_and_long_values_are_cut() {
        let mut headers = HeaderMap::new();
        let long = "x".repeat(10_000);
        for (name, value) in [("x-request-id", "r-1"), ("cookie", "secret"), ("x-source", &long), ("user-agent", " ")] {
            headers.insert(name, value.parse().unwrap());
        }
        let stored: Map<String, Value> = serde_json::from_str(&Headers::read(&headers).informational()).unwrap();
        assert_eq!(stored.keys().map(String::as_str).collect::<Vec<_>>(), ["X-Request-ID", "X-Source"]);
        assert_eq!(stored["X-Source"].as_str().map(str::len), Some(VALUE_MAX));
    }
}
