//! The resources that permissions, scopes and schedules are about (CONTRACT.md, "All enums": the 30 of organisations).

use std::collections::BTreeMap;

use crate::state::body::{Fields, any};

/// Every resource that an invitation may ask for.
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

/// What integrations know beyond that (CONTRACT.md, "All enums": resource (integrations)).
pub(crate) const ALSO_FETCHED: [&str; 1] = ["group_message"];

/// Every resource that a provider may have.
pub(crate) fn fetched() -> Vec<&'static str> {
    RESOURCES.into_iter().chain(ALSO_FETCHED).collect()
}

/// `read` on everything: what an invitation asks for that names nothing (CONTRACT.md 13, trap 10).
pub(crate) fn read_everything() -> BTreeMap<String, String> {
    RESOURCES.iter().map(|resource| ((*resource).to_owned(), "read".to_owned())).collect()
}

/// Reads the `permissions` of a body: resource to `read` or `read_write`, nothing else (CONTRACT.md 13, trap 9).
pub(crate) fn permissions(body: &mut Fields) -> Option<BTreeMap<String, String>> {
    let mut inner = body.object("permissions")?;
    let mut permissions = BTreeMap::new();
    for resource in inner.names() {
        if !RESOURCES.contains(&resource.as_str()) {
            inner.refuse(&resource, ("Input should be the name of a resource", "enum"));
            continue;
        }
        match inner.text(&resource, any).as_deref() {
            Some(level @ ("read" | "read_write")) => {
                permissions.insert(resource, level.to_owned());
            }
            _ => inner.refuse(&resource, ("Input should be 'read' or 'read_write'", "enum")),
        }
    }
    body.within("permissions", inner);
    Some(permissions)
}
