//! Whether an invitation may have a `callback_url` of its own. It doesn't replace the organization's subscriptions: with both,
//! every event arrives twice (WEBHOOKS.md 5.11, CONTRACT.md 9).

/// A setting at Catena; none if Catena couldn't or wouldn't tell.
pub type Found<T> = Option<T>;

/// The settings at Catena that decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallbackPolicy {
    /// How many active subscriptions receive the events of every fleet.
    pub organization_wide: Found<usize>,
    /// Whether the partner's `default_callback_url` is set.
    pub default_callback: Found<bool>,
}

impl CallbackPolicy {
    /// Whether a form may offer a callback address.
    pub fn offers(self) -> bool {
        self.organization_wide == Some(0)
    }

    /// What it means, in sentences for whoever fills in the form.
    pub fn explanation(self) -> String {
        let subscriptions = match self.organization_wide {
            Some(0) => "None of your organization’s subscriptions post this fleet’s events, so a callback address causes no duplicates.".to_owned(),
            Some(1) => "One of your organization’s subscriptions already posts every fleet’s events. With a callback address, they would arrive twice.".to_owned(),
            Some(count) => format!("{count} of your organization’s subscriptions already post every fleet’s events. With a callback address, they would arrive twice."),
            None => "Catena didn’t report your organization’s subscriptions, so a callback address might duplicate every event.".to_owned(),
        };
        let default = match (self.default_callback, self.organization_wide) {
            (Some(true), Some(0)) => " Your organization’s default callback address is used if you leave this empty.",
            (Some(true), _) => {
                " Your organization also has a default callback address, so events already arrive twice. Ask Catena to remove it."
            }
            (Some(false), _) => "",
            (None, _) => " Catena didn’t report whether your organization has a default callback address.",
        };
        format!("{subscriptions}{default}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_offered_only_if_no_event_can_arrive_twice() {
        let table = [
            (Some(0), Some(false), true, "causes no duplicates"),
            (Some(0), Some(true), true, "used if you leave this empty"),
            (Some(0), None, true, "Catena didn’t report"),
            (Some(1), Some(false), false, "would arrive twice"),
            (Some(22), Some(true), false, "Ask Catena to remove it"),
            (None, Some(false), false, "might duplicate every event"),
        ];
        for (organization_wide, default_callback, offers, says) in table {
            let policy = CallbackPolicy { organization_wide, default_callback };
            assert_eq!(policy.offers(), offers, "{policy:?}");
            assert!(policy.explanation().contains(says), "{policy:?}: {}", policy.explanation());
        }
    }
}
