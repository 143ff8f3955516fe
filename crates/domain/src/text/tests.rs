//! What holds for any text.

use proptest::prelude::*;

use super::*;
use crate::text::{clean::visible, invisible::is_space};

/// Texts of what people paste: letters with their accents apart, scripts written from the right, formatting, controls, and what
/// gives the kinds their shape.
fn pasted() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        4 => "[a-zA-Z0-9]{1,6}",
        2 => any::<char>().prop_map(String::from),
        2 => prop::sample::select(vec![
            " ", "  ", "\n", "\r\n", "\t", "\u{a0}", "\u{202f}", "\u{3000}", "\u{200b}", "\u{200d}", "\u{ad}", "\u{202e}",
            "\u{feff}", "\u{301}", "\u{308}", "\u{1100}", "\u{1161}", "\u{11a8}", "\u{344}", "\u{fb1d}", "\u{f900}", "\u{212b}",
            "हि", "\u{94d}", "ب", "İ", "ß", "ﬁ", "１",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "@", ".", "-", "_", "+", "(0)", "/", "#", "<", ">", ";", "mailto:", "tel:+", "+33", "+39", "+1", "DOT", "MC-", "NULL",
            "#REF!", "E+09", ".com",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

fn is_clean(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() && !is_invisible(c) && (c == ' ' || !is_space(c)))
}

proptest! {
    #[test]
    fn cleaning_twice_changes_nothing_more(text in pasted()) {
        let line = one_line(&text);
        prop_assert_eq!(one_line(&line), line.clone());
        prop_assert_eq!(one_line(&visible(&text)), line);
        let several = lines(&text);
        prop_assert_eq!(lines(&several), several);
        prop_assert_eq!(password(&password(&text)), password(&text));
    }

    #[test]
    fn no_cleaned_text_has_what_cannot_be_seen(text in pasted()) {
        let line = one_line(&text);
        prop_assert!(is_clean(&line), "{line:?}");
        prop_assert_eq!(line.trim(), &line);
        prop_assert!(!line.contains("  "));
        let joiners = ['\u{200c}', '\u{200d}'];
        let hidden = lines(&text).chars().find(|c| {
            is_invisible(*c) && !joiners.contains(c) && !('\u{fe00}'..='\u{fe0f}').contains(c) || *c == '\r'
        });
        prop_assert_eq!(hidden, None);
    }

    #[test]
    fn two_spellings_of_the_same_letters_become_one(text in "[a-zA-Z]{0,4}", accent in 0x300_u32..0x32f) {
        let accent = char::from_u32(accent).unwrap();
        let apart = format!("{text}e{accent}x");
        let nfd = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(&apart).into_owned();
        prop_assert_eq!(one_line(&nfd), one_line(&one_line(&apart)));
        let nfc = icu_normalizer::ComposingNormalizerBorrowed::new_nfc();
        prop_assert!(nfc.is_normalized(&one_line(&nfd)));
    }

    #[test]
    fn what_one_entrance_stores_every_entrance_takes_again(text in pasted()) {
        if let Ok(reference) = fleet_ref(&text) {
            prop_assert!(is_clean(&reference));
            prop_assert_eq!(fleet_ref(&reference), Ok(reference));
        }
        if let Ok(name) = fleet_name(&text) {
            prop_assert!(is_clean(&name.display) && is_clean(&name.for_catena));
            prop_assert_eq!(fleet_name(&name.display), Ok(name.clone()));
            prop_assert_eq!(name_for_catena(&name.for_catena), name.for_catena);
        }
        if let Ok(address) = email(&text) {
            prop_assert!(is_clean(&address) && mailbox(&address).is_some(), "{address:?}");
            prop_assert_eq!(email(&address), Ok(address));
        }
        if let Ok(number) = phone(&text) {
            prop_assert!(number[1..].bytes().all(|b| b.is_ascii_digit()), "{number}");
            prop_assert_eq!(phone(&number), Ok(number));
        }
        for kind in ["DOT", "MC", "EASA", &text] {
            if let Ok(known) = regulatory_id(&text, kind) {
                prop_assert!(is_clean(&known.id) && is_clean(&known.kind));
                prop_assert_eq!(regulatory_id(&known.id, &known.kind), Ok(known));
            }
        }
    }

    #[test]
    fn a_trunk_zero_never_makes_another_number(national in "[1-9][0-9]{8}") {
        let plain = phone(&format!("+33{national}"));
        prop_assert_eq!(phone(&format!("+33 (0){national}")), plain.clone());
        prop_assert_eq!(phone(&format!("+33 0{national}")), plain);
    }
}
