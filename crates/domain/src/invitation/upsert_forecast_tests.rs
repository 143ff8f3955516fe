use super::*;
use crate::{
    invitation::{expiry_hint::OffHours, request::Draft},
    timestamp::from_micros,
};
use InvitationState as S;

fn at(hours: i64) -> OffsetDateTime {
    from_micros(hours * 3_600_000_000)
}

fn existing(state: InvitationState, created: i64, expires: i64) -> ExistingInvitation {
    ExistingInvitation { state, created_at: at(created), expires_at: at(expires), decline_reason: None }
}

/// The forecast at hour 10 in two words: what happens, and to what.
fn forecast(known: &[ExistingInvitation]) -> (&'static str, &'static str) {
    match UpsertForecast::new(Some(known), at(10)) {
        UpsertForecast::New { after } => ("new", after.map_or("", |after| after.state.name())),
        UpsertForecast::Refresh(one) => ("refresh", one.state.name()),
        UpsertForecast::Unpredictable(one) => ("unpredictable", one.state.name()),
        UpsertForecast::Unknown => ("unknown", ""),
    }
}

fn preview(state: Option<InvitationState>, similar: &[&str], expiry_hint: Option<ExpiryHint>) -> Preview {
    let known: Vec<_> = state.map(|state| existing(state, 0, 20)).into_iter().collect();
    Preview {
        fleet_ref: "F 1".into(),
        forecast: UpsertForecast::new(Some(&known), at(10)),
        context: ReferenceContext {
            has_page: true,
            similar: similar.iter().map(|&one| one.to_owned()).collect(),
            expiry_hint,
        },
    }
}

fn hint(hours: u32) -> ExpiryHint {
    ExpiryHint { hours, country: "USA".into(), reason: OffHours::Night, local_time: String::new(), better: None }
}

#[test]
fn each_state_comes_to_what_the_contract_says() {
    let table = [
        (S::Active, 20, ("refresh", "active")),
        (S::Active, 10, ("new", "expired")),
        (S::Active, 5, ("new", "expired")),
        (S::Accepted, 20, ("refresh", "accepted")),
        (S::Accepted, 5, ("refresh", "accepted")),
        (S::Declined, 20, ("refresh", "declined")),
        (S::Declined, 5, ("refresh", "declined")),
        (S::Expired, 5, ("new", "expired")),
        (S::Deleted, 20, ("new", "deleted")),
        // CONTRACT.md 13.22: tolerated, and neither reusable nor over, whatever the clock says.
        (S::Unrecognized, 20, ("unpredictable", "unrecognized")),
        (S::Unrecognized, 5, ("unpredictable", "unrecognized")),
    ];
    for (state, expires, want) in table {
        assert_eq!(forecast(&[existing(state, 0, expires)]), want, "{state:?} until {expires}");
    }
    assert_eq!(forecast(&[]), ("new", ""));
    assert_eq!(UpsertForecast::new(None, at(10)), UpsertForecast::Unknown);
}

#[test]
fn the_latest_invitation_that_is_not_over_counts_in_any_order() {
    let table: [(&[ExistingInvitation], (&str, &str)); 7] = [
        (&[existing(S::Expired, 0, 5), existing(S::Active, 6, 20)], ("refresh", "active")),
        (&[existing(S::Accepted, 0, 5), existing(S::Expired, 6, 9)], ("refresh", "accepted")),
        (&[existing(S::Declined, 0, 5), existing(S::Active, 6, 20)], ("refresh", "active")),
        (&[existing(S::Deleted, 0, 5), existing(S::Expired, 6, 9)], ("new", "expired")),
        (&[existing(S::Unrecognized, 7, 20), existing(S::Active, 6, 20)], ("unpredictable", "unrecognized")),
        (&[existing(S::Unrecognized, 5, 20), existing(S::Active, 6, 20)], ("refresh", "active")),
        (
            &[existing(S::Deleted, 2, 99), existing(S::Declined, 1, 99), existing(S::Accepted, 0, 99)],
            ("refresh", "declined"),
        ),
    ];
    for (known, want) in table {
        let mut reversed = known.to_vec();
        reversed.reverse();
        assert_eq!(forecast(known), want);
        assert_eq!(forecast(&reversed), want);
    }
}

#[test]
fn what_is_over_does_not_count_for_the_end() {
    let table: [(&[ExistingInvitation], Option<i64>); 5] = [
        (&[], None),
        (&[existing(S::Active, 0, 20), existing(S::Declined, 0, 30), existing(S::Accepted, 0, 25)], Some(30)),
        (&[existing(S::Deleted, 0, 40), existing(S::Expired, 0, 50), existing(S::Active, 0, 20)], Some(20)),
        (&[existing(S::Active, 0, 10)], None),
        // A link that may be live must not end early.
        (&[existing(S::Accepted, 0, 5), existing(S::Unrecognized, 0, 30)], Some(30)),
    ];
    for (known, want) in table {
        assert_eq!(works_until(known, at(10)), want.map(at), "{known:?}");
    }
}

