//! Splits text into rows: comma, semicolon or tab, quotes as spreadsheets write them, line breaks inside quotes.

use csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};
use thiserror::Error;

/// Most rows in one file.
pub const MAX_ROWS: usize = 100_000;
/// Largest file, in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Most cells in one line. Enough for any export, and few enough that one line of delimiters can't take all memory.
pub const MAX_COLUMNS: usize = 200;
/// Rows shown while columns are being mapped.
const SAMPLES: usize = 3;

/// What separates two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, where the comma is used in numbers.
    Semicolon,
    /// A tab, as in text copied from a spreadsheet.
    Tab,
}

impl Delimiter {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// The name it is stored and sent under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Comma => "Comma ( , )",
            Self::Semicolon => "Semicolon ( ; )",
            Self::Tab => "Tab",
        }
    }

    /// The delimiter with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delimiter| delimiter.name() == name)
    }

    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }

    /// The most frequent one in the header line outside quotes; a comma if there is none.
    pub fn guess(text: &str) -> Self {
        if let (Some(named), _) = named_delimiter(text) {
            return named;
        }
        let mut quoted = false;
        let mut counts = [0_usize; 3];
        for byte in text.bytes() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => break,
                _ if quoted => {}
                _ => {
                    if let Some(index) = Self::ALL.iter().position(|delimiter| delimiter.byte() == byte) {
                        counts[index] += 1;
                    }
                }
            }
        }
        // Of two equally frequent ones, a tab, which is rare in names, else the more usual one.
        let rank = |delimiter: &Self| match delimiter {
            Self::Tab => 2,
            Self::Comma => 1,
            Self::Semicolon => 0,
        };
        let counted = Self::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        counted.max_by_key(|(delimiter, count)| (*count, rank(delimiter))).map_or(Self::Comma, |(best, _)| best)
    }
}

/// Some spreadsheets name the delimiter in a first line, `sep=;`. Returns it and the text after that line.
fn named_delimiter(text: &str) -> (Option<Delimiter>, &str) {
    let line = text.lines().next().unwrap_or_default();
    let named = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="));
    let Some(named) = named.filter(|named| named.len() == 1) else { return (None, text) };
    let delimiter = Delimiter::ALL.into_iter().find(|delimiter| named.as_bytes() == [delimiter.byte()]);
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    (delimiter, rest)
}

/// Why a file has no usable rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TableError {
    /// A header and nothing below it.
    #[error(
        "The file has only one line, the header. Add a row for each fleet; if there are rows, a quotation mark (\") may be unclosed."
    )]
    HeaderOnly,
    /// Too many rows.
    #[error("The file has more than {MAX_ROWS} rows. Split it and import the parts one after another.")]
    TooMany,
    /// A line that isn't a row of fleets, or is split at the wrong character.
    #[error("Line {line} has more than {MAX_COLUMNS} cells. Choose a different delimiter or another file.")]
    TooWide {
        /// The line of the file, from 1.
        line: u64,
    },
}

/// An overview of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The names of the columns, from the first line.
    pub header: Vec<String>,
    /// The first rows, to show what the columns hold.
    pub samples: Vec<Vec<String>>,
    /// The number of rows below the header, without empty ones.
    pub rows: usize,
}

/// Reads the header, counts the rows and takes some as samples.
pub fn inspect(text: &str, delimiter: Delimiter) -> Result<Sheet, TableError> {
    if let Some(line) = too_wide(text, delimiter) {
        return Err(TableError::TooWide { line });
    }
    let mut rows = rows(text, delimiter);
    let header = rows.header.clone();
    let mut samples = Vec::new();
    let mut count = 0;
    for row in &mut rows {
        count += 1;
        if samples.len() < SAMPLES {
            samples.push(row.cells);
        }
        if count > MAX_ROWS {
            return Err(TableError::TooMany);
        }
    }
    if count == 0 { Err(TableError::HeaderOnly) } else { Ok(Sheet { header, samples, rows: count }) }
}

/// Where the reader stands in a cell.
#[derive(Clone, Copy)]
enum Place {
    Start,
    Inside,
    Quoted,
    /// Behind a quote within quotes: the cell's end, or half of a quote that belongs to it.
    Quote,
}

/// The line in which the first record with too many cells begins. Looks before anything is read into cells: a file of nothing
/// but delimiters would take many times its size.
fn too_wide(text: &str, delimiter: Delimiter) -> Option<u64> {
    let (_, body) = named_delimiter(text);
    let mut line = first_line(text, body);
    let (mut began, mut cells, mut place) = (line, 1, Place::Start);
    for byte in body.bytes() {
        if byte == b'\n' {
            line += 1;
        }
        place = match (place, byte) {
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Start | Place::Quote, b'"') | (Place::Quoted, _) => Place::Quoted,
            (_, b'\r' | b'\n') => {
                (began, cells) = (line, 1);
                Place::Start
            }
            (_, byte) if byte == delimiter.byte() => {
                cells += 1;
                if cells > MAX_COLUMNS {
                    return Some(began);
                }
                Place::Start
            }
            _ => Place::Inside,
        };
    }
    None
}

/// The number of the body's first line: a line that names the delimiter stands before it.
fn first_line(text: &str, body: &str) -> u64 {
    if body.len() < text.len() { 2 } else { 1 }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Its cells as they stand there.
    pub cells: Vec<String>,
}

/// The rows below the header; empty ones are passed over.
pub struct Rows<'a> {
    /// The names of the columns.
    pub header: Vec<String>,
    records: StringRecordsIntoIter<&'a [u8]>,
    text: &'a str,
    /// How far lines are counted, and which one that is.
    counted: (usize, u64),
}

