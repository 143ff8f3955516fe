//! Splits text into records: cells between delimiters, with quotes and line breaks inside quotes.
//!
//! Files come from spreadsheets, scripts, and people. This reader takes quotes after a space and lines of any ending, and it
//! tells what the `csv` crate takes in silence: a quotation mark that is never closed, or one inside a cell of a record that uses
//! quotes, after which nobody knows where cells and rows end.

use crate::import::{
    damage::{Damage, MAX_COLUMNS},
    delimiter::{Delimiter, named_delimiter},
    lines::breaks,
};

/// A quoted cell that takes up several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LongCell<'a> {
    /// The line in which it begins, from 1.
    pub(super) opened: u64,
    /// What is between its quotation marks, as it stands there.
    pub(super) text: &'a str,
}

/// A record: one line, or several if line breaks are inside quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// The line in which it begins, from 1.
    pub(super) line: u64,
    /// Its lines as they stand there, without the last line break.
    pub(super) text: &'a str,
    /// Its cells without outer spaces, up to the last one that isn't empty.
    pub(super) cells: Vec<String>,
    /// The number of its cells, with the empty ones at its end.
    pub(super) width: usize,
    /// Its cells that take up several lines.
    pub(super) long_cells: Vec<LongCell<'a>>,
    /// What is wrong with it first of all.
    pub(super) damage: Option<Damage>,
    /// Whether a cell is in quotes, and the line of a quotation mark inside a cell that isn't.
    quoted: bool,
    loose: Option<u64>,
}

impl Record<'_> {
    /// Whether it says nothing: an empty line, or one of delimiters alone.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.is_empty() && self.damage.is_none()
    }

    /// Adds a cell. Empty ones only count once one that isn't empty follows.
    fn push(&mut self, cell: String) {
        let place = self.width;
        self.width += 1;
        if cell.is_empty() {
            return;
        }
        if place >= MAX_COLUMNS {
            self.damage.get_or_insert(Damage::TooWide { line: self.line });
            return;
        }
        self.cells.resize(place, String::new());
        self.cells.push(cell);
    }
}

/// Reads a text record by record.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    text: &'a str,
    delimiter: char,
    /// How far it has read, and the number of the line there.
    at: usize,
    line: u64,
    /// Whether the last record had a stray quotation mark, so that this one may begin inside one of its cells.
    astray: bool,
}

/// Spaces around a cell. A byte order mark is one when files were put together.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

impl<'a> Records<'a> {
    /// The records of a file, without a first line that names the delimiter.
    pub(super) fn of_file(text: &'a str, delimiter: Delimiter) -> Self {
        let named = named_delimiter(text);
        Self { text: named.body, delimiter: delimiter.char(), at: 0, line: named.line, astray: false }
    }

    /// The records of a part of a file.
    pub(super) fn of_part(text: &'a str, delimiter: Delimiter) -> Self {
        Self { text, delimiter: delimiter.char(), at: 0, line: 1, astray: false }
    }

