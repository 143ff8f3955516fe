//! Rows inside a cell. A quotation mark that opens by mistake takes in everything up to the next one, however many rows that
//! are. So a cell of several lines is only believed if its lines don't look like rows.

use crate::import::{
    damage::Damage,
    delimiter::Delimiter,
    lines::{Lines, breaks, lines},
    records::{LongCell, Record, is_space},
};

/// Most lines of one cell: an address or a note, not a table.
const MAX_CELL_LINES: u64 = 20;

/// A record that can't be believed.
#[derive(Debug, Clone)]
pub(super) struct Doubt<'a> {
    /// Why.
    pub(super) damage: Damage,
    /// Its lines, if each of them counts as a row.
    pub(super) rows: Option<Lines<'a>>,
}

/// What is wrong with a record. `usual` is the number of cells that rows of this file have.
pub(super) fn doubt<'a>(record: &Record<'a>, delimiter: Delimiter, usual: usize) -> Option<Doubt<'a>> {
    let several = |damage| Some(Doubt { damage, rows: Some(lines(record.text)) });
    let single = |damage| Some(Doubt { damage, rows: None });
    match (record.damage, record.long_cells.first()) {
        (Some(damage @ Damage::Unclosed { .. }), _) => several(damage),
        (_, Some(first)) if looks_like_rows(record, delimiter, usual) => {
            several(Damage::Swallowed { opened: first.opened, closed: first.opened + breaks(first.text) })
        }
        (Some(damage), _) => single(damage),
        (None, _) => record.long_cells.iter().find_map(|cell| {
            let lines = breaks(cell.text) + 1;
            (lines > MAX_CELL_LINES).then_some(Damage::ManyLines { opened: cell.opened, lines }).and_then(single)
        }),
    }
}

/// Whether a line has no text, only delimiters.
pub(super) fn is_blank(line: &str, delimiter: Delimiter) -> bool {
    line.chars().all(|c| is_space(c) || c == delimiter.char())
}

/// Whether a line inside one of its cells, or each of its lines, has as many cells as rows usually have, taken alone. If its
/// quotation marks are wrong anyway, one such line is enough.
fn looks_like_rows(record: &Record<'_>, delimiter: Delimiter, usual: usize) -> bool {
    let is_row = |line: &&str| line.matches(delimiter.char()).count() + 1 >= usual;
    let has_text = |line: &&str| !is_blank(line, delimiter);
    let inside = |cell: &LongCell<'_>| {
        let inner = usize::try_from(breaks(cell.text)).unwrap_or(usize::MAX) - 1;
        lines(cell.text).skip(1).take(inner).filter(has_text).any(|line| is_row(&line))
    };
    let mut alone = lines(record.text).filter(has_text);
    let rows = if record.damage.is_some() { alone.any(|line| is_row(&line)) } else { alone.all(|line| is_row(&line)) };
    rows || record.long_cells.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::records::Records;

    #[test]
    fn cells_whose_lines_look_like_rows_are_not_believed_and_those_of_ordinary_text_are() {
        let swallowed = |closed| Some(Damage::Swallowed { opened: 1, closed });
        let note = |lines: usize| format!("A,Acme,US,\"{}\"", vec!["a note, long"; lines].join("\n"));
        let table = [
            ("A,\"12 Main St, Suite 5\nSpringfield, IL\",US,x".to_owned(), None),
            ("A,Acme,US,\"Call first.\n\nThen write, please.\"".to_owned(), None),
            ("A,\"Acme,US,x\nB,Bolt,US,x\nC,\"\"Cold\"\",US,x\",US,x".to_owned(), swallowed(3)),
            ("A,\"Acme,US,x\nB,Bolt 6\",US,x".to_owned(), swallowed(2)),
            ("A,Acme,US,\"unused\nB,Bolt,US,x\nC,Cold,US,\"\"".to_owned(), Some(Damage::Unclosed { line: 1 })),
            ("\"A\",\"Acme,\"US\",\"x\"".to_owned(), Some(Damage::Stray { line: 1 })),
            ("\"A\",\"Acme\n\"B\",\"Bolt\",\"US\",\"x\"".to_owned(), swallowed(2)),
            ("A,\"two\nlines\" more,x".to_owned(), Some(Damage::Stray { line: 2 })),
            ("\"A\",\"Acme,US,x\n\"B\",\"Bolt\",\"US\",\"x\"".to_owned(), swallowed(2)),
            (note(20), None),
            (note(21), Some(Damage::ManyLines { opened: 1, lines: 21 })),
        ];
        for (text, want) in table {
            let record = Records::of_part(&text, Delimiter::Comma).next().unwrap();
            assert_eq!(doubt(&record, Delimiter::Comma, 4).map(|doubt| doubt.damage), want, "{text:?}");
        }
        let record = Records::of_part("\"A\nB\"", Delimiter::Comma).next().unwrap();
        assert!(doubt(&record, Delimiter::Comma, 1).unwrap().rows.is_some(), "with one column, each line is a row");
    }
}
