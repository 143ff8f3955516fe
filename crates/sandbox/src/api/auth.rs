//! Issues and revokes tokens (CONTRACT.md 2). `call` checks them.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::{sandbox::Sandbox, settings::PARTNER_SLUG, state::records::Token};

fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}

fn invalid_client() -> Response {
    oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", "Invalid client or Invalid client credentials")
}

struct Form(Vec<(String, String)>);

impl Form {
    fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether the credentials are right.
    fn is_client(&self, sandbox: &Sandbox) -> bool {
        let settings = sandbox.settings();
        let same = |a: &str, b: &str| bool::from(a.as_bytes().ct_eq(b.as_bytes()));
        same(self.get("client_id"), &settings.client_id) && same(self.get("client_secret"), &settings.client_secret)
    }
}

/// `POST /realms/catena/protocol/openid-connect/token`
pub(crate) async fn token(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let form = Form::parse(&body);
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

/// `POST /realms/catena/protocol/openid-connect/revoke`. Revoking an unknown token succeeds too.
pub(crate) async fn revoke(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if !form.is_client(&sandbox) {
        return invalid_client();
    }
    sandbox.with(|change| change.state.tokens.remove(form.get("token")));
    StatusCode::OK.into_response()
}
