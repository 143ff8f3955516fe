//! Query parameters.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{request::path::uuid, state::error::ApiError};

/// The query of a request. Unknown parameters are ignored; an array is a repeated parameter (CONTRACT.md 1).
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Params {
    /// Parses a query, without its `?`.
    pub(crate) fn parse(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The parameter's first value.
    pub(crate) fn first<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.values(name).next()
    }

    /// The parameter's only value. A choice: if the parameter isn't an array but is repeated, the answer is a 422.
    pub(crate) fn text<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, ApiError> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (Some(_), Some(again)) => {
                Err(ApiError::invalid(&format!("query.{name}"), again, "Input should be given once", "too_long"))
            }
            (only, _) => Ok(only),
        }
    }

    /// Like [`Self::text`]. A choice: `null` counts as missing.
    pub(crate) fn nullable<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, ApiError> {
        Ok(self.text(name)?.filter(|value| *value != "null"))
    }

    /// All values of the parameter. More than 100 are a 422 (CONTRACT.md 7 and 11).
    pub(crate) fn texts<'a>(&'a self, name: &'a str) -> Result<Vec<&'a str>, ApiError> {
        let values: Vec<_> = self.values(name).collect();
        if values.len() > 100 {
            let path = format!("query.{name}");
            let input = values.len().to_string();
            return Err(ApiError::invalid(&path, &input, "List should have at most 100 items", "too_long"));
        }
        Ok(values)
    }

    /// Like [`Self::texts`], but UUIDs.
    pub(crate) fn uuids(&self, name: &str) -> Result<Vec<Uuid>, ApiError> {
        match self.texts(name)?.as_slice() {
            ["null"] => Ok(Vec::new()),
            values => values.iter().map(|text| uuid(&format!("query.{name}"), text)).collect(),
        }
    }

    /// The parameter as a UUID.
    pub(crate) fn uuid(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.nullable(name)?.map(|text| uuid(&format!("query.{name}"), text)).transpose()
    }

    /// The parameter as a timestamp.
    pub(crate) fn datetime(&self, name: &str) -> Result<Option<OffsetDateTime>, ApiError> {
        let Some(text) = self.nullable(name)? else { return Ok(None) };
        let refuse = || {
            ApiError::invalid(&format!("query.{name}"), text, "Input should be a valid datetime", "datetime_parsing")
        };
        timestamp::parse(text).map(Some).ok_or_else(refuse)
    }

    /// The parameter, which must be one of `values`.
    pub(crate) fn one_of<'a>(&'a self, name: &'a str, values: &[&str]) -> Result<Option<&'a str>, ApiError> {
        self.checked(name, |value| values.contains(&value), &format!("Input should be {}", values.join(", ")))
    }

    /// The parameter, which must pass `is_valid`; else a 422 with `message`.
    pub(crate) fn checked<'a>(
        &'a self,
        name: &'a str,
        is_valid: impl Fn(&str) -> bool,
        message: &str,
    ) -> Result<Option<&'a str>, ApiError> {
        match self.nullable(name)? {
            Some(value) if !is_valid(value) => Err(ApiError::invalid(&format!("query.{name}"), value, message, "enum")),
            value => Ok(value),
        }
    }
}
