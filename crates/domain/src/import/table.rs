//! A file as a table: its header, and every row below it. Each line with text is in exactly one row or above the header, so that
//! no row vanishes: one that can't be read is a row too, and says why.

use thiserror::Error;

use crate::import::{
    cell::plain,
    damage::{Damage, MAX_COLUMNS},
    delimiter::Delimiter,
    lines::Lines,
    outline::{Outline, TopLine},
    records::{Record, Records},
    swallowed::{doubt, is_blank},
};

/// Most rows in one file.
pub const MAX_ROWS: usize = 100_000;
/// Largest file, in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Rows shown while columns are being mapped.
const SAMPLES: usize = 3;

/// Why a file has no usable rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TableError {
    /// Not a single cell has text.
    #[error("All cells of the file are empty. Choose a file with a header row and one row per fleet.")]
    Blank,
    /// A header and nothing below it.
    #[error("There are no rows below the header in line {line}. Add a row for each fleet.")]
    HeaderOnly {
        /// The header's line, from 1.
        line: u64,
    },
    /// Too many rows.
    #[error("The file has more than {MAX_ROWS} rows. Split it and import the parts one after another.")]
    TooMany,
    /// Nobody can tell where the header or the rows begin or end.
    #[error("{0}")]
    Damaged(Damage),
}

/// An overview of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The line of the header, from 1.
    pub header_line: u64,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The first lines with text: the header, those above it, and some below it.
    pub top: Vec<TopLine>,
    /// The first rows, to show what the columns hold.
    pub samples: Vec<Vec<String>>,
    /// The number of rows below the header, without empty ones.
    pub rows: usize,
}

/// Reads the header, counts the rows and takes some as samples. The header is in `header_line`, else in the line that looks most
/// like one.
pub fn inspect(text: &str, delimiter: Delimiter, header_line: Option<u64>) -> Result<Sheet, TableError> {
    let Outline { usual, top, header: guess } = Outline::of(text, delimiter);
    let header_line = header_line.or(guess.map(|guess| guess.line)).ok_or(TableError::Blank)?;
    let mut records = Records::of_file(text, delimiter);
    let header = loop {
        let record = records.next().ok_or(TableError::HeaderOnly { line: header_line })?;
        if record.is_blank() {
            continue;
        }
        let is_header = record.line >= header_line;
        match doubt(&record, delimiter, usual) {
            // A line above the header may be written as it likes, but not take in the header.
            Some(doubt) if is_header || !record.long_cells.is_empty() || doubt.rows.is_some() => {
                return Err(TableError::Damaged(doubt.damage));
            }
            _ if is_header => break record,
            _ => {}
        }
    };
    let (header_line, named) = (header.line, header.width.min(MAX_COLUMNS));
    let (mut width, mut count, mut samples) = (header.cells.len(), 0, Vec::new());
    let mut header: Vec<String> = header.cells.iter().map(|name| plain(name).into_owned()).collect();
    for row in (Rows { records, delimiter, usual, header: Vec::new(), swallowed: None }) {
        match row.damage {
            Some(damage @ (Damage::Unclosed { .. } | Damage::TooWide { .. })) => {
                return Err(TableError::Damaged(damage));
            }
            None if samples.len() < SAMPLES => {
                samples.push(row.cells.iter().map(|cell| plain(cell).into_owned()).collect());
            }
            _ => {}
        }
        width = width.max(row.cells.len());
        count += 1;
        if count > MAX_ROWS {
            return Err(TableError::TooMany);
        }
    }
    if count == 0 {
        return Err(TableError::HeaderOnly { line: header_line });
    }
    // Columns without a name are columns if the header makes room for them and a row has something there.
    header.resize(header.len().max(width.min(named)), String::new());
    Ok(Sheet { header_line, header, top, samples, rows: count })
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Its cells without outer spaces, up to the last one that isn't empty.
    pub cells: Vec<String>,
    /// Why its cells can't be told apart: then they are a guess, for people to recognize it by.
    pub damage: Option<Damage>,
}

