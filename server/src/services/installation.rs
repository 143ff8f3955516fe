//! What the database belongs to: the key that seals its secrets, and the real Catena or the sandbox. Noted at the first start
//! and checked at each one, since what is sealed with a second key can't be opened with the first, and made-up fleets can't be
//! told from real ones afterwards.

use super::staff::DEMO;
use crate::{
    security::vault::{Purpose, Vault},
    store::{Installation, SealedValue, SharedStore, StoreError},
};

/// What the probe says when it is opened.
const PROBE: &[u8] = b"onramp";

/// Why the server must not run with this database.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// Its secrets were sealed with another key.
    #[error("the key doesn't fit the database")]
    Key,
    /// This is a sandbox, and the database holds fleets of the real Catena.
    #[error("the database belongs to the real Catena")]
    HoldsRealFleets,
    /// This works with the real Catena, and the database holds a sandbox's fleets.
    #[error("the database belongs to a sandbox")]
    HoldsMadeUpFleets,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether anything in the database was sealed, with whichever key.
pub async fn holds_secrets(store: &SharedStore) -> Result<bool, StoreError> {
    Ok(store.installation().await?.is_some() || store.any_sealed().await?.is_some())
}

/// Checks that the database belongs to this key and mode. A new database belongs to them from now on, and so does one of a
/// version that noted nothing, if what it holds fits.
pub async fn claim(store: &SharedStore, vault: &Vault, sandbox: bool) -> Result<(), Mismatch> {
    if store.installation().await?.is_none() {
        let sandbox = match store.any_sealed().await? {
            None => sandbox,
            Some(sealed) if opens(vault, &sealed) => {
                // Each start of a sandbox makes sure that it has the demo account.
                store.staff_by_email(DEMO.0).await?.is_some_and(|staff| staff.demo)
            }
            Some(_) => return Err(Mismatch::Key),
        };
        let sealed_probe = vault.seal(Purpose::Probe, PROBE);
        store.note_installation(&Installation { sealed_probe, sandbox }).await?;
    }
    // Read again: another process may have been the first.
    match store.installation().await? {
        Some(noted) if vault.open(Purpose::Probe, &noted.sealed_probe).is_err() => Err(Mismatch::Key),
        Some(noted) if noted.sandbox && !sandbox => Err(Mismatch::HoldsMadeUpFleets),
        Some(noted) if !noted.sandbox && sandbox => Err(Mismatch::HoldsRealFleets),
        Some(_) | None => Ok(()),
    }
}

/// Whether the key still fits: a database that is restored under a running server may have been sealed with another.
pub async fn key_fits(store: &SharedStore, vault: &Vault) -> Result<bool, StoreError> {
    let noted = store.installation().await?;
    Ok(noted.is_none_or(|noted| vault.open(Purpose::Probe, &noted.sealed_probe).is_ok()))
}

fn opens(vault: &Vault, sealed: &SealedValue) -> bool {
    match sealed {
        SealedValue::SigningSecret(sealed) => vault.open(Purpose::SigningSecret, sealed).is_ok(),
        SealedValue::InvitationId(sealed) => vault.open(Purpose::InvitationId, sealed).is_ok(),
    }
}
