//! The schemas of events, looked up by name (WEBHOOKS.md 5.9): an `OpenAPI` document inside a string.
//!
//! Choices: the events with a published payload have a schema, in the one version that the sandbox sends; any other name or
//! version, `1` instead of `1.0` too, is a 404.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::{auth::Bearer, path::Path},
    state::{enums, error::ApiError, resources::fetched},
    webhooks::{event_names::event_names, events},
};

/// Which record each event carries, and the records' schemas as `OpenAPI` 3.0 has them. The long lists of words are filled in
/// from where the sandbox keeps them.
#[derive(Default, Deserialize)]
struct Published {
    events: BTreeMap<String, String>,
    schemas: BTreeMap<String, Value>,
}

/// Part of the binary; that it can be read is tested.
static PUBLISHED: LazyLock<Published> =
    LazyLock::new(|| serde_json::from_str(include_str!("event_schemas.json")).unwrap_or_default());

/// The `OpenAPI` document about one event.
fn document(event_name: &str, record: &str, version: &str) -> Value {
    let mut schemas = json!(PUBLISHED.schemas);
    if let Some(all) = schemas.as_object_mut() {
        all.retain(|name, _| !name.starts_with("Base") || name == record);
    }
    schemas["TspEnum"] = json!({ "type": "string", "enum": enums::sources() });
    schemas["ResourceEnum"] = json!({ "type": "string", "enum": fetched() });
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

/// `EventSchema`
fn show(event_name: &str) -> Result<Json<Value>, ApiError> {
    let record = PUBLISHED.events.get(event_name).ok_or(ApiError::NotFound)?;
    let version = events::version(event_name);
    Ok(Json(json!({
        "event_name": event_name,
        "version": version,
        "created_at": "2026-01-26T15:40:23.624104Z",
        "openapi_schema": document(event_name, record, version).to_string(),
        "changelog": "Initial schema version",
    })))
}

/// `GET /v2/notifications/schemas/{event_name}`: any token.
pub(crate) async fn latest(_any: Bearer, Path(event_name): Path<String>) -> Result<Json<Value>, ApiError> {
    show(&event_name)
}

/// `GET /v2/notifications/schemas/{event_name}/versions/{version}`: any token.
pub(crate) async fn version(
    _any: Bearer,
    Path((event_name, version)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    if version == events::version(&event_name) { show(&event_name) } else { Err(ApiError::NotFound) }
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
