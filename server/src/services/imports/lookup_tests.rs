use domain::{onboarding::stage::Stage, timestamp::from_micros};
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
fn ours(request: &str, created: i64, expires: i64) -> FleetsInvitation {
    FleetsInvitation {
        fleet_ref: "F".into(),
        id: Uuid::from_u128(7),
        stage: Some(Stage::Created),
        request: Some(request.into()),
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
        ("with a status that nobody knows", vec![theirs("dreaming", 1, DAY + 1)], vec![], 5, None),
        ("declined since", vec![theirs("declined", old, DAY + 1)], vec![], 5, None),
        ("nothing there", vec![], vec![], 5, None),
    ];
    for (name, theirs, ours, now, want) in table {
        let call = Lost { started_at: at(0), hours: 24, requested: ASKED };
        assert_eq!(find_lost(theirs, &ours, call, at(now)).map(|(_, is_new)| is_new), want, "{name}");
    }
}

#[test]
fn our_store_answers_only_if_it_knows_every_stage() {
    let known = [ours(ASKED, 0, 90)];
    let (forecast, same) = forecast_from_store(&known, ASKED, at(10));
    assert!(matches!(forecast, UpsertForecast::Refresh(_)) && same.is_some());
    assert!(forecast_from_store(&known, "{}", at(10)).1.is_none(), "another request");
    assert_eq!(forecast_from_store(&known, ASKED, at(90)).1, None, "it has expired");
    let unknown = [ours(ASKED, 0, 90), FleetsInvitation { stage: None, ..ours(ASKED, 1, 90) }];
    assert_eq!(forecast_from_store(&unknown, ASKED, at(10)), (UpsertForecast::Unknown, None));
}
