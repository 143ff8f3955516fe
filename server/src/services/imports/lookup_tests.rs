use domain::{onboarding::lifecycle::Stage, timestamp::from_micros};
use serde_json::json;
use uuid::Uuid;

use super::*;

const ASKED: &str = r#"{"expires_in_hours":24}"#;

fn at(minutes: i64) -> OffsetDateTime {
    from_micros(1_772_000_000_000_000 + minutes * 60_000_000)
}

/// An invitation at Catena, made and ending so many minutes after the call began.
fn theirs(status: &str, created: i64, expires: i64) -> Invitation {
    let record = json!({
        "id": "019caf10-331c-7fc1-b466-44073a4d3b3b", "fleet_ref": "F", "status": status,
        "created_at": domain::timestamp::rfc3339(at(created)), "expires_at": domain::timestamp::rfc3339(at(expires)),
        "magic_link": "https://c.example/?invite=x", "permissions": {},
    });
    serde_json::from_value(record).unwrap()
}

/// The same as our store has it.
fn ours(asked: &str, created: i64, expires: i64) -> FleetsInvitation {
    FleetsInvitation {
        fleet_ref: "F".into(),
        id: Uuid::from_u128(7),
        stage: Some(Stage::Created),
        asked: Some(asked.into()),
        created_at: at(created),
        expires_at: at(expires),
    }
}

#[test]
fn what_a_lost_call_did_is_told_from_what_was_there_before() {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    let old = -DAY;
    let table = [
        ("made by the call", vec![theirs("active", 1, DAY + 1)], vec![], 5, Some(true)),
        ("made by the call, for some other life", vec![theirs("active", 1, 9 * DAY)], vec![], 5, Some(true)),
        ("refreshed by the call", vec![theirs("active", old, DAY + 1)], vec![ours("old", old, HOUR)], 5, Some(false)),
        ("refreshed by it, not ours", vec![theirs("accepted", old, DAY + 1)], vec![], 5, Some(false)),
        ("not refreshed: too short a life", vec![theirs("active", old, DAY - HOUR)], vec![], 5, None),
        ("not refreshed: 27 days are left", vec![theirs("active", old, 27 * DAY)], vec![], 5, None),
        ("the same, and we know it", vec![theirs("active", old, 27 * DAY)], vec![ours("old", old, 27 * DAY)], 5, None),
        (
            "refreshed by it with the hours that were left",
            vec![theirs("active", old, 27 * DAY + 31)],
            vec![ours("old", old, 27 * DAY - 29)],
            60,
            Some(false),
        ),
        (
            "not refreshed: the end that we knew, however long ago the call was",
            vec![theirs("active", old, DAY + 30)],
            vec![ours("old", old, DAY + 30)],
            60,
            None,
        ),
        (
            "refreshed by it and taken in",
            vec![theirs("active", old, 27 * DAY + 31)],
            vec![ours(ASKED, old, 27 * DAY + 31)],
            60,
            Some(false),
        ),
        ("declined since", vec![theirs("declined", old, DAY + 1)], vec![], 5, None),
        ("nothing there", vec![], vec![], 5, None),
    ];
    for (name, theirs, ours, now, want) in table {
        let call = Lost { began: at(0), hours: 24, asked: ASKED };
        assert_eq!(made_since(theirs, &ours, call, at(now)).map(|(_, is_new)| is_new), want, "{name}");
    }
}

#[test]
fn a_refresh_must_not_end_before_the_latest_that_is_open() {
    let all = [theirs("active", 0, 90), theirs("declined", 0, 120), theirs("deleted", 0, 500), theirs("expired", 0, 5)];
    assert_eq!(works_until(&all, at(10)), Some(at(120)));
    assert_eq!(works_until(&all[2..], at(10)), None);
}
