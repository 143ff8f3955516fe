//! Names of companies, as people write them and as Catena accepts them.

use thiserror::Error;

use super::{
    clean::one_line,
    invisible::is_mark,
    spreadsheet::{Leftover, leftover},
};

/// Longest name, in characters.
const NAME_MAX: usize = 200;

/// Why a text isn't a fleet's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing of it would reach Catena.
    #[error("Catena accepts only letters, digits, and spaces, and this name has none.")]
    Empty,
    /// It is too long.
    #[error("Use at most {NAME_MAX} characters.")]
    Long,
    /// It isn't what was meant.
    #[error(transparent)]
    Leftover(#[from] Leftover),
}

/// A fleet's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// For people, with everything that can be seen. It stays with Onramp.
    pub display: String,
    /// As Catena accepts it ([`name_for_catena`]).
    pub for_catena: String,
}

/// A fleet's name, cleaned.
pub fn fleet_name(text: &str) -> Result<Name, NameError> {
    let display = one_line(text);
    if let Some(leftover) = leftover(&display) {
        return Err(leftover.into());
    }
    let for_catena = name_for_catena(&display);
    if for_catena.is_empty() {
        Err(NameError::Empty)
    } else if display.chars().count() > NAME_MAX {
        Err(NameError::Long)
    } else {
        Ok(Name { display, for_catena })
    }
}

/// The name as Catena accepts it: letters with their accents and vowel signs, digits, and single spaces (CONTRACT.md 13.7).
/// `J.B. Hunt` becomes `JB Hunt`, `Trans-Am & Sons` becomes `Trans Am Sons`.
pub fn name_for_catena(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut in_word = false;
    for c in one_line(name).chars().filter(|c| !matches!(c, '.' | '\'' | '’')) {
        in_word = c.is_alphanumeric() || (in_word && is_mark(c));
        kept.push(if in_word { c } else { ' ' });
    }
    one_line(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_the_way_a_person_would() {
        let table = [
            ("J.B. Hunt", "JB Hunt"),
            ("O'Neil & Sons", "ONeil Sons"),
            ("Trans-Am", "Trans Am"),
            ("  Acme   Trucking ", "Acme Trucking"),
            ("Łódź Cargo 24", "Łódź Cargo 24"),
            ("Mu\u{308}ller", "Müller"),
            ("Café\u{a0}Freight", "Café Freight"),
            ("Schwertrans\u{ad}port", "Schwertransport"),
            ("\u{202b}حمل البضائع\u{202c}", "حمل البضائع"),
            ("हिन्दी ट्रांसपोर्ट", "हिन्दी ट्रांसपोर्ट"),
            ("தமிழ் போக்குவரத்து", "தமிழ் போக்குவரத்து"),
            ("ขนส่งไทย", "ขนส่งไทย"),
            ("Nguyễn Va\u{306}n", "Nguyễn Văn"),
            ("&\u{301}", ""),
            ("&", ""),
        ];
        for (name, want) in table {
            assert_eq!(name_for_catena(name), want, "{name}");
        }
    }

    #[test]
    fn a_name_is_kept_as_it_was_meant() {
        let table = [
            (" J.B.  Hunt\n", Ok("J.B. Hunt")),
            ("Mu\u{308}ller & Söhne", Ok("Müller & Söhne")),
            ("Acme\u{200b} Freight\u{202e}", Ok("Acme Freight")),
            ("two\r\nlines", Ok("two lines")),
            ("=HYPERLINK(1)", Ok("=HYPERLINK(1)")),
            ("&&", Err(NameError::Empty)),
            ("#REF!", Err(Leftover::Error("#REF!".into()).into())),
            ("NULL", Err(Leftover::Missing("NULL".into()).into())),
            ("1.23E+11", Err(Leftover::Rounded("1.23E+11".into()).into())),
            ("M\u{fffd}ller", Err(Leftover::Damaged.into())),
        ];
        for (text, want) in table {
            assert_eq!(fleet_name(text).map(|name| name.display), want.map(str::to_owned), "{text:?}");
        }
        assert_eq!(fleet_name(&"x".repeat(NAME_MAX + 1)), Err(NameError::Long));
        assert!(fleet_name(&"ü".repeat(NAME_MAX)).is_ok());
    }
}
