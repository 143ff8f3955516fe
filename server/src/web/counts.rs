//! Counts of rows, which stop at a limit: a page shows whether there are any, and roughly how many.

/// Where counting stops.
pub(super) const COUNT_MAX: u32 = 1_000;

/// A count that stopped at [`COUNT_MAX`], for people; `None` for zero.
pub(super) fn counted(count: u32) -> Option<String> {
    match count {
        0 => None,
        count if count >= COUNT_MAX => Some(format!("{COUNT_MAX} or more")),
        count => Some(count.to_string()),
    }
}
