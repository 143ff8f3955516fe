//! Files of fleets, made up at random and written as programs and people write them: no row vanishes without a word, and each is
//! read as it was meant or refused.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test binary")]

mod dialect;

use dialect::{Dialect, File, Quoting, breaks, dialect, meant, table};
use domain::import::{Damage, Delimiter, Row, TableError, decode, guess_delimiter, inspect, rows};
use proptest::{collection::vec, prelude::*, sample::Index, sample::select};

/// Decodes and reads a file the way an upload is: everything is guessed.
fn read(bytes: Vec<u8>) -> Result<(Vec<String>, Vec<Row>), TableError> {
    let (text, _) = decode(bytes).unwrap();
    let delimiter = guess_delimiter(&text);
    let sheet = inspect(&text, delimiter, None)?;
    let rows: Vec<Row> = rows(&text, delimiter, sheet.header_line).collect();
    assert_eq!(sheet.rows, rows.len(), "the rows that are counted are those that are read");
    Ok((sheet.header, rows))
}

/// Reads a file by another reader: cells of all lines that have any.
fn read_by_csv(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(u8::try_from(delimiter).unwrap()).has_headers(false).flexible(true);
    let records = reader.from_reader(text.as_bytes()).into_records();
    let cells = records.map(|record| meant(&record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()));
    cells.filter(|cells| !cells.is_empty()).collect()
}

fn as_meant(file: &File) -> Vec<(u64, Vec<String>, Option<Damage>)> {
    file.rows.iter().map(|row| (row.lines.0, row.cells.clone(), None)).collect()
}

