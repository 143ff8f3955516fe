//! The schemas of events, each an OpenAPI document in a string (WEBHOOKS.md 5.9).
//!
//! Choices: only events with a published payload have a schema, in the version that the sandbox sends. Any other name or
//! version, even `1` instead of `1.0`, is a 404.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    state::{enums, resources::integration_resources},
    webhooks::{event_names::event_names, events},
};

/// The record of each event, and the records' schemas in OpenAPI 3.0. The long enums are filled in by [`document`].
#[derive(Default, Deserialize)]
struct Published {
    events: BTreeMap<String, String>,
    schemas: BTreeMap<String, Value>,
}

/// Compiled into the binary. A test makes sure that it can be parsed.
static PUBLISHED: LazyLock<Published> =
    LazyLock::new(|| serde_json::from_str(include_str!("event_schemas.json")).unwrap_or_default());

/// The OpenAPI document of one event.
fn document(event_name: &str, record: &str, version: &str) -> Value {
    let mut schemas = json!(PUBLISHED.schemas);
    if let Some(all) = schemas.as_object_mut() {
        all.retain(|name, _| !name.starts_with("Base") || name == record);
    }
    schemas["TspEnum"] = json!({ "type": "string", "enum": enums::sources() });
    schemas["ResourceEnum"] = json!({ "type": "string", "enum": integration_resources() });
    schemas["WebhookEventNameEnum"] = json!({ "type": "string", "enum": event_names() });
    schemas["Event"] = json!({
        "type": "object",
        "required": ["version", "data", "webhook_id"],
        "properties": {
            "version": { "type": "string", "pattern": r"^\d+\.\d+$" },
            "event_name": { "type": "string", "default": event_name },
            "data": { "type": "array", "items": { "$ref": format!("#/components/schemas/{record}") } },
            "webhook_id": { "type": "string", "format": "uuid" },
            "timestamp": { "type": "string", "format": "date-time", "nullable": true },
            "id": { "type": "string", "format": "uuid", "nullable": true },
            "delivery_attempt": { "type": "integer", "default": 0 },
        },
    });
    json!({
        "openapi": "3.0.3",
        "info": { "title": event_name, "version": version },
        "paths": {},
        "components": { "schemas": schemas },
    })
}

/// The `EventSchema` of an event. `None` if there is none.
pub(crate) fn schema(event_name: &str) -> Option<Value> {
    let record = PUBLISHED.events.get(event_name)?;
    let version = events::version(event_name);
    Some(json!({
        "event_name": event_name,
        "version": version,
        "created_at": "2026-01-26T15:40:23.624104Z",
        "openapi_schema": document(event_name, record, version).to_string(),
        "changelog": "Initial schema version",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|inner| references(inner, found));
            }
            Value::Array(each) => each.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn each_published_event_has_a_document_whose_references_lead_somewhere() {
        assert_eq!(PUBLISHED.events.len(), 21);
        for (event_name, record) in &PUBLISHED.events {
            let document = document(event_name, record, "1.0");
            let mut found = Vec::new();
            references(&document, &mut found);
            assert!(!found.is_empty());
            for reference in found {
                let there = document.pointer(reference.trim_start_matches('#'));
                assert!(there.is_some_and(Value::is_object), "{event_name}: {reference}");
            }
            let fields = &document["components"]["schemas"][record]["properties"];
            assert!(fields["id"]["format"] == "uuid", "{event_name}");
        }
    }
}
