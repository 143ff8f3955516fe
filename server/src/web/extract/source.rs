//! Where a request comes from.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};

use crate::security::source::Source;

/// The address at the other end of the connection.
pub(crate) struct CameFrom(pub Source);

impl<S: Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // The server sets it for every connection.
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self(Source::of(peer.unwrap_or(std::net::Ipv4Addr::UNSPECIFIED.into()))))
    }
}
