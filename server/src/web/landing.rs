//! The pages that a fleet returns to (CONTRACT.md 10). The return is recorded, and the browser is redirected to an address
//! without parameters, because they contain a password. What to show travels in a sealed cookie. A browser without a valid
//! claim sees a neutral page that reveals nothing.

use std::{convert::Infallible, sync::Arc};

use app::{
    html::to_html,
    pages::{Landing, LandingPage},
};
use axum::{
    extract::{FromRequestParts, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::timestamp::micros;
use leptos::view;
use platform::clock::SharedClock;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cookies;
use crate::{
    config::Settings,
    security::vault::{Purpose, Vault},
    services::landing::{Claim, FleetReturn, FleetReturns, Outcome, ReturnPage},
    state::AppState,
    static_files::Site,
};

/// The longest query that is read.
const QUERY_MAX: usize = 4_096;
/// The longest value of a parameter that is stored, in characters.
const VALUE_MAX: usize = 100;
/// How long a fleet's browser remembers what to show, in seconds.
const REMEMBER_FOR: u32 = 15 * 60;

/// What the landing pages need.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    site: Arc<Site>,
    #[from_request(via(State))]
    vault: Vault,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    returns: Arc<FleetReturns>,
}

/// What a fleet's browser remembers, sealed, between the two requests.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    fleet_ref: String,
    outcome: Outcome,
    /// In microseconds.
    until: i64,
}

fn path(page: ReturnPage) -> &'static str {
    match page {
        ReturnPage::Success => "/onboarding/success",
        ReturnPage::Failure => "/onboarding/failure",
    }
}

pub(super) async fn success(parts: Parts, visit: Visit, query: RawQuery, headers: HeaderMap) -> Response {
    parts.land(ReturnPage::Success, visit, query.0, &headers).await
}

pub(super) async fn failure(parts: Parts, visit: Visit, query: RawQuery, headers: HeaderMap) -> Response {
    parts.land(ReturnPage::Failure, visit, query.0, &headers).await
}

/// What a request for a landing page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visit {
    /// Someone came here.
    Navigation,
    /// A browser or a program looks ahead, and perhaps nobody comes.
    Ahead,
    /// A program looks at the address, or fetches it as part of something else.
    Other,
}

impl Visit {
    /// Browsers say what a request is for. Those that don't, and all old ones, are taken for people.
    fn of(method: &Method, headers: &HeaderMap) -> Self {
        let says = |name: &str, word: &str| {
            let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|value| value.split([';', ','])).any(|value| value.trim().eq_ignore_ascii_case(word))
        };
        let ahead = [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
        ];
        if ahead.iter().any(|(name, word)| says(name, word)) {
            Self::Ahead
        } else if *method == Method::GET && (!headers.contains_key(FETCH_MODE) || says(FETCH_MODE, "navigate")) {
            Self::Navigation
        } else {
            Self::Other
        }
    }
}

const FETCH_MODE: &str = "sec-fetch-mode";

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.method, &parts.headers))
    }
}

/// Reads leniently: an invalid parameter counts as missing, and of a repeated one the last counts. Connect appends other
/// parameters, and may append more.
fn read_claim(page: ReturnPage, query: &str) -> Claim {
    let mut claim = Claim {
        page,
        invitation_id: None,
        fleet_ref: None,
        status: None,
        skip_reason: None,
        tsp_count: None,
        integration_request_id: None,
    };
    let short = |value: &str| Some(value.chars().filter(|c| !c.is_control()).take(VALUE_MAX).collect::<String>());
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "invitation_id" => claim.invitation_id = Uuid::parse_str(&value).ok(),
            "fleet_ref" => claim.fleet_ref = Some(value.into_owned()),
            "status" => claim.status = short(&value),
            "skip_reason" => claim.skip_reason = short(&value),
            "tsp_count" => claim.tsp_count = value.parse().ok(),
            "integration_request_id" => claim.integration_request_id = short(&value),
            _ => {}
        }
    }
    claim
}

