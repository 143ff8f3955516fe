//! Describes one call of the API, keeping what may be logged apart from what may not.

use std::time::Duration;

use domain::json;
use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use super::error::{CatenaError, FieldProblem, Side};

/// An operation: what is logged about a call, and what decides how it is made.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// The path, with `{…}` parts in place of ids.
    pub template: &'static str,
    access: Access,
}

#[derive(Debug)]
enum Access {
    Open,
    Scope(&'static str),
}

impl Call {
    /// A call that needs a token with `scope` (CONTRACT.md 2, WEBHOOKS.md 5).
    pub const fn new(method: Method, template: &'static str, scope: &'static str) -> Self {
        Self { method, template, access: Access::Scope(scope) }
    }

    /// A call that is made without a token.
    pub const fn open(method: Method, template: &'static str) -> Self {
        Self { method, template, access: Access::Open }
    }

    pub fn scope(&self) -> Option<&'static str> {
        match self.access {
            Access::Open => None,
            Access::Scope(scope) => Some(scope),
        }
    }

    /// Whether making it twice has no other effect than making it once (CONTRACT.md trap 23).
    pub fn may_be_repeated(&self) -> bool {
        matches!(self.method, Method::GET | Method::DELETE)
    }
}

/// What one call is filled with. No `Debug`: ids and bodies may be secrets.
#[derive(Default, Clone)]
pub(crate) struct Parts<'a> {
    /// One for each `{…}` part of the template.
    pub ids: &'a [&'a str],
    /// Names may repeat: that is how arrays are sent, never joined by commas (CONTRACT.md 1).
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Vec<u8>>,
}

impl<'a> Parts<'a> {
    pub fn ids(ids: &'a [&'a str]) -> Self {
        Self { ids, ..Self::default() }
    }

    pub fn query(query: Vec<(&'static str, String)>) -> Self {
        Self { query, ..Self::default() }
    }

    pub fn body(mut self, body: &impl Serialize) -> Result<Self, CatenaError> {
        let bytes = serde_json::to_vec(body).map_err(|_| {
            let message = "it can't be written as JSON".to_owned();
            CatenaError::Invalid { fields: vec![FieldProblem { path: String::new(), message }] }
        })?;
        self.body = Some(bytes);
        Ok(self)
    }
}

/// An answer with any status, read completely. No `Debug`: bodies hold secrets.
pub(crate) struct Answer {
    pub status: StatusCode,
    /// The wait from the header `Retry-After`, if there is one that can be read.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
    /// Whether an earlier attempt at the same call may have taken effect.
    pub after_a_lost_try: bool,
}

impl Answer {
    /// The body, read leniently ([`json::read`]).
    pub fn json<T: DeserializeOwned>(&self, side: Side) -> Result<T, CatenaError> {
        let status = self.status.as_u16();
        json::read(&self.body).map_err(|error| {
            if error.is_data() {
                CatenaError::UnexpectedAnswer { side, status, problem: problem_of(&error) }
            } else {
                CatenaError::NotJson { side, status }
            }
        })
    }
}

/// Serde's message repeats what was read, which may be a token. Only parts that are our own words or numbers are used.
pub(crate) fn problem_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let problem = match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => format!("the field {field} is missing"),
        None => "a value has another type than documented".to_owned(),
    };
    match (error.line(), error.column()) {
        // A record of a list, whose place there says more.
        (0, _) => problem,
        (line, column) => format!("{problem} (line {line}, column {column})"),
    }
}
