//! Dates and times inside a sentence of each language.

use time::{OffsetDateTime, UtcOffset};

use crate::link::message::language::Language;

/// Day, month by its name, year, and the time in UTC: `2 March 2026, 15:24 UTC`, `2 de marzo de 2026, 15:24 UTC`,
/// `2. März 2026, 15:24 UTC`. Truncated to the minute, so a link never expires before the time shown.
pub fn format_date_time(language: Language, at: OffsetDateTime) -> String {
    let at = at.checked_to_offset(UtcOffset::UTC).unwrap_or(at);
    let (day, year) = (at.day(), at.year());
    let month = months(language)[usize::from(u8::from(at.month())) - 1];
    let first = day == 1;
    let date = match language {
        Language::English | Language::Polish => format!("{day} {month} {year}"),
        Language::Spanish => format!("{day} de {month} de {year}"),
        // French and Brazilian Portuguese count the first day of a month, and only that.
        Language::French => format!("{day}{} {month} {year}", if first { "er" } else { "" }),
        Language::Portuguese => format!("{day}{} de {month} de {year}", if first { "º" } else { "" }),
        Language::German => format!("{day}. {month} {year}"),
    };
    format!("{date}, {:02}:{:02} UTC", at.hour(), at.minute())
}

/// The months as they stand in a date: in Polish that is the genitive.
#[rustfmt::skip]
fn months(language: Language) -> [&'static str; 12] {
    match language {
        Language::English => [
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ],
        Language::Spanish => [
            "enero", "febrero", "marzo", "abril", "mayo", "junio",
            "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
        ],
        Language::French => [
            "janvier", "février", "mars", "avril", "mai", "juin",
            "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        ],
        Language::German => [
            "Januar", "Februar", "März", "April", "Mai", "Juni",
            "Juli", "August", "September", "Oktober", "November", "Dezember",
        ],
        Language::Portuguese => [
            "janeiro", "fevereiro", "março", "abril", "maio", "junho",
            "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
        ],
        Language::Polish => [
            "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
            "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
        ],
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_said_as_people_of_the_language_say_it() {
        use Language as L;
        let second = datetime!(2026-03-02 15:24:59 UTC);
        let first = datetime!(2026-08-01 00:05 UTC);
        let table = [
            (L::English, second, "2 March 2026, 15:24 UTC"),
            (L::Spanish, second, "2 de marzo de 2026, 15:24 UTC"),
            (L::French, second, "2 mars 2026, 15:24 UTC"),
            (L::German, second, "2. März 2026, 15:24 UTC"),
            (L::Portuguese, second, "2 de março de 2026, 15:24 UTC"),
            (L::Polish, second, "2 marca 2026, 15:24 UTC"),
            (L::English, first, "1 August 2026, 00:05 UTC"),
            (L::Spanish, first, "1 de agosto de 2026, 00:05 UTC"),
            (L::French, first, "1er août 2026, 00:05 UTC"),
            (L::German, first, "1. August 2026, 00:05 UTC"),
            (L::Portuguese, first, "1º de agosto de 2026, 00:05 UTC"),
            (L::Polish, first, "1 sierpnia 2026, 00:05 UTC"),
            (L::German, datetime!(2026-12-31 23:30 -1), "1. Januar 2027, 00:30 UTC"),
            (L::Polish, datetime!(2026-10-21 9:00 +2), "21 października 2026, 07:00 UTC"),
        ];
        for (language, at, want) in table {
            assert_eq!(format_date_time(language, at), want);
        }
    }

    #[test]
    fn every_month_has_a_name_of_its_own() {
        for language in Language::ALL {
            let mut names = months(language).to_vec();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 12, "{}", language.name());
        }
    }
}
