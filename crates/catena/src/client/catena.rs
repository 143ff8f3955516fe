//! The client itself, and what the calls of all resources have in common.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use reqwest::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    call::{Answer, Call, Parts},
    error::{CatenaError, Side},
    listed::Listed,
    refusal,
    settings::CatenaSettings,
    token::{Token, Tokens},
    transport::Transport,
    url::joined,
};
use platform::{clock::SharedClock, random::SharedRandom};

/// A client of Catena's API. Cheap to clone; all clones share connections, the token, and the limit on concurrent requests.
#[derive(Clone)]
pub struct Catena(Arc<Inner>);

struct Inner {
    api_url: Url,
    transport: Transport,
    tokens: Tokens,
    /// Whether Catena turned out to serve share agreements under their older path (CONTRACT.md trap 1).
    older_agreements: AtomicBool,
}

impl fmt::Debug for Catena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catena").field("api", &self.0.api_url.host_str()).finish_non_exhaustive()
    }
}

impl Catena {
    /// Creates a client without calling Catena: the first call is the first to use the credentials.
    ///
    /// Once `stop` is cancelled, calls that are waiting, for their turn or for a retry, end with [`CatenaError::Cancelled`], and
    /// so does every new call; requests already sent are completed. To abandon a single call, drop its future.
    ///
    /// # Errors
    ///
    /// [`CatenaError::Setting`] if a URL is not http or https, [`CatenaError::Unreachable`] if the system's certificates can't be
    /// loaded.
    pub fn new(
        settings: CatenaSettings,
        clock: SharedClock,
        random: SharedRandom,
        stop: CancellationToken,
    ) -> Result<Self, CatenaError> {
        settings.check()?;
        let transport = Transport::new(&settings, clock.clone(), random, stop)?;
        let tokens = Tokens::new(&settings, clock);
        let older_agreements = AtomicBool::new(false);
        Ok(Self(Arc::new(Inner { api_url: settings.api_url, transport, tokens, older_agreements })))
    }

    /// The scopes that Catena granted to this client, as the token endpoint reports them; empty if it doesn't (CONTRACT.md 2).
    /// Gets a token unless a valid one is cached.
    pub async fn granted_scopes(&self) -> Result<Vec<String>, CatenaError> {
        Ok(self.0.tokens.get(&self.0.transport).await?.scopes.clone())
    }

    /// Revokes the cached token, if there is one. The next call gets a new one.
    pub async fn revoke_token(&self) -> Result<(), CatenaError> {
        self.0.tokens.revoke(&self.0.transport).await
    }

    pub(crate) fn has_older_agreements(&self) -> bool {
        self.0.older_agreements.load(Ordering::Relaxed)
    }

    pub(crate) fn remember_older_agreements(&self, older: bool) {
        self.0.older_agreements.store(older, Ordering::Relaxed);
    }

    /// Makes the call; the answer may have any status. A token that Catena rejects is replaced once (CONTRACT.md trap 23).
    pub(crate) async fn exchange(&self, call: &Call, parts: &Parts<'_>) -> Result<Answer, CatenaError> {
        let Inner { transport, tokens, .. } = &*self.0;
        if call.scope().is_none() {
            return self.send(call, parts, None).await;
        }
        let token = tokens.get(transport).await?;
        let answer = self.send(call, parts, Some(&token)).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        tracing::debug!(method = %call.method, template = call.template, "replacing a token that Catena rejected");
        tokens.forget(&token).await;
        let token = tokens.get(transport).await?;
        let again = self.send(call, parts, Some(&token)).await?;
        Ok(Answer { after_a_lost_try: answer.after_a_lost_try || again.after_a_lost_try, ..again })
    }

    /// Makes the call; any status but 2xx is an error.
    pub(crate) async fn call(&self, call: &Call, parts: &Parts<'_>) -> Result<Answer, CatenaError> {
        let answer = self.exchange(call, parts).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(refusal::from_api(call, &answer)) }
    }

    /// Makes the call and reads the answer's JSON.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: &Call, parts: &Parts<'_>) -> Result<T, CatenaError> {
        self.call(call, parts).await?.json(Side::Api)
    }

    /// Makes the call and reads the answer's array.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
        parts: &Parts<'_>,
    ) -> Result<Listed<T>, CatenaError> {
        let items: Vec<Value> = self.json(call, parts).await?;
        Ok(Listed::read(&items, 0))
    }

    /// Makes the call and reads the record; `None` if Catena doesn't know it.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        call: &Call,
        parts: &Parts<'_>,
    ) -> Result<Option<T>, CatenaError> {
        match self.json(call, parts).await {
            Ok(record) => Ok(Some(record)),
            Err(CatenaError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a call that deletes. If an earlier attempt's answer was lost and the record is gone, that attempt has deleted it.
    pub(crate) async fn delete(&self, call: &Call, parts: &Parts<'_>) -> Result<(), CatenaError> {
        let answer = self.exchange(call, parts).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        match refusal::from_api(call, &answer) {
            CatenaError::NotFound if answer.after_a_lost_try => Ok(()),
            error => Err(error),
        }
    }

    async fn send(&self, call: &Call, parts: &Parts<'_>, token: Option<&Token>) -> Result<Answer, CatenaError> {
        let Inner { api_url, transport, .. } = &*self.0;
        let url = joined(api_url, call.template, parts.ids);
        let build = || {
            let mut request = transport
                .http
                .request(call.method.clone(), url.clone())
                .header(header::ACCEPT, "application/json")
                .query(&parts.query);
            if let Some(token) = token {
                request = request.bearer_auth(token.secret.expose());
            }
            if let Some(body) = &parts.body {
                request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
            }
            request
        };
        transport.send(Side::Api, call, call.may_be_repeated(), build).await
    }
}
