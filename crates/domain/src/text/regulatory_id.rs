//! Regulatory ids, by their kind.

use thiserror::Error;

use super::{
    clean::one_line,
    invisible::describe,
    spreadsheet::{Leftover, leftover},
};

/// Longest id and longest kind, in characters.
const ID_MAX: usize = 64;
const KIND_MAX: usize = 40;

/// An id and its kind, cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegulatoryId {
    /// The id.
    pub id: String,
    /// What kind of id it is: `DOT`, `MC`, or as it was written.
    pub kind: String,
}

/// Why a text isn't a regulatory id, or isn't the kind of one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegulatoryIdError {
    /// Not a USDOT number.
    #[error("A DOT number has 1 to 8 digits, such as 1234567.")]
    Dot,
    /// Not a docket number.
    #[error("An MC number has 1 to 8 digits, such as MC-123456.")]
    Mc,
    /// It has neither letters nor digits.
    #[error("Enter the ID, with its letters and digits.")]
    Empty,
    /// It has a character that no id has.
    #[error("An ID can’t have {}.", describe(*.0))]
    Character(char),
    /// It is too long.
    #[error("Use at most {0} characters.")]
    Long(usize),
    /// The kind has no letter.
    #[error("Enter the type of the ID, for example, DOT, MC, or EASA.")]
    Kind,
    /// It isn't what was meant.
    #[error(transparent)]
    Leftover(#[from] Leftover),
}

/// The kind of an id. The usual ways to write DOT and MC are one each; any other kind is kept, because Catena has no list of
/// them (CONTRACT.md 5).
pub fn kind_of_id(text: &str) -> Result<String, RegulatoryIdError> {
    let kind = one_line(text);
    if let Some(leftover) = leftover(&kind) {
        return Err(leftover.into());
    }
    let letters: String = kind.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    let known = letters.strip_suffix("NUMBER").or(letters.strip_suffix("NO")).unwrap_or(&letters);
    match known {
        "DOT" | "USDOT" => Ok("DOT".into()),
        "MC" => Ok("MC".into()),
        _ if !kind.chars().any(char::is_alphabetic) => Err(RegulatoryIdError::Kind),
        _ if kind.chars().count() > KIND_MAX => Err(RegulatoryIdError::Long(KIND_MAX)),
        _ => Ok(kind),
    }
}

/// An id of this kind.
pub fn regulatory_id(id: &str, kind: &str) -> Result<RegulatoryId, RegulatoryIdError> {
    let kind = kind_of_id(kind)?;
    let id = one_line(id);
    if let Some(leftover) = leftover(&id) {
        return Err(leftover.into());
    }
    let id = match kind.as_str() {
        "DOT" => dot(&id).ok_or(RegulatoryIdError::Dot)?,
        "MC" => docket(&id).ok_or(RegulatoryIdError::Mc)?,
        _ => any(id)?,
    };
    Ok(RegulatoryId { id, kind })
}

/// A USDOT number, with or without its name before it. Its zeros in front stay.
fn dot(id: &str) -> Option<String> {
    let upper = id.to_ascii_uppercase();
    let number = after_name(&upper, &["USDOT", "US DOT", "DOT"]);
    is_number(number).then(|| number.to_owned())
}

/// A docket number: of a carrier (MC), a Mexican carrier (MX), or a freight forwarder (FF).
fn docket(id: &str) -> Option<String> {
    let upper = id.to_ascii_uppercase();
    let prefix = ["MX", "FF"].into_iter().find(|prefix| upper.starts_with(prefix));
    let number = after_name(&upper, &["MC", "MX", "FF"]);
    is_number(number).then(|| prefix.map_or_else(|| number.to_owned(), |prefix| format!("{prefix}-{number}")))
}

fn after_name<'a>(upper: &'a str, names: &[&str]) -> &'a str {
    let rest = names.iter().find_map(|name| upper.strip_prefix(name)).unwrap_or(upper);
    rest.trim_start_matches([' ', '-', '#', ':', '.'])
}

fn is_number(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && text.bytes().any(|b| b != b'0')
}

fn any(id: String) -> Result<String, RegulatoryIdError> {
    let is_allowed = |c: &char| c.is_alphanumeric() || " -./_#&:()".contains(*c);
    if let Some(wrong) = id.chars().find(|c| !is_allowed(c)) {
        Err(RegulatoryIdError::Character(wrong))
    } else if !id.chars().any(char::is_alphanumeric) {
        Err(RegulatoryIdError::Empty)
    } else if id.chars().count() > ID_MAX {
        Err(RegulatoryIdError::Long(ID_MAX))
    } else {
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_by_the_rule_of_its_kind() {
        let table = [
            ("1234567", "DOT", "1234567", "DOT"),
            (" 01234567 ", "usdot", "01234567", "DOT"),
            ("USDOT 1234567", "US DOT Number", "1234567", "DOT"),
            ("DOT# 1234567", "D.O.T. no.", "1234567", "DOT"),
            ("1234\u{200b}567\u{a0}", "dot", "1234567", "DOT"),
            ("MC-123456", "MC", "123456", "MC"),
            ("mc 123456", "mc number", "123456", "MC"),
            ("MX-123456", "MC#", "MX-123456", "MC"),
            ("DE.145.0123", "EASA", "DE.145.0123", "EASA"),
            ("  HRB  12345 B", "Handelsregister", "HRB 12345 B", "Handelsregister"),
            ("12345678901", "BDO\u{200f}", "12345678901", "BDO"),
        ];
        for (id, kind, want, want_kind) in table {
            let want = RegulatoryId { id: want.into(), kind: want_kind.into() };
            assert_eq!(regulatory_id(id, kind), Ok(want), "{kind} {id}");
        }
    }

    #[test]
    fn what_is_no_id_says_why() {
        use RegulatoryIdError as R;
        let long = "1".repeat(65);
        let table = [
            ("12A4567", "DOT", R::Dot),
            ("123456789", "DOT", R::Dot),
            ("0000000", "DOT", R::Dot),
            ("1234567.0", "DOT", R::Dot),
            ("", "DOT", R::Dot),
            ("MC", "MC", R::Mc),
            ("1234567890", "MC", R::Mc),
            ("--", "EASA", R::Empty),
            ("12=34", "EASA", R::Character('=')),
            (long.as_str(), "EASA", R::Long(ID_MAX)),
            ("123", "", R::Kind),
            ("123", "12", R::Kind),
            ("1.23457E+06", "DOT", Leftover::Rounded("1.23457E+06".into()).into()),
            ("#N/A", "EASA", Leftover::Error("#N/A".into()).into()),
            ("null", "MC", Leftover::Missing("null".into()).into()),
            ("123", "#REF!", Leftover::Error("#REF!".into()).into()),
        ];
        for (id, kind, want) in table {
            assert_eq!(regulatory_id(id, kind), Err(want), "{kind} {id}");
        }
    }
}