/// The rows below the header; empty ones are passed over.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    /// The names of the columns.
    pub header: Vec<String>,
    records: Records<'a>,
    delimiter: Delimiter,
    usual: usize,
    /// The lines of a record that can't be believed, the number of the next one, and why.
    swallowed: Option<(Lines<'a>, u64, Damage)>,
}

/// Reads a file row by row. The header is the first line with text in or below `header_line`.
pub fn rows(text: &str, delimiter: Delimiter, header_line: u64) -> Rows<'_> {
    let usual = Outline::of(text, delimiter).usual;
    let mut records = Records::of_file(text, delimiter);
    let header = records.by_ref().find(|record| !record.is_blank() && record.line >= header_line);
    Rows { header: header.map(|header| header.cells).unwrap_or_default(), records, delimiter, usual, swallowed: None }
}

impl<'a> Rows<'a> {
    /// The next line that a cell took in.
    fn next_swallowed(&mut self) -> Option<Row> {
        let (lines, next, damage) = self.swallowed.as_mut()?;
        for text in lines.by_ref() {
            let line = *next;
            *next += 1;
            if !is_blank(text, self.delimiter) {
                let alone = Records::of_part(text, self.delimiter).next();
                return Some(Row {
                    line,
                    cells: alone.map(|record| record.cells).unwrap_or_default(),
                    damage: Some(*damage),
                });
            }
        }
        self.swallowed = None;
        None
    }

