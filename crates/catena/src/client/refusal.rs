//! Turns answers other than success into errors (CONTRACT.md 3). Their bodies are read leniently: no field is guaranteed, and
//! `detail` is a string, an array, an object, or null.

use domain::json;
use serde_json::Value;

use super::{
    call::{Answer, Call},
    error::{CatenaError, FieldProblem, Side},
    retry_after,
    wire::fit_to_show,
};

/// The error that an answer of the API stands for.
pub(crate) fn from_api(call: &Call, answer: &Answer) -> CatenaError {
    let side = Side::Api;
    let status = answer.status.as_u16();
    if status == 429 {
        return CatenaError::RateLimited { retry_after: retry_after::of(answer) };
    }
    if (300..400).contains(&status) {
        return redirected(side, status);
    }
    let Some(body) = body(answer) else { return CatenaError::NotJson { side, status } };
    let detail = body.get("detail").unwrap_or(&Value::Null);
    match status {
        401 => CatenaError::Unauthorized,
        403 => CatenaError::Forbidden { scope: call.scope() },
        404 => CatenaError::NotFound,
        409 => CatenaError::Conflict { detail: words(detail) },
        422 => CatenaError::Invalid { fields: fields(detail) },
        400..500 => CatenaError::Refused { status, detail: words(detail) },
        500.. => CatenaError::Server { side, status },
        _ => CatenaError::UnexpectedAnswer { side, status, problem: "the contract has no such answer".into() },
    }
}

/// The error that an answer of the token endpoint stands for. It has OAuth's shape, not the API's (CONTRACT.md 2).
pub(crate) fn from_auth(answer: &Answer) -> CatenaError {
    let side = Side::Auth;
    let status = answer.status.as_u16();
    if status == 429 {
        return CatenaError::RateLimited { retry_after: retry_after::of(answer) };
    }
    if (300..400).contains(&status) {
        return redirected(side, status);
    }
    let Some(body) = body(answer) else { return CatenaError::NotJson { side, status } };
    match status {
        400 | 401 | 403 => {
            let text = |name| body.get(name).and_then(Value::as_str).map(fit_to_show);
            let problem = match (text("error"), text("error_description")) {
                (Some(error), Some(description)) => format!("{error} ({description})"),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => format!("status {status}"),
            };
            CatenaError::BadCredentials { problem }
        }
        500.. => CatenaError::Server { side, status },
        _ => CatenaError::UnexpectedAnswer { side, status, problem: "there is no token endpoint here".into() },
    }
}

fn redirected(side: Side, status: u16) -> CatenaError {
    CatenaError::UnexpectedAnswer { side, status, problem: "a redirect, which is not followed".into() }
}

/// The body as JSON, null if it is empty; `None` if it is not JSON.
fn body(answer: &Answer) -> Option<Value> {
    if answer.body.trim_ascii().is_empty() {
        return Some(Value::Null);
    }
    json::read(&answer.body).ok()
}

fn words(detail: &Value) -> Option<String> {
    match detail {
        Value::Null => None,
        Value::String(text) => Some(fit_to_show(text)),
        Value::Array(_) | Value::Object(_) => {
            let said: Vec<String> = fields(detail).into_iter().map(|problem| problem.message).collect();
            (!said.is_empty()).then(|| said.join("; "))
        }
        other => Some(fit_to_show(&other.to_string())),
    }
}

fn fields(detail: &Value) -> Vec<FieldProblem> {
    match detail {
        Value::String(text) => vec![FieldProblem { path: String::new(), message: fit_to_show(text) }],
        Value::Array(items) => items.iter().flat_map(fields).collect(),
        Value::Object(item) => {
            // `input` repeats what was sent, secrets included, so it is not read.
            let text = |name: &str| item.get(name).and_then(Value::as_str).map(fit_to_show);
            let Some(message) = text("message") else { return Vec::new() };
            vec![FieldProblem { path: text("path").unwrap_or_default(), message }]
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
