//! Passwords, so that one that is typed on another keyboard or system is the same password.

use icu_normalizer::ComposingNormalizerBorrowed;

/// The password as it is counted, hashed and checked: in Unicode's form NFKC (NIST SP 800-63B-4, 3.1.1.2), in which an accented
/// letter is the same whether the keyboard sends it as one character or as two. Nothing else is changed.
pub fn password(typed: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(typed).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_make_the_same_password_on_any_system() {
        let table = [
            ("correct horse battery", "correct horse battery"),
            (" spaces  stay ", " spaces  stay "),
            ("Straße mit Mu\u{308}ll", "Straße mit Müll"),
            ("ﬁne\u{a0}words", "fine words"),
            ("ｆｕｌｌ width", "full width"),
        ];
        for (typed, want) in table {
            assert_eq!(password(typed), want);
        }
    }
}
