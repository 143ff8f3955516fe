//! Updates of fields that may be null.

/// What an update says about such a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Update<T> {
    /// Not mentioned.
    Unchanged,
    /// Set to this value, which may be null.
    Set(Option<T>),
}

impl<T> Update<T> {
    /// Changes the field, if the update mentions it.
    pub(crate) fn apply(self, field: &mut Option<T>) {
        if let Self::Set(value) = self {
            *field = value;
        }
    }
}
