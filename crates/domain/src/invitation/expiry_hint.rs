//! When a link expires, seen from where the fleet works: at night or over a weekend nobody is there to use its last hours.

use time::{Date, Time, Weekday};

use crate::{country::Weekend, invitation::request::EXPIRY_HOURS};

/// Offices are assumed to open at this hour, local time.
pub const MORNING: u8 = 7;
/// Offices are assumed to close at this hour, local time.
pub const EVENING: u8 = 20;

/// A time on a wall clock somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTime {
    /// Where: `New York`.
    pub place: String,
    /// The day there.
    pub date: Date,
    /// The time there.
    pub time: Time,
}

/// Why a time is a bad one to expire at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffHours {
    /// Nobody is in the office at that hour.
    Night,
    /// Nobody is in the office on that day.
    Weekend,
}

/// A link that would expire at a bad time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiryHint {
    /// The requested hours.
    pub hours: u32,
    /// The country whose clocks count, by its code.
    pub country: String,
    /// What is bad about the time.
    pub reason: OffHours,
    /// The time of expiry as people there read it ([`describe`]).
    pub local_time: String,
    /// Hours with which it would expire during office hours, and that time.
    pub better: Option<(u32, String)>,
}

/// Whether these local times of one moment are outside office hours; one of them is enough. A weekend goes before a night.
pub fn off_hours(local_times: &[LocalTime], weekend: Weekend) -> Option<OffHours> {
    let over_weekend = |local: &LocalTime| weekend.contains(local.date.weekday());
    let at_night = |local: &LocalTime| !(MORNING..EVENING).contains(&local.time.hour());
    if local_times.iter().any(over_weekend) {
        Some(OffHours::Weekend)
    } else if local_times.iter().any(at_night) {
        Some(OffHours::Night)
    } else {
        None
    }
}

/// The number of hours nearest to `hours` with which the link would expire during office hours: longer if possible, else
/// shorter. None where no number will do. `local_times` gives the local times after so many hours.
pub fn better_hours(hours: u32, weekend: Weekend, local_times: impl Fn(u32) -> Vec<LocalTime>) -> Option<u32> {
    let good = |hours: &u32| off_hours(&local_times(*hours), weekend).is_none();
    let longer = (hours + 1..=*EXPIRY_HOURS.end()).find(good);
    longer.or_else(|| (*EXPIRY_HOURS.start()..hours).rev().find(good))
}

/// The time as people there read it: `Sat 7 Mar, 03:31 in New York`; in several zones, from the earliest on the clock to
/// the latest: `between Fri 6 Mar, 23:31 in Los Angeles and Sat 7 Mar, 02:31 in New York`. Empty without a place.
pub fn describe(local_times: &[LocalTime]) -> String {
    let key = |local: &&LocalTime| (local.date, local.time);
    match (local_times.iter().min_by_key(key), local_times.iter().max_by_key(key)) {
        (Some(earliest), Some(latest)) if key(&earliest) != key(&latest) => {
            format!("between {} and {}", describe_one(earliest), describe_one(latest))
        }
        (Some(one), _) => describe_one(one),
        (None, _) => String::new(),
    }
}

fn describe_one(local: &LocalTime) -> String {
    let LocalTime { place, date, time } = local;
    let day = match date.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    let month: String = date.month().to_string().chars().take(3).collect();
    format!("{day} {} {month}, {:02}:{:02} in {place}", date.day(), time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use time::{Duration, Month, PrimitiveDateTime};

    use super::*;

    /// Friday, 6 March 2026, `hours` after midnight.
    fn friday(place: &str, hours: i64) -> LocalTime {
        let midnight = PrimitiveDateTime::new(Date::from_calendar_date(2026, Month::March, 6).unwrap(), Time::MIDNIGHT);
        let moment = midnight + Duration::hours(hours);
        LocalTime { place: place.into(), date: moment.date(), time: moment.time() }
    }

    #[test]
    fn nights_and_weekends_are_off_hours() {
        let table = [
            (0, Some(OffHours::Night)),
            (6, Some(OffHours::Night)),
            (7, None),
            (19, None),
            (20, Some(OffHours::Night)),
            (24 + 12, Some(OffHours::Weekend)),
            (24 + 23, Some(OffHours::Weekend)),
            (3 * 24 + 6, Some(OffHours::Night)),
            (3 * 24 + 7, None),
        ];
        for (hours, want) in table {
            assert_eq!(off_hours(&[friday("X", hours)], Weekend::SaturdaySunday), want, "{hours}");
        }
        assert_eq!(off_hours(&[friday("X", 12)], Weekend::FridaySaturday), Some(OffHours::Weekend));
        assert_eq!(off_hours(&[], Weekend::SaturdaySunday), None);
    }

    #[test]
    fn the_worst_of_several_zones_counts_and_both_ends_are_described() {
        let both = [friday("Los Angeles", 6), friday("New York", 9)];
        assert_eq!(off_hours(&both, Weekend::SaturdaySunday), Some(OffHours::Night));
        assert_eq!(describe(&both), "between Fri 6 Mar, 06:00 in Los Angeles and Fri 6 Mar, 09:00 in New York");
        assert_eq!(describe(&both[..1]), "Fri 6 Mar, 06:00 in Los Angeles");
        assert_eq!(describe(&[friday("A", 6), friday("B", 6)]), "Fri 6 Mar, 06:00 in A", "the same clock once");
        assert_eq!(describe(&[]), "");
    }

    #[test]
    fn the_better_number_of_hours_is_longer_if_possible() {
        // It is Friday noon.
        let locals = |hours: u32| vec![friday("X", 12 + i64::from(hours))];
        let better = |hours| better_hours(hours, Weekend::SaturdaySunday, locals);
        assert_eq!(better(8), Some(67), "from Friday evening to Monday morning");
        assert_eq!(better(24), Some(67));
        assert_eq!(better(72 + 8), Some(72 + 19), "from Monday evening to Tuesday morning");
        // 28 days after Friday noon it is Friday noon; those who may not go further go back.
        let late = |hours: u32| vec![friday("X", 23 + i64::from(hours))];
        assert_eq!(better_hours(672, Weekend::SaturdaySunday, late), Some(668));
        let never = |_| vec![friday("X", 24)];
        assert_eq!(better_hours(24, Weekend::SaturdaySunday, never), None);
    }
}
