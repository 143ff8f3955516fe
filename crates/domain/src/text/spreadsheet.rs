//! What spreadsheets and databases write where a value is missing, broken, or damaged.

use thiserror::Error;

/// Why a text that came out of a program isn't the value that was meant.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Leftover {
    /// A formula failed.
    #[error("“{0}” is a spreadsheet’s error. Enter the value itself.")]
    Error(String),
    /// There is no value.
    #[error("“{0}” stands for a missing value. Leave it empty, or enter the value.")]
    Missing(String),
    /// A long number whose last digits are lost.
    #[error(
        "“{0}” is a rounded number: a spreadsheet dropped digits. Format the column as text and enter the value again."
    )]
    Rounded(String),
    /// Letters were lost when the text was read in the wrong encoding.
    #[error("A letter was lost (“\u{fffd}”) when this text was saved or read. Enter it again.")]
    Damaged,
}

/// Other than `#…!` and `#…?`: in English, German, French, Spanish, Polish and Portuguese spreadsheets.
const ERRORS: [&str; 7] = ["#N/A", "#NV", "#N/D", "#N/DISP", "#ND", "#GETTING_DATA", "#BRAK!"];
const MISSING: [&str; 12] =
    ["NULL", "(NULL)", "[NULL]", "<NULL>", "\\N", "NAN", "NONE", "NIL", "N/A", "N.A.", "UNDEFINED", "#NULL"];

/// What a text is if it isn't a value: `#REF!`, `NULL`, `1.23E+09`.
pub fn leftover(text: &str) -> Option<Leftover> {
    let text = text.trim();
    let upper = text.to_uppercase();
    if is_error(&upper) {
        Some(Leftover::Error(text.to_owned()))
    } else if MISSING.contains(&upper.as_str()) {
        Some(Leftover::Missing(text.to_owned()))
    } else if is_rounded(&upper) {
        Some(Leftover::Rounded(text.to_owned()))
    } else if text.contains('\u{fffd}') {
        Some(Leftover::Damaged)
    } else {
        None
    }
}

fn is_error(upper: &str) -> bool {
    let Some(rest) = upper.strip_prefix('#') else {
        // LibreOffice: “Err:502”.
        return upper.strip_prefix("ERR:").is_some_and(|code| !code.is_empty() && is_digits(code));
    };
    let too_narrow = !rest.is_empty() && rest.chars().all(|c| c == '#');
    let word = rest.strip_suffix(['!', '?']).is_some_and(|word| {
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '¡' | '¿'))
    });
    too_narrow || word || ERRORS.contains(&upper)
}

/// `1.23457E+12` as spreadsheets write it, `1.2E9` as programs do. `1E5` and `3E-4` are names of their own.
fn is_rounded(upper: &str) -> bool {
    let Some((mantissa, exponent)) = upper.split_once('E') else { return false };
    let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let signed = exponent.strip_prefix(['+', '-']);
    let exponent = signed.unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once(['.', ',']).map_or((mantissa, None), |(a, b)| (a, Some(b)));
    is_digits(whole)
        && is_digits(exponent)
        && fraction.is_none_or(is_digits)
        && (fraction.is_some() || signed.is_some() && exponent.len() > 1)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_left_behind_is_no_value() {
        let error = ["#REF!", "#N/A", "#NAME?", "#DIV/0!", "#ref!", "#BEZUG!", "#¿NOMBRE?", "#NV", "####", "Err:502"];
        let missing = ["NULL", "null", " NULL ", "(null)", "\\N", "NaN", "n/a", "None", "undefined"];
        let rounded = ["1.23457E+12", "1,23457E+12", "1.2e9", "5E+15", "-1.5E-07"];
        for text in error {
            assert_eq!(leftover(text), Some(Leftover::Error(text.into())));
        }
        for text in missing {
            assert_eq!(leftover(text), Some(Leftover::Missing(text.trim().into())));
        }
        for text in rounded {
            assert_eq!(leftover(text), Some(Leftover::Rounded(text.into())));
        }
        assert_eq!(leftover("M\u{fffd}ller"), Some(Leftover::Damaged));
    }

    #[test]
    fn what_people_call_their_fleets_is_a_value() {
        let fine = [
            "",
            "#1 Trucking",
            "#42",
            "Acme #1!",
            "Nullarbor Freight",
            "NA",
            "1E5",
            "3E-4",
            "E+12",
            "1.2.3E4",
            "Err",
            "Nonesuch",
            "12345678901",
            "=1+1",
            "A1E+05",
            "#",
        ];
        for text in fine {
            assert_eq!(leftover(text), None, "{text}");
        }
    }
}
