//! A first look at a file: how wide its rows are, which of its first lines is the header, and what separates its cells.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::import::{
    columns::Column,
    delimiter::{Delimiter, named_delimiter},
    mapping::Mapping,
    records::{Record, Records},
};

/// Records that are looked at to learn how wide rows are.
const LOOKED_AT: usize = 1_000;
/// Lines at the top that can be the header. Titles, dates, and filters above a table are fewer.
const TOP: usize = 20;
/// Characters of such a line that are kept.
const SHOWN: usize = 80;

/// One of the first lines of a file that have text: the header is one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopLine {
    /// Its number, from 1.
    pub line: u64,
    /// Its beginning, for people.
    pub text: String,
}

/// What a first look at a file finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    /// How many cells most rows have, the empty ones at their end included.
    pub(super) usual: usize,
    /// The lines that can be the header.
    pub(super) top: Vec<TopLine>,
    /// The most likely header; none in a file without text.
    pub(super) header: Option<HeaderGuess>,
}

/// The most likely header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeaderGuess {
    /// Its line, from 1.
    pub(super) line: u64,
    /// How many of its names are known.
    known: usize,
    /// How many names it has.
    names: usize,
}

impl Outline {
    /// Looks at the beginning of a file.
    pub(super) fn of(text: &str, delimiter: Delimiter) -> Self {
        let mut top = Vec::new();
        let mut widths = HashMap::<usize, usize>::new();
        let records = Records::of_file(text, delimiter).filter(|record| !record.is_blank()).take(LOOKED_AT);
        let mut widest = 1;
        for record in records {
            widest = widest.max(record.width);
            if record.long_cells.is_empty() && record.damage.is_none() {
                *widths.entry(record.width).or_default() += 1;
            }
            if top.len() <= TOP {
                top.push(record);
            }
        }
        let usual = widths.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(widest, |(width, _)| width);
        let header = guess_header(&top, usual);
        top.truncate(TOP);
        let top = top.iter().map(|record| TopLine { line: record.line, text: shown(record) }).collect();
        Self { usual, top, header }
    }
}

/// The header has the most names that are known. If none has any that tell, it is the first line that isn't much emptier than
/// the rows, as titles are.
fn guess_header(top: &[Record<'_>], usual: usize) -> Option<HeaderGuess> {
    // Below the header there are rows, so the last line isn't one, unless it is the only one.
    let candidates: Vec<HeaderGuess> = top[..top.len().saturating_sub(1).max(top.len().min(1)).min(TOP)]
        .iter()
        .map(|record| {
            let known = Mapping::guess(&record.cells).columns;
            let tells = known.contains_key(&Column::FleetRef) || known.len() > 1;
            let names = record.cells.iter().filter(|cell| !cell.is_empty()).count();
            HeaderGuess { line: record.line, known: if tells { known.len() } else { 0 }, names }
        })
        .collect();
    let most = candidates.iter().map(|guess| guess.known).max()?;
    let is_header = |guess: &&HeaderGuess| if most > 0 { guess.known == most } else { guess.names * 2 > usual };
    candidates.iter().find(is_header).or(candidates.first()).copied()
}

fn shown(record: &Record<'_>) -> String {
    let cells = record.cells.iter().filter(|cell| !cell.is_empty()).map(String::as_str);
    let text = cells.take(SHOWN).collect::<Vec<_>>().join(", ");
    let mut shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The most likely delimiter: the one that the file names, else the one with which the header has the most names that are known,
/// else the one that is most frequent there.
pub fn guess_delimiter(text: &str) -> Delimiter {
    if let Some(named) = named_delimiter(text).delimiter {
        return named;
    }
    // Of two equally good ones, a tab, which is rare in names, else the more usual one.
    let rank = |delimiter: &Delimiter| match delimiter {
        Delimiter::Tab => 2,
        Delimiter::Comma => 1,
        Delimiter::Semicolon => 0,
    };
    let by_header = |delimiter: &Delimiter| {
        let header = Outline::of(text, *delimiter).header;
        // Nothing but this delimiter is surely no other one's text.
        let (known, names) = header.map_or((usize::MAX, 0), |guess| (guess.known, guess.names));
        // Any text is one name with the wrong delimiter.
        let rank = if names > 1 { rank(delimiter) } else { i32::from(*delimiter == Delimiter::Comma) };
        (known, names, rank)
    };
    Delimiter::ALL.into_iter().max_by_key(by_header).unwrap_or(Delimiter::Comma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_of_the_header() {
        use Delimiter as D;
        let table = [
            ("ref,name\na;b;c;d,e", D::Comma),
            ("ref;name\na,b,c;d", D::Semicolon),
            ("ref\tname, short", D::Tab),
            ("\"a,b,c\";name", D::Semicolon),
            ("\"ref\", \"name; short\"\nA,x", D::Comma),
            ("Fleets, as of today, all\n\nref;name\nA;x", D::Semicolon),
            ("wer;was\nA;x,y,z", D::Semicolon),
            ("ref", D::Comma),
            ("", D::Comma),
            (";;\n;;\n", D::Semicolon),
            (",,\n,,\n", D::Comma),
            ("sep=;\r\nref,x;name", D::Semicolon),
            ("Sep=;\rref,x;name", D::Semicolon),
            ("sep=|\nref;name\nA;x", D::Semicolon),
        ];
        for (text, want) in table {
            assert_eq!(guess_delimiter(text), want, "{text}");
        }
    }

    #[test]
    fn the_header_is_found_below_blank_lines_and_titles() {
        let table = [
            ("ref,name\nA,x", Some(1)),
            ("\n\r\n,,\nref,name\nA,x", Some(4)),
            ("Fleets of Acme\nExported,26 Nov\n\nRef,Name,E-mail\nA,x,y", Some(4)),
            ("Flotten\n\nwer,was,wo\nA,x,y\nB,x,y", Some(3)),
            ("sep=,\nFleets\nref,name\nA,x", Some(3)),
            ("wer,was\nA,x", Some(1)),
            ("ref\nA,x\nB,y", Some(1)),
            ("ref,name,e-mail\nid,name,e-mail", Some(1)),
            ("wer,was,wo\nref,name,e-mail", Some(1)),
            ("nothing else", Some(1)),
            (",,\n\n", None),
        ];
        for (text, want) in table {
            assert_eq!(Outline::of(text, Delimiter::Comma).header.map(|guess| guess.line), want, "{text}");
        }
    }

    #[test]
    fn most_rows_say_how_wide_a_row_is_and_the_first_lines_are_kept_for_a_choice() {
        let long = "x".repeat(200);
        let text = format!("Fleets\n\nref,name,\nA,{long},\nB,\"y\nz\",\nC,,z\n{}", "D,,\n".repeat(30));
        let outline = Outline::of(&text, Delimiter::Comma);
        assert_eq!((outline.usual, outline.top.len()), (3, TOP));
        let top: Vec<_> = outline.top.iter().take(4).map(|top| (top.line, top.text.as_str())).collect();
        assert_eq!(top, [(1, "Fleets"), (3, "ref, name"), (4, &format!("A, {}…", &long[..77])), (5, "B, y z")]);
    }
}
