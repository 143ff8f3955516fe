//! Reading, writing and displaying points in time. All of them are UTC.

use time::{
    Duration, OffsetDateTime, UtcOffset,
    format_description::well_known::Rfc3339,
    macros::{datetime, format_description},
};
use uuid::Uuid;

/// The first and the last time that is read, from wherever it comes: earlier and later ones count as these. Between them and the
/// ends of what can be represented are years, so that adding or subtracting a wait never fails. What "never expires" stays far away.
const FIRST: OffsetDateTime = datetime!(0000-01-01 0:00 UTC);
const LAST: OffsetDateTime = datetime!(9990-01-01 0:00 UTC);

/// Microseconds since 1970, UTC: how times are stored and compared.
pub fn micros(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// The time `micros` microseconds after 1970, UTC. At least the year 0, and at most the year 9990.
pub fn from_micros(micros: i64) -> OffsetDateTime {
    let nanos = i128::from(micros) * 1_000;
    let nanos = nanos.clamp(FIRST.unix_timestamp_nanos(), LAST.unix_timestamp_nanos());
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Parses an RFC 3339 time with `Z` or an offset and any number of fraction digits, and converts it to UTC (CONTRACT.md 1: six
/// digits as observed; a parser must also accept fewer or none). None for anything else, and for times outside UTC's range. As in
/// [`from_micros`], times after the year 9990 count as its beginning.
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(from_micros(micros(moment.checked_to_offset(UtcOffset::UTC)?)))
}

/// RFC 3339 in UTC with `Z` and six fraction digits, as Catena writes it.
pub fn rfc3339(moment: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    moment.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

/// For people: `2 Mar 2026, 15:24 UTC`.
pub fn display(moment: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
    moment.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

/// For people who compare two rows: `2 Mar 2026, 15:24:11 UTC`.
pub fn display_to_the_second(moment: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC");
    moment.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

/// Parses the value of a browser's date and time field as UTC: `2026-03-02T15:24`, with seconds or without.
pub fn parse_local(text: &str) -> Option<OffsetDateTime> {
    let with_seconds = if text.len() == 16 { format!("{text}:00Z") } else { format!("{text}Z") };
    parse(&with_seconds)
}

/// How far `moment` is from `now`, in one unit, rounded down: `in 21 hours`, `3 days ago`, `just now`.
pub fn relative(moment: OffsetDateTime, now: OffsetDateTime) -> String {
    let distance = moment - now;
    let size = distance.abs();
    let (count, unit) = if size < Duration::minutes(1) {
        return if distance.is_negative() { "just now".into() } else { "in less than a minute".into() };
    } else if size < Duration::hours(1) {
        (size.whole_minutes(), "minute")
    } else if size < Duration::days(2) {
        (size.whole_hours(), "hour")
    } else {
        (size.whole_days(), "day")
    };
    let plural = if count == 1 { "" } else { "s" };
    if distance.is_negative() { format!("{count} {unit}{plural} ago") } else { format!("in {count} {unit}{plural}") }
}

/// The time inside a version 7 UUID, to the millisecond; none for other versions.
pub fn of_uuid(id: Uuid) -> Option<OffsetDateTime> {
    if id.get_version_num() != 7 {
        return None;
    }
    let millis = i64::try_from(id.as_u128() >> 80).ok()?;
    Some(from_micros(millis * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_format_is_parsed() {
        let want = Some(from_micros(1_772_465_466_000_000));
        for text in [
            "2026-03-02T15:31:06Z",
            "2026-03-02T15:31:06+00:00",
            "2026-03-02T16:31:06.0+01:00",
            "2026-03-02T15:31:06.000000Z",
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
        for text in ["", "2026-03-02", "2026-03-02T15:31:06", "yesterday"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_beyond_the_last_year_is_none() {
        // Anyone may send it as X-Catena-Timestamp: in UTC it falls into the year 10000, which can't be represented.
        assert_eq!(parse("9999-12-31T23:59:59-23:59"), None);
        assert!(parse("9999-12-31T23:59:59Z").is_some() && parse("0000-01-01T00:00:00+23:59").is_some());
    }

    #[test]
    fn waits_can_be_added_to_and_subtracted_from_every_time_that_is_read() {
        let of_ids = [0, u128::MAX >> 80].map(|millis| Uuid::from_u128(millis << 80 | 0x7000_u128 << 64));
        let read = [
            parse("9999-12-31T23:59:59.999999Z"),
            parse("0000-01-01T00:00:00+23:59"),
            parse_local("9999-12-31T23:59"),
            of_uuid(of_ids[0]),
            of_uuid(of_ids[1]),
            Some(from_micros(i64::MAX)),
            Some(from_micros(i64::MIN)),
        ];
        for moment in read {
            let moment = moment.unwrap();
            for wait in [Duration::MINUTE, Duration::hours(672), Duration::days(3_650)] {
                assert!(moment.checked_add(wait).is_some() && moment.checked_sub(wait).is_some(), "{moment}");
            }
            assert_eq!(from_micros(micros(moment)), moment);
            assert!(!rfc3339(moment).is_empty() && !display(moment).is_empty());
        }
    }

    #[test]
    fn a_time_survives_formatting_and_parsing() {
        let text = "2026-03-02T15:24:11.231540Z";
        assert_eq!(parse(text).map(rfc3339).as_deref(), Some(text));
    }

    #[test]
    fn distances_are_shown_in_one_unit() {
        let now = from_micros(0);
        let table = [
            (-3 * 86_400, "3 days ago"),
            (-3_600, "1 hour ago"),
            (-5, "just now"),
            (5, "in less than a minute"),
            (61, "in 1 minute"),
            (21 * 3_600 + 59, "in 21 hours"),
            (47 * 3_600, "in 47 hours"),
            (28 * 86_400, "in 28 days"),
        ];
        for (seconds, want) in table {
            assert_eq!(relative(from_micros(seconds * 1_000_000), now), want);
        }
    }

    #[test]
    fn only_time_ordered_ids_have_a_time() {
        let seven = Uuid::parse_str("019caf26-570a-77be-b3ff-2a66b38f52e2").unwrap();
        assert_eq!(of_uuid(seven).map(rfc3339).as_deref(), Some("2026-03-02T15:24:11.402000Z"));
        let four = Uuid::parse_str("3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1").unwrap();
        assert_eq!(of_uuid(four), None);
    }
}
