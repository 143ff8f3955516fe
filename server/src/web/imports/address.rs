//! Where the pages of imports are.

use crate::store::ImportKey;

/// The page of an import.
pub(super) fn address(import: ImportKey) -> String {
    format!("/invitations/import/{}", import.0)
}
