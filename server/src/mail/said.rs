//! What a mail server said, cut to what may be repeated.

/// The longest sentence that is kept, in characters.
const LONGEST: usize = 200;
/// The shortest run of characters that counts as a piece of a secret, and not as a word that both happen to use.
const PIECE: usize = 12;

/// One line of at most 200 characters, without control characters. Some servers quote the link, or what was sent to sign in,
/// in the answer that refuses it: whatever of `secrets` stands in there, from twelve characters on, becomes `…`; a shorter
/// secret does where it stands whole.
pub(super) fn repeatable<'a>(said: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let plain: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain: Vec<char> = plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let mut hidden = vec![false; plain.len()];
    for secret in secrets {
        let piece = PIECE.min(secret.chars().count());
        if piece == 0 {
            continue;
        }
        for (at, window) in plain.windows(piece).enumerate() {
            if secret.contains(&String::from_iter(window)) {
                hidden[at..at + piece].fill(true);
            }
        }
    }
    let mut kept = String::new();
    for (index, (c, is_hidden)) in plain.iter().zip(&hidden).enumerate() {
        match is_hidden {
            false => kept.push(*c),
            true if index == 0 || !hidden[index - 1] => kept.push('…'),
            true => {}
        }
    }
    if kept.chars().count() > LONGEST {
        kept = kept.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_one_line_of_bounded_length() {
        assert_eq!(repeatable("5.1.1 No\r\n such\tuser\u{1b}[31m", []), "5.1.1 No such user [31m");
        assert_eq!(repeatable(&"ü".repeat(200), []), "ü".repeat(200));
        assert_eq!(repeatable(&"ü".repeat(999), []), format!("{}…", "ü".repeat(199)));
    }

    #[test]
    fn no_piece_of_a_secret_is_repeated() {
        let text = "Hello,\nhttps://connect.example/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b\nBye";
        let table = [
            (
                "blocked: https://connect.example/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b (spam)",
                "blocked: … (spam)",
            ),
            ("blocked: invite=3D019caf10-331c-7fc1-b466-44073a4d3b3b", "blocked: invite=3D…"),
            ("blocked: 44073a4d3b3b", "blocked: …"),
            ("see https://help.example/spam", "see https://help.example/spam"),
            ("", ""),
        ];
        for (said, kept) in table {
            assert_eq!(repeatable(said, [text]), kept);
        }
    }

    #[test]
    fn a_short_secret_is_not_repeated_either() {
        assert_eq!(repeatable("no such password: geheim, sorry", ["geheim", ""]), "no such password: …, sorry");
    }
}
