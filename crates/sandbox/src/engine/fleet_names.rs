//! Names for generated fleets. Only letters, digits, and spaces, because Catena accepts nothing else (CONTRACT.md 13, trap
//! 7).

use crate::state::change::Change;

const FIRST: [&str; 32] = [
    "Prairie",
    "Blue Ridge",
    "Lone Star",
    "Great Lakes",
    "Cascade",
    "Red River",
    "Copper",
    "Granite",
    "Harbor",
    "Summit",
    "Cedar",
    "Ironwood",
    "Silver Creek",
    "High Plains",
    "Gulf Coast",
    "Northern",
    "Keystone",
    "Sunrise",
    "Old Mill",
    "Twin Rivers",
    "Mesa",
    "Big Sky",
    "Bluegrass",
    "Piedmont",
    "Lakeside",
    "Tidewater",
    "Badger",
    "Falcon",
    "Buffalo",
    "Evergreen",
    "Hawkeye",
    "Desert",
];

const SECOND: [&str; 16] = [
    "Trucking",
    "Freight",
    "Transport",
    "Logistics",
    "Haulage",
    "Carriers",
    "Lines",
    "Express",
    "Hauling",
    "Cartage",
    "Transfer",
    "Motor Freight",
    "Tank Lines",
    "Refrigerated",
    "Drayage",
    "Delivery",
];

impl Change<'_> {
    /// A plausible name.
    pub(crate) fn generate_fleet_name(&self) -> String {
        let [first, second] = self.random.bytes();
        format!("{} {}", FIRST[usize::from(first) % FIRST.len()], SECOND[usize::from(second) % SECOND.len()])
    }
}
