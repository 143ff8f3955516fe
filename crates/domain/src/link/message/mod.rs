//! Ready texts with which staff hand a fleet its magic link, for e-mail and for SMS. A language is a file that gives the
//! pieces; this file lays them out, so that no language can lose the link. `uri` makes the links that open a mail or SMS
//! program with a text in it.
//!
//! The texts never hold a magic link, which is a secret: they hold [`LINK`] in its place until they are shown to somebody who
//! may see it. May depend on `country`; only the server uses it, so islands don't, for the WASM's sake.

mod date_format;
mod english;
mod french;
mod german;
mod language;
mod polish;
mod portuguese;
mod spanish;
mod state;
#[cfg(test)]
mod tests;
mod uri;

use time::OffsetDateTime;

pub use crate::link::message::date_format::spoken_moment;
pub use crate::link::message::language::Language;
pub use crate::link::message::state::MessageState;
pub use crate::link::message::uri::{mailto, sms_uri};

/// The place of the magic link in a text.
pub const LINK: &str = "{link}";

/// Why a fleet is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// The first message with the link.
    Invitation,
    /// It has not opened its link.
    NotOpened,
    /// It has opened its link, perhaps accepted, and has not linked its provider.
    NotFinished,
    /// The provider no longer takes its sign-in; the same link leads there again.
    SignInAgain,
}

impl Occasion {
    /// All of them, in the order in which they come up.
    pub const ALL: [Self; 4] = [Self::Invitation, Self::NotOpened, Self::NotFinished, Self::SignInAgain];

    /// The word in which it is stored, and stands in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::NotOpened => "not_opened",
            Self::NotFinished => "not_finished",
            Self::SignInAgain => "sign_in_again",
        }
    }

    /// The occasion with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.name() == name)
    }

    /// For staff.
    pub fn label(self) -> &'static str {
        match self {
            Self::Invitation => "First message",
            Self::NotOpened => "Reminder: not opened",
            Self::NotFinished => "Reminder: not finished",
            Self::SignInAgain => "Sign in again",
        }
    }
}

/// What a message is told about. Names come from outside: they are put on one line, and braces in them become parentheses.
#[derive(Debug, Clone, Copy)]
pub struct MessageContext<'a> {
    /// The fleet's name. Without it, or when it is blank, the greeting has none.
    pub fleet: Option<&'a str>,
    /// Who asks for the data. Without a name the text says "we".
    pub sender: Option<&'a str>,
    /// Until when the link works, UTC.
    pub until: OffsetDateTime,
}

/// A message to a fleet, for a person to read and change before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line, without the link.
    pub subject: String,
    /// Plain text with `\n` between lines; [`LINK`] once, on a line of its own.
    pub body: String,
    /// One sentence, then [`LINK`], once and at the end, so that no punctuation sticks to it. Beside the link at most 160
    /// characters when names have at most 20; all of them, names aside, in the alphabet that SMS carry without doubling
    /// their cost (3GPP TS 23.038).
    pub sms: String,
}

/// The message for this occasion in this language.
pub fn message(language: Language, occasion: Occasion, told: &MessageContext<'_>) -> Message {
    let fleet = told.fleet.and_then(on_one_line);
    let sender = told.sender.and_then(on_one_line);
    let (fleet, sender) = (fleet.as_deref(), sender.as_deref());
    let texts = texts(language);
    let words = match occasion {
        Occasion::Invitation => &texts.invitation,
        Occasion::NotOpened => &texts.not_opened,
        Occasion::NotFinished => &texts.not_finished,
        Occasion::SignInAgain => &texts.sign_in_again,
    };
    let greeting = texts.greeting.to(fleet);
    let request = words.request.replace("[who]", &words.who.to(sender));
    let mut notes = texts.notes.replace("[until]", &spoken_moment(language, told.until));
    if occasion == Occasion::Invitation {
        notes.push_str("\n\n");
        notes.push_str(texts.later);
    }
    let closing = texts.closing.to(sender);
    let hello = texts.sms_greeting.to(fleet);
    let sms =
        if hello.is_empty() { words.sms.to_start_with(sender) } else { format!("{hello} {}", words.sms.to(sender)) };
    Message {
        subject: words.subject.to(sender),
        body: format!("{greeting}\n\n{request}\n\n{LINK}\n\n{notes}\n\n{closing}"),
        sms: format!("{sms} {LINK}"),
    }
}

fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &crate::link::message::english::TEXTS,
        Language::Spanish => &crate::link::message::spanish::TEXTS,
        Language::French => &crate::link::message::french::TEXTS,
        Language::German => &crate::link::message::german::TEXTS,
        Language::Portuguese => &crate::link::message::portuguese::TEXTS,
        Language::Polish => &crate::link::message::polish::TEXTS,
    }
}

/// The text with the link in its place.
pub fn with_link(text: &str, link: &str) -> String {
    text.replace(LINK, link)
}

/// Whether a text that somebody has changed still says where the link goes, and says it once.
pub fn holds_link_once(text: &str) -> bool {
    text.matches(LINK).count() == 1
}

/// All that is said in a language. No text but `closing` ends with a name, which may have a full stop of its own.
struct Texts {
    /// First line of the body; `[name]` is the fleet's.
    greeting: Said,
    /// How an SMS begins; `[name]` is the fleet's. May be empty for a fleet without a name.
    sms_greeting: Said,
    /// What stands after the link: `[until]` when it works, and for whom.
    notes: &'static str,
    /// That what an invitation asks for can be ended again.
    later: &'static str,
    /// Last lines of the body; `[name]` is the sender's.
    closing: Said,
    invitation: Words,
    not_opened: Words,
    not_finished: Words,
    sign_in_again: Words,
}

/// What is said on one occasion; `[name]` is the sender's in all of it.
struct Words {
    subject: Said,
    /// The sentence that tells who asks.
    who: Said,
    /// What stands before the link, with `who` at `[who]`.
    request: &'static str,
    /// What stands before the link in an SMS, after the greeting.
    sms: Said,
}

/// A text with a name in it at `[name]`, and the text for nobody's name.
struct Said {
    named: &'static str,
    nameless: &'static str,
}

const fn said(named: &'static str, nameless: &'static str) -> Said {
    Said { named, nameless }
}

/// A text that needs no name.
const fn always(text: &'static str) -> Said {
    said(text, text)
}

impl Said {
    fn of(&self, name: Option<&str>) -> &'static str {
        if name.is_some() { self.named } else { self.nameless }
    }

    fn to(&self, name: Option<&str>) -> String {
        self.of(name).replace("[name]", name.unwrap_or_default())
    }

    /// The same with a capital, for the start of a text. Names stay as they are.
    fn to_start_with(&self, name: Option<&str>) -> String {
        let text = self.of(name);
        let mut chars = text.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        (first + chars.as_str()).replace("[name]", name.unwrap_or_default())
    }
}

/// A name as it may stand inside a sentence: one line without control characters, single spaces, no braces, so that it can't
/// be taken for [`LINK`]. None when nothing is left.
fn on_one_line(name: &str) -> Option<String> {
    // What turns the direction of writing would turn the sentence around the name as well.
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let plain: String = name
        .chars()
        .map(|c| match c {
            '{' => '(',
            '}' => ')',
            c if c.is_control() || turns(c) => ' ',
            c => c,
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
