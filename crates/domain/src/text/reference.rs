//! References: a fleet's name in the partner's own systems.

use thiserror::Error;

use super::{
    clean::visible,
    invisible::describe,
    spreadsheet::{Leftover, leftover},
};

/// Why a text isn't a valid `fleet_ref`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FleetRefError {
    /// It is empty.
    #[error("Enter a reference: the fleet’s name in your own systems.")]
    Empty,
    /// It has a character that Catena may refuse.
    #[error("Use only letters, digits, spaces, “-”, and “_”. Remove {}.", describe(*.0))]
    Character(char),
    /// It is too long.
    #[error("Use at most {FLEET_REF_MAX} characters.")]
    Long,
    /// It isn't what was meant.
    #[error(transparent)]
    Leftover(#[from] Leftover),
}

/// Longest `fleet_ref` in characters. Catena publishes no limit; this is ours, so that pages and URLs stay readable.
pub const FLEET_REF_MAX: usize = 100;

/// A `fleet_ref` as CONTRACT.md 13.8 advises: letters, digits, space, `-`, `_`. Spaces inside keep their number, because two
/// references may differ in nothing else. Hyphens that look like `-` become one.
pub fn fleet_ref(text: &str) -> Result<String, FleetRefError> {
    let text = visible(text).replace(['\u{2010}', '\u{2011}'], "-");
    let text = text.trim();
    if text.is_empty() {
        return Err(FleetRefError::Empty);
    }
    if let Some(leftover) = leftover(text) {
        return Err(leftover.into());
    }
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    match text.chars().find(|c| !is_allowed(c)) {
        Some(other) => Err(FleetRefError::Character(other)),
        None if text.len() > FLEET_REF_MAX => Err(FleetRefError::Long),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_use_only_characters_that_catena_accepts() {
        let long = "x".repeat(FLEET_REF_MAX + 1);
        let wrong = |c| Err(FleetRefError::Character(c));
        let table = [
            ("FLEET-42", Ok("FLEET-42")),
            ("  acme_trucking 7 ", Ok("acme_trucking 7")),
            ("A  B", Ok("A  B")),
            ("", Err(FleetRefError::Empty)),
            ("   ", Err(FleetRefError::Empty)),
            ("\u{200b}\u{a0}", Err(FleetRefError::Empty)),
            ("a/b", wrong('/')),
            ("a:b", wrong(':')),
            ("a@b", wrong('@')),
            ("a.b", wrong('.')),
            ("Zoë", wrong('ë')),
            ("Zoe\u{308}", wrong('ë')),
            ("FLEET–42", wrong('–')),
            ("АCME", wrong('А')),
            (long.as_str(), Err(FleetRefError::Long)),
        ];
        for (text, want) in table {
            assert_eq!(fleet_ref(text), want.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn what_nobody_sees_in_a_reference_does_not_count() {
        for text in [
            "\u{feff}FLEET 42",
            "FLEET\u{a0}42",
            "\u{202a}FLEET 42\u{202c}",
            "FLEET\u{200b} 42",
            "FLEET 4\u{ad}2",
            "FLEET 42\u{200f}\n",
        ] {
            assert_eq!(fleet_ref(text).as_deref(), Ok("FLEET 42"), "{text:?}");
        }
        assert_eq!(fleet_ref("FLEET\u{2011}42").as_deref(), Ok("FLEET-42"));
    }

    #[test]
    fn a_wrong_character_is_named() {
        let says = |text| fleet_ref(text).unwrap_err().to_string();
        assert_eq!(says("a/b"), "Use only letters, digits, spaces, “-”, and “_”. Remove “/”.");
        assert!(says("FLEET–42").ends_with("Remove EN DASH (U+2013)."));
        assert!(says("#REF!").starts_with("“#REF!” is a spreadsheet’s error."));
        assert!(says("null").contains("missing value"));
        assert!(says("1.2E+09").contains("rounded number"));
    }
}
