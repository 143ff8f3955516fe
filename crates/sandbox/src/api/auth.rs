//! The token endpoint, its revocation, and the bearer tokens of the API with their scopes (CONTRACT.md 2).

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::{
    Sandbox,
    engine::invitation::PARTNER_SLUG,
    state::{Token, error::ApiError},
};

fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}

fn invalid_client() -> Response {
    oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", "Invalid client or Invalid client credentials")
}

struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn is_client(&self, sandbox: &Sandbox) -> bool {
        let settings = sandbox.settings();
        let same = |a: &str, b: &str| bool::from(a.as_bytes().ct_eq(b.as_bytes()));
        same(self.get("client_id"), &settings.client_id) && same(self.get("client_secret"), &settings.client_secret)
    }
}

/// `POST /realms/catena/protocol/openid-connect/token`
pub(crate) async fn token(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let form = Form::read(&body);
    if !form.is_client(&sandbox) {
        return invalid_client();
    }
    if form.get("grant_type") != "client_credentials" {
        return oauth_error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Unsupported grant_type");
    }
    if form.get("scope") != "organization" {
        return oauth_error(StatusCode::BAD_REQUEST, "invalid_scope", "Invalid scopes");
    }
    let lifetime = sandbox.settings().token_lifetime;
    let issued_at = sandbox.clock_now();
    let expires_at = issued_at.saturating_add(lifetime.try_into().unwrap_or(time::Duration::MAX));
    let access_token = sandbox.with(|change| {
        let claims = json!({
            "iss": format!("{}/realms/catena", change.settings.base()),
            "sub": change.state.partner_id,
            "azp": change.settings.client_id,
            "iat": issued_at.unix_timestamp(),
            "exp": expires_at.unix_timestamp(),
            "scope": change.settings.scopes,
            "org": { PARTNER_SLUG: { "id": change.state.partner_id, "org_type": ["partner"] } },
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(&json!({ "alg": "HS256", "typ": "JWT" }));
        let token = format!("{head}.{}.{}", part(&claims), change.random.token());
        change.state.tokens.retain(|_, token| token.expires_at > issued_at);
        let scopes = change.settings.scopes.split_ascii_whitespace().map(str::to_owned).collect();
        change.state.tokens.insert(token.clone(), Token { expires_at, scopes });
        token
    });
    Json(json!({
        "access_token": access_token,
        "expires_in": lifetime.as_secs(),
        "token_type": "Bearer",
        "not-before-policy": 0,
        "scope": sandbox.settings().scopes,
    }))
    .into_response()
}

/// `POST /realms/catena/protocol/openid-connect/revoke`: an unknown token is as good as a revoked one.
pub(crate) async fn revoke(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let form = Form::read(&body);
    if !form.is_client(&sandbox) {
        return invalid_client();
    }
    sandbox.with(|change| change.state.tokens.remove(form.get("token")));
    StatusCode::OK.into_response()
}

/// A request that came with a good token. Which scopes it holds is asked with [`Self::needs`].
#[derive(Debug)]
pub(crate) struct Bearer {
    scopes: Vec<String>,
}

impl Bearer {
    /// Refuses with 403 a token that lacks `scope`.
    pub(crate) fn needs(&self, scope: &str) -> Result<(), ApiError> {
        if self.scopes.iter().any(|held| held == scope) { Ok(()) } else { Err(ApiError::Forbidden) }
    }
}

impl FromRequestParts<Sandbox> for Bearer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, ApiError> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some((_, token)) = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        else {
            return Err(ApiError::Unauthorized("Not authenticated"));
        };
        let now = sandbox.clock_now();
        sandbox.read(|state, _| match state.tokens.get(token.trim()) {
            None => Err(ApiError::Unauthorized("Invalid token")),
            Some(token) if token.expires_at <= now => Err(ApiError::Unauthorized("Token expired")),
            Some(token) => Ok(Self { scopes: token.scopes.clone() }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_without_the_scope_is_refused() {
        let bearer = Bearer { scopes: vec!["invitation:read".into()] };
        assert!(bearer.needs("invitation:read").is_ok());
        assert!(matches!(bearer.needs("invitation:create"), Err(ApiError::Forbidden)));
    }
}