    fn row(&mut self, record: Record<'a>) -> Option<Row> {
        let doubt = doubt(&record, self.delimiter, self.usual);
        let damage = doubt.as_ref().map(|doubt| doubt.damage);
        if let Some(lines) = doubt.and_then(|doubt| doubt.rows)
            && let Some(damage) = damage
        {
            self.swallowed = Some((lines, record.line, damage));
            return self.next_swallowed();
        }
        (!record.is_blank()).then_some(Row { line: record.line, cells: record.cells, damage })
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(row) = self.next_swallowed() {
                return Some(row);
            }
            let record = self.records.next()?;
            if let Some(row) = self.row(record) {
                return Some(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>, Option<Damage>)> {
        let sheet = inspect(text, Delimiter::Comma, None).unwrap();
        let rows: Vec<_> = rows(text, Delimiter::Comma, sheet.header_line).collect();
        assert_eq!(sheet.rows, rows.len(), "{text:?}");
        rows.into_iter().map(|row| (row.line, row.cells, row.damage)).collect()
    }

    #[test]
    fn each_line_below_the_header_is_a_row_also_if_a_cell_takes_it_in() {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let swallowed = |opened, closed| Some(Damage::Swallowed { opened, closed });
        let table = [
            ("Title\n\nref,name\nA,x\n\n,\nB,y", vec![(4, cells(&["A", "x"]), None), (7, cells(&["B", "y"]), None)]),
            (
                "ref,name,unused\nA,x,\nB,y,\"oh\nC,z,\n\nD,v,no\"\nE,w,",
                vec![
                    (2, cells(&["A", "x"]), None),
                    (3, cells(&["B", "y", "oh"]), swallowed(3, 6)),
                    (4, cells(&["C", "z"]), swallowed(3, 6)),
                    (6, cells(&["D", "v", "no\""]), swallowed(3, 6)),
                    (7, cells(&["E", "w"]), None),
                ],
            ),
            (
                "ref,name,unused\rA,\"x\ry\",1\rB,\"z\" z,1\rC,v,1",
                vec![
                    (2, cells(&["A", "x\ry", "1"]), None),
                    (4, cells(&["B", "z z", "1"]), Some(Damage::Stray { line: 4 })),
                    (5, cells(&["C", "v", "1"]), None),
                ],
            ),
        ];
        for (text, want) in table {
            assert_eq!(read(text), want, "{text:?}");
        }
    }

    #[test]
    fn a_file_is_refused_when_nobody_can_tell_where_its_header_or_its_rows_are() {
        let damaged = |damage| Err(TableError::Damaged(damage));
        let unclosed = |line| damaged(Damage::Unclosed { line });
        let wide = |line| damaged(Damage::TooWide { line });
        let line = |count: usize| vec!["x"; count].join(",");
        let (most, more) = (line(MAX_COLUMNS), line(MAX_COLUMNS + 1));
        let table = [
            ("ref,name\n".to_owned(), Err(TableError::HeaderOnly { line: 1 })),
            ("\n\nref,name\n,,\n\n".to_owned(), Err(TableError::HeaderOnly { line: 3 })),
            (",,\n\n;".to_owned(), Err(TableError::HeaderOnly { line: 3 })),
            (",,\n\n".to_owned(), Err(TableError::Blank)),
            ("ref,\"name\nA,x\nB,y".to_owned(), unclosed(1)),
            ("ref,name\nA,x\nB,\"y\nC,z\n".to_owned(), unclosed(3)),
            ("ref,name\nA,x\nB,\"y\" z,\"\nC,z\n".to_owned(), unclosed(3)),
            ("ref,name\nA,x\n\"".to_owned(), unclosed(3)),
            ("ref,\"name\nA,x\nB,y\"\nC,z".to_owned(), damaged(Damage::Swallowed { opened: 1, closed: 3 })),
            ("\"Fleets\nref,name\nB,\"\nC,z\nD,w".to_owned(), damaged(Damage::Swallowed { opened: 1, closed: 3 })),
            ("\"Fleets\" of Acme\nref,name\nA,x\nB,y".to_owned(), Ok(())),
            (format!("{most}\n{most},,\n{most}"), Ok(())),
            (format!("{more}\n1"), wide(1)),
            (format!("a,b\n\"two\nlines\",x\r\n\r\n{more}\nc,d"), wide(5)),
            (";".repeat(1_000_000) + ",\n", Err(TableError::HeaderOnly { line: 1 })),
            (",".repeat(1_000_000), Err(TableError::Blank)),
        ];
        for (text, want) in table {
            let start: String = text.chars().take(60).collect();
            assert_eq!(inspect(&text, Delimiter::Comma, None).map(|_| ()), want, "{start}");
        }
        let many = format!("ref\n{}", "A\n".repeat(MAX_ROWS));
        let sheet = inspect(&many, Delimiter::Comma, None).unwrap();
        assert_eq!((sheet.rows, sheet.samples.len()), (MAX_ROWS, SAMPLES));
        assert_eq!(inspect(&(many + "A"), Delimiter::Comma, None), Err(TableError::TooMany));
    }

    #[test]
    fn the_header_can_be_chosen_and_has_a_column_wherever_a_row_has_a_cell_below_it() {
        let text = "Fleets\nwer,was,,,\nref,name,=\"0\"\nA,x,=\"0123\",y\nB,y\n";
        let header = |line: Option<u64>| {
            let sheet = inspect(text, Delimiter::Comma, line).unwrap();
            (sheet.header_line, sheet.header.join("|"), sheet.rows)
        };
        assert_eq!(header(None), (3, "ref|name|0".into(), 2));
        assert_eq!(header(Some(2)), (2, "wer|was||".into(), 3), "the fifth column is empty all the way down");
        assert_eq!(header(Some(1)), (1, "Fleets".into(), 4));
        assert_eq!(inspect(text, Delimiter::Comma, Some(5)), Err(TableError::HeaderOnly { line: 5 }));
        assert_eq!(inspect(text, Delimiter::Comma, Some(9)), Err(TableError::HeaderOnly { line: 9 }));
        let sheet = inspect(text, Delimiter::Comma, None).unwrap();
        assert_eq!(sheet.samples, [vec!["A", "x", "0123", "y"], vec!["B", "y"]]);
        assert_eq!(sheet.top.iter().map(|top| top.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }
}
