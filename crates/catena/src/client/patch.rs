//! A field of a PATCH body, for which "set it to null" and "leave it alone" are different things.

use serde::{Serialize, Serializer};

/// What a PATCH does to one field. Needs `#[serde(skip_serializing_if = "Change::is_keep")]` on the field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is: nothing is sent.
    #[default]
    Keep,
    /// It is cleared: null is sent.
    Clear,
    /// It is set to this value.
    To(T),
}

impl<T> Change<T> {
    /// Whether nothing is sent.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    pub(crate) fn map<U>(self, with: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::To(value) => Change::To(with(value)),
        }
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => to.serialize_none(),
            Self::To(value) => value.serialize(to),
        }
    }
}
