//! Phone numbers, checked against the numbering plan of their country.

use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use thiserror::Error;

use super::{
    clean::one_line,
    invisible::describe,
    spreadsheet::{Leftover, leftover},
};

/// Digits after the `+` (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Why a text isn't a phone number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// It can't be dialed from everywhere.
    #[error("Enter the number with “+” and the country code, such as +1 415 555 1234.")]
    NoCountryCode,
    /// It has something that isn't part of a number.
    #[error("A phone number can’t have {}. Enter one such as +1 415 555 1234, without an extension.", describe(*.0))]
    Character(char),
    /// No country has such a number.
    #[error("No country has such a number. Check the country code, and look for missing or extra digits.")]
    NoSuchNumber,
    /// It isn't what was meant.
    #[error(transparent)]
    Leftover(#[from] Leftover),
}

/// A phone number in E.164, as CONTRACT.md 13.17 requires: `+14155551234`.
///
/// A trunk zero (“+33 (0)1 …”) is for calls inside the country and is left out, except where it is part of the number, as in
/// Italy. The numbering plans are those of Google's libphonenumber, which Catena uses as well.
pub fn phone(text: &str) -> Result<String, PhoneError> {
    let text = one_line(text);
    if let Some(leftover) = leftover(&text) {
        return Err(leftover.into());
    }
    let text = text.strip_prefix("tel:").unwrap_or(&text);
    let number: String = text.chars().filter(|c| !is_between_digits(*c)).collect();
    let digits = number.strip_prefix('+').ok_or(PhoneError::NoCountryCode)?;
    if let Some(wrong) = digits.chars().find(|c| !c.is_ascii_digit()) {
        return Err(PhoneError::Character(wrong));
    }
    let without_brackets = text.replacen("(0)", "", 1).chars().filter(char::is_ascii_digit).collect();
    let mut readings = vec![digits.to_owned(), without_brackets];
    readings.extend(without_trunk_prefix(digits));
    readings.retain(|digits| DIGITS.contains(&digits.len()));
    // A number that is assigned wins over one that could be, which is taken because plans grow.
    let judges: [fn(&Metadata, &str) -> bool; 2] = [is_assigned, has_room];
    judges
        .into_iter()
        .find_map(|judge| readings.iter().find(|digits| plans(digits).any(|(plan, national)| judge(plan, national))))
        .map(|digits| format!("+{digits}"))
        .ok_or(PhoneError::NoSuchNumber)
}

