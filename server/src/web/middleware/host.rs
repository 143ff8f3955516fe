//! Which server a request is for. A page of another site can have its own name point to this machine (DNS rebinding); to a
//! browser, we would then be part of that site. So the console answers to its own address alone. What has no session and no
//! secrets (webhooks, landing pages, health) answers to any name: Catena and fleets may still use an earlier one.

use std::sync::Arc;

use app::{
    html::CspNonce,
    pages::{ErrorView, PublicErrorPage},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, Version, header, uri::Authority},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use leptos::view;

use crate::{
    config::{Addressed, PublicUrl},
    web::render::page,
};

/// Where we are, and the style of the page that says so.
#[derive(Clone)]
struct Us {
    public_url: PublicUrl,
    stylesheet: Arc<str>,
}

/// Refuses requests to `router` that are for another server. The others have [`Addressed`] in their extensions, unless they
/// name no host, as old protocols allow.
pub fn for_us_alone(router: Router, public_url: &PublicUrl, stylesheet: &str) -> Router {
    let us = Us { public_url: public_url.clone(), stylesheet: stylesheet.into() };
    router.layer(from_fn_with_state(us, refuse_others))
}

/// Refuses requests to `router` that don't say properly which host they are for (RFC 9112, section 3.2).
pub fn naming_a_host(router: Router) -> Router {
    router.layer(from_fn(refuse_nameless))
}

async fn refuse_nameless(request: Request, next: Next) -> Response {
    if host_of(&request).is_ok() {
        next.run(request).await
    } else {
        (StatusCode::BAD_REQUEST, "A request must name one host.\n").into_response()
    }
}

async fn refuse_others(State(us): State<Us>, mut request: Request, next: Next) -> Response {
    if let Ok(Some(host)) = host_of(&request) {
        let addressed = us.public_url.addressed_by(&host);
        if addressed == Addressed::Otherwise {
            tracing::debug!("a request for another host was refused");
            return us.page();
        }
        request.extensions_mut().insert(addressed);
    }
    next.run(request).await
}

/// Not exactly one valid host.
struct Nameless;

/// The host that a request is for: its target's if it has one, else the header's. HTTP/1.1 needs the header.
fn host_of(request: &Request) -> Result<Option<Authority>, Nameless> {
    let mut headers = request.headers().get_all(header::HOST).iter();
    let header = match (headers.next(), headers.next()) {
        (None, _) if request.version() == Version::HTTP_11 => return Err(Nameless),
        (header, None) => header,
        (_, Some(_)) => return Err(Nameless),
    };
    let header = header.map(|value| Authority::try_from(value.as_bytes())).transpose().map_err(|_| Nameless)?;
    let host = request.uri().authority().cloned().or(header);
    if host.as_ref().is_some_and(|host| host.as_str().contains('@')) { Err(Nameless) } else { Ok(host) }
}

impl Us {
    fn page(&self) -> Response {
        let status = StatusCode::MISDIRECTED_REQUEST;
        let here = self.public_url.origin();
        let error = ErrorView {
            status: status.as_u16(),
            title: "Wrong address".into(),
            message: format!(
                "This Onramp is at {here} and answers under no other name. If that is the address you opened, the proxy in \
                 front of Onramp changes the Host header: it must pass it on as it came."
            ),
            action: Some((self.public_url.page("/"), "Open Onramp".into())),
            reference: None,
        };
        let stylesheet = self.stylesheet.to_string();
        page(status, &CspNonce("".into()), || view! { <PublicErrorPage stylesheet=stylesheet error=error/> })
    }
}
