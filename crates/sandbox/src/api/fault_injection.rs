//! Wrong answers of the API, ordered through `control`: for the next calls, or for a share of all.

use std::collections::VecDeque;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use crate::{Sandbox, state::error::ApiError};

/// One kind of wrong answer, in the shapes of CONTRACT.md 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Unauthorized,
    Conflict,
    /// With a wait in seconds, or with none: then `detail` is null.
    TooManyRequests(Option<u32>),
    Internal,
    /// HTML from a gateway.
    BadGateway,
    GatewayTimeout,
    /// A page of HTML with the status of a success, as from a portal in between.
    Html,
}

/// The words under which faults are ordered.
pub(crate) const FAULTS: [(&str, Fault, &str); 7] = [
    ("401", Fault::Unauthorized, "401: the token has expired"),
    ("409", Fault::Conflict, "409: conflict"),
    ("429", Fault::TooManyRequests(None), "429: too many requests"),
    ("500", Fault::Internal, "500: a body without a code"),
    ("502", Fault::BadGateway, "502: HTML from a gateway"),
    ("504", Fault::GatewayTimeout, "504: the gateway waited in vain"),
    ("html", Fault::Html, "200: HTML instead of JSON"),
];

impl Fault {
    /// The fault with this word; a wait goes to a 429 alone.
    pub(crate) fn from_name(name: &str, wait: Option<u32>) -> Option<Self> {
        let (_, fault, _) = FAULTS.iter().find(|(known, ..)| *known == name)?;
        Some(if let Self::TooManyRequests(_) = fault { Self::TooManyRequests(wait) } else { *fault })
    }

    /// Its word.
    pub(crate) fn name(self) -> &'static str {
        let same = |other: &Self| std::mem::discriminant(other) == std::mem::discriminant(&self);
        FAULTS.iter().find(|(_, fault, _)| same(fault)).map_or("", |(name, ..)| name)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => ApiError::Unauthorized("Token expired").into_response(),
            Self::Conflict => ApiError::Conflict("Conflict").into_response(),
            Self::TooManyRequests(wait) => ApiError::TooManyRequests(wait).into_response(),
            Self::Internal => ApiError::Internal.into_response(),
            Self::BadGateway => ApiError::BadGateway.into_response(),
            Self::GatewayTimeout => ApiError::GatewayTimeout.into_response(),
            Self::Html => {
                (StatusCode::OK, Html("<html><body><h1>Sign in to the network</h1></body></html>")).into_response()
            }
        }
    }
}

/// What is ordered.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// For the next calls, one each.
    pub(crate) next: VecDeque<Fault>,
    /// For so many of a hundred calls.
    pub(crate) share: Option<(Fault, u8)>,
}

/// Gives a call the answer that was ordered for it.
pub(crate) async fn strike(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let fault = sandbox.with(|change| {
        if let Some(fault) = change.state.faults.next.pop_front() {
            return Some(fault);
        }
        let (fault, percent) = change.state.faults.share?;
        let chance = u16::from_be_bytes(change.random.bytes()) % 100;
        (chance < u16::from(percent)).then_some(fault)
    });
    match fault {
        Some(fault) => fault.into_response(),
        None => next.run(request).await,
    }
}
