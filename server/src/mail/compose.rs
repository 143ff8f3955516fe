//! Turns a mail into an Internet message.

use lettre::{
    Address, Message,
    address::Envelope,
    message::{Mailbox, SinglePart},
};
use time::OffsetDateTime;

use super::Mail;

/// The message in pure ASCII, with other letters encoded, so that any mail server accepts it. `None` if the sender's name
/// doesn't fit in a header, which the check of the settings rules out.
///
/// Drops control characters from the text, except line breaks and tabs: lettre sends text in ASCII as it is, and mail servers
/// refuse NUL.
///
/// Drops the characters of `id` that a Message-ID can't hold: all but letters, digits, `-`, `_`, and `.`.
pub(super) fn compose(from: &Mailbox, to: Address, mail: &Mail, id: &str, now: OffsetDateTime) -> Option<Message> {
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let subject: String = mail.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = mail.text.chars().filter(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t')).collect::<String>();
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()]).ok()?;
    Message::builder()
        .envelope(envelope)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(now.into())
        .from(from.clone())
        .to(to.into())
        .subject(subject)
        .singlepart(SinglePart::plain(text))
        .ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::mail::address::{recipient, sender};

    fn raw(from: &str, subject: &str, text: &str, id: &str) -> String {
        let mail = Mail { to: String::new(), subject: subject.into(), text: text.into() };
        let to = recipient("ops@acme.example").unwrap();
        let now = datetime!(2026-03-02 15:31:06 UTC);
        let message = compose(&sender(from).unwrap(), to, &mail, id, now).expect(from);
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn the_headers_name_sender_recipient_date_and_id() {
        let raw = raw("Acme Onboarding <onboarding@acme.example>", "Hello", "One\nTwo", "0195-a");
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        let lines: Vec<&str> = head.split("\r\n").collect();
        for line in [
            "From: \"Acme Onboarding\" <onboarding@acme.example>",
            "To: ops@acme.example",
            "Subject: Hello",
            "Date: Mon, 02 Mar 2026 15:31:06 +0000",
            "Message-ID: <0195-a@acme.example>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(lines.contains(&line), "{line} missing in: {head}");
        }
        assert_eq!(body.trim_end(), "One\r\nTwo");
    }

    #[test]
    fn no_part_of_a_mail_can_inject_a_header() {
        let trick = "x\r\nBcc: eve@evil.example\r\n\r\nNew body";
        let raw = raw("onboarding@acme.example", trick, "Hello", trick);
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        assert!(head.lines().all(|line| !line.starts_with("Bcc") && !line.starts_with("New")), "{head}");
        assert!(head.contains("Message-ID: <xBcceveevil.exampleNewbody@acme.example>"), "{head}");
        assert_eq!(body.trim_end(), "Hello");
    }

    #[test]
    fn letters_outside_ascii_are_encoded() {
        let raw = raw("Müller & Söhne <onboarding@acme.example>", "Grüße an „Łódź“", "Grüße", "1");
        assert!(raw.is_ascii(), "{raw}");
    }

    #[test]
    fn any_sender_name_fits_in_the_header() {
        for name in [
            "Acme, Inc.",
            "\"Acme, Inc.\"",
            "O'Neil \"Fast\" Freight",
            "A <B> C",
            "Acme (EU); Trucks: all",
            "東京トラック",
            "a\\b",
            "a@b",
        ] {
            raw(&format!("{name} <onboarding@acme.example>"), "s", "t", "1");
        }
    }
}
