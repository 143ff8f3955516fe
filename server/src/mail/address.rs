//! Addresses that mail can be sent to and from.

use domain::text::{mailbox, one_line};
use lettre::{Address, message::Mailbox};

/// In characters.
const SENDER_NAME_MAX: usize = 100;

/// Whether mail can be sent to this address, which must be cleaned already ([`domain::text::email`]): exactly one, without a name
/// or surrounding spaces.
pub fn is_address(text: &str) -> bool {
    recipient(text).is_some()
}

/// The address, with its domain in ASCII. Rejects everything that could end a command or header, or start a second address.
pub(super) fn recipient(text: &str) -> Option<Address> {
    let (local, domain) = mailbox(text)?;
    Address::new(local, domain).ok()
}

/// Parses `Acme Onboarding <onboarding@acme.example>`, or only an address.
pub(super) fn sender(text: &str) -> Option<Mailbox> {
    if text.trim().chars().any(char::is_control) {
        return None;
    }
    let text = one_line(text);
    let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
        return recipient(&text).map(|address| Mailbox::new(None, address));
    };
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).trim();
    if name.chars().count() > SENDER_NAME_MAX {
        return None;
    }
    let name = (!name.is_empty()).then(|| name.to_owned());
    recipient(address.trim()).map(|address| Mailbox::new(name, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_address_can_get_mail() {
        let long = format!("{}@{}.example", "x".repeat(64), "y".repeat(63));
        for good in
            ["ops@acme.example", "o'neil+fleet@a-b.co.uk", "a.b_c@x", "ops@müller.example", "OPS@Acme.Example", &long]
        {
            assert!(is_address(good), "{good}");
        }
    }

    #[test]
    fn nothing_but_one_plain_address_can_get_mail() {
        let too_long = format!("{}@acme.example", "x".repeat(65));
        let far_too_long = format!("ops@{}example", "yyyyyyyyy.".repeat(25));
        let bad = [
            "",
            "ops",
            "@acme.example",
            "ops@",
            " ops@acme.example",
            "ops@acme.example ",
            "o ps@acme.example",
            "ops@@acme.example",
            "ops@a@acme.example",
            "ops@acme.example,eve@evil.example",
            "ops@acme.example;eve@evil.example",
            "ops,eve@acme.example",
            "Ops <ops@acme.example>",
            "<ops@acme.example>",
            "\"o ps\"@acme.example",
            "ops@acme.example>",
            "ops.@acme.example",
            ".ops@acme.example",
            "o..ps@acme.example",
            "ops@.example",
            "ops@acme..example",
            "ops@acme.example.",
            "ops@-acme.example",
            "ops@acme_fleet.example",
            "ops@acm%65.example",
            "ops@127.0.0.1",
            "ops@[::1]",
            "jörg@acme.example",
            "ops@acme.example\r\nBcc: eve@evil.example",
            "ops@acme.example\n",
            "ops\r\nRCPT TO:<eve@evil.example>@acme.example",
            "ops\0@acme.example",
            "ops@acme.example\u{85}",
            "ops@acme.example\u{2028}",
            &too_long,
            &far_too_long,
        ];
        for bad in bad {
            assert!(!is_address(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_domain_is_converted_to_ascii() {
        assert_eq!(recipient("ops@Müller.example").unwrap().to_string(), "ops@xn--mller-kva.example");
    }

    #[test]
    fn a_sender_may_have_a_name() {
        let table = [
            ("onboarding@acme.example", None),
            ("<onboarding@acme.example>", None),
            (" Acme Onboarding <onboarding@acme.example> ", Some("Acme Onboarding")),
            ("\"Acme, Inc.\" <onboarding@acme.example>", Some("Acme, Inc.")),
            ("Müller & Söhne GmbH <onboarding@acme.example>", Some("Müller & Söhne GmbH")),
            ("A <B> C < onboarding@acme.example >", Some("A <B> C")),
            ("Mu\u{308}ller\u{a0}GmbH\u{200b} <onboarding@acme.example\u{202c}>", Some("Müller GmbH")),
        ];
        for (text, name) in table {
            let mailbox = sender(text).unwrap();
            assert_eq!((mailbox.name.as_deref(), mailbox.email.as_ref()), (name, "onboarding@acme.example"), "{text}");
        }
    }

    #[test]
    fn a_sender_is_one_address_and_one_line() {
        let long = format!("{} <onboarding@acme.example>", "x".repeat(101));
        for bad in [
            "",
            "Acme",
            "Acme <>",
            "Acme <onboarding>",
            "Acme\r\nBcc: e@evil.example <a@acme.example>",
            "a@b.example, c@d.example",
            &long,
        ] {
            assert!(sender(bad).is_none(), "{bad:?}");
        }
    }
}
