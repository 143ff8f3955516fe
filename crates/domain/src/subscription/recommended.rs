//! Which webhooks Onramp needs (WEBHOOKS.md 5.12), and what of them is missing.

/// One creation call: an event name or a wildcard, and the events that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// What to ask Catena for.
    pub ask: &'static str,
    /// The events that subscriptions made by it carry. A wildcard makes one subscription per event (WEBHOOKS.md 8.20).
    pub events: &'static [&'static str],
    /// Whether it goes to the second endpoint: news about a dead endpoint can't arrive at it (WEBHOOKS.md 4.4).
    pub watch: bool,
}

/// The set that covers onboarding. `execution.*` and `schedule.*` are no wildcards that create expands, so their events are named.
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

/// One creation call to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Event name or wildcard.
    pub event_name: String,
    /// Whether it goes to the second endpoint.
    pub watch: bool,
}

/// The calls that make what is missing, given the events that our subscriptions at Catena already carry. Where none of a
/// wildcard's events is there, the wildcard; where some are, each missing event by name: what a wildcard does beside
/// existing ones is unknown (WEBHOOKS.md 5.2). `webhook.activated` and `.paused` have no published payload and may not
/// come with the wildcard, so their absence alone is no reason to ask.
pub fn missing<'a>(have: impl IntoIterator<Item = &'a str>) -> Vec<Ask> {
    let have: Vec<&str> = have.into_iter().collect();
    let mut asks = Vec::new();
    for wanted in RECOMMENDED {
        let lacks: Vec<&str> =
            wanted.events.iter().copied().filter(|event| !have.contains(event) && !is_optional(event)).collect();
        // A wildcard may be kept as one subscription under its own name (WEBHOOKS.md 5.10).
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
    // `rejected` is deprecated: it comes with the wildcard as long as it exists, and `declined` tells the same.
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
