//! A call with a valid token, and what many handlers do with one.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::paging::PageRequest,
    request::{
        path::{Path, uuid},
        query::Params,
    },
    sandbox::Sandbox,
    state::{State, change::Change, error::ApiError},
};

/// A call with a valid token. Whether the token has the scope that the call needs is checked with [`Self::needs`].
pub(crate) struct Call {
    pub(crate) sandbox: Sandbox,
    pub(crate) params: Params,
    /// The variable parts of the path, with their names.
    path: Vec<(String, String)>,
    scopes: Vec<String>,
}

impl Call {
    /// Refuses the call with a 403 if the token lacks `scope`.
    pub(crate) fn needs(&self, scope: &str) -> Result<(), ApiError> {
        if self.scopes.iter().any(|one| one == scope) { Ok(()) } else { Err(ApiError::Forbidden) }
    }

    /// The part of the path that the route calls `name`.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    /// The same as a UUID. Anything else is a 422.
    pub(crate) fn id(&self, name: &str) -> Result<Uuid, ApiError> {
        uuid(&format!("path.{name}"), self.path(name))
    }

    /// Which page of a list is requested.
    pub(crate) fn page(&self) -> Result<PageRequest, ApiError> {
        PageRequest::parse(&self.params)
    }

    /// Answers a `GET` of one record.
    pub(crate) fn get(
        &self,
        scope: &str,
        id_name: &str,
        show: impl FnOnce(&State, Uuid) -> Result<Value, ApiError>,
    ) -> Result<Json<Value>, ApiError> {
        self.needs(scope)?;
        let id = self.id(id_name)?;
        self.sandbox.read(|state, _| show(state, id)).map(Json)
    }

    /// Answers a `DELETE` of one record.
    pub(crate) fn delete(
        &self,
        scope: &str,
        id_name: &str,
        delete: impl FnOnce(&mut Change<'_>, Uuid) -> Result<(), ApiError>,
    ) -> Result<StatusCode, ApiError> {
        self.needs(scope)?;
        let id = self.id(id_name)?;
        self.sandbox.change(|change| delete(change, id))?;
        Ok(StatusCode::NO_CONTENT)
    }
}

impl FromRequestParts<Sandbox> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, ApiError> {
        let scopes = scopes(parts, sandbox)?;
        let Path(path) = Path::from_request_parts(parts, sandbox).await?;
        let params = Params::parse(parts.uri.query().unwrap_or_default());
        Ok(Self { sandbox: sandbox.clone(), params, path, scopes })
    }
}

/// The scopes of the request's token. A 401 without a valid one.
fn scopes(parts: &Parts, sandbox: &Sandbox) -> Result<Vec<String>, ApiError> {
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((_, token)) = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Err(ApiError::Unauthorized("Not authenticated"));
    };
    let now = sandbox.clock_now();
    sandbox.read(|state, _| match state.tokens.get(token.trim()) {
        None => Err(ApiError::Unauthorized("Invalid token")),
        Some(token) if token.expires_at <= now => Err(ApiError::Unauthorized("Token expired")),
        Some(token) => Ok(token.scopes.clone()),
    })
}
