//! Links that open a mail or SMS program with a text.

use std::fmt::Write;

use crate::text::mailbox;

/// A `mailto:` URI (RFC 6068): spaces as `%20`, line breaks as `%0D%0A`, those of the subject as spaces. A `to` that
/// isn't plainly an address is left out, so that nothing in it can add a recipient or a header.
pub fn mailto(to: Option<&str>, subject: &str, body: &str) -> String {
    let to = to.and_then(address).unwrap_or_default();
    let subject = subject.lines().collect::<Vec<_>>().join(" ");
    format!("mailto:{to}?subject={}&body={}", escaped(&subject), escaped(&crlf(body)))
}

/// An `sms:` URI (RFC 5724): `sms:+14155551234?body=…`. A `to` that isn't in E.164, as [`text::phone`](crate::text) returns it, is
/// left out: part of a number may be another one's.
pub fn sms_uri(to: Option<&str>, text: &str) -> String {
    let to = to.and_then(phone).unwrap_or_default();
    format!("sms:{to}?body={}", escaped(&crlf(text)))
}

/// The address as it is written in a URI. Only what can't be misread by any mail program: letters, digits and `.-_+'` before the
/// `@`, a domain with a dot.
fn address(text: &str) -> Option<String> {
    let (local, domain) = mailbox(text.trim())?;
    let plain = local.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+'".contains(c));
    (plain && domain.contains('.')).then(|| format!("{}@{domain}", escaped(local)))
}

/// A number in E.164.
fn phone(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('+')?;
    let good = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    good.then_some(text)
}

/// Every kind of line break as RFC 6068 5 requires it.
fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string doesn't fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_text_holds_stays_inside_its_field() {
        let table = [
            ("", ""),
            ("Two words", "Two%20words"),
            ("a+b", "a%2Bb"),
            ("a&cc=x@y.z", "a%26cc%3Dx%40y.z"),
            ("Who?", "Who%3F"),
            ("50 % #1", "50%20%25%20%231"),
            ("für", "f%C3%BCr"),
            ("-._~", "-._~"),
            ("one\ntwo", "one%0D%0Atwo"),
            ("one\r\ntwo", "one%0D%0Atwo"),
            ("one\rtwo", "one%0D%0Atwo"),
            ("https://c.example/i?t=1", "https%3A%2F%2Fc.example%2Fi%3Ft%3D1"),
        ];
        for (text, want) in table {
            assert_eq!(mailto(None, "S", text), format!("mailto:?subject=S&body={want}"));
            assert_eq!(sms_uri(None, text), format!("sms:?body={want}"));
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(mailto(None, "A ü?\r\nBcc: x", "b"), "mailto:?subject=A%20%C3%BC%3F%20Bcc%3A%20x&body=b");
    }

    #[test]
    fn a_recipient_that_is_not_plainly_an_address_is_left_out() {
        let table = [
            ("ada@example.com", "ada@example.com"),
            (" ada@example.com ", "ada@example.com"),
            ("first.last@mail.example.com", "first.last@mail.example.com"),
            ("ada+fleet@example.com", "ada%2Bfleet@example.com"),
            ("o'neill@example.com", "o%27neill@example.com"),
            ("a@b.c?bcc=x@y.z", ""),
            ("a?bcc=x@y.z", ""),
            ("a&cc=b@y.z", ""),
            ("a@b.c,x@y.z", ""),
            ("a@b.c;x@y.z", ""),
            ("a@b.c\r\nBcc:x@y.z", ""),
            ("a%0D%0A@b.c", ""),
            ("Ada <ada@example.com>", ""),
            ("\"a b\"@example.com", ""),
            ("a..b@example.com", ""),
            ("a@example", ""),
            ("a@.com", ""),
            ("@b.c", ""),
            ("ada", ""),
            ("", ""),
            ("ada@müller.example", "ada@xn--mller-kva.example"),
        ];
        for (to, want) in table {
            assert_eq!(mailto(Some(to), "S", "b"), format!("mailto:{want}?subject=S&body=b"), "{to}");
        }
    }

    #[test]
    fn a_recipient_that_is_not_plainly_a_phone_number_is_left_out() {
        let table = [
            ("+14155551234", "+14155551234"),
            ("+1 (415) 555-1234", ""),
            ("14155551234", ""),
            ("+44 (0)20 7946 0000", ""),
            ("+14155551234?body=x", ""),
            ("+14155551234,+14155551235", ""),
            ("+14155551234\n+1", ""),
            ("+1415+5551234", ""),
            ("+1234567890123456", ""),
            ("+١٢٣٤٥٦٧٨", ""),
            ("+112", ""),
            ("ada@example.com", ""),
            ("", ""),
        ];
        for (to, want) in table {
            assert_eq!(sms_uri(Some(to), "b"), format!("sms:{want}?body=b"), "{to}");
        }
    }
}
