//! The kinds of data a partner can ask a fleet to share, with the names people read.

use std::collections::BTreeMap;

/// Every resource with its label, in the order of the published list (CONTRACT.md 11, "All enums").
pub const RESOURCES: [(&str, &str); 30] = [
    ("vehicle", "Vehicles"),
    ("vehicle_location", "Vehicle locations"),
    ("vehicle_sensor", "Vehicle sensors"),
    ("vehicle_region_segment", "Vehicle region segments"),
    ("trailer", "Trailers"),
    ("trailer_location", "Trailer locations"),
    ("trailer_status", "Trailer status"),
    ("trailer_association", "Trailer associations"),
    ("trailer_vehicle_association", "Trailers and their vehicles"),
    ("asset", "Other assets"),
    ("user", "Users and drivers"),
    ("driver_association", "Driver associations"),
    ("driver_vehicle_association", "Drivers and their vehicles"),
    ("driver_event_log", "Driver event logs"),
    ("driver_safety_event", "Driver safety events"),
    ("dvir_log", "Inspection reports (DVIR)"),
    ("dvir_log_defect", "Inspection defects"),
    ("engine_log", "Engine logs"),
    ("engine_status", "Engine status"),
    ("fuel_transaction", "Fuel transactions"),
    ("hos_availability", "Hours of service: availability"),
    ("hos_daily_snapshot", "Hours of service: daily snapshots"),
    ("hos_event", "Hours of service: events"),
    ("hos_event_annotation", "Hours of service: annotations"),
    ("hos_event_attachment", "Hours of service: attachments"),
    ("hos_violation", "Hours of service: violations"),
    ("ifta_summary", "IFTA summaries"),
    ("location_segment", "Location segments"),
    ("message", "Messages"),
    ("workflow", "Workflows"),
];

/// The label of a resource; none for one this version doesn't know (CONTRACT.md 13.22: the list grows).
pub fn label(resource: &str) -> Option<&'static str> {
    RESOURCES.iter().find(|(name, _)| *name == resource).map(|(_, label)| *label)
}

/// Permission levels in words: `Vehicles, Messages (read and write)`. Unknown resources and levels come last, as they are
/// (CONTRACT.md 13.22).
pub fn describe_levels<'a>(levels: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let levels: BTreeMap<&str, &str> = levels.into_iter().collect();
    let known = RESOURCES.iter().filter_map(|(resource, label)| Some((*label, *levels.get(resource)?)));
    let unknown = levels.iter().filter(|(name, _)| label(name).is_none()).map(|(name, level)| (*name, *level));
    let words = known.chain(unknown).map(|(label, level)| match level {
        "read" => label.to_owned(),
        "read_write" => format!("{label} (read and write)"),
        other => format!("{label} ({other})"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_levels_are_described_and_unknown_ones_kept_as_they_are() {
        let levels = [("reefer_status", "read"), ("message", "read_write"), ("vehicle", "read"), ("user", "own")];
        assert_eq!(
            describe_levels(levels),
            "Vehicles, Users and drivers (own), Messages (read and write), reefer_status"
        );
    }
}
