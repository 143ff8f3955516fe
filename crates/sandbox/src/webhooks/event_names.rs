//! The names of events, and how wildcards are expanded (WEBHOOKS.md 5.10).

/// Resources and their actions. A `*` among the actions means that a subscription can be stored under that wildcard.
const EVENTS: [(&str, &str); 29] = [
    ("dvir_log", "added modified removed"),
    ("driver_vehicle_association", "added modified"),
    ("trailer_vehicle_association", "added modified"),
    ("invitation", "created rejected declined viewed sent accepted expired deleted *"),
    ("connection", "created staled *"),
    ("fleet_connection", "created *"),
    ("share_agreement", "created updated deleted *"),
    ("webhook", "created updated deleted staled activated paused *"),
    ("workflow", "added modified removed *"),
    ("tsp", "created requested"),
    ("vehicle", "added modified removed *"),
    ("trailer", "added modified removed *"),
    ("trailer_location", "added modified *"),
    ("trailer_status", "added modified *"),
    ("execution", "created staled failed *"),
    ("schedule", "deactivated *"),
    ("user", "added modified removed *"),
    ("vehicle_location", "added"),
    ("ifta_summary", "added modified removed *"),
    ("hos_availability", "added modified removed *"),
    ("hos_daily_snapshot", "added modified removed *"),
    ("hos_event", "added modified removed *"),
    ("hos_violation", "added modified removed *"),
    ("engine_log", "added modified removed *"),
    ("engine_status", "added modified"),
    ("group_message", "added modified"),
    ("message", "added modified"),
    ("fuel_transaction", "added modified"),
    ("resource_operation", "created succeeded failed *"),
];

/// The subscriptions that the `event_name` of a create call stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EventSelection {
    /// One subscription with this name.
    One(String),
    /// One subscription for each action.
    Wildcard(Vec<String>),
}

/// Parses the `event_name` of a create call. `None` if there is no such name.
///
/// A choice: `execution.*` and `schedule.*` are accepted but not expanded, so the subscription has that name and never
/// matches. This is the worst reading of "do not count on them".
pub(crate) fn parse_selection(event_name: &str) -> Option<EventSelection> {
    let (resource, action) = event_name.split_once('.')?;
    let (_, actions) = EVENTS.iter().find(|(name, _)| *name == resource)?;
    match (action, resource) {
        ("*", "tsp") => None,
        ("*", "execution" | "schedule") => Some(EventSelection::One(event_name.to_owned())),
        ("*", _) => {
            let each = actions.split_ascii_whitespace().filter(|action| *action != "*");
            Some(EventSelection::Wildcard(each.map(|action| format!("{resource}.{action}")).collect()))
        }
        _ => actions
            .split_ascii_whitespace()
            .any(|one| one == action)
            .then(|| EventSelection::One(event_name.to_owned())),
    }
}

/// Whether a subscription can be stored under this name.
pub(crate) fn is_event_name(name: &str) -> bool {
    let found = name.split_once('.').and_then(|(resource, action)| {
        let (_, actions) = EVENTS.iter().find(|(name, _)| *name == resource)?;
        actions.split_ascii_whitespace().find(|one| *one == action)
    });
    found.is_some()
}

/// All names under which a subscription can be stored.
pub(crate) fn event_names() -> Vec<String> {
    let each = |(resource, actions): &(&str, &str)| {
        actions.split_ascii_whitespace().map(|action| format!("{resource}.{action}")).collect::<Vec<_>>()
    };
    EVENTS.iter().flat_map(each).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_wildcard_becomes_one_subscription_per_action() {
        let count = |name: &str| match parse_selection(name) {
            Some(EventSelection::Wildcard(names)) => names.len(),
            Some(EventSelection::One(_)) => 1,
            None => 0,
        };
        let onboarding = ["invitation.*", "share_agreement.*", "connection.*", "fleet_connection.*"];
        assert_eq!(onboarding.map(count), [8, 3, 2, 1]);
        assert_eq!(["execution.failed", "schedule.deactivated", "execution.*", "schedule.*"].map(count), [1, 1, 1, 1]);
        assert_eq!(["tsp.*", "invitation", "invitation.eaten", "nothing.*", "*"].map(count), [0; 5]);
    }

    #[test]
    fn the_names_are_the_published_ones_and_each_can_be_subscribed_to() {
        let document = contract::notifications_document();
        let published = |name: &str| -> BTreeSet<String> {
            serde_json::from_value(document["components"]["schemas"][name]["enum"].clone()).unwrap()
        };
        let (names, wildcards) = (published("WebhookEventNameEnum"), published("WebhookCatchAllEvents"));
        assert_eq!(BTreeSet::from_iter(event_names()), names);
        assert!(names.iter().all(|name| is_event_name(name)) && !is_event_name("dvir_log.*") && !is_event_name("*"));
        assert!(names.iter().all(|name| parse_selection(name).is_some()));
        assert!(wildcards.iter().all(|name| matches!(parse_selection(name), Some(EventSelection::Wildcard(_)))));
    }
}
