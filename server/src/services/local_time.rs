//! Local time in a country. The only place that knows time zones: their data would be too large for the browser.

use domain::{
    country::{Country, by_code},
    invitation::{
        expiry_hint::{ExpiryHint, LocalTime, better_hours, describe, off_hours},
        request::EXPIRY_HOURS,
    },
    timestamp::micros,
};
use jiff::{Timestamp, tz::TimeZone};
use time::{Date, Duration, Month, OffsetDateTime, Time};

/// Whether a link created at `now` (UTC) that works for `hours` would expire at a bad local time, at night or on a weekend, in
/// the country with this code. `None` if the time is fine or the country unknown.
pub fn expiry_hint(now: OffsetDateTime, hours: u32, country: &str) -> Option<ExpiryHint> {
    let country = by_code(country).filter(|_| EXPIRY_HOURS.contains(&hours))?;
    let zones = zones(country);
    let after = |hours: u32| {
        let moment = now.saturating_add(Duration::hours(hours.into()));
        zones.iter().filter_map(|(place, zone)| local(moment, place, zone)).collect::<Vec<_>>()
    };
    let locals = after(hours);
    let reason = off_hours(&locals, country.weekend())?;
    let better = better_hours(hours, country.weekend(), after).map(|hours| (hours, describe(&after(hours))));
    Some(ExpiryHint { hours, country: country.code.to_owned(), reason, local_time: describe(&locals), better })
}

/// The country's time zones, each with the name of its city.
fn zones(country: &Country) -> Vec<(String, TimeZone)> {
    let zone = |name: &str| {
        let place = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        // A zone missing from the data is left out; a test makes sure that none is.
        Some((place, TimeZone::get(name).ok()?))
    };
    country.zones().filter_map(zone).collect()
}

fn local(moment: OffsetDateTime, place: &str, zone: &TimeZone) -> Option<LocalTime> {
    let there = Timestamp::from_microsecond(micros(moment)).ok()?.to_zoned(zone.clone());
    let month = Month::try_from(u8::try_from(there.month()).ok()?).ok()?;
    let date = Date::from_calendar_date(there.year().into(), month, u8::try_from(there.day()).ok()?).ok()?;
    let part = |value: i8| u8::try_from(value).ok();
    let time = Time::from_hms(part(there.hour())?, part(there.minute())?, part(there.second())?).ok()?;
    Some(LocalTime { place: place.to_owned(), date, time })
}

#[cfg(test)]
mod tests {
    use domain::{country::COUNTRIES, invitation::expiry_hint::OffHours, timestamp::parse};

    use super::*;

    /// A Friday, 12:00 in New York, 18:00 in Berlin, 20:00 in Riyadh.
    fn friday() -> OffsetDateTime {
        parse("2026-03-06T17:00:00Z").unwrap()
    }

    #[test]
    fn every_zone_of_every_country_is_in_the_data() {
        for country in &COUNTRIES {
            assert_eq!(zones(country).len(), country.zones().count(), "{}", country.code);
        }
    }

    #[test]
    fn the_clocks_and_weekends_of_the_country_count() {
        let table = [
            ("DEU", 1, None),
            ("DEU", 2, Some((OffHours::Night, "Fri 6 Mar, 20:00 in Berlin"))),
            ("DEU", 24, Some((OffHours::Weekend, "Sat 7 Mar, 18:00 in Berlin"))),
            ("SAU", 24, Some((OffHours::Weekend, "Sat 7 Mar, 20:00 in Riyadh"))),
            ("SAU", 40, None),
            ("USA", 5, None),
            (
                "USA",
                9,
                Some((OffHours::Night, "between Fri 6 Mar, 18:00 in Los Angeles and Fri 6 Mar, 21:00 in New York")),
            ),
            ("XXX", 9, None),
            ("DEU", 673, None),
        ];
        for (country, hours, want) in table {
            let found = expiry_hint(friday(), hours, country);
            let want = want.map(|(bad, said)| (bad, said.to_owned()));
            assert_eq!(found.map(|out| (out.reason, out.local_time)), want, "{country} {hours}");
        }
    }

    #[test]
    fn a_better_number_of_hours_is_given_with_its_moment_across_a_change_of_the_clocks() {
        // On Sunday the clocks of the United States go forward: Monday 07:00 in Los Angeles is 14:00 UTC, not 15:00.
        let better = expiry_hint(friday(), 24, "USA").unwrap().better;
        let moment = "between Mon 9 Mar, 07:00 in Los Angeles and Mon 9 Mar, 10:00 in New York";
        assert_eq!(better, Some((69, moment.to_owned())));
    }
}
