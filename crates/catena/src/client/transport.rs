//! Sends one call, and retries it if that is harmless (CONTRACT.md trap 23). Knows nothing about tokens.

use std::{error::Error as _, time::Duration};

use reqwest::{RequestBuilder, redirect};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    call::{Answer, Call},
    error::{CatenaError, Side},
    rate_limit::RateLimit,
    retry_after,
    settings::{CatenaSettings, Retries},
};
use platform::{clock::SharedClock, random::SharedRandom};

/// More than any answer of Catena's: a page of a thousand invitations takes about 3 MB.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Makes requests, with limits on their duration, size, number, and retries.
pub(crate) struct Transport {
    pub http: reqwest::Client,
    retries: Retries,
    rate_limit: RateLimit,
    clock: SharedClock,
    random: SharedRandom,
}

/// An attempt without an answer.
struct Lost {
    error: CatenaError,
    /// No part of the request was sent.
    unsent: bool,
}

impl Transport {
    /// `stop` ends every wait; requests already sent are completed.
    pub fn new(
        settings: &CatenaSettings,
        clock: SharedClock,
        random: SharedRandom,
        stop: CancellationToken,
    ) -> Result<Self, CatenaError> {
        // Fails if one is already installed, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .timeout(settings.timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("onramp/", env!("CARGO_PKG_VERSION")));
        if settings.stays_on_this_machine() {
            builder = builder.no_proxy();
        }
        if !settings.uses_tls() {
            // The system's certificates are not needed then, and a slim container may have none.
            builder = builder.tls_certs_only([]);
        }
        let http = builder
            .build()
            .map_err(|error| CatenaError::Unreachable { side: Side::Api, reason: innermost(&error.without_url()) })?;
        Ok(Self { http, retries: settings.retries, rate_limit: RateLimit::new(settings.at_once, stop), clock, random })
    }

    /// Sends what `build` returns, once for each attempt, until an answer is final or no attempts are left. `repeatable`: making
    /// the call twice has no other effect than making it once.
    #[tracing::instrument(name = "catena", level = "debug", skip_all, fields(method = %call.method, template = call.template))]
    pub async fn send(
        &self,
        side: Side,
        call: &Call,
        repeatable: bool,
        build: impl Fn() -> RequestBuilder,
    ) -> Result<Answer, CatenaError> {
        let mut after_a_lost_try = false;
        let mut attempt = 1;
        loop {
            let permit = self.rate_limit.permit().await?;
            let outcome = self.attempt(side, attempt, build()).await;
            drop(permit);
            let Some(wait) = self.wait_before_repeating(&outcome, repeatable, attempt) else {
                return match outcome {
                    Ok(answer) => Ok(Answer { after_a_lost_try, ..answer }),
                    Err(lost) => Err(lost.error),
                };
            };
            after_a_lost_try |= match &outcome {
                Ok(answer) => answer.status.is_server_error(),
                Err(lost) => !lost.unsent,
            };
            tracing::debug!(attempt, wait_ms = millis(wait), "retrying a call to Catena");
            self.rate_limit.pause(wait).await?;
            attempt += 1;
        }
    }

    async fn attempt(&self, side: Side, attempt: u32, request: RequestBuilder) -> Result<Answer, Lost> {
        let started = Instant::now();
        let outcome = self.exchange(side, request).await;
        let elapsed_ms = millis(started.elapsed());
        match &outcome {
            Ok(answer) => {
                tracing::debug!(status = answer.status.as_u16(), elapsed_ms, attempt, "called Catena");
            }
            Err(lost) => {
                tracing::debug!(error = %lost.error, elapsed_ms, attempt, "call to Catena failed");
            }
        }
        outcome
    }

