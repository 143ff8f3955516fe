//! Message texts for e-mail and SMS that bring a fleet its magic link. Each language is a file with the pieces; this file puts
//! them together, so that no language can lose the link. `uri` makes links that open a mail or SMS program with a text.
//!
//! The texts never contain a magic link, which is a secret: [`LINK`] takes its place until the text is shown to somebody who may
//! see it. Only the server uses this module, to keep the browser's code small.

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
mod texts;
mod uri;

use time::OffsetDateTime;

pub use crate::link::message::date_format::format_date_time;
pub use crate::link::message::language::Language;
pub use crate::link::message::state::MessageState;
use crate::link::message::texts::Texts;
pub use crate::link::message::uri::{mailto, sms_uri};

/// The placeholder for the magic link in a text.
pub const LINK: &str = "{link}";

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// The first message with the link.
    Invitation,
    /// The fleet hasn't opened its link.
    NotOpened,
    /// The fleet has opened its link, perhaps accepted, and hasn't connected its provider.
    NotFinished,
    /// The provider no longer accepts the fleet's credentials; the same link lets it sign in again.
    SignInAgain,
}

impl Occasion {
    /// All of them, in the order of an onboarding.
    pub const ALL: [Self; 4] = [Self::Invitation, Self::NotOpened, Self::NotFinished, Self::SignInAgain];

    /// The name in the database and in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::NotOpened => "not_opened",
            Self::NotFinished => "not_finished",
            Self::SignInAgain => "sign_in_again",
        }
    }

    /// The occasion with this name.
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

/// What a message is about. Names come from outside: they are put on one line, and braces in them become parentheses.
#[derive(Debug, Clone, Copy)]
pub struct MessageContext<'a> {
    /// The fleet's name. If it is missing or blank, the greeting has none.
    pub fleet: Option<&'a str>,
    /// Who asks for the data. Without a name the text says "we".
    pub sender: Option<&'a str>,
    /// When the link expires, UTC.
    pub until: OffsetDateTime,
}

/// A message to a fleet, which a person can change before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line, without the link.
    pub subject: String,
    /// Plain text with `\n` between lines; [`LINK`] once, on a line of its own.
    pub body: String,
    /// One sentence, then [`LINK`] once at the end, so that no punctuation sticks to it. Without the link at most 160 characters
    /// if names have at most 20; except for names, all in the default SMS alphabet, beyond which the cost doubles (3GPP TS
    /// 23.038).
    pub sms: String,
}

/// The message for this occasion in this language.
pub fn message(language: Language, occasion: Occasion, context: &MessageContext<'_>) -> Message {
    let fleet = context.fleet.and_then(on_one_line);
    let sender = context.sender.and_then(on_one_line);
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
    let mut notes = texts.notes.replace("[until]", &format_date_time(language, context.until));
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

/// The text with the link in place of [`LINK`].
pub fn with_link(text: &str, link: &str) -> String {
    text.replace(LINK, link)
}

/// Whether a text that somebody has changed still has [`LINK`] exactly once.
pub fn holds_link_once(text: &str) -> bool {
    text.matches(LINK).count() == 1
}

/// A name made fit for a sentence: one line without control characters, single spaces, no braces, so that it can't be mistaken
/// for [`LINK`]. None if nothing is left.
fn on_one_line(name: &str) -> Option<String> {
    // Characters that change the writing direction would change the sentence around the name, too.
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
