//! Labels of rows, and numbers for people.

use domain::import::{RowState, Verdict};

/// Label of a verdict.
pub fn verdict_label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::New => "New",
        Verdict::RefreshActive => "Refresh: still open",
        Verdict::RefreshAccepted => "Refresh: accepted",
        Verdict::Declined => "Declined",
        Verdict::Unrecognized => "Unknown status",
        Verdict::Unchanged => "Nothing to do",
        Verdict::Invalid => "Invalid",
    }
}

/// Label of a row's state.
pub fn row_state_label(state: RowState) -> &'static str {
    match state {
        RowState::Waiting => "Waiting",
        RowState::Doing => "Pending",
        RowState::Created => "Created",
        RowState::Refreshed => "Refreshed",
        RowState::Unchanged => "Nothing to do",
        RowState::LeftOut => "Skipped",
        RowState::Refused => "Rejected by Catena",
        RowState::Invalid => "Invalid",
    }
}

/// A number with its digits grouped: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many there are of something: `1 row`, `1,200 rows`.
pub(super) fn number_of(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// What becomes of the lines above the header, if there are any.
pub(super) fn not_imported(above: u64) -> Option<String> {
    let verb = if above == 1 { "is" } else { "are" };
    (above > 0).then(|| format!("{} above the header {verb} not imported.", number_of(above, "line")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_things_are_named_in_the_number_they_have() {
        assert_eq!((number_of(1, "row"), number_of(1_200, "row")), ("1 row".into(), "1,200 rows".into()));
        assert_eq!(not_imported(0), None);
        assert_eq!(not_imported(1).as_deref(), Some("1 line above the header is not imported."));
        assert_eq!(not_imported(2).as_deref(), Some("2 lines above the header are not imported."));
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, want) in [(0, "0"), (999, "999"), (1_000, "1,000"), (100_000, "100,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), want);
        }
    }
}
