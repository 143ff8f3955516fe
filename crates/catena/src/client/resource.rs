//! What data a fleet shares, and at which level.

use std::collections::BTreeMap;

use super::open_enum::open_enum;

open_enum! {
    /// A kind of data. `KNOWN` holds the 30 that an invitation may ask for (CONTRACT.md 11 "All enums"); connections and schedules
    /// know more, which appear as `Other`.
    pub enum Resource {
        Asset = "asset",
        DriverAssociation = "driver_association",
        DriverVehicleAssociation = "driver_vehicle_association",
        DriverEventLog = "driver_event_log",
        DriverSafetyEvent = "driver_safety_event",
        DvirLog = "dvir_log",
        DvirLogDefect = "dvir_log_defect",
        EngineLog = "engine_log",
        EngineStatus = "engine_status",
        FuelTransaction = "fuel_transaction",
        HosAvailability = "hos_availability",
        HosDailySnapshot = "hos_daily_snapshot",
        HosEvent = "hos_event",
        HosEventAnnotation = "hos_event_annotation",
        HosEventAttachment = "hos_event_attachment",
        HosViolation = "hos_violation",
        IftaSummary = "ifta_summary",
        LocationSegment = "location_segment",
        Message = "message",
        User = "user",
        Vehicle = "vehicle",
        VehicleLocation = "vehicle_location",
        VehicleSensor = "vehicle_sensor",
        VehicleRegionSegment = "vehicle_region_segment",
        Trailer = "trailer",
        TrailerAssociation = "trailer_association",
        TrailerVehicleAssociation = "trailer_vehicle_association",
        TrailerLocation = "trailer_location",
        TrailerStatus = "trailer_status",
        Workflow = "workflow",
    }
}

open_enum! {
    /// Whether a resource is shared for reading, or for reading and writing. Spelled with an underscore, although older examples in
    /// Catena's documentation show a hyphen (CONTRACT.md trap 9).
    pub enum ShareLevel {
        Read = "read",
        ReadWrite = "read_write",
    }
}

/// What an invitation asks for or an agreement grants: the level for each resource.
pub type Permissions = BTreeMap<Resource, ShareLevel>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_resource_and_level_survive_as_map_key_and_value() {
        let text = r#"{"hos_event":"read_write","reefer_status":"read","user":"own"}"#;
        let map: Permissions = serde_json::from_str(text).unwrap();
        assert_eq!(map[&Resource::HosEvent], ShareLevel::ReadWrite);
        assert_eq!(map[&Resource::Other("reefer_status".into())], ShareLevel::Read);
        assert_eq!(map[&Resource::User], ShareLevel::Other("own".into()));
        assert_eq!(serde_json::to_string(&map).unwrap(), text);
    }

    #[test]
    fn thirty_resources_may_be_asked_for() {
        assert_eq!(Resource::KNOWN.len(), 30);
    }
}
