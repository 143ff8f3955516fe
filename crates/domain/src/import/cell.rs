//! Cells that spreadsheets would run. A cell that begins like a formula is data to us; in what people download it is made
//! inert by an apostrophe (OWASP, "CSV Injection"), and what we read back loses that apostrophe again.
//!
//! There is no exception for phone numbers, which begin with "+": the downloads hold none, and an exception is what an
//! attacker looks for.
//!
//! The other way round, exports write `="0123"` so that a spreadsheet keeps the zero: a formula that is nothing but a text.

use std::borrow::Cow;

fn begins_a_formula(text: &str) -> bool {
    // The full-width twins count as well: some spreadsheets take them for the plain ones.
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text as it may stand in a cell of a file that people open in a spreadsheet.
pub fn inert(text: &str) -> Cow<'_, str> {
    if begins_a_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What a cell means: without outer spaces, without the apostrophe that makes it inert, and `0123` for `="0123"`.
pub fn plain(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim();
    match cell.strip_prefix('\'').filter(|rest| begins_a_formula(rest)) {
        Some(text) => Cow::Borrowed(text),
        None => text_of_formula(cell).unwrap_or(Cow::Borrowed(cell)),
    }
}

/// The text of a formula that is one quoted text, in which quotes are doubled.
fn text_of_formula(cell: &str) -> Option<Cow<'_, str>> {
    let quoted = cell.strip_prefix("=\"")?.strip_suffix('"')?;
    if !quoted.contains('"') {
        return Some(Cow::Borrowed(quoted.trim()));
    }
    let is_one_text = !quoted.replace("\"\"", "").contains('"');
    is_one_text.then(|| Cow::Owned(quoted.replace("\"\"", "\"").trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula_and_what_was_meant_comes_back() {
        for text in [
            "=1+1",
            "+SUM(A1)",
            "-FLEET",
            "@cmd",
            "\tx",
            "\rx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "=cmd|' /C calc'!A0",
            "=\"0123\"",
        ] {
            let inert = inert(text);
            assert_eq!(inert, format!("'{text}"));
            assert_eq!(plain(&inert), text);
        }
        for text in ["", "FLEET-1", "O'Neil", "'quoted'", "1-2", "a=b"] {
            assert_eq!(inert(text), text);
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn a_formula_that_is_one_text_means_that_text() {
        let table = [
            ("=\"0123\"", "0123"),
            (" =\" 0123 \" ", "0123"),
            ("=\"\"", ""),
            ("=\"the \"\"Acme\"\"\"", "the \"Acme\""),
            ("=\"=1+1\"", "=1+1"),
            ("=\"A\"&\"B\"", "=\"A\"&\"B\""),
            ("=\"", "=\""),
            ("=A1", "=A1"),
            ("'=\"0123\"", "=\"0123\""),
        ];
        for (cell, want) in table {
            assert_eq!(plain(cell), want, "{cell}");
        }
    }
}
