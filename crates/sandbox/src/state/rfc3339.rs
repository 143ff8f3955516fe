//! Timestamps in JSON: RFC 3339 in UTC with `Z` and six fractional digits, as Catena writes them (CONTRACT.md 1).

use domain::timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use time::OffsetDateTime;

/// Writes a timestamp.
pub(crate) fn serialize<S: Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&timestamp::rfc3339(*at))
}

/// Reads a timestamp.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<OffsetDateTime, D::Error> {
    let text = String::deserialize(from)?;
    timestamp::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 timestamp"))
}

/// A timestamp that may be `null`.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Error, OffsetDateTime, Serializer, timestamp};

    /// Writes a timestamp or `null`.
    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(at: &Option<OffsetDateTime>, to: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::serialize(at, to),
            None => to.serialize_none(),
        }
    }

    /// Reads a timestamp or `null`.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OffsetDateTime>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        timestamp::parse(&text).map(Some).ok_or_else(|| D::Error::custom("not an RFC 3339 timestamp"))
    }
}
