//! What separates two cells.

use crate::import::lines::first_line;

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

    /// The character.
    pub(super) fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }
}

/// Some spreadsheets name the delimiter in a first line, `sep=;`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// The delimiter, if there is such a line and Onramp knows what it names.
    pub(super) delimiter: Option<Delimiter>,
    /// The text after that line, or all of it.
    pub(super) body: &'a str,
    /// The number of the body's first line.
    pub(super) line: u64,
}

/// Takes the line that names the delimiter off a text. A spreadsheet that saved the file again may have put the line in quotes,
/// or filled it up with delimiters.
pub(super) fn named_delimiter(text: &str) -> Named<'_> {
    let (line, rest) = first_line(text);
    let line = line.trim_start_matches(['\u{feff}', '"', ' ']);
    let named = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| {
        let mut after = line[4..].chars();
        let named = after.next().filter(|c| !c.is_alphanumeric())?;
        after.all(|c| c == '"' || c == ' ' || Delimiter::ALL.iter().any(|each| each.char() == c)).then_some(named)
    });
    match named {
        None => Named { delimiter: None, body: text, line: 1 },
        Some(named) => Named {
            delimiter: Delimiter::ALL.into_iter().find(|delimiter| delimiter.char() == named),
            body: rest.unwrap_or_default(),
            line: 2,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_names_the_delimiter_is_read_in_any_case() {
        use Delimiter as D;
        let table = [
            ("sep=;\r\nref", Some(D::Semicolon), "ref", 2),
            ("Sep=;\rref", Some(D::Semicolon), "ref", 2),
            ("SEP=\t\nref", Some(D::Tab), "ref", 2),
            ("\"sep=,\"\nref", Some(D::Comma), "ref", 2),
            ("sep=;,,,\nref", Some(D::Semicolon), "ref", 2),
            ("sep=|\nref", None, "ref", 2),
            ("sep=;", Some(D::Semicolon), "", 2),
            ("sep=\nref", None, "sep=\nref", 1),
            ("sep=x\nref", None, "sep=x\nref", 1),
            ("sep=,x\nref", None, "sep=,x\nref", 1),
            ("separator,ref", None, "separator,ref", 1),
            ("sé", None, "sé", 1),
        ];
        for (text, delimiter, body, line) in table {
            assert_eq!(named_delimiter(text), Named { delimiter, body, line }, "{text:?}");
        }
    }
}
