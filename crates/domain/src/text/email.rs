//! E-mail addresses: of a fleet's contact, of staff, of a mail's recipient and sender.

use thiserror::Error;
use url::Host;

use super::{
    clean::one_line,
    invisible::describe,
    spreadsheet::{Leftover, leftover},
};

/// The longest address that fits into SMTP's commands (RFC 5321, 4.5.3.1.3), and the longest part before its `@`.
const ADDRESS_MAX: usize = 254;
const LOCAL_PART_MAX: usize = 64;

/// Why a text isn't an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmailError {
    /// It has no name, no domain, or something in a wrong place.
    #[error("Enter an e-mail address, such as ada@example.com.")]
    Shape,
    /// It has a character that many mail servers reject.
    #[error("An e-mail address can’t have {}. Enter one such as ada@example.com.", describe(*.0))]
    Character(char),
    /// There is more than one.
    #[error("Enter only one e-mail address.")]
    Several,
    /// It isn't what was meant.
    #[error(transparent)]
    Leftover(#[from] Leftover),
}

/// An address as it is stored: in lower case, without what mail programs and spreadsheets put around it (`mailto:`, a name and
/// `<…>`, a `;` at the end), with its domain in ASCII, as browsers send it and mail servers know it.
///
/// The part before the `@` is ASCII, because many mail servers reject other letters, and letters of other scripts look like
/// ASCII.
pub fn email(text: &str) -> Result<String, EmailError> {
    let text = one_line(text);
    if let Some(leftover) = leftover(&text) {
        return Err(leftover.into());
    }
    let text = text.to_lowercase();
    let text = unwrapped(&text);
    if text.matches('@').count() > 1 && text.contains([',', ';', ' ']) {
        return Err(EmailError::Several);
    }
    let (local, typed) = text.split_once('@').ok_or(EmailError::Shape)?;
    if let Some(wrong) = local.chars().find(|c| !is_atom_character(*c) && *c != '.') {
        return Err(EmailError::Character(wrong));
    }
    if let Some(wrong) = typed.chars().find(|c| !c.is_alphanumeric() && *c != '-' && c.is_ascii() && *c != '.') {
        return Err(if wrong == '@' { EmailError::Shape } else { EmailError::Character(wrong) });
    }
    let (local, domain) = mailbox(text).ok_or(EmailError::Shape)?;
    Ok(format!("{local}@{domain}"))
}

/// The two parts of an address, the domain in ASCII, if it is exactly that: nothing to clean, nothing that could end a command
/// or a header or start a second address.
pub fn mailbox(address: &str) -> Option<(&str, String)> {
    let (local, domain) = address.split_once('@')?;
    let domain = ascii_domain(domain)?;
    let fits = local.len() <= LOCAL_PART_MAX && local.len() + 1 + domain.len() <= ADDRESS_MAX;
    (fits && is_local_part(local)).then_some((local, domain))
}

/// Without the wrapping of links, address books and lists.
fn unwrapped(text: &str) -> &str {
    let text = text.trim_end_matches([';', ',', ' ']);
    let text = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        // “Ada Lovelace <ada@example.com>”; a name that holds an address would be a second one.
        Some((name, address)) if !name.contains('@') => address.trim(),
        _ => text,
    };
    text.strip_prefix("mailto:").unwrap_or(text).trim()
}

/// Words of letters, digits, and ``!#$%&'*+-/=?^_`{|}~`` separated by dots (RFC 5322, "dot-atom"). The quoted form that the RFC
/// also allows isn't used in practice.
fn is_local_part(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

fn is_atom_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn ascii_domain(text: &str) -> Option<String> {
    let ascii = match Host::parse(text) {
        // `Host::parse` decodes percent-encoding, but in an e-mail address a `%` is a mistake.
        Ok(Host::Domain(ascii)) if !text.contains('%') => ascii,
        _ => return None,
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    ascii.split('.').all(is_label).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stored_one_way() {
        let table = [
            ("  Ada@Example.COM ", "ada@example.com"),
            ("ada@example.com;", "ada@example.com"),
            ("ada@example.com, ", "ada@example.com"),
            ("<ada@example.com>", "ada@example.com"),
            ("<ada@example.com>;", "ada@example.com"),
            ("Ada Lovelace <ada@example.com>", "ada@example.com"),
            ("\"Lovelace, Ada\" <ada@example.com>", "ada@example.com"),
            ("mailto:ada@example.com", "ada@example.com"),
            ("<mailto:Ada@example.com>", "ada@example.com"),
            ("\u{feff}ada@example.com\u{a0}", "ada@example.com"),
            ("ada\u{200b}@example\u{ad}.com", "ada@example.com"),
            ("\u{202a}ada@example.com\u{202c}", "ada@example.com"),
            ("o'neil+fleet@a-b.co.uk", "o'neil+fleet@a-b.co.uk"),
            ("ops@mu\u{308}ller.example", "ops@xn--mller-kva.example"),
            ("ops@Müller.example", "ops@xn--mller-kva.example"),
            ("ops@xn--mller-kva.example", "ops@xn--mller-kva.example"),
            ("ops@ＡＣＭＥ.example", "ops@acme.example"),
            ("a.b_c@x", "a.b_c@x"),
        ];
        for (text, want) in table {
            assert_eq!(email(text).as_deref(), Ok(want), "{text:?}");
            assert!(mailbox(want).is_some(), "{want} can get mail");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_refused() {
        use EmailError as E;
        let long = format!("{}@example.com", "x".repeat(65));
        let table = [
            ("", E::Shape),
            ("ada", E::Shape),
            ("@example.com", E::Shape),
            ("ada@", E::Shape),
            ("ada@.com", E::Shape),
            ("ada@example.", E::Shape),
            ("ada@example..com", E::Shape),
            ("a@b@c", E::Shape),
            ("ada.@example.com", E::Shape),
            ("ada@127.0.0.1", E::Shape),
            (long.as_str(), E::Shape),
            ("a da@example.com", E::Character(' ')),
            ("ada@exam ple.com", E::Character(' ')),
            ("ada@example.com?subject=hi", E::Character('?')),
            ("ada@exam%70le.com", E::Character('%')),
            ("jörg@example.com", E::Character('ö')),
            ("аda@example.com", E::Character('а')),
            ("ada@example.com, bob@example.com", E::Several),
            ("ada@example.com;bob@example.com", E::Several),
            ("ada@example.com bob@example.com", E::Several),
            ("ada@example.com <bob@example.com>", E::Several),
            ("NULL", E::Leftover(Leftover::Missing("NULL".into()))),
        ];
        for (text, want) in table {
            assert_eq!(email(text), Err(want), "{text:?}");
        }
        let says = E::Character('а').to_string();
        assert_eq!(says, "An e-mail address can’t have “а” (U+0430). Enter one such as ada@example.com.");
    }
}
