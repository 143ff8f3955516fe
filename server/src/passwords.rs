//! Passwords: hashed with argon2id, checked at the same cost whether or not the account exists.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::entropy::SharedEntropy;

/// How many passwords are worked on at once: each takes 19 MiB and a core for a moment.
const AT_ONCE: usize = 2;

/// Hashes and checks passwords without blocking the server.
pub struct Passwords {
    turns: Semaphore,
    entropy: SharedEntropy,
    /// The hash of a password that nobody has: what an unknown account is checked against.
    nobody: String,
}

impl Passwords {
    /// Ready to hash.
    pub fn new(entropy: SharedEntropy) -> Self {
        let nobody = hash(&entropy, &entropy.token());
        Self { turns: Semaphore::new(AT_ONCE), entropy, nobody }
    }

    /// The password's hash in PHC form.
    pub async fn hash(&self, password: String) -> String {
        let _turn = self.turns.acquire().await;
        let entropy = self.entropy.clone();
        tokio::task::spawn_blocking(move || hash(&entropy, &password)).await.unwrap_or_default()
    }

    /// Whether the password has this hash. `None` (no such account, or no password yet) takes as long and is false.
    pub async fn check(&self, password: String, known: Option<String>) -> bool {
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

fn hash(entropy: &SharedEntropy, password: &str) -> String {
    let salt: [u8; 16] = entropy.bytes();
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::entropy::SystemEntropy;

    #[tokio::test]
    async fn only_the_right_password_of_an_existing_account_is_right() {
        let passwords = Passwords::new(Arc::new(SystemEntropy));
        let hash = passwords.hash("correct horse battery".into()).await;
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.check("correct horse battery".into(), Some(hash.clone())).await);
        assert!(!passwords.check("wrong horse battery".into(), Some(hash)).await);
        assert!(!passwords.check("correct horse battery".into(), None).await);
        assert!(!passwords.check(String::new(), Some(String::new())).await);
    }
}
