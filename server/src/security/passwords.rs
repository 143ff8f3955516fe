//! Passwords, hashed with Argon2id. A check costs the same whether or not the account exists.
//!
//! One password at a time, each in the memory of the last one: 19 MiB in all, however many people sign in and whoever sends
//! passwords. Those that wait take turns by [`Lane`], so one sender's many hold up nobody else's.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self, CustomizedPasswordHasher, PasswordHasher, PasswordVerifier as _,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use thiserror::Error;
use tokio::sync::oneshot;

use super::{fair_queue::FairQueue, source::Source};
use domain::text;
use platform::random::SharedRandom;

/// Passwords that may wait for their turn. Each takes about 30 ms of a core.
const WAITING_MAX: usize = 512;

/// Whose turn it is. Lanes take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lane {
    /// Whoever holds a one-time link, or runs a command.
    Invited,
    /// A browser in which someone has signed in before.
    Device(String),
    /// Everybody else at that address.
    Source(Source),
}

/// Too many passwords wait to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many passwords wait to be checked")]
pub struct Busy;

type Job = Box<dyn FnOnce(&Hasher) + Send>;

/// Hashes and checks passwords without blocking the server.
pub struct Passwords {
    shared: Arc<Shared>,
    random: SharedRandom,
    /// A hash that no password has, against which unknown accounts are checked.
    dummy_hash: String,
}

struct Shared {
    queue: Mutex<Queue>,
    hasher: Hasher,
}

struct Queue {
    jobs: FairQueue<Lane, Job>,
    /// Whether a thread works on it.
    working: bool,
}

impl Passwords {
    /// `random` provides the salts.
    pub fn new(random: SharedRandom) -> Self {
        let queue = Mutex::new(Queue { jobs: FairQueue::new(WAITING_MAX), working: false });
        let hasher = Hasher { memory: Mutex::default() };
        let (salt, output) = (random.bytes::<16>(), random.bytes::<32>());
        let dummy_hash = phc(Algorithm::default(), Version::default(), &Params::default(), &salt, &output);
        let dummy_hash = dummy_hash.map(|hash| hash.to_string()).unwrap_or_default();
        Self { shared: Arc::new(Shared { queue, hasher }), random, dummy_hash }
    }

    /// The password's hash in the PHC string format.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        let password = text::password(&password);
        let salt = self.random.bytes::<16>();
        let hash = self.run(Lane::Invited, move |hasher| {
            hasher.hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
        });
        // The parameters are constant, and a password of any length can be hashed: what is left are too many others.
        hash.await?.map_err(|_| Busy)
    }

    /// Whether the password matches the hash. Without one (no such account, or no password yet), it takes as long and is false.
    pub async fn check(&self, lane: Lane, password: String, known: Option<String>) -> Result<bool, Busy> {
        let password = text::password(&password);
        let exists = known.is_some();
        let hash = known.unwrap_or_else(|| self.dummy_hash.clone());
        let matches = self.run(lane, move |hasher| {
            PasswordHash::new(&hash).is_ok_and(|hash| hasher.verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(matches.await? && exists)
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Hasher) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (sender, result) = oneshot::channel();
        let job: Job = Box::new(move |hasher| {
            // Nobody waits for it any more.
            if !sender.is_closed() {
                let _ = sender.send(work(hasher));
            }
        });
        let idle = {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            // A displaced job is dropped, and with it its sender.
            drop(queue.jobs.push(lane, job));
            !std::mem::replace(&mut queue.working, true)
        };
        if idle {
            let shared = self.shared.clone();
            tokio::task::spawn_blocking(move || shared.work());
        }
        result.await.map_err(|_| Busy)
    }
}

impl Shared {
    /// Does what waits, until nothing does.
    fn work(&self) {
        /// Lets the next password start another thread if this one panicked.
        struct Working<'a>(&'a Mutex<Queue>);
        impl Drop for Working<'_> {
            fn drop(&mut self) {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).working = false;
            }
        }
        while let Some(job) = self.next() {
            let working = Working(&self.queue);
            job(&self.hasher);
            std::mem::forget(working);
        }
    }

    /// The next password; if there is none, this thread is done.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let next = queue.jobs.pop();
        queue.working = next.is_some();
        next
    }
}

