//! Event names (WEBHOOKS.md 5.10). They are an open set: these are suggestions, never a limit.

/// Resources, their actions, and whether create accepts a wildcard for them.
const EVENTS: [(&str, &str, bool); 30] = [
    ("connection", "created staled", true),
    ("driver_vehicle_association", "added modified", true),
    ("dvir_log", "added modified removed", true),
    ("engine_log", "added modified removed", true),
    ("engine_status", "added modified", true),
    ("execution", "created staled failed", false),
    ("fleet_connection", "created", true),
    ("fleet_info", "added modified removed", false),
    ("fuel_transaction", "added modified", true),
    ("group_message", "added modified", true),
    ("hos_availability", "added modified removed", true),
    ("hos_daily_snapshot", "added modified removed", true),
    ("hos_event", "added modified removed", true),
    ("hos_violation", "added modified removed", true),
    ("ifta_summary", "added modified removed", true),
    ("invitation", "created rejected declined viewed sent accepted expired deleted", true),
    ("message", "added modified", true),
    ("resource_operation", "created succeeded failed", true),
    ("schedule", "deactivated", false),
    ("share_agreement", "created updated deleted", true),
    ("trailer", "added modified removed", true),
    ("trailer_location", "added modified", true),
    ("trailer_status", "added modified", true),
    ("trailer_vehicle_association", "added modified", true),
    ("tsp", "created requested", false),
    ("user", "added modified removed", true),
    ("vehicle", "added modified removed", true),
    ("vehicle_location", "added", true),
    ("webhook", "created updated deleted staled activated paused", true),
    ("workflow", "added modified removed", true),
];

/// Longest name that Onramp sends to Catena.
const LONGEST: usize = 100;

/// The published names, each resource's wildcard first.
pub fn suggestions() -> Vec<String> {
    let of = |(resource, actions, wildcard): (&str, &str, bool)| {
        let named = actions.split_ascii_whitespace().map(|action| format!("{resource}.{action}"));
        wildcard.then(|| format!("{resource}.*")).into_iter().chain(named).collect::<Vec<_>>()
    };
    EVENTS.into_iter().flat_map(of).collect()
}

/// What is wrong with a typed name, unless it has the form of one: a resource, a dot, and an action or `*`. Whether the event
/// exists, Catena decides.
pub fn wrong_name(typed: &str) -> Option<&'static str> {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let fits = |(resource, action): (&str, &str)| word(resource) && (action == "*" || word(action));
    if typed.is_empty() {
        Some("Enter an event, such as invitation.* or vehicle.added.")
    } else if typed.len() > LONGEST || !typed.split_once('.').is_some_and(fits) {
        Some("An event name is a resource, a dot, and an action, such as vehicle.added; * stands for every action.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscription::RECOMMENDED;

    #[test]
    fn wildcards_are_suggested_where_creating_takes_them() {
        let all = suggestions();
        for name in ["invitation.*", "invitation.viewed", "execution.failed", "fleet_info.added", "webhook.*"] {
            assert!(all.iter().any(|one| one == name), "{name}");
        }
        for name in ["execution.*", "schedule.*", "tsp.*"] {
            assert!(!all.iter().any(|one| one == name), "{name}");
        }
        assert_eq!(all.iter().filter(|name| name.ends_with(".*")).count(), 26);
        assert!(RECOMMENDED.iter().all(|wanted| all.iter().any(|name| name == wanted.ask)));
    }

    #[test]
    fn a_name_that_nobody_published_may_be_asked_for_but_must_look_like_one() {
        for name in ["vehicle.added", "invitation.*", "something_new.happened", "v2.x"] {
            assert_eq!(wrong_name(name), None, "{name}");
        }
        for name in
            ["", "vehicle", "vehicle.", ".added", "*", "vehicle.*.x", "Vehicle.added", "a b.c", "a.b\n", "a.<b>"]
        {
            assert!(wrong_name(name).is_some(), "{name:?}");
        }
        assert!(wrong_name(&format!("a.{}", "b".repeat(100))).is_some());
    }
}
