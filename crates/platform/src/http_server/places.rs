//! Who gets a connection. A client that keeps us waiting gives way to one that has something to say, so that no number of silent
//! or slow connections shuts others out.
//!
//! A *source* is an IPv4 address, or the network (`/64`) of an IPv6 address. Addresses of this machine and of private networks
//! are none: behind a reverse proxy, all connections come from one of those.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{limits::Limits, place::Place};

/// How often the log may say that connections are short.
const WARN_EVERY: Duration = Duration::from_mins(1);

/// All connections.
#[derive(Debug)]
pub(super) struct Places {
    limits: Limits,
    taken: Mutex<Taken>,
    /// Notified when a connection has ended, or begins to keep us waiting.
    freed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Taken {
    places: Vec<Arc<Place>>,
    warned: Option<Instant>,
}

impl Places {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, taken: Mutex::default(), freed: Arc::default() }
    }

    /// A place for a connection from `peer`; `None` if its source has as many as it may, and none of them keeps us waiting. While
    /// all places are taken and none keeps us waiting, this waits.
    pub(super) async fn admit(self: &Arc<Self>, peer: SocketAddr) -> Option<Seat> {
        loop {
            let freed = self.freed.notified();
            {
                let mut taken = self.taken();
                let source = source(peer.ip());
                let same = |place: &Place| source.is_some() && self::source(place.peer().ip()) == source;
                if taken.count(same) >= self.limits.per_source && !taken.free_one(same) {
                    return None;
                }
                if taken.places.len() < self.limits.connections || taken.free_one_of_all() {
                    let place = Arc::new(Place::new(peer, self.limits, self.freed.clone()));
                    taken.places.push(place.clone());
                    return Some(Seat { places: self.clone(), place });
                }
            }
            freed.await;
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn count(&self, which: impl Fn(&Place) -> bool) -> usize {
        self.places.iter().filter(|place| which(place)).count()
    }

    /// Ends the connection that has kept us waiting for longest, and says so in the log from time to time.
    fn free_one_of_all(&mut self) -> bool {
        if self.warned.is_none_or(|warned| warned.elapsed() >= WARN_EVERY) {
            self.warned = Some(Instant::now());
            tracing::warn!(count = self.places.len(), "all connections are taken; idle ones give way to new ones");
        }
        self.free_one(|_| true)
    }

    fn free_one(&mut self, which: impl Fn(&Place) -> bool) -> bool {
        let waiting = self.places.iter().enumerate().filter(|(_, place)| which(place));
        let waiting = waiting.filter_map(|(index, place)| Some((place.waiting_since()?, index)));
        let Some((_, longest)) = waiting.min() else { return false };
        self.places.swap_remove(longest).need();
        true
    }
}

/// A place until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    places: Arc<Places>,
    place: Arc<Place>,
}

impl Seat {
    pub(super) fn place(&self) -> &Arc<Place> {
        &self.place
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.places.taken().places.retain(|place| !Arc::ptr_eq(place, &self.place));
        self.places.freed.notify_one();
    }
}

fn source(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        IpAddr::V4(v4) => (!(v4.is_loopback() || v4.is_private() || v4.is_link_local())).then_some(v4.into()),
        IpAddr::V6(v6) if v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() => None,
        IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(connections: usize, per_source: usize) -> Arc<Places> {
        Arc::new(Places::new(Limits { connections, per_source, ..Limits::default() }))
    }

    fn at(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 1)
    }

    fn is_needed(seat: &Seat) -> bool {
        use futures::FutureExt as _;
        seat.place().is_needed().now_or_never().is_some()
    }

    #[test]
    fn a_source_is_an_address_or_a_network_and_never_one_that_may_be_a_proxy() {
        for (address, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("::ffff:203.0.113.7", Some("203.0.113.7")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::")),
            ("127.0.0.1", None),
            ("10.1.2.3", None),
            ("172.18.0.2", None),
            ("192.168.1.1", None),
            ("169.254.1.1", None),
            ("::1", None),
            ("fd00::1", None),
            ("fe80::1", None),
            ("::ffff:127.0.0.1", None),
        ] {
            let expected: Option<IpAddr> = expected.map(|source| source.parse().unwrap());
            assert_eq!(source(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn a_source_with_too_many_connections_loses_its_own_and_nobody_elses() {
        let places = places(10, 2);
        let other = places.admit(at("198.51.100.1")).await.unwrap();
        let first = places.admit(at("203.0.113.7")).await.unwrap();
        let second = places.admit(at("203.0.113.7")).await.unwrap();
        let third = places.admit(at("203.0.113.7")).await.unwrap();
        assert_eq!([&other, &first, &second, &third].map(is_needed), [false, true, false, false]);
        let (_busy, _busy_too) = (second.place().begin(), third.place().begin());
        assert!(places.admit(at("203.0.113.7")).await.is_none(), "none of its connections keeps us waiting");
        assert!(places.admit(at("198.51.100.1")).await.is_some());
    }

    #[tokio::test]
    async fn a_proxy_may_have_every_connection() {
        let places = places(5, 2);
        let mut seats = Vec::new();
        for _ in 0..5 {
            seats.push(places.admit(at("127.0.0.1")).await.unwrap());
        }
        assert!(!seats.iter().any(is_needed));
    }
}
