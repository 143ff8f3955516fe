//! Lines of a file, whether they end with LF, CRLF, or a lone CR.

/// The text's first line, and what follows it, if anything does.
pub(super) fn first_line(text: &str) -> (&str, Option<&str>) {
    let Some(end) = text.find(['\r', '\n']) else { return (text, None) };
    let width = if text[end..].starts_with("\r\n") { 2 } else { 1 };
    (&text[..end], Some(&text[end + width..]))
}

/// The lines of a text. What follows the last line break is a line too, even if it is empty.
pub(super) fn lines(text: &str) -> Lines<'_> {
    Lines { rest: Some(text) }
}

/// Iterates over lines.
#[derive(Debug, Clone)]
pub(super) struct Lines<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = first_line(self.rest?);
        self.rest = rest;
        Some(line)
    }
}

/// The number of line breaks in a text.
pub(super) fn breaks(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate();
    let ends = ends.filter(|(at, byte)| **byte == b'\n' || (**byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')));
    ends.map(|_| 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_any_of_the_three_breaks() {
        let table: [(&str, &[&str]); 6] = [
            ("", &[""]),
            ("a", &["a"]),
            ("a\nb\r\nc\rd", &["a", "b", "c", "d"]),
            ("a\r\n", &["a", ""]),
            ("\n\r\n\r\r", &["", "", "", "", ""]),
            ("a\n\rb", &["a", "", "b"]),
        ];
        for (text, want) in table {
            assert_eq!(lines(text).collect::<Vec<_>>(), want, "{text:?}");
            assert_eq!(breaks(text), want.len() as u64 - 1, "{text:?}");
        }
    }
}
