//! Passwords, hashed with Argon2id. A check costs the same whether or not the account exists.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use domain::text;
use platform::random::SharedRandom;

/// Passwords to hash at the same time. Each takes 19 MiB and a core for a moment.
const CONCURRENCY: usize = 2;
/// The most checks at the same time, including those that wait: anyone can send a password.
const CHECKS_MAX: usize = 32;

/// The right to one [`check`](Passwords::check). Returned when dropped.
pub struct Place<'a>(#[expect(dead_code, reason = "held until it is dropped")] SemaphorePermit<'a>);

/// Hashes and checks passwords without blocking the server.
pub struct Passwords {
    cores: Semaphore,
    places: Semaphore,
    random: SharedRandom,
    /// The hash of a random password, against which unknown accounts are checked.
    dummy_hash: String,
}

impl Passwords {
    /// `random` provides the salts.
    pub fn new(random: SharedRandom) -> Self {
        let dummy_hash = hash(&random, &random.token());
        Self { cores: Semaphore::new(CONCURRENCY), places: Semaphore::new(CHECKS_MAX), random, dummy_hash }
    }

    /// The password's hash in the PHC string format.
    pub async fn hash(&self, password: String) -> String {
        let password = text::password(&password);
        let _core = self.cores.acquire().await;
        let random = self.random.clone();
        tokio::task::spawn_blocking(move || hash(&random, &password)).await.unwrap_or_default()
    }

    /// Reserves a place for [`check`](Self::check); `None` while too many are taken.
    pub fn place(&self) -> Option<Place<'_>> {
        self.places.try_acquire().ok().map(Place)
    }

    /// Whether the password matches the hash. Without one (no such account, or no password yet), it takes as long and is false.
    pub async fn check(&self, _place: Place<'_>, password: String, known: Option<String>) -> bool {
        let _core = self.cores.acquire().await;
        let password = text::password(&password);
        let exists = known.is_some();
        let hash = known.unwrap_or_else(|| self.dummy_hash.clone());
        let matches = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        matches.await.unwrap_or(false) && exists
    }
}

fn hash(random: &SharedRandom, password: &str) -> String {
    let salt: [u8; 16] = random.bytes();
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use platform::random::SystemRandom;

    #[tokio::test]
    async fn only_the_right_password_of_an_existing_account_is_right() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let hash = passwords.hash("correct horse battery".into()).await;
        assert!(hash.starts_with("$argon2id$"));
        let check =
            async |password: &str, known| passwords.check(passwords.place().unwrap(), password.to_owned(), known).await;
        assert!(check("correct horse battery", Some(hash.clone())).await);
        assert!(!check("wrong horse battery", Some(hash)).await);
        assert!(!check("correct horse battery", None).await);
        assert!(!check("", Some(String::new())).await);
    }

    #[tokio::test]
    async fn a_password_is_the_same_on_every_keyboard() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let check =
            async |password: &str, known| passwords.check(passwords.place().unwrap(), password.to_owned(), known).await;
        // As macOS and as Windows send it.
        let (apart, composed) = ("Mu\u{308}lltonnen pfeifen", "M\u{fc}lltonnen pfeifen");
        assert!(check(composed, Some(passwords.hash(apart.into()).await)).await);
        assert!(check(apart, Some(passwords.hash(composed.into()).await)).await);
        // As it was stored before passwords were normalized.
        let known = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$quyusfeeuAGbpiw09i+j4VKJ+I/5h3mugd4HghmS/x8";
        assert!(check("correct horse battery", Some(known.into())).await);
    }

    #[test]
    fn places_are_limited_and_come_back() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let mut places: Vec<_> = (0..CHECKS_MAX).map(|_| passwords.place().unwrap()).collect();
        assert!(passwords.place().is_none());
        places.pop();
        assert!(passwords.place().is_some());
    }
}
