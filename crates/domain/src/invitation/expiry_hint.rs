//! When a link runs out, seen from where the fleet works: at night or over a weekend nobody is there to use its last hours.

use time::{Date, Time, Weekday};

use crate::{country::Weekend, invitation::request::EXPIRY_HOURS};

/// Offices are taken to be open from this hour on, local time.
pub const MORNING: u8 = 7;
/// Offices are taken to be closed from this hour on, local time.
pub const EVENING: u8 = 20;

/// A moment on a wall clock somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Where: `New York`.
    pub place: String,
    /// The day there.
    pub date: Date,
    /// The time there.
    pub time: Time,
}

/// Why a moment is a bad one to run out at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// Nobody is in the office at that hour.
    Night,
    /// Nobody is in the office on that day.
    Weekend,
}

/// What is bad about running out at these local times of one moment, if anything: it is enough that it is bad in one
/// place. A weekend is said rather than a night.
pub fn judge(locals: &[Local], weekend: Weekend) -> Option<Bad> {
    let over_weekend = |local: &Local| weekend.contains(local.date.weekday());
    let at_night = |local: &Local| !(MORNING..EVENING).contains(&local.time.hour());
    if locals.iter().any(over_weekend) {
        Some(Bad::Weekend)
    } else if locals.iter().any(at_night) {
        Some(Bad::Night)
    } else {
        None
    }
}

/// The number of hours nearest to `hours` with which the link would run out at a good moment: longer if it can be, else
/// shorter. None where no number will do. `locals` gives the local times after so many hours.
pub fn better_hours(hours: u32, weekend: Weekend, locals: impl Fn(u32) -> Vec<Local>) -> Option<u32> {
    let good = |hours: &u32| judge(&locals(*hours), weekend).is_none();
    let longer = (hours + 1..=*EXPIRY_HOURS.end()).find(good);
    longer.or_else(|| (*EXPIRY_HOURS.start()..hours).rev().find(good))
}

/// The moment as people there say it: `Sat 7 Mar, 03:31 in New York`; in several zones, from the earliest on the clock to
/// the latest: `between Fri 6 Mar, 23:31 in Los Angeles and Sat 7 Mar, 02:31 in New York`. Empty without a place.
pub fn say(locals: &[Local]) -> String {
    let key = |local: &&Local| (local.date, local.time);
    match (locals.iter().min_by_key(key), locals.iter().max_by_key(key)) {
        (Some(earliest), Some(latest)) if key(&earliest) != key(&latest) => {
            format!("between {} and {}", say_one(earliest), say_one(latest))
        }
        (Some(one), _) => say_one(one),
        (None, _) => String::new(),
    }
}

fn say_one(local: &Local) -> String {
    let Local { place, date, time } = local;
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
    fn friday(place: &str, hours: i64) -> Local {
        let midnight = PrimitiveDateTime::new(Date::from_calendar_date(2026, Month::March, 6).unwrap(), Time::MIDNIGHT);
        let moment = midnight + Duration::hours(hours);
        Local { place: place.into(), date: moment.date(), time: moment.time() }
    }

    #[test]
    fn nights_and_weekends_are_bad_and_office_hours_are_good() {
        let table = [
            (0, Some(Bad::Night)),
            (6, Some(Bad::Night)),
            (7, None),
            (19, None),
            (20, Some(Bad::Night)),
            (24 + 12, Some(Bad::Weekend)),
            (24 + 23, Some(Bad::Weekend)),
            (3 * 24 + 6, Some(Bad::Night)),
            (3 * 24 + 7, None),
        ];
        for (hours, want) in table {
            assert_eq!(judge(&[friday("X", hours)], Weekend::SaturdaySunday), want, "{hours}");
        }
        assert_eq!(judge(&[friday("X", 12)], Weekend::FridaySaturday), Some(Bad::Weekend));
        assert_eq!(judge(&[], Weekend::SaturdaySunday), None);
    }

    #[test]
    fn of_several_zones_the_worst_counts_and_both_ends_are_said() {
        let both = [friday("Los Angeles", 6), friday("New York", 9)];
        assert_eq!(judge(&both, Weekend::SaturdaySunday), Some(Bad::Night));
        assert_eq!(say(&both), "between Fri 6 Mar, 06:00 in Los Angeles and Fri 6 Mar, 09:00 in New York");
        assert_eq!(say(&both[..1]), "Fri 6 Mar, 06:00 in Los Angeles");
        assert_eq!(say(&[friday("A", 6), friday("B", 6)]), "Fri 6 Mar, 06:00 in A", "the same clock once");
        assert_eq!(say(&[]), "");
    }

    #[test]
    fn the_next_good_number_of_hours_is_longer_where_it_can_be() {
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
