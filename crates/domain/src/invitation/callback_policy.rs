//! Whether an invitation may carry a `callback_url` of its own. It doesn't replace the organisation's subscriptions: with both,
//! every event arrives twice (WEBHOOKS.md 5.11, CONTRACT.md 9). So it is offered only after a look.

/// What was found out about one thing at Catena; none where Catena could not or would not tell.
pub type Found<T> = Option<T>;

/// What the look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallbackPolicy {
    /// How many active subscriptions post the events of every fleet.
    pub organisation_wide: Found<usize>,
    /// Whether the partner's `default_callback_url` is set.
    pub default_callback: Found<bool>,
}

impl CallbackPolicy {
    /// Whether a callback address may be offered.
    pub fn offers(self) -> bool {
        self.organisation_wide == Some(0)
    }

    /// What it means, in sentences for whoever fills in the form.
    pub fn explanation(self) -> String {
        let subscriptions = match self.organisation_wide {
            Some(0) => "No subscription of your organisation posts this fleet’s events, so an address of its own doubles nothing.".to_owned(),
            Some(1) => "A subscription of your organisation posts every fleet’s events already. With a callback address, the events it carries would arrive twice: so it is left out.".to_owned(),
            Some(count) => format!("{count} subscriptions of your organisation post every fleet’s events already. With a callback address, each of those events would arrive twice: so it is left out."),
            None => "Catena did not tell which subscriptions your organisation has. A callback address might double every event, so it is left out.".to_owned(),
        };
        let default = match (self.default_callback, self.organisation_wide) {
            (Some(true), Some(0)) => {
                " Your organisation has a default callback address: it is used where none is given here."
            }
            (Some(true), _) => {
                " Your organisation has a default callback address as well, so each event arrives twice as it is: ask Catena to remove it."
            }
            (Some(false), _) => "",
            (None, _) => " Whether your organisation has a default callback address, Catena did not tell.",
        };
        format!("{subscriptions}{default}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_offered_only_where_nothing_would_be_doubled_for_sure() {
        let table = [
            (Some(0), Some(false), true, "doubles nothing"),
            (Some(0), Some(true), true, "used where none is given here"),
            (Some(0), None, true, "Catena did not tell"),
            (Some(1), Some(false), false, "would arrive twice"),
            (Some(22), Some(true), false, "ask Catena to remove it"),
            (None, Some(false), false, "might double every event"),
        ];
        for (organisation_wide, default_callback, offers, says) in table {
            let look = CallbackPolicy { organisation_wide, default_callback };
            assert_eq!(look.offers(), offers, "{look:?}");
            assert!(look.explanation().contains(says), "{look:?}: {}", look.explanation());
        }
    }
}
