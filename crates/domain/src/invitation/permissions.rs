//! The permissions of an invitation: presets, and the resources in the groups where people look for them.

use std::collections::BTreeMap;

/// The resources by topic; each is in exactly one group.
pub const GROUPS: [(&str, &[&str]); 6] = [
    ("Locations", &["vehicle_location", "location_segment", "vehicle_region_segment", "trailer_location"]),
    (
        "Vehicles and engines",
        &["vehicle", "vehicle_sensor", "engine_log", "engine_status", "fuel_transaction", "ifta_summary"],
    ),
    (
        "Trailers and other assets",
        &["trailer", "trailer_status", "trailer_association", "trailer_vehicle_association", "asset"],
    ),
    (
        "Drivers and messages",
        &[
            "user",
            "driver_association",
            "driver_vehicle_association",
            "driver_event_log",
            "driver_safety_event",
            "message",
            "workflow",
        ],
    ),
    (
        "Hours of service",
        &[
            "hos_availability",
            "hos_daily_snapshot",
            "hos_event",
            "hos_event_annotation",
            "hos_event_attachment",
            "hos_violation",
        ],
    ),
    ("Inspections", &["dvir_log", "dvir_log_defect"]),
];

/// A choice of the data to request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Preset {
    /// No permissions are sent, so Catena requests read access to everything it has at the time (CONTRACT.md 13.10).
    #[default]
    Everything,
    /// Locations of vehicles and trailers.
    Locations,
    /// Hours of service, with their drivers and vehicles.
    HoursOfService,
    /// Vehicles, engines, fuel, sensors and inspections.
    Maintenance,
    /// Resource by resource.
    Custom,
}

impl Preset {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 5] =
        [Self::Everything, Self::Locations, Self::HoursOfService, Self::Maintenance, Self::Custom];

    /// The name a form carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Locations => "locations",
            Self::HoursOfService => "hours",
            Self::Maintenance => "maintenance",
            Self::Custom => "custom",
        }
    }

    /// The preset with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Everything => "Read everything",
            Self::Locations => "Locations only",
            Self::HoursOfService => "Hours of service",
            Self::Maintenance => "Maintenance",
            Self::Custom => "Choose for each kind",
        }
    }

    /// What it requests, in one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Everything => "all kinds of data that Catena has when the fleet accepts",
            Self::Locations => "current and past positions of vehicles and trailers",
            Self::HoursOfService => "duty status, violations, and the drivers and vehicles involved",
            Self::Maintenance => "vehicles, engines, fuel, sensors, and inspections",
            Self::Custom => "none, read, or read and write",
        }
    }

    fn resources(self) -> &'static [&'static str] {
        match self {
            Self::Everything | Self::Custom => &[],
            Self::Locations => &[
                "vehicle",
                "vehicle_location",
                "location_segment",
                "vehicle_region_segment",
                "trailer",
                "trailer_location",
            ],
            Self::HoursOfService => &[
                "user",
                "vehicle",
                "driver_vehicle_association",
                "driver_event_log",
                "hos_availability",
                "hos_daily_snapshot",
                "hos_event",
                "hos_event_annotation",
                "hos_event_attachment",
                "hos_violation",
            ],
            Self::Maintenance => &[
                "vehicle",
                "vehicle_sensor",
                "engine_log",
                "engine_status",
                "fuel_transaction",
                "trailer",
                "trailer_status",
                "dvir_log",
                "dvir_log_defect",
            ],
        }
    }

    /// Its levels by resource; `table` is what was chosen resource by resource. Empty: everything.
    pub fn levels(self, table: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        if self == Self::Custom {
            return table.clone();
        }
        self.resources().iter().map(|resource| ((*resource).to_owned(), "read".to_owned())).collect()
    }

    /// The preset with these levels.
    pub fn of(levels: &BTreeMap<String, String>) -> Self {
        let same = |preset: &Self| preset.levels(&BTreeMap::new()) == *levels;
        Self::ALL.into_iter().filter(|preset| *preset != Self::Custom).find(same).unwrap_or(Self::Custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::resource::RESOURCES;

    #[test]
    fn each_resource_stands_in_one_group_and_presets_name_no_other() {
        let known: BTreeSet<&str> = RESOURCES.iter().map(|(resource, _)| *resource).collect();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, resources)| *resources).copied().collect();
        assert_eq!(grouped.len(), known.len());
        assert_eq!(grouped.into_iter().collect::<BTreeSet<_>>(), known);
        for preset in Preset::ALL {
            assert!(preset.resources().iter().all(|resource| known.contains(resource)), "{preset:?}");
        }
    }

    #[test]
    fn a_preset_is_found_again_by_its_name_and_by_what_it_comes_to() {
        let none = BTreeMap::new();
        for preset in Preset::ALL {
            assert_eq!(Preset::from_name(preset.name()), Some(preset));
            if preset != Preset::Custom {
                assert_eq!(Preset::of(&preset.levels(&none)), preset);
            }
        }
        let own = [("vehicle".to_owned(), "read_write".to_owned())].into();
        assert_eq!(Preset::of(&own), Preset::Custom);
        assert_eq!(Preset::from_name("all"), None);
    }

    #[test]
    fn the_table_counts_only_where_it_was_chosen() {
        let table: BTreeMap<_, _> = [("message".to_owned(), "read_write".to_owned())].into();
        assert_eq!(Preset::Everything.levels(&table), BTreeMap::new());
        assert!(!Preset::Locations.levels(&table).contains_key("message"));
        assert_eq!(Preset::Custom.levels(&table), table);
    }
}
