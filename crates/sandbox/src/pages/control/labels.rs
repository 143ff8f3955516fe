//! Labels made from names.

/// `happy_path` becomes `Happy path`.
pub(crate) fn humanize(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::humanize;

    #[test]
    fn an_identifier_becomes_a_label() {
        assert_eq!(humanize("happy_path"), "Happy path");
        assert_eq!(humanize(""), "");
    }
}