    /// Whether a cell ends before this character.
    fn ends_cell(&self, c: char) -> bool {
        c == self.delimiter || c == '\r' || c == '\n'
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Reads up to the end of the next cell.
    fn cell(&mut self, record: &mut Record<'a>) {
        let rest = self.rest();
        let cell = rest.trim_start_matches(|c: char| is_space(c) && !self.ends_cell(c));
        if let Some(quoted) = cell.strip_prefix('"') {
            self.at += rest.len() - quoted.len();
            self.quoted(record);
        } else {
            let end = rest.find(|c: char| self.ends_cell(c)).unwrap_or(rest.len());
            self.at += end;
            if rest[..end].contains('"') {
                record.loose.get_or_insert(self.line);
            }
            record.push(rest[..end].trim_matches(is_space).to_owned());
        }
    }

    /// Reads a quoted cell from behind its opening quotation mark.
    fn quoted(&mut self, record: &mut Record<'a>) {
        record.quoted = true;
        let (text, opened) = (self.rest(), self.line);
        let mut end = 0;
        let closed = loop {
            let Some(found) = text[end..].find('"') else { break false };
            end += found;
            if text[end + 1..].starts_with('"') {
                end += 2;
            } else {
                break true;
            }
        };
        if !closed {
            // It outweighs whatever else is wrong: the rest of the file is inside.
            record.damage = Some(Damage::Unclosed { line: opened });
            record.push(text.replace("\"\"", "\"").trim_matches(is_space).to_owned());
            (self.at, self.line) = (self.text.len(), self.line + breaks(text));
            return;
        }
        let inside = &text[..end];
        self.at += end + 1;
        let passed = breaks(inside);
        if passed > 0 {
            self.line += passed;
            record.long_cells.push(LongCell { opened, text: inside });
        }
        let mut value = inside.replace("\"\"", "\"");
        let rest = self.rest();
        let end = rest.find(|c: char| self.ends_cell(c)).unwrap_or(rest.len());
        self.at += end;
        let behind = &rest[..end];
        if !behind.trim_matches(is_space).is_empty() {
            record.damage.get_or_insert(Damage::Stray { line: self.line });
            value.push_str(behind);
        }
        record.push(value.trim_matches(is_space).to_owned());
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.rest().is_empty() {
            return None;
        }
        let (start, line) = (self.at, self.line);
        let mut record = Record {
            line,
            text: "",
            cells: Vec::new(),
            width: 0,
            long_cells: Vec::new(),
            damage: None,
            quoted: false,
            loose: None,
        };
        loop {
            self.cell(&mut record);
            if self.rest().starts_with(self.delimiter) {
                self.at += 1;
            } else {
                break;
            }
        }
        record.text = &self.text[start..self.at];
        // `6" pipe` is text, unless quotes have a meaning here.
        if let Some(line) = record.loose.filter(|_| record.quoted || self.astray) {
            record.damage.get_or_insert(Damage::Stray { line });
        }
        self.astray = matches!(record.damage, Some(Damage::Stray { .. }));
        let rest = self.rest();
        if !rest.is_empty() {
            self.at += if rest.starts_with("\r\n") { 2 } else { 1 };
            self.line += 1;
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let records = Records::of_file(text, Delimiter::Comma);
        records
            .inspect(|record| assert_eq!(record.damage, None, "{text:?}"))
            .map(|record| (record.line, record.cells))
            .collect()
    }

    fn row<const N: usize>(line: u64, cells: [&str; N]) -> (u64, Vec<String>) {
        (line, cells.map(str::to_owned).to_vec())
    }

    #[test]
    fn cells_are_read_as_spreadsheets_scripts_and_people_write_them() {
        let table = [
            ("A,Acme\nB,Bolt", vec![row(1, ["A", "Acme"]), row(2, ["B", "Bolt"])]),
            ("A,Acme\r\n\r\nB,Bolt\r\n", vec![row(1, ["A", "Acme"]), row(2, []), row(3, ["B", "Bolt"])]),
            ("A,x\rB,y\r", vec![row(1, ["A", "x"]), row(2, ["B", "y"])]),
            ("A,\"Acme, \"\"the\"\" carrier\"", vec![row(1, ["A", "Acme, \"the\" carrier"])]),
            ("A,\"two\nlines\"\nB,x", vec![row(1, ["A", "two\nlines"]), row(3, ["B", "x"])]),
            ("A,\"two\rlines\"\rB,x", vec![row(1, ["A", "two\rlines"]), row(3, ["B", "x"])]),
            ("\"A\", \"Acme, Inc.\" ,\u{a0}\"x\"", vec![row(1, ["A", "Acme, Inc.", "x"])]),
            ("\u{feff}\"A\",x", vec![row(1, ["A", "x"])]),
            (" A ,6\" pipe,=1+1", vec![row(1, ["A", "6\" pipe", "=1+1"])]),
            ("A,,x,,\n,,\n\"\",", vec![row(1, ["A", "", "x"]), row(2, []), row(3, [])]),
            ("sep=,\nA", vec![row(2, ["A"])]),
            ("", vec![]),
        ];
        for (text, want) in table {
            assert_eq!(read(text), want, "{text:?}");
        }
    }

    #[test]
    fn the_line_of_a_wrong_quotation_mark_is_told() {
        let unclosed = |line| Some(Damage::Unclosed { line });
        let stray = |line| Some(Damage::Stray { line });
        let table = [
            ("A,\"Acme\nB,Bolt", unclosed(1)),
            ("A,\"two\nlines\",\"Acme\nB,Bolt", unclosed(2)),
            ("A,\"two\rlines\",\"Acme\rB,Bolt", unclosed(2)),
            ("A,\"Acme\"\"", unclosed(1)),
            ("A,\"", unclosed(1)),
            ("A,\"Smith \"Bob\" Jones\",x", stray(1)),
            ("A,\"two\nlines\" more,x", stray(2)),
            ("6\" pipe,\"two\nlines\"", stray(1)),
            ("A,\"Acme,\", Inc\",x", stray(1)),
            ("A,\"Smith \"Bob\" Jones\",\"x\nB,y", unclosed(1)),
        ];
        for (text, want) in table {
            assert_eq!(Records::of_file(text, Delimiter::Comma).next().unwrap().damage, want, "{text:?}");
        }
    }

    #[test]
    fn behind_a_stray_quotation_mark_lines_are_believed_again_from_the_first_one_without_any() {
        let text = "A,\"say \"hi\"\nbye, OK, F-9, x\",1\nB,\"Bolt\",2\nC,6\" pipe,3";
        let damaged: Vec<_> = Records::of_file(text, Delimiter::Comma).map(|record| record.damage).collect();
        assert_eq!(damaged, [Some(Damage::Stray { line: 1 }), Some(Damage::Stray { line: 2 }), None, None]);
    }

    #[test]
    fn empty_cells_at_the_end_of_a_line_do_not_count() {
        let cells = |count: usize| vec!["x"; count].join(";");
        let too_wide = Some(Damage::TooWide { line: 1 });
        let table = [
            (cells(MAX_COLUMNS), MAX_COLUMNS, None),
            (cells(MAX_COLUMNS) + &";".repeat(1_000), MAX_COLUMNS, None),
            (cells(MAX_COLUMNS + 1), MAX_COLUMNS, too_wide),
            (format!("{};x", ";".repeat(1_000)), 0, too_wide),
            (format!("\"{}\";y", cells(MAX_COLUMNS + 1)), 2, None),
            (format!("6\" pipe;{}", cells(MAX_COLUMNS)), MAX_COLUMNS, too_wide),
            (";".repeat(1_000_000), 0, None),
        ];
        for (text, count, damage) in table {
            let record = Records::of_file(&text, Delimiter::Semicolon).next().unwrap();
            assert_eq!((record.cells.len(), record.damage), (count, damage), "{text}");
        }
    }
}
