//! The access token: shared by all callers, kept in memory only, renewed before it expires (CONTRACT.md 2).

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use reqwest::{Method, header::ACCEPT};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::Url;

use super::{
    call::Call,
    error::{CatenaError, Side},
    refusal,
    settings::CatenaSettings,
    transport::Transport,
    url::joined,
    wire,
};
use platform::{clock::SharedClock, secret::Secret};

static TOKEN: Call = Call::open(Method::POST, "/protocol/openid-connect/token");
static REVOKE: Call = Call::open(Method::POST, "/protocol/openid-connect/revoke");

/// How long before its expiry a token is renewed; a short-lived one is renewed after half of its life.
const EARLY: Duration = Duration::seconds(30);

/// How long a token counts as valid whose answer doesn't say it, which OAuth allows (RFC 6749, 5.1): as long as Keycloak's do
/// unless set otherwise. One that ends earlier is replaced when the API rejects it.
const UNSTATED_LIFE: Duration = Duration::minutes(5);

/// A token in use.
pub(crate) struct Token {
    pub secret: Secret,
    pub scopes: Vec<String>,
    renew_at: OffsetDateTime,
}

/// Gets tokens and caches the current one.
pub(crate) struct Tokens {
    url: Url,
    revoke_url: Url,
    client_id: String,
    client_secret: Secret,
    clock: SharedClock,
    /// Locked while a token is requested: callers that need one in the meantime wait for that answer.
    state: Mutex<State>,
    /// How many token requests have ended.
    finished: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    last_failure: Option<CatenaError>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Secret,
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "wire::or_default")]
    scope: String,
}

impl Tokens {
    pub fn new(settings: &CatenaSettings, clock: SharedClock) -> Self {
        Self {
            url: joined(&settings.auth_url, TOKEN.template, &[]),
            revoke_url: joined(&settings.auth_url, REVOKE.template, &[]),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            clock,
            state: Mutex::default(),
            finished: AtomicU64::new(0),
        }
    }

    /// A token that is not about to expire.
    pub async fn get(&self, transport: &Transport) -> Result<Arc<Token>, CatenaError> {
        let seen = self.finished.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| self.clock.now() < token.renew_at) {
            return Ok(Arc::clone(token));
        }
        // A request failed while this caller was waiting. If every caller asked again in turn, a slow auth server would get
        // slower, and each wait longer.
        if self.finished.load(Ordering::SeqCst) != seen
            && let Some(failure) = &state.last_failure
        {
            return Err(failure.clone());
        }
        let asked = self.ask(transport).await;
        self.finished.fetch_add(1, Ordering::SeqCst);
        match asked {
            Ok(token) => {
                let token = Arc::new(token);
                *state = State { token: Some(Arc::clone(&token)), last_failure: None };
                Ok(token)
            }
            Err(error) => {
                *state = State { token: None, last_failure: Some(error.clone()) };
                Err(error)
            }
        }
    }

    /// Drops `used`, which the API rejected, unless another caller has already replaced it.
    pub async fn forget(&self, used: &Arc<Token>) {
        let mut state = self.state.lock().await;
        if state.token.as_ref().is_some_and(|token| Arc::ptr_eq(token, used)) {
            state.token = None;
        }
    }

    /// Drops the cached token, if there is one, and revokes it at the auth server (CONTRACT.md 2).
    pub async fn revoke(&self, transport: &Transport) -> Result<(), CatenaError> {
        let Some(token) = self.state.lock().await.token.take() else { return Ok(()) };
        let form = [
            ("token", token.secret.expose()),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
        ];
        let build = || transport.http.post(self.revoke_url.clone()).header(ACCEPT, "application/json").form(&form);
        let answer = transport.send(Side::Auth, &REVOKE, true, build).await?;
        if answer.status.is_success() { Ok(()) } else { Err(refusal::from_auth(&answer)) }
    }

    async fn ask(&self, transport: &Transport) -> Result<Token, CatenaError> {
        let asked_at = self.clock.now();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("scope", "organization"),
        ];
        let build = || transport.http.post(self.url.clone()).header(ACCEPT, "application/json").form(&form);
        let answer = transport.send(Side::Auth, &TOKEN, true, build).await?;
        if !answer.status.is_success() {
            return Err(refusal::from_auth(&answer));
        }
        let TokenAnswer { access_token, expires_in, scope } = answer.json(Side::Auth)?;
        let life = expires_in.map_or(UNSTATED_LIFE, |seconds| Duration::seconds(seconds.clamp(0, 10 * 365 * 86_400)));
        Ok(Token {
            secret: access_token,
            scopes: scope.split_whitespace().map(str::to_owned).collect(),
            renew_at: asked_at + life - EARLY.min(life / 2),
        })
    }
}
