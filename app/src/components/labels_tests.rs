use super::*;
use domain::{
    events::fact::{About, Round},
    onboarding::lifecycle::fold,
    timestamp::from_micros,
};

fn at(hours: i64) -> OffsetDateTime {
    from_micros(hours * 3_600_000_000)
}

fn fact(kind: Kind, hours: i64) -> Fact {
    let round = Round { created_at: at(0), expires_at: at(24), invitation: "i".into() };
    let about = About { round: Some(round), ..About::default() };
    let key = format!("{} {hours}", kind.name());
    Fact { source: Source::Webhook, at: at(hours), kind, key, event_id: None, actor: None, about }
}

fn moves(kinds: &[Kind], now: i64) -> NextMove {
    let facts = kinds.iter().zip(0..).map(|(kind, hours)| fact(kind.clone(), hours));
    next_move(&fold(facts), at(24), at(now))
}

#[test]
fn the_sentence_names_who_has_to_act() {
    use Kind as K;
    let table: [(&[Kind], &str); 7] = [
        (&[], "Nothing has been reported"),
        (&[K::InvitationCreated], "Waiting for the fleet"),
        (&[K::InvitationCreated, K::InvitationSent], "Waiting for the fleet"),
        (&[K::InvitationViewed], "Waiting for the fleet"),
        (&[K::InvitationAccepted], "Waiting for Catena"),
        (&[K::AgreementCreated], "Waiting for the fleet"),
        (&[K::ConnectionCreated], "Waiting for Catena"),
    ];
    for (kinds, want) in table {
        let got = moves(kinds, 12);
        assert!(got.sentence.starts_with(want), "{kinds:?}: {}", got.sentence);
        assert!(!got.stuck, "{kinds:?}");
    }
}

#[test]
fn an_opening_that_may_be_a_mail_scanners_is_marked_as_such() {
    let view_after = |minutes: i64| {
        let mut view = fact(Kind::InvitationViewed, 1);
        view.at += time::Duration::minutes(minutes);
        let onboarding = fold([fact(Kind::InvitationCreated, 0), fact(Kind::LinkSent, 1), view]);
        let detail =
            onboarding.timeline.iter().find(|entry| entry.fact.kind == Kind::InvitationViewed).and_then(entry_detail);
        (next_move(&onboarding, at(24), at(12)).sentence, detail)
    };
    let (sentence, detail) = view_after(0);
    assert!(sentence.contains("possibly by a mail scanner"), "{sentence}");
    assert_eq!(detail.as_deref(), Some("Possibly a mail scanner: 0 seconds after an e-mail with the link"));
    let (sentence, detail) = view_after(2);
    assert!(sentence.contains("it has opened its link"), "{sentence}");
    assert_eq!(detail, None);
}

#[test]
fn a_stuck_fleet_comes_with_the_step_that_solves_it() {
    use Kind as K;
    let table: [(&[Kind], i64, &str); 8] = [
        (&[K::InvitationCreated, K::InvitationDeclined], 12, "Talk to it first"),
        (&[K::InvitationCreated, K::InvitationExpired], 30, "Invite it again"),
        (&[K::InvitationCreated, K::InvitationDeleted], 12, "invite it again"),
        (&[K::InvitationCreated], 30, "Invite it again"),
        (&[K::InvitationAccepted, K::AgreementCreated], 30, "Refresh the invitation"),
        (&[K::FleetConnectionCreated, K::ScheduleDeactivated], 12, "Catena’s support"),
        (&[K::FleetConnectionCreated, K::ConnectionStaled], 12, "open the same link"),
        (&[K::FleetConnectionCreated, K::ConnectionStaled], 30, "renew it"),
    ];
    for (kinds, now, want) in table {
        let got = moves(kinds, now);
        assert!(got.sentence.contains(want), "{kinds:?}: {}", got.sentence);
        assert!(got.stuck, "{kinds:?}");
    }
}

#[test]
fn the_reason_for_declining_is_shown() {
    let mut declined = fact(Kind::InvitationDeclined, 2);
    declined.about.note = Some("Too early for us".into());
    let got = next_move(&fold([fact(Kind::InvitationCreated, 0), declined]), at(24), at(3));
    assert!(got.sentence.contains("“Too early for us”"), "{}", got.sentence);
}

#[test]
fn a_fleet_waiting_for_its_provider_to_be_supported_is_not_asked_to_sign_in() {
    let mut asked = fact(Kind::ReturnedIntegrationRequested, 3);
    asked.source = Source::Landing;
    let facts = [fact(Kind::InvitationAccepted, 1), fact(Kind::AgreementCreated, 2), asked];
    assert!(next_move(&fold(facts), at(24), at(4)).sentence.contains("doesn’t support yet"));
}
