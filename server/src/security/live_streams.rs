//! How many live pages may be open at the same time. When there are too many, the newest is served and an old one is told that
//! it isn't live anymore: nobody waits, and a page that someone has forgotten doesn't shut out the one in use.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Streams of one session: a browser opens six connections to a server over HTTP/1.1, and needs some for pages.
pub const PER_SESSION: usize = 4;
/// Streams in all, whoever has them: far fewer than there are connections, so that enough are left for webhooks and pages.
pub const IN_ALL: usize = 200;

/// The open streams. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct LiveStreams(Arc<Mutex<Vec<Open>>>);

#[derive(Debug)]
struct Open {
    session: String,
    staff: Uuid,
    replaced: Arc<CancellationToken>,
}

impl LiveStreams {
    /// Notes a stream of this session and member of staff until the guard is dropped. If the session has too many, its oldest
    /// gives way; if there are too many in all, the oldest of the person with most of them does.
    pub fn open(&self, session: &str, staff: Uuid) -> OpenStream {
        let mut open = self.lock();
        let of_session = |open: &Open| open.session == session;
        if open.iter().filter(|open| of_session(open)).count() >= PER_SESSION {
            replace_oldest(&mut open, of_session);
        }
        if open.len() >= IN_ALL {
            let mut counts = HashMap::<Uuid, usize>::new();
            for open in &*open {
                *counts.entry(open.staff).or_default() += 1;
            }
            let most = counts.into_iter().max_by_key(|(staff, count)| (*count, *staff)).map(|(staff, _)| staff);
            replace_oldest(&mut open, |open| Some(open.staff) == most);
        }
        let replaced = Arc::new(CancellationToken::new());
        open.push(Open { session: session.to_owned(), staff, replaced: replaced.clone() });
        OpenStream { streams: self.clone(), replaced }
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn replace_oldest(open: &mut Vec<Open>, which: impl Fn(&Open) -> bool) {
    if let Some(oldest) = open.iter().position(which) {
        open.remove(oldest).replaced.cancel();
    }
}

/// An open stream until it is dropped.
#[derive(Debug)]
pub struct OpenStream {
    streams: LiveStreams,
    replaced: Arc<CancellationToken>,
}

impl OpenStream {
    /// Canceled when the stream has to end because newer ones were opened.
    pub fn replaced(&self) -> CancellationToken {
        CancellationToken::clone(&self.replaced)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.streams.lock().retain(|open| !Arc::ptr_eq(&open.replaced, &self.replaced));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(streams: &[OpenStream]) -> Vec<bool> {
        streams.iter().map(|stream| stream.replaced().is_cancelled()).collect()
    }

    #[test]
    fn a_session_with_too_many_loses_its_oldest_and_others_keep_theirs() {
        let (streams, ada) = (LiveStreams::default(), Uuid::from_u128(1));
        let other = streams.open("other", ada);
        let mine: Vec<_> = (0..=PER_SESSION).map(|_| streams.open("mine", ada)).collect();
        assert_eq!(ended(&mine), [true, false, false, false, false]);
        assert_eq!(ended(&[other]), [false]);
    }

    #[test]
    fn a_stream_that_has_ended_makes_room() {
        let (streams, ada) = (LiveStreams::default(), Uuid::from_u128(1));
        let mut mine: Vec<_> = (0..PER_SESSION).map(|_| streams.open("mine", ada)).collect();
        drop(mine.pop());
        mine.push(streams.open("mine", ada));
        assert_eq!(ended(&mine), [false; PER_SESSION]);
        drop(mine);
        assert_eq!(streams.count(), 0);
    }

    #[test]
    fn one_person_with_many_sessions_takes_the_streams_of_nobody_else() {
        let (streams, ada, bob) = (LiveStreams::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        let of_bob = vec![streams.open("bob", bob)];
        let of_ada: Vec<_> = (0..2 * IN_ALL).map(|number| streams.open(&format!("ada-{number}"), ada)).collect();
        assert_eq!(streams.count(), IN_ALL);
        assert_eq!(ended(&of_bob), [false]);
        assert_eq!(ended(&of_ada).iter().filter(|ended| !**ended).count(), IN_ALL - 1);
    }
}
