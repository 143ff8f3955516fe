//! The one id that is as good as a password.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use platform::secret::Secret;

/// An invitation's id. Whoever has it can read the invitation without a token and onboard as the fleet (CONTRACT.md trap 2), so
/// it is never printed, and none of our URLs contains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Secret", into = "Secret")]
pub struct InvitationId(Secret);

/// The text is not a UUID, so it can't be an invitation's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an invitation id")]
pub struct NotAnInvitationId;

impl InvitationId {
    /// Reads an id. Upper and lower case make no difference: both give equal values.
    pub fn parse(text: &str) -> Result<Self, NotAnInvitationId> {
        let id = Uuid::try_parse(text).map_err(|_| NotAnInvitationId)?;
        Ok(Self(id.hyphenated().to_string().into()))
    }

    /// The plain id. Each use of this method is a place where a secret may leak: don't log it, don't put it in one of our URLs.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl TryFrom<Secret> for InvitationId {
    type Error = NotAnInvitationId;

    fn try_from(text: Secret) -> Result<Self, Self::Error> {
        Self::parse(text.expose())
    }
}

impl From<InvitationId> for Secret {
    fn from(id: InvitationId) -> Self {
        id.0
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_equal_in_both_cases_and_never_printed() {
        let id = InvitationId::parse("019C776D-28B5-7B7A-9767-C76FB008F86B").unwrap();
        assert_eq!(id, InvitationId::parse("019c776d-28b5-7b7a-9767-c76fb008f86b").unwrap());
        assert_eq!(format!("{id} {id:?}"), "[secret] InvitationId([secret])");
    }

    #[test]
    fn what_is_no_id_is_refused_without_repeating_it() {
        for text in ["", "..", "demo", "019c776d/28b5"] {
            let error = InvitationId::parse(text).unwrap_err();
            assert_eq!(error.to_string(), "not an invitation id");
        }
    }
}
