//! What clients may cost.

use std::time::Duration;

/// What a server grants its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a new connection may take until the headers of its first request are complete.
    pub first_request: Duration,
    /// How long a connection may stay open between two requests.
    pub idle: Duration,
    /// How long we wait in all for the body of a request, beside one second for every [`BODY_RATE`] bytes of it.
    pub body: Duration,
    /// How long a client may take nothing more of a response that is too large to be sent in one go.
    pub write: Duration,
    /// The number of connections at the same time. If all are taken, a new one replaces the one that has kept us waiting for
    /// longest; if none keeps us waiting, it waits its turn.
    pub connections: usize,
    /// How many of them one source may have; an IPv4 address, or the network (`/64`) of an IPv6 address.
    pub per_source: usize,
    /// How long the rest of a request may take to arrive once the server stops.
    pub rest: Duration,
    /// How long requests may go on once the server stops.
    pub drain: Duration,
}

/// The slowest upload that is waited for, in bytes per second: 256 kbit/s, a poor line in the country.
pub const BODY_RATE: u32 = 32 * 1024;

impl Default for Limits {
    /// Fewer connections than the 1,024 open files that systems usually allow, so that some are left for the database. Idle ones
    /// are kept for longer than proxies keep them (nginx one minute, Caddy two): a proxy that reuses one while we close it would
    /// have to answer a form with an error.
    fn default() -> Self {
        Self {
            first_request: Duration::from_secs(10),
            idle: Duration::from_secs(150),
            body: Duration::from_secs(20),
            write: Duration::from_secs(30),
            connections: 800,
            per_source: 200,
            rest: Duration::from_millis(500),
            drain: Duration::from_secs(10),
        }
    }
}
