//! Passwords: hashed with argon2id, checked at the same cost whether or not the account exists.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use platform::random::SharedRandom;

/// How many passwords are worked on at once: each takes 19 MiB and a core for a moment.
const AT_ONCE: usize = 2;
/// How many are taken at once, those that wait included: anyone can send one.
const TAKEN: usize = 32;

/// A place among those whose password is checked.
pub struct Place<'a>(#[expect(dead_code, reason = "held until it is given back")] SemaphorePermit<'a>);

/// Hashes and checks passwords without blocking the server.
pub struct Passwords {
    turns: Semaphore,
    places: Semaphore,
    random: SharedRandom,
    /// The hash of a password that nobody has: what an unknown account is checked against.
    nobody: String,
}

impl Passwords {
    /// Ready to hash.
    pub fn new(random: SharedRandom) -> Self {
        let nobody = hash(&random, &random.token());
        Self { turns: Semaphore::new(AT_ONCE), places: Semaphore::new(TAKEN), random, nobody }
    }

    /// The password's hash in PHC form.
    pub async fn hash(&self, password: String) -> String {
        let _turn = self.turns.acquire().await;
        let random = self.random.clone();
        tokio::task::spawn_blocking(move || hash(&random, &password)).await.unwrap_or_default()
    }

    /// A place among those who wait for [`check`](Self::check); none while too many do.
    pub fn place(&self) -> Option<Place<'_>> {
        self.places.try_acquire().ok().map(Place)
    }

    /// Whether the password has this hash. `None` (no such account, or no password yet) takes as long and is false.
    pub async fn check(&self, _place: Place<'_>, password: String, known: Option<String>) -> bool {
        let _turn = self.turns.acquire().await;
        let exists = known.is_some();
        let hash = known.unwrap_or_else(|| self.nobody.clone());
        let right = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        right.await.unwrap_or(false) && exists
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

    #[test]
    fn no_more_wait_than_there_are_places_and_a_place_is_given_back() {
        let passwords = Passwords::new(Arc::new(SystemRandom));
        let mut places: Vec<_> = (0..TAKEN).map(|_| passwords.place().unwrap()).collect();
        assert!(passwords.place().is_none());
        places.pop();
        assert!(passwords.place().is_some());
    }
}
