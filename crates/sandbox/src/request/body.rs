//! Reads a JSON body field by field, so that a 422 lists everything that is wrong with it.

use domain::timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::{
    checks::{self, Check, Refusal},
    error::{ApiError, Problem},
    update::Update,
};

const NOT_TEXT: Refusal = ("Input should be a valid string", "string_type");
const MISSING: Refusal = ("Field required", "missing");

/// The fields of a body, and the problems found so far. Unknown fields are ignored.
pub(crate) struct Fields {
    object: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields {
    /// Parses a body, which must be a JSON object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self { object, problems: Vec::new() }),
            Ok(_) => Err(ApiError::invalid("body", "", "Input should be a valid dictionary", "dict_type")),
            Err(_) => Err(ApiError::invalid("body", "", "JSON decode error", "json_invalid")),
        }
    }

    /// Parses a body, which must be an array of objects. Call [`Self::finish_each`] at the end.
    pub(crate) fn parse_each(body: &[u8]) -> Result<Vec<Self>, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Array(each)) => each.into_iter().enumerate().map(Self::element).collect(),
            Ok(_) => Err(ApiError::invalid("body", "", "Input should be a valid list", "list_type")),
            Err(_) => Err(ApiError::invalid("body", "", "JSON decode error", "json_invalid")),
        }
    }

    fn element((at, value): (usize, Value)) -> Result<Self, ApiError> {
        match value {
            Value::Object(object) => Ok(Self { object, problems: Vec::new() }),
            other => {
                let path = format!("body.{at}");
                Err(ApiError::invalid(&path, &other.to_string(), "Input should be a valid dictionary", "dict_type"))
            }
        }
    }

    /// The values, or a 422 with the problems of all elements.
    pub(crate) fn finish_each<T>(read: Vec<(Self, T)>) -> Result<Vec<T>, ApiError> {
        let mut problems = Vec::new();
        let mut values = Vec::new();
        for (at, (fields, value)) in read.into_iter().enumerate() {
            problems.extend(fields.problems_below(&format!("body.{at}")));
            values.push(value);
        }
        if problems.is_empty() { Ok(values) } else { Err(ApiError::Invalid(problems)) }
    }

    fn problems_below(self, path: &str) -> impl Iterator<Item = Problem> {
        self.problems.into_iter().map(move |mut problem| {
            problem.path = problem.path.replacen("body", path, 1);
            problem
        })
    }

    /// Refuses an explicit null where the contract doesn't allow it.
    pub(crate) fn not_null(&mut self, names: &[&str]) {
        for name in names {
            if self.object.get(*name).is_some_and(Value::is_null) {
                self.refuse(name, ("Input should not be null", "none_not_allowed"));
            }
        }
    }

    /// What an update says about the field. `read` reads its value.
    pub(crate) fn update<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Update<T> {
        if self.object.contains_key(name) { Update::Set(read(self)) } else { Update::Unchanged }
    }

    /// Records a problem with the field `name`.
    pub(crate) fn refuse(&mut self, name: &str, (message, error_type): Refusal) {
        let input = match self.object.get(name) {
            None => String::new(),
            Some(_) if name == "secret" => "*****".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        self.problems.push(Problem { path: format!("body.{name}"), input, message: message.into(), error_type });
    }

    /// The field's value. `None` if it is missing or null.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        self.object.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// An optional text. `None` if it is missing, null, or refused by `check`.
    pub(crate) fn text(&mut self, name: &str, check: Check) -> Option<String> {
        let outcome = match self.value(name)? {
            Value::String(text) => check(&text),
            _ => Err(NOT_TEXT),
        };
        outcome.map_err(|refusal| self.refuse(name, refusal)).ok()
    }

    /// A required text. Empty if it was refused.
    pub(crate) fn required(&mut self, name: &str, check: Check) -> String {
        if !self.object.contains_key(name) {
            self.refuse(name, MISSING);
        } else if self.value(name).is_none() {
            self.refuse(name, NOT_TEXT);
        }
        self.text(name, check).unwrap_or_default()
    }

    /// An optional text that must be one of `values`.
    pub(crate) fn one_of(&mut self, name: &str, values: &[&str]) -> Option<String> {
        let value = self.text(name, checks::any)?;
        if values.contains(&value.as_str()) {
            return Some(value);
        }
        self.refuse(name, ("Input should be one of the listed words", "enum"));
        None
    }

    /// An optional boolean.
    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let boolean = self.value(name)?.as_bool();
        if boolean.is_none() {
            self.refuse(name, ("Input should be a valid boolean", "bool_type"));
        }
        boolean
    }

    /// An optional timestamp.
    pub(crate) fn datetime(&mut self, name: &str) -> Option<OffsetDateTime> {
        timestamp::parse(&self.text(name, checks::datetime)?)
    }

    /// An optional UUID.
    pub(crate) fn uuid(&mut self, name: &str) -> Option<Uuid> {
        let uuid = self.text(name, checks::any)?.parse().ok();
        if uuid.is_none() {
            self.refuse(name, ("Input should be a valid UUID", "uuid_parsing"));
        }
        uuid
    }

    /// An optional integer within `range`. `24.0` is an integer too.
    pub(crate) fn integer(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 1e15;
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is small enough")]
        let number = value.as_i64().or_else(|| value.as_f64().filter(whole).map(|number| number as i64));
        let refusal = match number {
            Some(number) if range.contains(&number) => return Some(number),
            Some(number) if number > *range.end() => {
                ("Input should be less than or equal to the limit", "less_than_equal")
            }
            Some(_) => ("Input should be greater than or equal to the limit", "greater_than_equal"),
            None => ("Input should be a valid integer", "int_type"),
        };
        self.refuse(name, refusal);
        None
    }

    /// An optional array of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.list(name, ("Input should be a list of valid strings", "list_type"))
    }

    /// An optional array of texts that must all pass `check`.
    pub(crate) fn checked_texts(&mut self, name: &str, check: Check) -> Option<Vec<String>> {
        let checked: Result<Vec<_>, _> = self.texts(name)?.iter().map(|text| check(text)).collect();
        checked.map_err(|refusal| self.refuse(name, refusal)).ok()
    }

    /// An optional array of UUIDs.
    pub(crate) fn uuids(&mut self, name: &str) -> Option<Vec<Uuid>> {
        self.list(name, ("Input should be a list of valid UUIDs", "uuid_parsing"))
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str, refusal: Refusal) -> Option<Vec<T>> {
        let list = serde_json::from_value(self.value(name)?).ok();
        if list.is_none() {
            self.refuse(name, refusal);
        }
        list
    }

    /// Adds the problems found in the object inside the field `name`.
    pub(crate) fn add_problems_of(&mut self, name: &str, inner: Self) {
        self.problems.extend(inner.problems_below(&format!("body.{name}")));
    }

    /// The object inside the field `name`, to be read like a body. Call [`Self::add_problems_of`] afterward.
    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        if let Value::Object(object) = self.value(name)? {
            return Some(Self { object, problems: Vec::new() });
        }
        self.refuse(name, ("Input should be a valid dictionary", "dict_type"));
        None
    }

    /// The objects inside the array in the field `name`, each to be read like a body.
    pub(crate) fn objects(&mut self, name: &str) -> Option<Vec<Self>> {
        let Value::Array(each) = self.value(name)? else {
            self.refuse(name, ("Input should be a valid list", "list_type"));
            return None;
        };
        let read: Result<Vec<_>, _> = each.into_iter().enumerate().map(Self::element).collect();
        if read.is_err() {
            self.refuse(name, ("Input should be a list of valid dictionaries", "list_type"));
        }
        read.ok()
    }

    /// The names of all fields in the body.
    pub(crate) fn names(&self) -> Vec<String> {
        self.object.keys().cloned().collect()
    }

    /// `value`, or a 422 with all problems.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.problems.is_empty() { Ok(value) } else { Err(ApiError::Invalid(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_ignored_refused_or_a_value_depending_on_the_field() {
        let mut body = Fields::parse(br#"{"a": null, "b": 24.0, "c": 24.5, "d": [1], "e": "x"}"#).unwrap();
        assert_eq!((body.text("a", checks::any), body.integer("b", 1..=30)), (None, Some(24)));
        assert_eq!(body.update("a", |body| body.text("a", checks::any)), Update::Set(None));
        assert_eq!(body.update("z", |_| Some(1)), Update::Unchanged);
        body.not_null(&["a", "z"]);
        assert_eq!((body.integer("c", 1..=30), body.boolean("e"), body.objects("d").is_none()), (None, None, true));
        let Err(ApiError::Invalid(problems)) = body.finish(()) else { panic!("it has problems") };
        let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["body.a", "body.c", "body.e", "body.d"]);
    }

    #[test]
    fn a_list_names_the_element_that_is_wrong() {
        let read = Fields::parse_each(br#"[{"key": "k"}, {}]"#).unwrap().into_iter().map(|mut one| {
            let key = one.required("key", checks::any);
            (one, key)
        });
        let Err(ApiError::Invalid(problems)) = Fields::finish_each(read.collect()) else { panic!("it has a problem") };
        assert_eq!((problems.len(), problems[0].path.as_str()), (1, "body.1.key"));
        assert!(Fields::parse_each(b"{}").is_err() && Fields::parse_each(b"[1]").is_err());
    }
}
