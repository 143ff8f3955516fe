//! Tables made up at random, and the many ways in which programs and people write them.

use domain::import::Delimiter;
use proptest::{collection::vec, prelude::*, sample::select};

/// When a cell is put in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// When it must be.
    IfNeeded,
    /// Always.
    Always,
    /// Always, with spaces around the quotes.
    Spaced,
}

/// The encoding of the file, with or without a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    Utf8,
    Utf8Marked,
    Utf16Little,
    Utf16Big,
    Windows1252,
}

#[derive(Debug, Clone)]
pub struct Dialect {
    pub delimiter: Delimiter,
    pub line_end: &'static str,
    pub quoting: Quoting,
    pub bytes: Bytes,
    /// A first line that names the delimiter.
    pub named: Option<&'static str>,
    /// Whether rows end with their last cell that isn't empty, not with the header's last column.
    pub ragged: bool,
    /// Empty columns at the right.
    pub empty_columns: usize,
    /// Lines above the header: titles, and empty ones.
    pub above: Vec<&'static str>,
    /// Empty lines between the rows: how many before each, over and over.
    pub gaps: Vec<usize>,
    /// Whether the last line has an end too.
    pub ended: bool,
}

/// A row as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its first and its last line, from 1.
    pub lines: (u64, u64),
    /// What its cells say: without outer spaces, up to the last one that isn't empty.
    pub cells: Vec<String>,
}

/// A file, and what is in it.
#[derive(Debug, Clone)]
pub struct File {
    pub text: String,
    pub rows: Vec<Written>,
}

impl Dialect {
    pub fn char(&self) -> char {
        match self.delimiter {
            Delimiter::Comma => ',',
            Delimiter::Semicolon => ';',
            Delimiter::Tab => '\t',
        }
    }

    fn cell(&self, cell: &str) -> String {
        let must = cell.contains([self.char(), '"', '\r', '\n']);
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        match self.quoting {
            Quoting::IfNeeded if must => quoted,
            Quoting::IfNeeded => cell.to_owned(),
            Quoting::Always => quoted,
            Quoting::Spaced => format!(" {quoted}\u{a0}"),
        }
    }

    /// A line, without its end. A cell that has to go in wrong is written by `write`.
    pub fn line(&self, cells: &[String], width: usize, mut write: impl FnMut(usize, String) -> String) -> String {
        let last = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let width = if self.ragged { last } else { width + self.empty_columns };
        let empty = String::new();
        let cells = (0..width).map(|place| write(place, self.cell(cells.get(place).unwrap_or(&empty))));
        cells.collect::<Vec<_>>().join(&self.char().to_string())
    }

    /// Writes a file. `write` may change each cell, given by row and column, before it goes in.
    pub fn write(
        &self,
        header: &[String],
        rows: &[Vec<String>],
        mut write: impl FnMut(usize, usize, String) -> String,
    ) -> File {
        let mut lines: Vec<String> = Vec::new();
        if let Some(word) = self.named {
            lines.push(format!("{word}{}", self.char()));
        }
        lines.extend(self.above.iter().map(|above| (*above).to_owned()));
        // Counted naively: a line break is a line more, wherever it stands.
        let number = |lines: &[String]| lines.iter().map(|line| 1 + breaks(line)).sum::<u64>() + 1;
        let put = |lines: &mut Vec<String>, cells: &[String], text: String| {
            let first = number(lines);
            let last = first + breaks(&text);
            lines.push(text);
            Written { lines: (first, last), cells: meant(cells) }
        };
        let text = self.line(header, header.len(), |_, cell| cell);
        put(&mut lines, header, text);
        let gaps = self.gaps.iter().copied().cycle();
        let mut written = Vec::new();
        for ((number, cells), gap) in rows.iter().enumerate().zip(gaps) {
            lines.extend(vec![String::new(); gap]);
            let text = self.line(cells, header.len(), |place, cell| write(number, place, cell));
            written.push(put(&mut lines, cells, text));
        }
        let end = if self.ended { self.line_end } else { "" };
        File { text: lines.join(self.line_end) + end, rows: written }
    }

    pub fn encode(&self, text: &str) -> Vec<u8> {
        match self.bytes {
            Bytes::Utf8 => text.as_bytes().to_vec(),
            Bytes::Utf8Marked => format!("\u{feff}{text}").into_bytes(),
            Bytes::Utf16Little => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Bytes::Utf16Big => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Bytes::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        }
    }
}

/// Line breaks: CRLF is one.
pub fn breaks(text: &str) -> u64 {
    text.replace("\r\n", "\n").matches(['\r', '\n']).count() as u64
}

/// Cells without outer spaces, up to the last one that isn't empty.
pub fn meant(cells: &[String]) -> Vec<String> {
    let mut cells: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
    cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
    cells
}

pub fn dialect() -> impl Strategy<Value = Dialect> {
    let how = (
        select(Delimiter::ALL.to_vec()),
        select(vec!["\n", "\r\n", "\r"]),
        select(vec![Quoting::IfNeeded, Quoting::IfNeeded, Quoting::Always, Quoting::Spaced]),
        select(vec![Bytes::Utf8, Bytes::Utf8Marked, Bytes::Utf16Little, Bytes::Utf16Big, Bytes::Windows1252]),
        select(vec![None, None, Some("sep="), Some("Sep="), Some("SEP=")]),
    );
    let where_ = (
        any::<bool>(),
        select(vec![0, 0, 1, 3, 400]),
        vec(select(vec!["", " ", "Fleets", "As of 26 November 2026", "10\" screens"]), 0..4),
        vec(select(vec![0, 0, 0, 1, 2]), 1..5),
        any::<bool>(),
    );
    (how, where_).prop_map(
        |((delimiter, line_end, quoting, bytes, named), (ragged, empty_columns, above, gaps, ended))| Dialect {
            delimiter,
            line_end,
            quoting,
            bytes,
            named,
            ragged,
            empty_columns,
            above,
            gaps,
            ended,
        },
    )
}

/// Text of cells, from pieces that readers stumble over. `breaks`: some cells take up several lines.
fn cell(breaks: bool) -> impl Strategy<Value = String> {
    let pieces = ["A", "é", "ü", "7", " ", ",", ";", "\t", "\"", "'", "=", "-", "sep=", "#"];
    let pieces = vec(select(pieces.to_vec()), 0..6).prop_map(|pieces| pieces.concat());
    let long = select(vec!["", "", "", "\n", "\r\n", "\r", "\n\n"]);
    (pieces.clone(), long, pieces).prop_map(move |(start, middle, end)| {
        // Several lines only around plain words: whether lines with delimiters look like rows is another matter.
        if breaks && !middle.is_empty() { format!("Street{middle}Town") } else { start + &end }
    })
}

/// A header, and rows below it that have a reference each.
pub fn table(breaks: bool) -> impl Strategy<Value = (Vec<String>, Vec<Vec<String>>)> {
    (3..7_usize).prop_flat_map(move |width| {
        let row = vec(cell(breaks), width - 1);
        vec(row, 1..12).prop_map(move |rows| {
            let names = ["ref", "name"].map(str::to_owned).into_iter();
            let header = names.chain((2..width).map(|place| format!("Column {place}"))).collect();
            let numbered = rows.into_iter().enumerate().map(|(number, mut cells)| {
                cells.insert(0, format!("F{number}"));
                cells
            });
            (header, numbered.collect())
        })
    })
}