    async fn exchange(&self, side: Side, request: RequestBuilder) -> Result<Answer, Lost> {
        let lost = |error: reqwest::Error| {
            let unsent = error.is_connect() || error.is_builder();
            let error = if error.is_timeout() && !error.is_connect() {
                CatenaError::TimedOut { side }
            } else {
                CatenaError::Unreachable { side, reason: innermost(&error.without_url()) }
            };
            Lost { error, unsent }
        };
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status();
        let retry_after = retry_after::from_headers(response.headers(), self.clock.now());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                let problem = "it is much longer than any documented answer".into();
                let error = CatenaError::UnexpectedAnswer { side, status: status.as_u16(), problem };
                return Err(Lost { error, unsent: false });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, retry_after, body, after_a_lost_try: false })
    }

    /// How long to wait before the next attempt; `None` if this outcome is final.
    fn wait_before_repeating(
        &self,
        outcome: &Result<Answer, Lost>,
        repeatable: bool,
        attempt: u32,
    ) -> Option<Duration> {
        if attempt >= self.retries.tries {
            return None;
        }
        match outcome {
            // A call that is turned away with 429 had no effect. With 503, a gateway may ask for a wait.
            Ok(answer) if answer.status.as_u16() == 429 || (repeatable && answer.status.is_server_error()) => {
                let wait = retry_after::of(answer).unwrap_or_else(|| self.backoff(attempt));
                (wait <= self.retries.longest).then_some(wait)
            }
            Ok(_) => None,
            Err(lost) => (repeatable || lost.unsent).then(|| self.backoff(attempt)),
        }
    }

    /// Doubles after each attempt. Half of it is random, so that many callers don't return at the same time.
    fn backoff(&self, attempt: u32) -> Duration {
        let doubled = self.retries.base.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        let half = doubled.min(self.retries.longest) / 2;
        let chance = f64::from(u32::from_be_bytes(self.random.bytes())) / f64::from(u32::MAX);
        half + half.mul_f64(chance)
    }
}

/// The root cause, which says most: "Connection refused (os error 111)".
fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::StatusCode;
    use time::macros::datetime;

    use super::super::settings::CALLS_AT_ONCE;
    use super::*;
    use platform::{clock::ManualClock, random::SeededRandom, secret::Secret};

    fn transport() -> Transport {
        let url: url::Url = "http://127.0.0.1".parse().unwrap();
        let settings = CatenaSettings {
            api_url: url.clone(),
            auth_url: url,
            client_id: String::new(),
            client_secret: Secret::from(""),
            timeout: Duration::from_secs(1),
            retries: Retries { tries: 9, base: Duration::from_secs(1), longest: Duration::from_secs(10) },
            at_once: CALLS_AT_ONCE,
        };
        let clock = Arc::new(ManualClock::at(datetime!(2026-03-02 15:00 UTC)));
        Transport::new(&settings, clock, Arc::new(SeededRandom::new(1)), CancellationToken::new()).unwrap()
    }

    fn answer(status: u16, retry_after: Option<u64>, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_secs),
            body: body.into(),
            after_a_lost_try: false,
        }
    }

    fn lost(unsent: bool) -> Lost {
        Lost { error: CatenaError::TimedOut { side: Side::Api }, unsent }
    }

    #[test]
    fn the_wait_that_catena_names_is_kept_to_the_letter_or_not_waited_at_all() {
        let transport = transport();
        let wait = |header, body| transport.wait_before_repeating(&Ok(answer(429, header, body)), false, 1);
        let five = r#"{"detail":{"retry_after_seconds":5,"message":"Rate limit exceeded"}}"#;
        assert_eq!(wait(None, five), Some(Duration::from_secs(5)));
        assert_eq!(wait(Some(7), five), Some(Duration::from_secs(5)), "the body comes first");
        assert_eq!(wait(Some(7), r#"{"detail":null}"#), Some(Duration::from_secs(7)));
        assert_eq!(wait(Some(11), ""), None, "longer than anybody waits");
        let unavailable = |header| transport.wait_before_repeating(&Ok(answer(503, header, "")), true, 1);
        assert_eq!((unavailable(Some(7)), unavailable(Some(11))), (Some(Duration::from_secs(7)), None));
    }

    #[test]
    fn without_a_word_from_catena_the_wait_doubles_up_to_the_bound() {
        let transport = transport();
        for (attempt, most) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (8, 10)] {
            let wait = transport.wait_before_repeating(&Ok(answer(429, None, "<html>")), false, attempt).unwrap();
            let most = Duration::from_secs(most);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
        }
    }

    #[test]
    fn only_what_is_harmless_is_repeated() {
        let transport = transport();
        let repeated = |outcome, repeatable| transport.wait_before_repeating(&outcome, repeatable, 1).is_some();
        for status in [200, 400, 401, 403, 404, 409, 422] {
            assert!(!repeated(Ok(answer(status, None, "")), true), "{status}");
        }
        for status in [500, 502, 503, 504] {
            assert!(repeated(Ok(answer(status, None, "")), true), "{status}");
            assert!(!repeated(Ok(answer(status, None, "")), false), "{status}");
        }
        assert!(repeated(Err(lost(false)), true));
        assert!(!repeated(Err(lost(false)), false), "it may have arrived");
        assert!(repeated(Err(lost(true)), false), "it never left");
    }

    #[test]
    fn the_tries_have_an_end() {
        assert_eq!(transport().wait_before_repeating(&Err(lost(true)), true, 9), None);
    }
}