/// Reads a file row by row.
pub fn rows(text: &str, delimiter: Delimiter) -> Rows<'_> {
    let (_, body) = named_delimiter(text);
    let reader =
        ReaderBuilder::new().delimiter(delimiter.byte()).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut records = reader.into_records();
    let header = records.next().and_then(Result::ok).map(|record| cells(&record)).unwrap_or_default();
    Rows { header, records, text: body, counted: (0, first_line(text, body)) }
}

fn cells(record: &StringRecord) -> Vec<String> {
    record.iter().map(|cell| cell.trim().to_owned()).collect()
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            // What is text already can't fail to be read as text.
            let record = self.records.next()?.ok()?;
            let cells = cells(&record);
            if cells.iter().any(|cell| !cell.is_empty()) {
                let start = record.position().map_or(0, csv::Position::byte);
                return Some(Row { line: self.line_at(usize::try_from(start).unwrap_or_default()), cells });
            }
        }
    }
}

impl Rows<'_> {
    /// The line of the first character at or after `start`: records are told to begin before the breaks in front of them.
    fn line_at(&mut self, start: usize) -> u64 {
        let bytes = self.text.as_bytes();
        let breaks = bytes.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = start + breaks;
        let (from, line) = self.counted;
        let passed = self.text.get(from..start).unwrap_or_default().matches('\n').count();
        self.counted = (start.max(from), line + u64::try_from(passed).unwrap_or_default());
        self.counted.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
        let rows = rows(text, Delimiter::guess(text));
        (rows.header.clone(), rows.map(|row| (row.line, row.cells)).collect())
    }

    #[test]
    fn the_delimiter_is_the_one_of_the_header() {
        let table = [
            ("ref,name\na;b;c;d,e", Delimiter::Comma),
            ("ref;name\na,b,c;d", Delimiter::Semicolon),
            ("ref\tname, short", Delimiter::Tab),
            ("\"a,b,c\";name", Delimiter::Semicolon),
            ("ref", Delimiter::Comma),
            ("", Delimiter::Comma),
            ("sep=;\r\nref,x;name", Delimiter::Semicolon),
        ];
        for (text, want) in table {
            assert_eq!(Delimiter::guess(text), want, "{text}");
        }
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        let header = vec!["ref".to_owned(), "name".to_owned()];
        let row = |line, reference: &str, name: &str| (line, vec![reference.to_owned(), name.to_owned()]);
        let table = [
            ("ref,name\nA,Acme\nB,Bolt", vec![row(2, "A", "Acme"), row(3, "B", "Bolt")]),
            ("ref;name\r\nA;Acme\r\n\r\nB;Bolt\r\n", vec![row(2, "A", "Acme"), row(4, "B", "Bolt")]),
            ("ref,name\nA,\"Acme, \"\"the\"\" carrier\"", vec![row(2, "A", "Acme, \"the\" carrier")]),
            ("ref,name\nA,\"two\nlines\"\nB,x", vec![row(2, "A", "two\nlines"), row(4, "B", "x")]),
            ("ref,name\n\n,\nB , x \n,,\n", vec![row(4, "B", "x")]),
            ("sep=,\nref,name\nA,x", vec![row(3, "A", "x")]),
            ("ref,name\nA,=1+1", vec![row(2, "A", "=1+1")]),
        ];
        for (text, want) in table {
            assert_eq!(read(text), (header.clone(), want), "{text}");
        }
        let uneven = read("ref,name\nA\nB,b,more").1;
        assert_eq!(uneven.iter().map(|(_, cells)| cells.len()).collect::<Vec<_>>(), [1, 3], "kept, to be told");
    }

    #[test]
    fn a_line_with_too_many_cells_is_refused_by_its_number() {
        let cells = |count: usize| vec!["x"; count].join(";");
        let (most, more) = (cells(MAX_COLUMNS), cells(MAX_COLUMNS + 1));
        let quoted = format!("\"{more}\";y");
        let too_wide = |line| Some(TableError::TooWide { line });
        let table = [
            (format!("{most}\n{most}\r\n{most}"), None),
            (format!("{more}\n1"), too_wide(1)),
            (format!("sep=;\n{more}\n1"), too_wide(2)),
            (format!("a;b\n{more}\n1"), too_wide(2)),
            (format!("a;b\n\"two\nlines\";x\r\n\r\n{more}"), too_wide(5)),
            (format!("a;b\n{quoted}\n{quoted}"), None),
            (format!("a;b\n\"say \"\";\"\" {more}\";x"), None),
            (format!("a;b\n6\" pipe;{more}"), too_wide(2)),
        ];
        for (text, want) in table {
            assert_eq!(inspect(&text, Delimiter::Semicolon).err(), want, "{text}");
        }
        assert_eq!(inspect(&";".repeat(MAX_BYTES), Delimiter::Semicolon), Err(TableError::TooWide { line: 1 }));
        assert!(
            TableError::TooWide { line: 7 }
                .to_string()
                .starts_with("Line 7 has more than 200 cells. Choose a different")
        );
    }

    #[test]
    fn a_file_without_rows_or_with_too_many_is_refused() {
        assert_eq!(inspect("ref,name\n", Delimiter::Comma), Err(TableError::HeaderOnly));
        assert_eq!(inspect("ref,\"name\nA,x\nB,y", Delimiter::Comma), Err(TableError::HeaderOnly), "an open quote");
        let many = format!("ref\n{}", "A\n".repeat(MAX_ROWS));
        assert_eq!(inspect(&many, Delimiter::Comma).map(|sheet| (sheet.rows, sheet.samples.len())), Ok((MAX_ROWS, 3)));
        assert_eq!(inspect(&(many + "A"), Delimiter::Comma), Err(TableError::TooMany));
    }
}
