//! What somebody has to confirm before a call is made, and what they have confirmed. Nothing happens by surprise: a call with
//! effects beyond a new invitation comes back once, with an explanation (CONTRACT.md 13.5).

use std::collections::BTreeSet;

use crate::invitation::existing::InvitationState;

/// One effect of a call that somebody has to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// The reference's invitation in this state takes part in the upsert.
    Existing(InvitationState),
    /// A known reference differs in nothing but case.
    SimilarReference,
    /// A link with these hours would expire at a bad time in this country.
    OffHours {
        /// The hours.
        hours: u32,
        /// The country's code.
        country: String,
    },
}

impl Confirmation {
    /// The confirmation for this reference as a form carries it.
    pub fn token(&self, fleet_ref: &str) -> String {
        match self {
            Self::Existing(state) => format!("refresh:{fleet_ref}:{}", state.name()),
            Self::SimilarReference => format!("similar:{fleet_ref}"),
            Self::OffHours { hours, country } => format!("hours:{hours}:{country}"),
        }
    }

    /// Whether reading about it while typing isn't enough, so that it takes a button of its own: asking a fleet again that
    /// declined (CONTRACT.md 13.5), and a call whose effect nobody can predict.
    pub fn needs_button(&self) -> bool {
        matches!(self, Self::Existing(InvitationState::Declined | InvitationState::Unrecognized))
    }
}

/// What has been confirmed before a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreed {
    /// By a person, with the tokens that their form carried.
    Form(BTreeSet<String>),
    /// By the settings of an import or a command: everything but what [needs a button](Confirmation::needs_button). A
    /// declined invitation is reopened only where the settings say so, an unrecognized one never.
    Settings {
        /// Whether declined invitations may be reopened.
        reopen_declined: bool,
    },
}

impl Default for Agreed {
    fn default() -> Self {
        Self::Form(BTreeSet::new())
    }
}

impl Agreed {
    /// Reads what forms carry; several values add up. References hold no comma (CONTRACT.md 13.8).
    pub fn read<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let tokens = values.into_iter().flat_map(|text| text.split(',')).filter(|token| !token.is_empty());
        Self::Form(tokens.map(str::to_owned).collect())
    }

    /// Whether this has been confirmed for the reference.
    pub fn covers(&self, confirmation: &Confirmation, fleet_ref: &str) -> bool {
        match self {
            Self::Form(tokens) => tokens.contains(&confirmation.token(fleet_ref)),
            Self::Settings { reopen_declined } => match confirmation {
                Confirmation::Existing(InvitationState::Declined) => *reopen_declined,
                other => !other.needs_button(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_cover_what_needs_no_button_and_reopening_where_they_say_so() {
        use InvitationState as S;
        let covers =
            |reopen_declined, state| Agreed::Settings { reopen_declined }.covers(&Confirmation::Existing(state), "F");
        for (state, want) in [(S::Active, true), (S::Accepted, true), (S::Unrecognized, false)] {
            assert_eq!((covers(false, state), covers(true, state)), (want, want), "{state:?}");
        }
        assert_eq!((covers(false, S::Declined), covers(true, S::Declined)), (false, true));
    }

    #[test]
    fn a_form_covers_exactly_its_tokens() {
        let refresh = Confirmation::Existing(InvitationState::Active);
        let agreed = Agreed::read(["", "similar:F,refresh:F:active"]);
        assert!(agreed.covers(&refresh, "F") && agreed.covers(&Confirmation::SimilarReference, "F"));
        assert!(!agreed.covers(&refresh, "F 2"));
        assert!(!agreed.covers(&Confirmation::Existing(InvitationState::Declined), "F"));
    }
}