/// What people write between digits. The hyphens and dashes are what word processors make of “-”.
fn is_between_digits(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The countries whose code the number begins with, and what remains of it.
fn plans(digits: &str) -> impl Iterator<Item = (&'static Metadata, &str)> {
    // No country code is the beginning of another one.
    let found = (1..=3).find_map(|length| {
        let (code, national) = digits.split_at_checked(length)?;
        Some((DATABASE.by_code(&code.parse::<u16>().ok()?)?, national))
    });
    found.into_iter().flat_map(|(plans, national)| plans.into_iter().map(move |plan| (plan, national)))
}

/// Whether the plan gives this number to lines of some kind.
fn is_assigned(plan: &Metadata, national: &str) -> bool {
    plan.descriptors().general().is_match(national) && kinds(plan).any(|kind| kind.is_match(national))
}

/// Whether the plan has numbers that begin like this one, and numbers that are as long.
fn has_room(plan: &Metadata, national: &str) -> bool {
    let is_as_long =
        |kind: &Descriptor| kind.possible_length().iter().any(|length| usize::from(*length) == national.len());
    plan.descriptors().general().is_match(national) && kinds(plan).any(is_as_long)
}

fn kinds(plan: &Metadata) -> impl Iterator<Item = &Descriptor> {
    let kinds = plan.descriptors();
    let all = [
        kinds.fixed_line(),
        kinds.mobile(),
        kinds.toll_free(),
        kinds.premium_rate(),
        kinds.shared_cost(),
        kinds.personal_number(),
        kinds.voip(),
        kinds.pager(),
        kinds.uan(),
        kinds.voicemail(),
    ];
    all.into_iter().flatten()
}

/// The number without the digits that are dialed before it inside each country that it may be in.
fn without_trunk_prefix(digits: &str) -> impl Iterator<Item = String> {
    plans(digits).filter_map(|(plan, national)| {
        let prefixes = plan.national_prefix_for_parsing().filter(|_| plan.national_prefix_transform_rule().is_none());
        let rest = prefixes
            .and_then(|prefixes| prefixes.find(national).filter(|found| found.start() == 0))
            .map(|found| &national[found.end()..])
            .or_else(|| national.strip_prefix(plan.national_prefix()?))?;
        Some(format!("{}{rest}", plan.country_code()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_are_dialed_from_abroad() {
        let table = [
            ("+14155551234", "+14155551234"),
            (" +1 (415) 555-1234 ", "+14155551234"),
            ("(+1) 415.555.1234", "+14155551234"),
            ("tel:+1-415-555-1234", "+14155551234"),
            ("+1\u{a0}415\u{202f}555\u{2011}1234", "+14155551234"),
            ("\u{202a}+1 415 555–1234\u{202c}", "+14155551234"),
            ("+1 415 555 12\u{200e}34\u{ad}", "+14155551234"),
            // A trunk zero goes, with or without brackets.
            ("+33 (0)1 42 68 53 00", "+33142685300"),
            ("+33 01 42 68 53 00", "+33142685300"),
            ("+44 (0)20 7946 0000", "+442079460000"),
            ("+49 (0) 170/1234567", "+491701234567"),
            ("+41 (0)44 668 18 00", "+41446681800"),
            ("+31(0)20 624 1111", "+31206241111"),
            ("+54 (0)11 4321-5678", "+541143215678"),
            ("+55 (0)11 91234-5678", "+5511912345678"),
            // Other countries' trunk prefixes.
            ("+36 (06) 1 234 5678", "+3612345678"),
            ("+370 8 612 34567", "+37061234567"),
            ("+7 8 495 123-45-67", "+74951234567"),
            ("+375 8 029 491 19 11", "+375294911911"),
            // A number may begin with its country's trunk prefix.
            ("+7 800 555 35 35", "+78005553535"),
            // In Italy the zero is part of the number, in Spain and the US there is none.
            ("+39 06 698 12345", "+390669812345"),
            ("+39 (0)6 698 12345", "+390669812345"),
            ("+39 (0)06 698 12345", "+390669812345"),
            ("+39 347 123 4567", "+393471234567"),
            ("+34 (0)915 123 456", "+34915123456"),
            ("+1 (0)415 555 1234", "+14155551234"),
            ("+52 55 1234 5678", "+525512345678"),
            ("+48 22 123 45 67", "+48221234567"),
        ];
        for (text, want) in table {
            assert_eq!(phone(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn a_number_that_could_reach_a_stranger_is_refused() {
        use PhoneError as P;
        let table = [
            ("", P::NoCountryCode),
            ("415 555 1234", P::NoCountryCode),
            ("0044 20 7946 0000", P::NoCountryCode),
            ("x+14155551234", P::NoCountryCode),
            ("+1 415 555 1234 ext. 5", P::Character('e')),
            ("+1 415 555 1234;ext=5", P::Character(';')),
            ("+1 415 555 1234, +1 415 555 1235", P::Character(',')),
            ("+1 415 + 555 1234", P::Character('+')),
            ("+١٢٣٤٥٦٧٨", P::Character('١')),
            ("+", P::NoSuchNumber),
            ("+1 415 555", P::NoSuchNumber),
            ("+1 0415 555 1234", P::NoSuchNumber),
            ("+39 6 698 12345 6789", P::NoSuchNumber),
            ("+34 0 915 123 456", P::NoSuchNumber),
            ("+0 415 555 1234", P::NoSuchNumber),
            ("+999 1234 5678", P::NoSuchNumber),
            ("+1234567890123456", P::NoSuchNumber),
            ("1.41555E+10", Leftover::Rounded("1.41555E+10".into()).into()),
        ];
        for (text, want) in table {
            assert_eq!(phone(text), Err(want), "{text}");
        }
    }
}