/// Argon2id in memory that is allocated once.
struct Hasher {
    memory: Mutex<Vec<Block>>,
}

impl PasswordHasher<PasswordHash> for Hasher {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> password_hash::Result<PasswordHash> {
        self.hash_password_customized(password, salt, None, None, Params::default())
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<password_hash::Version>,
        params: Params,
    ) -> password_hash::Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let output = output
            .get_mut(..params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN))
            .ok_or(password_hash::Error::OutputSize)?;
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.resize(params.block_count(), Block::new());
        let argon = Argon2::new(algorithm, version, params.clone());
        argon.hash_password_into_with_memory(password, salt, output, memory.as_mut_slice())?;
        phc(algorithm, version, &params, salt, output)
    }
}

fn phc(
    algorithm: Algorithm,
    version: Version,
    params: &Params,
    salt: &[u8],
    output: &[u8],
) -> password_hash::Result<PasswordHash> {
    Ok(PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(output)?),
    })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use platform::random::SystemRandom;

    fn source(last: u8) -> Lane {
        Lane::Source(Source::of(IpAddr::from([192, 0, 2, last])))
    }

    #[tokio::test]
    async fn only_the_right_password_of_an_existing_account_is_right() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let hash = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let check = async |password: &str, known| passwords.check(source(1), password.to_owned(), known).await.unwrap();
        assert!(check("correct horse battery", Some(hash.clone())).await);
        assert!(!check("wrong horse battery", Some(hash)).await);
        assert!(!check("correct horse battery", None).await);
        assert!(!check("", Some(String::new())).await);
    }

    #[tokio::test]
    async fn a_password_is_the_same_on_every_keyboard() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let check = async |password: &str, known| passwords.check(source(1), password.to_owned(), known).await.unwrap();
        // As macOS and as Windows send it.
        let (apart, composed) = ("Mu\u{308}lltonnen pfeifen", "M\u{fc}lltonnen pfeifen");
        assert!(check(composed, Some(passwords.hash(apart.into()).await.unwrap())).await);
        assert!(check(apart, Some(passwords.hash(composed.into()).await.unwrap())).await);
        // As it was stored before passwords were normalized.
        let known = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$quyusfeeuAGbpiw09i+j4VKJ+I/5h3mugd4HghmS/x8";
        assert!(check("correct horse battery", Some(known.into())).await);
    }

    #[tokio::test]
    async fn hashes_of_the_library_and_ours_are_the_same() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let theirs = Argon2::default().hash_password_with_salt(b"correct horse battery", &[7; 16]).unwrap();
        assert!(passwords.check(source(1), "correct horse battery".into(), Some(theirs.to_string())).await.unwrap());
        let ours = passwords.hash("correct horse battery".into()).await.unwrap();
        let ours = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse battery", &ours).is_ok());
    }

    #[tokio::test]
    async fn many_passwords_of_one_source_do_not_hold_up_another_nor_refuse_it() {
        let passwords = Arc::new(Passwords::new(Arc::new(SystemRandom)));
        let flood: Vec<_> = (0..2 * WAITING_MAX)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.check(source(1), "guess".into(), Some(String::new())).await })
            })
            .collect();
        // An empty hash costs nothing to check, so the flood is over soon; what counts is who was refused.
        assert_eq!(passwords.check(source(2), "x".into(), None).await, Ok(false));
        assert_eq!(passwords.check(Lane::Device("d".into()), "x".into(), None).await, Ok(false));
        let results = futures::future::join_all(flood).await;
        assert!(results.into_iter().all(|result| matches!(result, Ok(Ok(false) | Err(Busy)))));
        // Work that came after a pause is done as well.
        assert_eq!(passwords.check(source(1), "x".into(), None).await, Ok(false));
    }
}
