//! The texts of one language.

/// All texts of a language. Only `closing` ends with a name, which can have a period of its own.
pub(super) struct Texts {
    /// First line of the body; `[name]` is the fleet's.
    pub(super) greeting: Phrase,
    /// The start of an SMS; `[name]` is the fleet's. May be empty for a fleet without a name.
    pub(super) sms_greeting: Phrase,
    /// What follows the link: until when it works (`[until]`), and for whom.
    pub(super) notes: &'static str,
    /// That sharing can be stopped later.
    pub(super) later: &'static str,
    /// Last lines of the body; `[name]` is the sender's.
    pub(super) closing: Phrase,
    pub(super) invitation: OccasionTexts,
    pub(super) not_opened: OccasionTexts,
    pub(super) not_finished: OccasionTexts,
    pub(super) sign_in_again: OccasionTexts,
}

/// The texts of one occasion; `[name]` is the sender's in all of them.
pub(super) struct OccasionTexts {
    pub(super) subject: Phrase,
    /// The sentence that says who is asking.
    pub(super) who: Phrase,
    /// What comes before the link, with `who` at `[who]`.
    pub(super) request: &'static str,
    /// What comes before the link in an SMS, after the greeting.
    pub(super) sms: Phrase,
}

/// A text with a name at `[name]`, and its variant without one.
pub(super) struct Phrase {
    named: &'static str,
    nameless: &'static str,
}

pub(super) const fn phrase(named: &'static str, nameless: &'static str) -> Phrase {
    Phrase { named, nameless }
}

/// A text without a name.
pub(super) const fn always(text: &'static str) -> Phrase {
    phrase(text, text)
}

impl Phrase {
    fn of(&self, name: Option<&str>) -> &'static str {
        if name.is_some() { self.named } else { self.nameless }
    }

    pub(super) fn to(&self, name: Option<&str>) -> String {
        self.of(name).replace("[name]", name.unwrap_or_default())
    }

    /// The same with a capital letter, for the start of a text. Names stay as they are.
    pub(super) fn to_start_with(&self, name: Option<&str>) -> String {
        let text = self.of(name);
        let mut chars = text.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        (first + chars.as_str()).replace("[name]", name.unwrap_or_default())
    }
}
