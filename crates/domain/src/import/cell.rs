//! Cells that spreadsheets would run. A cell that begins like a formula is data to us; in what people download it is made
//! inert by an apostrophe (OWASP, "CSV Injection"), and what we read back loses that apostrophe again.
//!
//! There is no exception for phone numbers, which begin with "+": the downloads hold none, and an exception is what an
//! attacker looks for.

use std::borrow::Cow;

fn begins_a_formula(text: &str) -> bool {
    // The full-width twins count as well: some spreadsheets take them for the plain ones.
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text as it may stand in a cell of a file that people open in a spreadsheet.
pub fn inert(text: &str) -> Cow<'_, str> {
    if begins_a_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A cell without outer spaces and without the apostrophe that makes it inert.
pub fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('\'').filter(|rest| begins_a_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula_and_what_was_meant_comes_back() {
        for text in
            ["=1+1", "+SUM(A1)", "-FLEET", "@cmd", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"]
        {
            let inert = inert(text);
            assert_eq!(inert, format!("'{text}"));
            assert_eq!(plain(&inert), text);
        }
        for text in ["", "FLEET-1", "O'Neil", "'quoted'", "1-2", "a=b"] {
            assert_eq!(inert(text), text);
            assert_eq!(plain(text), text);
        }
    }
}
