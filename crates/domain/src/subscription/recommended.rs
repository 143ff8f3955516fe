//! Which subscriptions Onramp needs (WEBHOOKS.md 5.12), and which of them are missing.

/// A create call: an event name or a wildcard, and the events it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The event name or wildcard to send.
    pub ask: &'static str,
    /// The events of the subscriptions it creates. A wildcard creates one subscription per event (WEBHOOKS.md 8.20).
    pub events: &'static [&'static str],
    /// Whether it goes to the second endpoint: events about a dead endpoint can't arrive there (WEBHOOKS.md 4.4).
    pub watch: bool,
}

/// The set that covers onboarding. Create doesn't expand `execution.*` and `schedule.*`, so their events are named.
pub const RECOMMENDED: [Wanted; 7] = [
    Wanted {
        ask: "invitation.*",
        events: &[
            "invitation.created",
            "invitation.rejected",
            "invitation.declined",
            "invitation.viewed",
            "invitation.sent",
            "invitation.accepted",
            "invitation.expired",
            "invitation.deleted",
        ],
        watch: false,
    },
    Wanted {
        ask: "share_agreement.*",
        events: &["share_agreement.created", "share_agreement.updated", "share_agreement.deleted"],
        watch: false,
    },
    Wanted { ask: "connection.*", events: &["connection.created", "connection.staled"], watch: false },
    Wanted { ask: "fleet_connection.*", events: &["fleet_connection.created"], watch: false },
    Wanted { ask: "execution.failed", events: &["execution.failed"], watch: false },
    Wanted { ask: "schedule.deactivated", events: &["schedule.deactivated"], watch: false },
    Wanted {
        ask: "webhook.*",
        events: &[
            "webhook.created",
            "webhook.updated",
            "webhook.deleted",
            "webhook.staled",
            "webhook.activated",
            "webhook.paused",
        ],
        watch: true,
    },
];

/// A create call to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Event name or wildcard.
    pub event_name: String,
    /// Whether it goes to the second endpoint.
    pub watch: bool,
}

/// The calls that create what is missing, given the events our subscriptions at Catena already cover. If none of a wildcard's
/// events is covered, the wildcard; if some are, each missing event by name, since what a wildcard does beside existing ones
/// is unknown (WEBHOOKS.md 5.2). `webhook.activated` and `.paused` have no published payload and may not come with the
/// wildcard, so their absence alone is no reason for a call.
pub fn missing<'a>(have: impl IntoIterator<Item = &'a str>) -> Vec<Ask> {
    let have: Vec<&str> = have.into_iter().collect();
    let mut asks = Vec::new();
    for wanted in RECOMMENDED {
        let lacks: Vec<&str> =
            wanted.events.iter().copied().filter(|event| !have.contains(event) && !is_optional(event)).collect();
        // A wildcard may exist as one subscription under its own name (WEBHOOKS.md 5.10).
        if have.contains(&wanted.ask) {
            continue;
        }
        let has_any = wanted.events.iter().any(|event| have.contains(event));
        if has_any {
            asks.extend(lacks.into_iter().map(|event| Ask { event_name: event.to_owned(), watch: wanted.watch }));
        } else {
            asks.push(Ask { event_name: wanted.ask.to_owned(), watch: wanted.watch });
        }
    }
    asks
}

fn is_optional(event: &str) -> bool {
    // `rejected` is deprecated: it comes with the wildcard as long as it exists, and `declined` reports the same.
    matches!(event, "webhook.activated" | "webhook.paused" | "invitation.rejected")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(asks: &[Ask]) -> Vec<&str> {
        asks.iter().map(|ask| ask.event_name.as_str()).collect()
    }

    #[test]
    fn nothing_there_asks_for_the_whole_set_with_wildcards() {
        assert_eq!(
            names(&missing([])),
            [
                "invitation.*",
                "share_agreement.*",
                "connection.*",
                "fleet_connection.*",
                "execution.failed",
                "schedule.deactivated",
                "webhook.*"
            ]
        );
    }

    #[test]
    fn everything_there_asks_for_nothing() {
        let all: Vec<&str> = RECOMMENDED.iter().flat_map(|wanted| wanted.events.iter().copied()).collect();
        assert_eq!(missing(all), []);
    }

    #[test]
    fn a_wildcard_that_is_kept_under_its_own_name_carries_all_of_it() {
        let all = RECOMMENDED.iter().flat_map(|wanted| wanted.events.iter().copied());
        let have: Vec<&str> = all.filter(|event| !event.starts_with("webhook.")).chain(["webhook.*"]).collect();
        assert_eq!(missing(have), []);
    }

    #[test]
    fn a_hole_in_a_wildcard_is_filled_by_name() {
        let all = RECOMMENDED.iter().flat_map(|wanted| wanted.events.iter().copied());
        let have: Vec<&str> = all.filter(|event| !matches!(*event, "connection.staled" | "execution.failed")).collect();
        assert_eq!(names(&missing(have)), ["connection.staled", "execution.failed"]);
    }

    #[test]
    fn only_news_about_subscriptions_goes_to_the_second_endpoint() {
        let watched: Vec<String> = missing([]).into_iter().filter(|ask| ask.watch).map(|ask| ask.event_name).collect();
        assert_eq!(watched, ["webhook.*"]);
    }
}
