//! Promises that hold for every language on every occasion.

use time::macros::datetime;

use super::*;

const UNTIL: OffsetDateTime = datetime!(2026-03-02 15:24 UTC);
const FLEET: &str = "Big Creek Trucking X";
const SENDER: &str = "Example Freight Inc.";

fn told<'a>(fleet: Option<&'a str>, sender: Option<&'a str>) -> MessageContext<'a> {
    MessageContext { fleet, sender, until: UNTIL }
}

/// Every message, with a word that says which it is.
fn all(told: &MessageContext<'_>) -> Vec<(String, Language, Message)> {
    let occasions = |language| Occasion::ALL.map(|occasion| (language, occasion));
    Language::ALL
        .into_iter()
        .flat_map(occasions)
        .map(|(language, occasion)| {
            (format!("{} {occasion:?}", language.code()), language, message(language, occasion, told))
        })
        .collect()
}

/// With both names, one of them, or none.
fn all_named_or_not() -> Vec<(String, Language, Message)> {
    [(Some(FLEET), Some(SENDER)), (Some(FLEET), None), (None, Some(SENDER)), (None, None)]
        .into_iter()
        .flat_map(|(fleet, sender)| all(&told(fleet, sender)))
        .collect()
}

#[test]
fn the_link_stands_once_on_a_line_of_its_own_and_at_the_end_of_an_sms() {
    for (which, _, message) in all_named_or_not() {
        assert!(holds_link_once(&message.body) && holds_link_once(&message.sms), "{which}");
        assert_eq!(message.body.lines().filter(|line| *line == LINK).count(), 1, "{which}");
        assert!(message.sms.ends_with(": {link}"), "{which}: {}", message.sms);
        assert!(!message.subject.contains(LINK), "{which}");
    }
}

#[test]
fn nothing_is_left_to_be_filled_in() {
    for (which, _, Message { subject, body, sms }) in all_named_or_not() {
        for text in [&subject, &body, &sms] {
            let rest = text.replace(LINK, "");
            assert!(!rest.contains(['{', '}', '[', ']']), "{which}: {text}");
        }
    }
}

#[test]
fn names_and_the_moment_are_said() {
    for (which, language, Message { body, sms, .. }) in all(&told(Some(FLEET), Some(SENDER))) {
        let greeting = body.lines().next().unwrap();
        assert!(greeting.contains(FLEET), "{which}: {greeting}");
        assert_eq!(body.matches(SENDER).count(), 2, "{which}: who asks, and who signs: {body}");
        assert!(body.ends_with(&format!("\n{SENDER}")), "{which}: {body}");
        assert!(sms.contains(FLEET) && sms.contains(SENDER), "{which}: {sms}");
        assert!(body.contains(&format_date_time(language, UNTIL)), "{which}: {body}");
    }
}

#[test]
fn a_missing_name_leaves_no_hole() {
    for (which, _, Message { subject, body, sms }) in all_named_or_not() {
        for text in [&subject, &body, &sms] {
            for hole in ["  ", " ,", ",,", " .", "..", ",.", ", :", " ;", "\n\n\n", " \n", "\n "] {
                assert!(!text.contains(hole), "{which}: {hole:?} in {text}");
            }
            assert!(!text.starts_with([' ', ',', ':']) && !text.ends_with([' ', ',', '\n']), "{which}: {text}");
            assert!(text.starts_with(char::is_uppercase), "{which}: {text}");
        }
        assert!(!subject.is_empty() && subject.lines().count() == 1, "{which}");
    }
}

#[test]
fn a_blank_name_is_none() {
    assert_eq!(all(&told(Some(" \n\t"), Some(""))), all(&told(None, None)));
}