fn as_read(rows: &[Row]) -> Vec<(u64, Vec<String>, Option<Damage>)> {
    rows.iter().map(|row| (row.line, row.cells.clone(), row.damage)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_of_any_dialect_is_read_as_it_was_meant((header, cells) in table(false), dialect in dialect()) {
        let file = dialect.write(&header, &cells, |_, _, cell| cell);
        let (names, rows) = read(dialect.encode(&file.text)).unwrap();
        prop_assert_eq!(names, header);
        prop_assert_eq!(as_read(&rows), as_meant(&file));
    }

    #[test]
    fn cells_of_several_lines_are_read_or_refused_and_never_cost_another_row(
        (header, cells) in table(true),
        dialect in dialect(),
    ) {
        let file = dialect.write(&header, &cells, |_, _, cell| cell);
        let (_, rows) = read(dialect.encode(&file.text)).unwrap();
        let mut rows = rows.into_iter().peekable();
        for written in &file.rows {
            let (first, last) = written.lines;
            let of_it: Vec<Row> = std::iter::from_fn(|| rows.next_if(|row| (first..=last).contains(&row.line))).collect();
            let is_read = of_it.len() == 1 && of_it[0].line == first && of_it[0].cells == written.cells;
            let is_refused = !of_it.is_empty() && of_it.iter().all(|row| row.damage.is_some());
            prop_assert!(is_refused || (is_read && of_it[0].damage.is_none()), "{:?} as {:?}", written, of_it);
        }
        prop_assert_eq!(rows.next(), None);
    }

    #[test]
    fn another_reader_reads_the_same(
        (header, cells) in table(true),
        dialect in dialect().prop_filter("it takes spaced quotes for text", |dialect| dialect.quoting != Quoting::Spaced),
    ) {
        let dialect = Dialect { above: Vec::new(), named: None, ..dialect };
        let file = dialect.write(&header, &cells, |_, _, cell| cell);
        let sheet = inspect(&file.text, dialect.delimiter, None).unwrap();
        let ours: Vec<Row> = rows(&file.text, dialect.delimiter, 1).collect();
        prop_assume!(ours.iter().all(|row| row.damage.is_none()));
        let all: Vec<_> = std::iter::once(sheet.header).chain(ours.into_iter().map(|row| row.cells)).collect();
        prop_assert_eq!(all, read_by_csv(&file.text, dialect.char()));
    }

    #[test]
    fn a_quotation_mark_that_opens_by_mistake_costs_no_row_in_silence(
        width in 2..6_usize,
        count in 1..40_usize,
        (row, column, close) in any::<(Index, Index, Option<(Index, Index)>)>(),
        dialect in dialect(),
    ) {
        // Full rows of plain words: what a row is is beyond doubt.
        let header: Vec<String> = ["ref", "name", "x", "y", "z"].iter().take(width).map(|name| (*name).to_owned()).collect();
        let cells: Vec<Vec<String>> =
            (0..count).map(|row| (0..width).map(|place| format!("F{row}x{place}")).collect()).collect();
        let dialect = Dialect { quoting: Quoting::IfNeeded, empty_columns: 0, ..dialect };
        let opened = (row.index(count), column.index(width));
        let closed = close.map(|(row, column)| (opened.0 + row.index(count - opened.0), column.index(width)));
        let closed = closed.filter(|closed| *closed >= opened);
        let file = dialect.write(&header, &cells, |row, place, cell| {
            let open = if (row, place) == opened { "\"" } else { "" };
            let close = if Some((row, place)) == closed { "\"" } else { "" };
            format!("{open}{cell}{close}")
        });
        let line = file.rows[opened.0].lines.0;
        match (read(dialect.encode(&file.text)), closed) {
            (Err(error), None) => prop_assert_eq!(error, TableError::Damaged(Damage::Unclosed { line })),
            (Err(error), Some(_)) => prop_assert!(false, "{}", error),
            (Ok(_), None) => prop_assert!(false, "a quotation mark is open"),
            (Ok((_, rows)), Some(closed)) => {
                prop_assert_eq!(rows.len(), count);
                for (number, (row, written)) in rows.iter().zip(&file.rows).enumerate() {
                    prop_assert_eq!(row.line, written.lines.0);
                    let touched = (opened.0..=closed.0).contains(&number);
                    prop_assert!(touched || (&row.cells, row.damage) == (&written.cells, None), "{:?}", row);
                    prop_assert!(!touched || opened.0 == closed.0 || row.damage.is_some(), "{:?}", row);
                }
            }
        }
    }

    #[test]
    fn a_missing_quotation_mark_costs_no_row_in_silence(
        (header, cells) in table(false),
        (row, column) in any::<(Index, Index)>(),
        dialect in dialect(),
    ) {
        let dialect = Dialect { ragged: false, quoting: Quoting::Always, ..dialect };
        let missing = (row.index(cells.len()), column.index(header.len()));
        let file = dialect.write(&header, &cells, |row, place, mut cell| {
            if (row, place) == missing {
                cell.pop();
            }
            cell
        });
        match read(dialect.encode(&file.text)) {
            Err(TableError::Damaged(Damage::Unclosed { line })) => prop_assert!(line >= file.rows[missing.0].lines.0),
            Err(error) => prop_assert!(false, "{}", error),
            Ok((_, rows)) => {
                let lines = |rows: &mut dyn Iterator<Item = u64>| rows.collect::<Vec<_>>();
                prop_assert_eq!(
                    lines(&mut rows.iter().map(|row| row.line)),
                    lines(&mut file.rows.iter().map(|row| row.lines.0))
                );
                let fine = rows.iter().zip(&file.rows).filter(|(row, _)| row.damage.is_none());
                for (row, written) in fine {
                    prop_assert_eq!(&row.cells, &written.cells);
                }
                prop_assert!(rows[missing.0].damage.is_some(), "{:?}", rows[missing.0]);
            }
        }
    }

    #[test]
    fn no_letter_of_any_file_is_lost_and_lines_are_counted_alike(
        pieces in vec(select(vec!["a", "b", "é", " ", ",", ";", "\t", "\"", "\"\"", "\n", "\r\n", "\r", "\u{feff}", "="]), 0..60),
    ) {
        let text = pieces.concat();
        for delimiter in Delimiter::ALL {
            let table = rows(&text, delimiter, 1);
            let header = table.header.clone();
            let table: Vec<Row> = table.collect();
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
            let found: String =
                header.iter().chain(table.iter().flat_map(|row| &row.cells)).map(|cell| letters(cell)).collect();
            prop_assert_eq!(found, letters(&text));
            prop_assert!(table.is_sorted_by(|one, next| one.line < next.line), "{:?}", table);
            prop_assert!(table.last().is_none_or(|last| last.line <= breaks(&text) + 1));
            if let Ok(sheet) = inspect(&text, delimiter, Some(1)) {
                prop_assert_eq!(sheet.rows, table.len());
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_crash(bytes in vec(any::<u8>(), 0..400)) {
        if let Ok((text, _)) = decode(bytes) {
            let delimiter = guess_delimiter(&text);
            if let Ok(sheet) = inspect(&text, delimiter, None) {
                prop_assert_eq!(rows(&text, delimiter, sheet.header_line).count(), sheet.rows);
            }
        }
    }
}