impl Parts {
    async fn land(&self, page: ReturnPage, visit: Visit, query: Option<String>, headers: &HeaderMap) -> Response {
        let Some(query) = query.filter(|query| !query.is_empty()) else { return self.show(page, headers) };
        match visit {
            Visit::Navigation => {}
            // A browser doesn't keep an error: it asks again if someone really comes.
            Visit::Ahead => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Visit::Other => return Redirect::to(path(page)).into_response(),
        }
        let query = if query.len() <= QUERY_MAX { query.as_str() } else { "" };
        let cookie = match self.returns.record(&read_claim(page, query)).await {
            Ok(Some(fleet_return)) => self.cookie(fleet_return),
            // A browser without a valid claim sees the neutral page, even if an earlier claim was valid.
            Ok(None) => self.clearing_cookie(),
            Err(error) => {
                tracing::error!(%error, "can't record a fleet's return");
                self.clearing_cookie()
            }
        };
        let mut response = Redirect::to(path(page)).into_response();
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    fn show(&self, page: ReturnPage, headers: &HeaderMap) -> Response {
        let landing = match (self.remembered(headers), page) {
            (Some(Remembered { fleet_ref, outcome: Outcome::IntegrationRequested, .. }), _) => {
                Landing::IntegrationRequested { fleet_ref }
            }
            (Some(Remembered { fleet_ref, outcome: Outcome::Success, .. }), ReturnPage::Success) => {
                Landing::Success { fleet_ref }
            }
            (Some(Remembered { fleet_ref, outcome, .. }), ReturnPage::Failure) if outcome != Outcome::Success => {
                Landing::Failure { fleet_ref, invitation_over: outcome == Outcome::FailureAndOver }
            }
            (_, ReturnPage::Success) => Landing::NeutralSuccess,
            (_, ReturnPage::Failure) => Landing::NeutralFailure,
        };
        let stylesheet = self.site.stylesheet.clone();
        Html(to_html(None, || view! { <LandingPage stylesheet=stylesheet landing=landing/> })).into_response()
    }

    /// The cookie's name, and its last attribute.
    fn cookie_name(&self) -> (String, &'static str) {
        let public_url = &self.settings.public_url;
        (public_url.cookie_name("onramp-landing"), if public_url.is_https() { "; Secure" } else { "" })
    }

    fn cookie(&self, FleetReturn { fleet_ref, outcome }: FleetReturn) -> String {
        let (name, secure) = self.cookie_name();
        let until = micros(self.clock.now() + time::Duration::seconds(i64::from(REMEMBER_FOR)));
        let json = serde_json::to_vec(&Remembered { fleet_ref, outcome, until }).unwrap_or_default();
        let value = URL_SAFE_NO_PAD.encode(self.vault.seal(Purpose::Landing, &json));
        format!("{name}={value}; Path=/; Max-Age={REMEMBER_FOR}; HttpOnly; SameSite=Lax{secure}")
    }

    fn clearing_cookie(&self) -> String {
        let (name, secure) = self.cookie_name();
        format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
    }

    fn remembered(&self, headers: &HeaderMap) -> Option<Remembered> {
        let (name, _) = self.cookie_name();
        let sealed = URL_SAFE_NO_PAD.decode(cookies::value(headers, &name)?).ok()?;
        let remembered: Remembered = serde_json::from_slice(&self.vault.open(Purpose::Landing, &sealed).ok()?).ok()?;
        (remembered.until >= micros(self.clock.now())).then_some(remembered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_someone_who_comes_is_a_navigation() {
        type Headers = &'static [(&'static str, &'static str)];
        let table: [(Method, Headers, Visit); 13] = [
            (Method::GET, &[], Visit::Navigation),
            (Method::GET, &[("sec-fetch-mode", "navigate")], Visit::Navigation),
            (Method::GET, &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], Visit::Navigation),
            (Method::HEAD, &[], Visit::Other),
            (Method::HEAD, &[("sec-fetch-mode", "navigate")], Visit::Other),
            (Method::GET, &[("sec-fetch-mode", "no-cors")], Visit::Other),
            (Method::GET, &[("sec-fetch-mode", "cors")], Visit::Other),
            (Method::GET, &[("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch")], Visit::Ahead),
            (Method::GET, &[("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch;prerender")], Visit::Ahead),
            (Method::GET, &[("sec-purpose", "prefetch;anonymous-client-ip")], Visit::Ahead),
            (Method::GET, &[("purpose", "prefetch")], Visit::Ahead),
            (Method::GET, &[("x-moz", "prefetch")], Visit::Ahead),
            (Method::GET, &[("x-purpose", "preview")], Visit::Ahead),
        ];
        for (method, headers, want) in table {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(Visit::of(&method, &map), want, "{method} {headers:?}");
        }
    }
}
