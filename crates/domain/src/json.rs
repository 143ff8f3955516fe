//! Catena's JSON, read leniently: the bodies of webhooks and the answers of the API alike.
//!
//! Whatever `serde_json` accepts is read as it is. What it refuses goes through one pass that mends the values of which a reader
//! can still say what they are, and is then read once more, so a bad character in one name costs that character and nothing
//! else. The pass is our own because the known lenient readers accept another language (JSON5: comments, single quotes) and
//! refuse just these values. It takes time in proportion to the input, uses no recursion, and at most triples the text.

use std::borrow::Cow;

use encoding_rs::UTF_8;
use serde::de::DeserializeOwned;
use serde_json::{Error, Number, Value};

/// What is nested deeper reads as null. No documented value is nested more than four deep; `serde_json` gives up at 128.
const DEPTH_MAX: usize = 100;

/// Reads JSON, leniently where that is needed:
///
/// - a byte order mark is skipped, and text in UTF-16 that has one is decoded;
/// - bytes that are no UTF-8, and halves of surrogate pairs, become U+FFFD;
/// - control characters inside strings, and escapes that JSON doesn't have, are taken for the characters themselves;
/// - `NaN`, `Infinity`, `None`, numbers too large for 64-bit floating point, and other bare words become null;
/// - what is nested too deep becomes null;
/// - of two fields with one name, the last one counts.
///
/// # Errors
///
/// If the brackets, quotes, commas and colons don't fit together, or if a value doesn't fit `T` ([`Error::is_data`]).
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let strict = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let value: Value = serde_json::from_str(&mended(bytes))?;
    // The first error knows the place, unless it was about something that is mended by now.
    serde_json::from_value(value).map_err(|error| if strict.is_data() { strict } else { error })
}

/// The text of a value: a string, or a number as it is written. None for anything else, and for blank text.
pub fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// The whole number in a value: a number or its text, without its fraction. None for anything else.
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| truncated(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok().or_else(|| truncated(text.trim().parse().ok()?)),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the fraction is to go, and a number beyond 64 bits ends at the limit"
)]
fn truncated(number: f64) -> Option<i64> {
    number.is_finite().then_some(number as i64)
}

/// The bytes as text that is JSON in every value; its structure is left as it is.
fn mended(bytes: &[u8]) -> String {
    let (text, ..) = UTF_8.decode(bytes);
    let mut mender = Mender { rest: &text, depth: 0, out: String::with_capacity(text.len()) };
    while mender.step() {}
    mender.out
}

struct Mender<'a> {
    rest: &'a str,
    depth: usize,
    out: String,
}

impl<'a> Mender<'a> {
    /// Copies or mends the next token; false at the end.
    fn step(&mut self) -> bool {
        match self.rest.as_bytes().first() {
            None => return false,
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => {
                if self.depth == DEPTH_MAX {
                    self.write("null");
                }
                self.depth += 1;
                self.copy(1);
            }
            Some(b'}' | b']') => {
                self.copy(1);
                self.depth = self.depth.saturating_sub(1);
            }
            Some(b',' | b':' | b' ' | b'\t' | b'\n' | b'\r') => self.copy(1),
            Some(_) => self.word(),
        }
        true
    }

    /// A number, `true`, `false`, `null`, or what stands in the place of one. A word by itself is no damaged JSON, but the page of
    /// a gateway, for example.
    fn word(&mut self) {
        let is_end = |c: char| matches!(c, '"' | '{' | '}' | '[' | ']' | ',' | ':' | ' ' | '\t' | '\n' | '\r');
        let word = self.take(self.rest.find(is_end).unwrap_or(self.rest.len()));
        let is_json = || matches!(word, "true" | "false" | "null") || serde_json::from_str::<Number>(word).is_ok();
        self.write(if self.depth == 0 || is_json() { word } else { "null" });
    }

    fn string(&mut self) {
        self.copy(1);
        loop {
            let special = |c: char| matches!(c, '"' | '\\' | '\0'..='\u{1f}');
            self.copy(self.rest.find(special).unwrap_or(self.rest.len()));
            match self.rest.as_bytes().first() {
                Some(b'"') => return self.copy(1),
                Some(b'\\') => self.escape(),
                Some(b'\n') => self.replace(1, "\\n"),
                Some(b'\r') => self.replace(1, "\\r"),
                Some(b'\t') => self.replace(1, "\\t"),
                Some(_) => self.replace(1, "\u{fffd}"),
                // It never ends, which the reader will say.
                None => return,
            }
        }
    }

    fn escape(&mut self) {
        match self.rest.as_bytes().get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.copy(2),
            Some(b'u') => match (unit(self.rest), self.rest.get(6..).and_then(unit)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => self.copy(12),
                (Some(0xd800..=0xdfff), _) => self.replace(6, "\u{fffd}"),
                (Some(_), _) => self.copy(6),
                (None, _) => self.replace(2, "\u{fffd}"),
            },
            _ => self.replace(1, ""),
        }
    }

    fn copy(&mut self, bytes: usize) {
        let copied = self.take(bytes);
        self.write(copied);
    }

    fn replace(&mut self, bytes: usize, with: &str) {
        self.take(bytes);
        self.write(with);
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn write(&mut self, text: &str) {
        if self.depth <= DEPTH_MAX {
            self.out.push_str(text);
        }
    }
}

/// The UTF-16 code unit of an escape `\uXXXX` at the beginning of the text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` alone would take a sign.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
