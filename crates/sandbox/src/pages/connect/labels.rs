//! Resources in the words of a trucking company.

/// What a resource is called.
pub(crate) fn resource(name: &str) -> String {
    let words = match name {
        "asset" => "Assets and equipment",
        "driver_association" => "Which drivers work together",
        "driver_vehicle_association" => "Which driver drives which vehicle",
        "driver_event_log" => "Driver event log",
        "driver_safety_event" => "Safety events, such as harsh braking",
        "dvir_log" => "Vehicle inspection reports",
        "dvir_log_defect" => "Defects found in inspections",
        "engine_log" => "Engine log",
        "engine_status" => "Engine status",
        "fuel_transaction" => "Fuel purchases",
        "hos_availability" => "Hours of service: time left",
        "hos_daily_snapshot" => "Hours of service: daily summary",
        "hos_event" => "Hours of service: duty changes",
        "hos_event_annotation" => "Hours of service: notes",
        "hos_event_attachment" => "Hours of service: attachments",
        "hos_violation" => "Hours of service: violations",
        "ifta_summary" => "Miles by state, for fuel tax",
        "location_segment" => "Routes driven",
        "message" => "Messages",
        "trailer" => "Trailers",
        "trailer_association" => "Which trailers travel together",
        "trailer_location" => "Location of your trailers",
        "trailer_status" => "Status of your trailers",
        "trailer_vehicle_association" => "Which vehicle pulls which trailer",
        "user" => "Drivers and other users",
        "vehicle" => "Vehicles",
        "vehicle_location" => "Location of your vehicles",
        "vehicle_region_segment" => "Miles by region",
        "vehicle_sensor" => "Vehicle sensors",
        "workflow" => "Workflows",
        other => return other.replace('_', " "),
    };
    words.to_owned()
}

/// What a level of access allows.
pub(crate) fn level(name: &str) -> &'static str {
    if name == "read_write" { "see and change" } else { "see" }
}