#[test]
fn reminders_are_shorter_than_the_invitation_which_also_says_how_sharing_ends() {
    for language in Language::ALL {
        let body = |occasion| message(language, occasion, &told(Some(FLEET), Some(SENDER))).body;
        let later = texts(language).later;
        let invitation = body(Occasion::Invitation);
        assert!(invitation.contains(later), "{}", language.name());
        for occasion in [Occasion::NotOpened, Occasion::NotFinished] {
            let reminder = body(occasion);
            assert!(!reminder.contains(later), "{} {occasion:?}", language.name());
            assert!(reminder.len() < invitation.len(), "{} {occasion:?}", language.name());
        }
        assert!(!body(Occasion::SignInAgain).contains(later), "{}", language.name());
    }
}

/// 3GPP TS 23.038 6.2.1, without control characters: one letter outside it, and an SMS holds 70 letters instead of 160.
const SMS_LETTERS: &str = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

#[test]
fn an_sms_stays_in_its_length_and_its_alphabet() {
    assert_eq!((FLEET.len(), SENDER.len()), (20, 20));
    for (which, _, Message { sms, .. }) in all_named_or_not() {
        let sms = sms.replace(LINK, "");
        assert!(sms.chars().count() <= 160, "{which}: {} in {sms}", sms.chars().count());
        for letter in sms.chars() {
            assert!(SMS_LETTERS.contains(letter), "{which}: {letter:?} in {sms}");
        }
    }
}

#[test]
fn a_name_can_not_break_a_text() {
    let table = [
        ("Acme {link}", "Acme (link)"),
        ("{{link}}", "((link))"),
        ("Acme\r\nBcc: x@y.z", "Acme Bcc: x@y.z"),
        (" Acme\u{0} \t Trucking\u{7f}\u{2028}", "Acme Trucking"),
        ("\u{202e}emcA", "emcA"),
        ("[name] [until] [who]", "[name] [until] [who]"),
        ("Łódź & Söhne “Trans”", "Łódź & Söhne “Trans”"),
    ];
    for (name, want) in table {
        for (which, _, Message { subject, body, sms }) in all(&told(Some(name), Some(name))) {
            assert!(holds_link_once(&body) && holds_link_once(&sms), "{which} {name}");
            assert!(body.lines().next().unwrap().contains(want), "{which} {name}: {body}");
            assert!(body.ends_with(&format!("\n{want}")), "{which} {name}: {body}");
            assert_eq!(subject.lines().count(), 1, "{which} {name}");
            assert_eq!(sms.lines().count(), 1, "{which} {name}");
            assert!(!with_link(&body, "").contains(LINK), "{which} {name}");
        }
    }
}

#[test]
fn the_link_is_counted_and_put_in_its_place() {
    let table = [("", false), ("link", false), ("a {link} b", true), ("{link}{link}", false), ("{Link}", false)];
    for (text, want) in table {
        assert_eq!(holds_link_once(text), want, "{text}");
    }
    assert_eq!(with_link("a\n{link}\nb", "https://c.example/i?t=1"), "a\nhttps://c.example/i?t=1\nb");
}

#[test]
fn an_invitation_reads_as_a_letter() {
    let english = message(Language::English, Occasion::Invitation, &told(Some(FLEET), Some(SENDER)));
    assert_eq!(english.subject, "Example Freight Inc. asks you to connect your telematics provider");
    assert_eq!(
        english.body,
        "Hello Big Creek Trucking X,\n\n\
         Example Freight Inc. would like to receive data from your vehicles. To share it, please connect your telematics \
         provider with the link below. It takes a few minutes; please have your sign-in details for the provider at hand.\n\n\
         {link}\n\n\
         The link works until 2 March 2026, 15:24 UTC. It is meant for you alone, so please do not pass it on.\n\n\
         If you wish, you can stop sharing the data later.\n\n\
         Kind regards,\nExample Freight Inc."
    );
    let polish = message(Language::Polish, Occasion::NotFinished, &told(None, None));
    assert_eq!(polish.sms, "Przekazanie danych floty wymaga jeszcze tylko jednego kroku: {link}");
    let polish = message(Language::Polish, Occasion::NotFinished, &told(Some("Trans"), None));
    assert_eq!(polish.sms, "Do firmy Trans: przekazanie danych floty wymaga jeszcze tylko jednego kroku: {link}");
}
