//! The two OpenAPI documents: their operations and schemas.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock},
};

use axum::http::Method;
use jsonschema::Validator;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::data::{notifications_document, orgs_document};

const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

/// Both documents, read once.
pub struct Documents {
    operations: Vec<Operation>,
    /// The first document, for answers that belong to no operation.
    orgs: Arc<Value>,
}

/// One operation of a document.
pub struct Operation {
    method: Method,
    template: String,
    document: Arc<Value>,
    described: Value,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

impl Documents {
    /// Both documents, parsed on first use.
    pub fn get() -> &'static Self {
        static READ: OnceLock<Documents> = OnceLock::new();
        READ.get_or_init(|| {
            let orgs = Arc::new(orgs_document());
            let notifications = Arc::new(notifications_document());
            let mut operations = operations_of(&orgs);
            operations.extend(operations_of(&notifications));
            Self { operations, orgs }
        })
    }

    /// The operations of both documents.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation that a request calls, and the values of the `{…}` parts of its path. A path without such parts is preferred:
    /// `data-freshness` is not a connection's id (CONTRACT.md trap 1).
    pub fn find(&self, method: &Method, path: &str) -> Option<(&Operation, Vec<(String, String)>)> {
        let matching = self.operations.iter().filter(|operation| operation.method == *method);
        let fitting = matching.filter_map(|operation| Some((operation, ids(&operation.template, path)?)));
        fitting.min_by_key(|(_, ids)| ids.len())
    }

    /// The documented answer to a request that calls no operation, with its document.
    pub fn answer_without_operation(&self, name: &str) -> (Arc<Value>, Value) {
        (Arc::clone(&self.orgs), self.orgs["components"]["responses"][name].clone())
    }
}

impl Operation {
    /// Its parameters in `place`: `query` or `path`.
    pub fn parameters(&self, place: &str) -> impl Iterator<Item = &Value> {
        let all = self.described["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |parameter| parameter["in"] == place)
    }

    /// The description of its request body; null if it has none.
    pub fn request_body(&self) -> &Value {
        &self.described["requestBody"]
    }

    /// The description of the answer with this status; `None` if the status is not documented.
    pub fn response(&self, status: u16) -> Option<Value> {
        let response = self.described["responses"].get(status.to_string())?;
        Some(resolved(&self.document, response).clone())
    }

    /// The scope that it needs; `None` if it needs no token.
    pub fn scope(&self) -> Option<&str> {
        self.described["security"][0]["Bearer"].as_array().map(|scopes| scopes[0].as_str().unwrap_or_default())
    }

    /// The document that describes it.
    pub fn document(&self) -> &Arc<Value> {
        &self.document
    }
}

fn operations_of(document: &Arc<Value>) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            if METHODS.contains(&method.as_str()) {
                operations.push(Operation {
                    method: method.to_uppercase().parse().unwrap(),
                    template: template.clone(),
                    document: Arc::clone(document),
                    described: described.clone(),
                });
            }
        }
    }
    operations
}

fn ids(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut ids = Vec::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => ids.push((name.to_owned(), percent_decode_str(given).decode_utf8_lossy().into_owned())),
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(ids)
}

/// Follows `value` if it is a `$ref`.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap()),
        None => value,
    }
}

/// What is wrong with `value` under a schema of `document`.
pub fn wrong_by_schema(document: &Arc<Value>, schema: &Value, value: &Value) -> Vec<String> {
    let validator = validator(document, schema);
    let told = validator.iter_errors(value).map(|error| {
        let text: String = error.to_string().chars().take(300).collect();
        format!("at {:?}: {text}", error.instance_path().to_string())
    });
    told.collect()
}

/// Compiled once for each schema, together with all components of the document, so that its references can be resolved.
fn validator(document: &Arc<Value>, schema: &Value) -> Arc<Validator> {
    static COMPILED: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let key = format!("{:p} {schema}", Arc::as_ptr(document));
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap();
    let compile = || {
        let mut whole = if schema.is_object() { schema.clone() } else { json!({}) };
        whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        whole["components"] = document["components"].clone();
        Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap())
    };
    Arc::clone(compiled.entry(key).or_insert_with(compile))
}
