//! Compares requests and answers with what the documents say about them. Each returned text describes one violation.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::{HeaderMap, header, request::Parts};
use serde_json::Value;
use url::form_urlencoded;

use super::documents::{Documents, Operation, resolved, wrong_by_schema};

/// What is wrong with a request.
pub fn request(operation: &Operation, ids: &[(String, String)], parts: &Parts, body: &[u8]) -> Vec<String> {
    let mut wrong = token(operation, &parts.headers);
    for (name, value) in ids {
        match operation.parameters("path").find(|parameter| parameter["name"] == name.as_str()) {
            Some(parameter) => {
                let told = wrong_by_schema(operation.document(), &parameter["schema"], &Value::from(value.as_str()));
                wrong.extend(told.into_iter().map(|text| format!("path parameter {name} {text}")));
            }
            None => wrong.push(format!("path parameter {name} is not documented")),
        }
    }
    wrong.extend(query(operation, parts.uri.query().unwrap_or_default()));
    wrong.extend(request_body(operation, &parts.headers, body));
    wrong
}

/// What is wrong with an answer. Without an operation, only 404 and 405 are right.
pub fn answer(operation: Option<&Operation>, status: u16, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
    let (document, response) = match (operation, status) {
        (Some(operation), _) => (Arc::clone(operation.document()), operation.response(status)),
        (None, 404) => some(Documents::get().answer_without_operation("NotFound")),
        (None, 405) => some(Documents::get().answer_without_operation("MethodNotAllowed")),
        (None, _) => return vec!["there is no such operation, and yet it is answered".to_owned()],
    };
    let Some(response) = response else { return vec!["this status is not documented".to_owned()] };
    let Some(content) = response.get("content") else {
        let empty = body.is_empty();
        return if empty { Vec::new() } else { vec!["it has a body, and none is documented".to_owned()] };
    };
    let Some(schema) = content.get("application/json").map(|json| &json["schema"]) else {
        return vec!["the documented content is not JSON".to_owned()];
    };
    if !is_json(headers) {
        return vec!["its content type is not application/json".to_owned()];
    }
    match serde_json::from_slice(body) {
        Ok(value) => wrong_by_schema(&document, schema, &value),
        Err(_) => vec!["its body is not JSON".to_owned()],
    }
}

fn some((document, response): (Arc<Value>, Value)) -> (Arc<Value>, Option<Value>) {
    (document, Some(response))
}

/// A token must be sent where the operation needs one, and nowhere else.
fn token(operation: &Operation, headers: &HeaderMap) -> Vec<String> {
    match (operation.scope(), headers.contains_key(header::AUTHORIZATION)) {
        (Some(_), false) => vec!["it has no token".to_owned()],
        (None, true) => vec!["it has a token, and needs none".to_owned()],
        _ => Vec::new(),
    }
}

fn query(operation: &Operation, query: &str) -> Vec<String> {
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        given.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    let mut wrong = Vec::new();
    for parameter in operation.parameters("query") {
        let name = parameter["name"].as_str().unwrap();
        match given.remove(name) {
            Some(values) => {
                let told = parameter_values(operation, name, &parameter["schema"], &values);
                wrong.extend(told.into_iter().map(|text| format!("query parameter {name} {text}")));
            }
            None if parameter["required"] == true => wrong.push(format!("query parameter {name} is missing")),
            None => {}
        }
    }
    // Catena ignores unknown parameters, and would return more than was asked for (CONTRACT.md trap 11).
    wrong.extend(given.into_keys().map(|name| format!("query parameter {name} is unknown")));
    wrong
}

fn parameter_values(operation: &Operation, name: &str, schema: &Value, values: &[String]) -> Vec<String> {
    let document = operation.document();
    if takes(document, schema, "array") {
        let mut wrong = wrong_by_schema(document, schema, &Value::from(values));
        if values.iter().any(|value| value.contains(',')) {
            wrong.push("is joined by commas, and is to be repeated".to_owned());
        }
        return wrong;
    }
    let [value] = values else { return vec![format!("is given {} times", values.len())] };
    if name == "cursor" && value.contains('%') {
        return vec!["is encoded twice".to_owned()];
    }
    let number = takes(document, schema, "integer").then(|| value.parse::<i64>().ok()).flatten();
    let value = number.map_or_else(|| Value::from(value.as_str()), Value::from);
    wrong_by_schema(document, schema, &value)
}

fn takes(document: &Value, schema: &Value, kind: &str) -> bool {
    let schema = resolved(document, schema);
    let any = schema["anyOf"].as_array();
    schema["type"] == kind || any.is_some_and(|any| any.iter().any(|one| takes(document, one, kind)))
}

fn request_body(operation: &Operation, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
    let described = operation.request_body();
    match (described.is_null(), body.is_empty()) {
        (true, false) => return vec!["it has a body, and none is documented".to_owned()],
        (false, true) if described["required"] == true => return vec!["its body is missing".to_owned()],
        (_, true) => return Vec::new(),
        (false, false) => {}
    }
    if !is_json(headers) {
        return vec!["its content type is not application/json".to_owned()];
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return vec!["its body is not JSON".to_owned()] };
    let schema = &described["content"]["application/json"]["schema"];
    let mut wrong = wrong_by_schema(operation.document(), schema, &value);
    // No schema forbids additional fields, but an unknown one has no effect.
    if let (Some(fields), Some(known)) =
        (value.as_object(), resolved(operation.document(), schema)["properties"].as_object())
    {
        for name in fields.keys() {
            match known.get(name) {
                None => wrong.push(format!("body field {name} is unknown")),
                Some(field) if field["deprecated"] == true => wrong.push(format!("body field {name} is deprecated")),
                Some(_) => {}
            }
        }
    }
    wrong
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}
