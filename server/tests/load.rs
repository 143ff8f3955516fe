//! Tests the benchmark's pure functions, since the benchmark itself has no test harness.

#[path = "../benches/load/figures.rs"]
mod figures;
#[path = "../benches/load/schedule.rs"]
mod schedule;

use std::time::Duration;

use figures::{Spread, median, percentile};
use schedule::Schedule;

#[test]
fn a_percentile_is_the_smallest_measurement_that_enough_others_stay_within() {
    let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
    for (percent, want) in [(50.0, 100), (95.0, 190), (99.0, 198), (99.5, 199), (99.6, 200), (100.0, 200), (0.1, 1)] {
        assert_eq!(percentile(&sorted, percent), Duration::from_millis(want), "{percent} %");
    }
    assert_eq!(percentile(&sorted[..1], 99.0), Duration::from_millis(1));
    assert_eq!(percentile(&[], 99.0), Duration::ZERO);
}

#[test]
fn a_median_does_not_follow_one_slow_round() {
    let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-9, "{got} instead of {want}");
    near(median(&[9.0, 1_000.0, 11.0]), 11.0);
    near(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
    near(median(&[]), 0.0);
    let round = |slowest| Spread::of(vec![Duration::from_millis(2), Duration::from_millis(slowest)]);
    let all = Spread::median(&[round(5), round(900), round(6)]);
    near(all.longest, 6.0);
    near(all.p50, 2.0);
}

#[test]
fn a_request_is_due_at_its_place_in_the_schedule_whatever_happened_before() {
    let thousand = Schedule::per_second(1_000);
    assert_eq!(thousand.due(0), Duration::ZERO);
    assert_eq!(thousand.due(1), Duration::from_millis(1));
    assert_eq!(thousand.due(60_000), Duration::from_mins(1));
    // A pace that doesn't divide a second evenly doesn't drift.
    assert_eq!(Schedule::per_second(3).due(3_000_000), Duration::from_secs(1_000_000));
}

#[test]
fn what_has_fallen_due_are_the_requests_whose_moment_has_come() {
    for per_second in [1, 3, 200, 1_000, 7_777] {
        let schedule = Schedule::per_second(per_second);
        for index in [0, 1, 2, 3, 500, 12_345] {
            let due = schedule.due(index);
            assert_eq!(schedule.fallen_due(due), index + 1, "at the moment of {index}, {per_second} a second");
            if let Some(before) = due.checked_sub(Duration::from_nanos(1)) {
                assert_eq!(schedule.fallen_due(before), index, "just before {index}, {per_second} a second");
            }
        }
    }
}
