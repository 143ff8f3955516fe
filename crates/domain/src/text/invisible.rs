//! Characters that can't be seen, or can't be told from others by sight, and how a sentence names them.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup},
};

/// Names from the Unicode Character Database, of what people paste without knowing.
const NAMES: &[(char, &str)] = &[
    ('\t', "TAB"),
    ('\n', "LINE BREAK"),
    ('\r', "LINE BREAK"),
    ('\u{85}', "LINE BREAK"),
    ('\u{a0}', "NO-BREAK SPACE"),
    ('\u{ad}', "SOFT HYPHEN"),
    ('\u{34f}', "COMBINING GRAPHEME JOINER"),
    ('\u{61c}', "ARABIC LETTER MARK"),
    ('\u{2000}', "EN QUAD"),
    ('\u{2001}', "EM QUAD"),
    ('\u{2002}', "EN SPACE"),
    ('\u{2003}', "EM SPACE"),
    ('\u{2007}', "FIGURE SPACE"),
    ('\u{2009}', "THIN SPACE"),
    ('\u{200a}', "HAIR SPACE"),
    ('\u{200b}', "ZERO WIDTH SPACE"),
    ('\u{200c}', "ZERO WIDTH NON-JOINER"),
    ('\u{200d}', "ZERO WIDTH JOINER"),
    ('\u{200e}', "LEFT-TO-RIGHT MARK"),
    ('\u{200f}', "RIGHT-TO-LEFT MARK"),
    ('\u{2010}', "HYPHEN"),
    ('\u{2011}', "NON-BREAKING HYPHEN"),
    ('\u{2012}', "FIGURE DASH"),
    ('\u{2013}', "EN DASH"),
    ('\u{2014}', "EM DASH"),
    ('\u{2015}', "HORIZONTAL BAR"),
    ('\u{2028}', "LINE SEPARATOR"),
    ('\u{2029}', "PARAGRAPH SEPARATOR"),
    ('\u{202a}', "LEFT-TO-RIGHT EMBEDDING"),
    ('\u{202b}', "RIGHT-TO-LEFT EMBEDDING"),
    ('\u{202c}', "POP DIRECTIONAL FORMATTING"),
    ('\u{202d}', "LEFT-TO-RIGHT OVERRIDE"),
    ('\u{202e}', "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{202f}', "NARROW NO-BREAK SPACE"),
    ('\u{205f}', "MEDIUM MATHEMATICAL SPACE"),
    ('\u{2060}', "WORD JOINER"),
    ('\u{2066}', "LEFT-TO-RIGHT ISOLATE"),
    ('\u{2067}', "RIGHT-TO-LEFT ISOLATE"),
    ('\u{2068}', "FIRST STRONG ISOLATE"),
    ('\u{2069}', "POP DIRECTIONAL ISOLATE"),
    ('\u{2212}', "MINUS SIGN"),
    ('\u{2800}', "BRAILLE PATTERN BLANK"),
    ('\u{3000}', "IDEOGRAPHIC SPACE"),
    ('\u{3164}', "HANGUL FILLER"),
    ('\u{feff}', "ZERO WIDTH NO-BREAK SPACE"),
    ('\u{fffd}', "REPLACEMENT CHARACTER"),
];

/// Whether the character takes no room on the screen and separates nothing: formatting, control characters but white space,
/// fillers, variation selectors.
pub fn is_invisible(c: char) -> bool {
    let is_format = category(c) == GeneralCategory::Format;
    let is_control = c.is_control() && !c.is_whitespace();
    is_format || is_control || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether it separates words: white space of any script, also what merely looks like it.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Whether it belongs to the letter before it: an accent, a vowel sign.
pub fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// The character as a sentence names it: by itself if that is clear, by its name if it can't be seen, with its code point if it
/// may look like another one: `“/”`, `NO-BREAK SPACE (U+00A0)`, `“А” (U+0410)`.
pub fn describe(c: char) -> String {
    let code = u32::from(c);
    let name = NAMES.iter().find(|(known, _)| *known == c).map(|(_, name)| *name);
    match name {
        Some(name) => format!("{name} (U+{code:04X})"),
        None if c == ' ' => "a space".to_owned(),
        None if c.is_ascii_graphic() => format!("“{c}”"),
        // The circle carries it.
        None if is_mark(c) && !is_invisible(c) => format!("“\u{25cc}{c}” (U+{code:04X})"),
        None if is_invisible(c) || is_space(c) => format!("an invisible character (U+{code:04X})"),
        None => format!("“{c}” (U+{code:04X})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named() {
        let table = [
            ('/', "“/”"),
            (' ', "a space"),
            ('\u{a0}', "NO-BREAK SPACE (U+00A0)"),
            ('\u{200b}', "ZERO WIDTH SPACE (U+200B)"),
            ('\u{200f}', "RIGHT-TO-LEFT MARK (U+200F)"),
            ('\u{ad}', "SOFT HYPHEN (U+00AD)"),
            ('\u{2011}', "NON-BREAKING HYPHEN (U+2011)"),
            ('\u{1}', "an invisible character (U+0001)"),
            ('\u{301}', "“\u{25cc}\u{301}” (U+0301)"),
            ('\u{fe0f}', "an invisible character (U+FE0F)"),
            ('А', "“А” (U+0410)"),
            ('ö', "“ö” (U+00F6)"),
        ];
        for (c, want) in table {
            assert_eq!(describe(c), want, "{c:?}");
        }
    }

    #[test]
    fn letters_marks_and_emoji_are_visible_and_formatting_is_not() {
        for c in ['a', 'é', '\u{301}', 'ह', '\u{94d}', '中', '🚚', '-', '\u{2800}', ' ', '\n'] {
            assert!(!is_invisible(c), "{c:?}");
        }
        for c in [
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{9f}',
            '\u{ad}',
            '\u{200b}',
            '\u{200e}',
            '\u{202e}',
            '\u{feff}',
            '\u{3164}',
            '\u{fff9}',
            '\u{e0041}',
        ] {
            assert!(is_invisible(c), "{c:?}");
        }
        for (c, _) in NAMES {
            let plain =
                ['\u{fffd}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}'];
            assert!(is_invisible(*c) || is_space(*c) || plain.contains(c), "{c:?}");
        }
    }
}
