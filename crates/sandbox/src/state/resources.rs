//! The resources of permissions, scopes, and schedules (CONTRACT.md, "All enums"), and which of them each integration has.

use std::collections::BTreeMap;

/// The resources that an invitation may ask for.
pub(crate) const RESOURCES: [&str; 30] = [
    "asset",
    "driver_association",
    "driver_vehicle_association",
    "driver_event_log",
    "driver_safety_event",
    "dvir_log",
    "dvir_log_defect",
    "engine_log",
    "engine_status",
    "fuel_transaction",
    "hos_availability",
    "hos_daily_snapshot",
    "hos_event",
    "hos_event_annotation",
    "hos_event_attachment",
    "hos_violation",
    "ifta_summary",
    "location_segment",
    "message",
    "user",
    "vehicle",
    "vehicle_location",
    "vehicle_sensor",
    "vehicle_region_segment",
    "trailer",
    "trailer_association",
    "trailer_vehicle_association",
    "trailer_location",
    "trailer_status",
    "workflow",
];

/// The resources that only integrations have (CONTRACT.md, "All enums": resource (integrations)).
pub(crate) const INTEGRATION_ONLY: [&str; 1] = ["group_message"];

/// All resources that a provider may have.
pub(crate) fn integration_resources() -> Vec<&'static str> {
    RESOURCES.into_iter().chain(INTEGRATION_ONLY).collect()
}

/// `read` for everything: the permissions of an invitation that names none (CONTRACT.md 13, trap 10).
pub(crate) fn read_everything() -> BTreeMap<String, String> {
    RESOURCES.iter().map(|resource| ((*resource).to_owned(), "read".to_owned())).collect()
}

/// Sources with every resource.
const EVERYTHING: [&str; 4] = ["catena_simulator", "geotab", "motive", "samsara"];
/// Sources with hours of service and engine data.
const HOURS_AND_ENGINES: [&str; 4] = ["isaac", "verizon_connect", "webfleet", "zonar"];
/// The resources of all other sources.
const VEHICLES: [&str; 3] = ["user", "vehicle", "vehicle_location"];

/// The status of a resource in the integration of a source: `implemented`, `not_implemented`, or `not_supported`.
///
/// A choice, by source: the large ones have everything, some have hours of service and engine data, and the rest only have
/// vehicles, like the one that was recorded.
pub(crate) fn integration_status(source: &str, resource: &str) -> &'static str {
    let more = resource.starts_with("hos_") || resource.starts_with("engine_") || resource.starts_with("dvir_");
    if EVERYTHING.contains(&source) || VEHICLES.contains(&resource) {
        "implemented"
    } else if HOURS_AND_ENGINES.contains(&source) {
        if more { "implemented" } else { "not_implemented" }
    } else {
        "not_supported"
    }
}

/// Whether a connection with `source` fetches `resource`: it does if the integration is implemented.
pub(crate) fn is_fetched(source: &str, resource: &str) -> bool {
    integration_status(source, resource) == "implemented"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_provider_has_what_was_recorded() {
        let has: Vec<_> =
            integration_resources().into_iter().filter(|resource| is_fetched("hos247", resource)).collect();
        assert_eq!(has, VEHICLES);
        assert!(
            is_fetched("zonar", "hos_event") && !is_fetched("zonar", "message") && is_fetched("samsara", "message")
        );
        assert_eq!(integration_status("zonar", "message"), "not_implemented");
        assert_eq!(integration_status("hos247", "message"), "not_supported");
    }
}
