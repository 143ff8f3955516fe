//! What is done to any text from outside before it is judged.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::invisible::{is_invisible, is_space};

/// The text on one line: white space of any kind and length becomes one space, none at the ends; what can't be seen goes;
/// letters and their accents become one character where there is one (Unicode's form NFC), so that two texts that look the same
/// are the same.
pub fn one_line(text: &str) -> String {
    let spaced: String = visible(text);
    let words: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Text of several lines, which end in `\n`. As [`one_line`], but spaces and line breaks stay, with the no-break spaces of
/// French, and so do the characters that join emoji and letters of some scripts.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().filter_map(|c| match c {
        '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' | '\u{a0}' | '\u{202f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => Some(c),
        c if is_space(c) => Some(' '),
        c if is_invisible(c) => None,
        c => Some(c),
    });
    nfc(&kept.collect::<String>())
}

/// The text with plain spaces instead of other white space, without what can't be seen, in NFC. Spaces keep their number.
pub(super) fn visible(text: &str) -> String {
    let kept = text.chars().filter_map(|c| match c {
        c if is_space(c) => Some(' '),
        c if is_invisible(c) => None,
        c => Some(c),
    });
    nfc(&kept.collect::<String>())
}

fn nfc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}
