use async_trait::async_trait;

use super::StoreError;

/// What a database belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// A constant, sealed with the key of everything else.
    pub sealed_probe: Vec<u8>,
    /// Whether its fleets are the sandbox's.
    pub sandbox: bool,
}

/// A sealed value, and what it was sealed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedValue {
    SigningSecret(Vec<u8>),
    InvitationId(Vec<u8>),
}

/// What the database belongs to.
#[async_trait]
pub trait InstallationStore: Send + Sync {
    /// What was noted; `None` in a database that no start has noted anything in.
    async fn installation(&self) -> Result<Option<Installation>, StoreError>;
    /// Notes what the database belongs to. If that was noted already, it stays.
    async fn note_installation(&self, installation: &Installation) -> Result<(), StoreError>;
    /// A value that was sealed with the key in use, whichever; `None` if there is none.
    async fn any_sealed(&self) -> Result<Option<SealedValue>, StoreError>;
}
