//! The pieces that each language fills in, with and without a name.

/// All texts of a language. Only `closing` ends with a name, which can have a period of its own.
pub(super) struct Texts {
    /// First line of the body; `[name]` is the fleet's.
    pub(super) greeting: Said,
    /// The start of an SMS; `[name]` is the fleet's. May be empty for a fleet without a name.
    pub(super) sms_greeting: Said,
    /// What follows the link: until when it works (`[until]`), and for whom.
    pub(super) notes: &'static str,
    /// That sharing can be stopped later.
    pub(super) later: &'static str,
    /// Last lines of the body; `[name]` is the sender's.
    pub(super) closing: Said,
    pub(super) invitation: Words,
    pub(super) not_opened: Words,
    pub(super) not_finished: Words,
    pub(super) sign_in_again: Words,
}

/// The texts of one occasion; `[name]` is the sender's in all of them.
pub(super) struct Words {
    pub(super) subject: Said,
    /// The sentence that says who is asking.
    pub(super) who: Said,
    /// What comes before the link, with `who` at `[who]`.
    pub(super) request: &'static str,
    /// What comes before the link in an SMS, after the greeting.
    pub(super) sms: Said,
}

/// A text with a name at `[name]`, and its variant without one.
pub(super) struct Said {
    named: &'static str,
    nameless: &'static str,
}

pub(super) const fn said(named: &'static str, nameless: &'static str) -> Said {
    Said { named, nameless }
}

/// A text without a name.
pub(super) const fn always(text: &'static str) -> Said {
    said(text, text)
}

impl Said {
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