#[test]
fn a_request_covers_at_least_the_hours_that_are_left() {
    let minutes = |minutes: i64| from_micros(minutes * 60_000_000);
    let table = [
        (24, None, 24),
        (24, Some(-5), 24),
        (24, Some(0), 24),
        (24, Some(24 * 60), 24),
        (24, Some(24 * 60 + 1), 25),
        (24, Some(48 * 60), 48),
        (24, Some(648 * 60 + 59), 649),
        (72, Some(48 * 60), 72),
        (24, Some(672 * 60 + 1), 672),
        (24, Some(100_000 * 60), 672),
    ];
    for (wanted, left, want) in table {
        let until = left.map(|left| minutes(1_000 + left));
        assert_eq!(hours_to_request(wanted, until, minutes(1_000)), want, "{wanted} of {left:?}");
    }
}

#[test]
fn a_plan_calls_only_for_what_was_agreed() {
    let request = Draft { fleet_ref: "F 1".into(), ..Draft::default() }.check().unwrap();
    let calls = |known: Option<&[ExistingInvitation]>, agreed: &Agreed| match plan(
        known,
        &request,
        ReferenceContext::default(),
        agreed,
        at(10),
    ) {
        Plan::Call { hours, reopens_declined } => Some((hours, reopens_declined)),
        Plan::Confirm(_) => None,
    };
    let nothing = Agreed::default();
    let (import, reopening) = (Agreed::Settings { reopen_declined: false }, Agreed::Settings { reopen_declined: true });
    assert_eq!(calls(Some(&[]), &nothing), Some((24, false)), "new");
    assert_eq!(calls(None, &nothing), Some((24, false)), "nobody could be asked, and Catena answers for itself");
    assert_eq!(calls(Some(&[existing(S::Expired, 0, 5)]), &nothing), Some((24, false)));
    let table = [
        (S::Active, "refresh:F 1:active", Some((40, false)), Some((40, false))),
        (S::Accepted, "refresh:F 1:accepted", Some((40, false)), Some((40, false))),
        (S::Declined, "refresh:F 1:declined", None, Some((40, true))),
        (S::Unrecognized, "refresh:F 1:unrecognized", None, None),
    ];
    for (state, token, by_import, by_reopening_import) in table {
        let known = [existing(state, 0, 50)];
        assert_eq!(calls(Some(&known), &nothing), None, "{state:?}");
        assert_eq!(calls(Some(&known), &Agreed::read([token])), Some((40, state == S::Declined)), "{state:?}");
        assert_eq!(calls(Some(&known), &import), by_import, "{state:?}");
        assert_eq!(calls(Some(&known), &reopening), by_reopening_import, "{state:?}");
    }
}

#[test]
fn a_plainly_new_invitation_needs_no_confirmation() {
    assert!(!preview(None, &[], None).needs_confirmation(&Agreed::default()));
    let unknown = Preview { forecast: UpsertForecast::Unknown, ..preview(None, &[], None) };
    assert!(!unknown.needs_confirmation(&Agreed::default()));
}

#[test]
fn reading_confirms_all_but_what_needs_a_button() {
    for (state, left) in [(S::Active, false), (S::Accepted, false), (S::Declined, true), (S::Unrecognized, true)] {
        let preview = preview(Some(state), &["f 1"], Some(hint(24)));
        assert!(preview.needs_confirmation(&Agreed::default()));
        let read = preview.agreement_by_reading();
        assert_eq!(preview.needs_confirmation(&Agreed::read([read.as_str()])), left, "{state:?}");
        let all = preview.agreement();
        assert!(!preview.needs_confirmation(&Agreed::read(["", all.as_str()])), "{state:?}");
    }
}

#[test]
fn an_agreement_holds_for_this_reference_in_this_state_and_these_hours() {
    let agreed = |preview: &Preview| Agreed::read([preview.agreement().as_str()]);
    let seen = preview(Some(S::Active), &[], Some(hint(24)));
    let other_ref = Preview { fleet_ref: "F 2".into(), ..seen.clone() };
    let declined_meanwhile = preview(Some(S::Declined), &[], Some(hint(24)));
    let other_hours = preview(Some(S::Active), &[], Some(hint(25)));
    for changed in [other_ref, declined_meanwhile, other_hours] {
        assert!(changed.needs_confirmation(&agreed(&seen)), "{changed:?}");
    }
    assert!(!seen.needs_confirmation(&agreed(&seen)));
}
