//! The headers of a delivery (WEBHOOKS.md 1.1). Only the timestamp is signed; the others are what somebody said.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

/// Longest value that is kept: Catena's are shorter.
const VALUE_MAX: usize = 200;

/// Those that no rule reads but a person may want to see.
const OTHERS: [&str; 7] =
    ["Content-Type", "Content-Encoding", "User-Agent", "X-Event-Type", "X-Request-ID", "X-Schema-Version", "X-Source"];

/// What a delivery's headers say.
pub(super) struct Headers {
    pub signature: Option<String>,
    pub timestamp: Option<String>,
    pub webhook_id: Option<String>,
    pub event_type: Option<String>,
    pub attempt: Option<i64>,
    others: Map<String, Value>,
}

impl Headers {
    pub fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            Some(value.chars().take(VALUE_MAX).collect::<String>()).filter(|value| !value.is_empty())
        };
        let others = OTHERS.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(text(name)?))));
        Self {
            signature: text("x-catena-signature"),
            timestamp: text("x-catena-timestamp"),
            webhook_id: text("x-webhook-id"),
            event_type: text("x-event-type"),
            attempt: text("x-delivery-attempt").and_then(|attempt| attempt.parse().ok()),
            others: others.collect(),
        }
    }

    /// The documented headers that no rule reads, as a JSON object.
    pub fn others(&self) -> String {
        serde_json::to_string(&self.others).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_documented_and_short() {
        let mut headers = HeaderMap::new();
        let long = "x".repeat(10_000);
        for (name, value) in [("x-request-id", "r-1"), ("cookie", "secret"), ("x-source", &long), ("user-agent", " ")] {
            headers.insert(name, value.parse().unwrap());
        }
        let kept: Map<String, Value> = serde_json::from_str(&Headers::read(&headers).others()).unwrap();
        assert_eq!(kept.keys().map(String::as_str).collect::<Vec<_>>(), ["X-Request-ID", "X-Source"]);
        assert_eq!(kept["X-Source"].as_str().map(str::len), Some(VALUE_MAX));
    }
}
