//! Replies of a mail server, without secrets.

/// In characters.
const REPLY_MAX: usize = 200;
/// The shortest run of characters that counts as part of a secret, rather than as a word that both happen to contain.
const PART_MIN: usize = 12;

/// The reply on one line of at most 200 characters, without control characters and secrets, so that it can be logged and shown.
///
/// Some servers quote the link, or the credentials, in the reply that rejects them. Every run of 12 or more characters that
/// also occurs in one of `secrets` becomes `…`, and so does a shorter secret where all of it occurs.
pub(super) fn redact<'a>(reply: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let plain: String = reply.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain: Vec<char> = plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let mut hidden = vec![false; plain.len()];
    for secret in secrets {
        let part = PART_MIN.min(secret.chars().count());
        if part == 0 {
            continue;
        }
        for (at, window) in plain.windows(part).enumerate() {
            if secret.contains(&String::from_iter(window)) {
                hidden[at..at + part].fill(true);
            }
        }
    }
    let mut redacted = String::new();
    for (index, (c, is_hidden)) in plain.iter().zip(&hidden).enumerate() {
        match is_hidden {
            false => redacted.push(*c),
            true if index == 0 || !hidden[index - 1] => redacted.push('…'),
            true => {}
        }
    }
    if redacted.chars().count() > REPLY_MAX {
        redacted = redacted.chars().take(REPLY_MAX - 1).chain(['…']).collect();
    }
    redacted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_line_of_bounded_length() {
        assert_eq!(redact("5.1.1 No\r\n such\tuser\u{1b}[31m", []), "5.1.1 No such user [31m");
        assert_eq!(redact(&"ü".repeat(200), []), "ü".repeat(200));
        assert_eq!(redact(&"ü".repeat(999), []), format!("{}…", "ü".repeat(199)));
    }

    #[test]
    fn no_part_of_a_secret_is_repeated() {
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
        for (reply, redacted) in table {
            assert_eq!(redact(reply, [text]), redacted);
        }
    }

    #[test]
    fn a_short_secret_is_not_repeated_either() {
        assert_eq!(redact("no such password: geheim, sorry", ["geheim", ""]), "no such password: …, sorry");
    }
}
