//! The other pages.

use app::{components::OnboardingView, pages::*};
use domain::onboarding::{lifecycle::fold, stage::Stage};
use leptos::prelude::*;
use uuid::Uuid;

use super::{at, facts_with_gaps, html, stranger, visit};

pub fn fleet_page(with_invitation: bool) -> String {
    let onboarding = fold(facts_with_gaps());
    let round = |invitation: Option<u128>, is_first| RoundRow {
        invitation: invitation.map(Uuid::from_u128),
        is_first,
        began_at: is_first.then(|| at(0)),
        actor: is_first.then(|| "ada@example.com".into()),
        expires_at: at(24),
        came_to: Stage::Declined,
    };
    let fleet = FleetDetail {
        fleet_ref: "FLEET-42".into(),
        fleet_name: Some("Acme Trucking".into()),
        onboarding: with_invitation
            .then(|| (OnboardingView::new(&onboarding, at(24), at(3)), "/live?invitation=7".into())),
        timeline: if with_invitation { vec![] } else { onboarding.timeline },
        rounds: if with_invitation { vec![round(Some(7), false), round(None, true)] } else { vec![] },
        invite: Some("/invitations/new?fleet_ref=FLEET-42".into()),
    };
    html(move || view! { <FleetPage visit=visit("/fleets/FLEET-42") fleet=fleet/> })
}

pub fn landing_page(landing: Landing) -> String {
    html(move || view! { <LandingPage stylesheet="onramp.css".to_owned() landing=landing/> })
}

pub fn landings() -> Vec<Landing> {
    let fleet_ref = || "FLEET-42".to_owned();
    vec![
        Landing::Success { fleet_ref: fleet_ref() },
        Landing::IntegrationRequested { fleet_ref: fleet_ref() },
        Landing::Failure { fleet_ref: fleet_ref(), invitation_over: false },
        Landing::Failure { fleet_ref: fleet_ref(), invitation_over: true },
        Landing::NeutralSuccess,
        Landing::NeutralFailure,
    ]
}

pub fn login_page(demo: Option<(String, String)>) -> String {
    let form = LoginForm {
        email: "ada@example.com".into(),
        problem: Some("They don’t match.".into()),
        elsewhere: Some("https://onramp.example.com".into()),
        demo,
        ..LoginForm::default()
    };
    html(move || view! { <LoginPage visit=stranger("/login") form=form/> })
}

pub fn setup_page() -> String {
    let errors = [("password_again".to_owned(), "The two passwords differ.".to_owned())].into();
    let form = SetupForm { email: "ada@example.com".into(), errors, ..SetupForm::default() };
    html(move || view! { <SetupPage visit=stranger("/setup") form=form/> })
}

pub fn checks_page(complete: bool, may_operate: bool) -> String {
    let line = |hours, complete: bool| CheckLine {
        started_at: at(hours),
        cause: "It was time",
        complete,
        found: 3,
        missed: 2,
        problem: (!complete).then(|| "Catena wants fewer calls. Try again in 60 seconds.".to_owned()),
    };
    let fleet =
        |name: Option<&str>| RepairedFleet { fleet_ref: "FLEET-42".into(), name: name.map(Into::into), count: 2 };
    let view = ChecksView {
        running_since: None,
        next_at: Some(at(4)),
        lines: vec![line(2, complete), line(1, true)],
        day: Some("3".into()),
        week: Some("3".into()),
        ever: Some("7".into()),
        fleets: vec![fleet(Some("Acme Trucking")), fleet(None)],
        now: at(3),
        notice: None,
        may_operate,
    };
    html(move || view! { <ChecksPage visit=visit("/settings/checks") view=view/> })
}

pub fn error(status: u16) -> ErrorView {
    ErrorView {
        status,
        title: "No such invitation".into(),
        message: "It may have been removed.".into(),
        action: Some(("/invitations".into(), "To the invitations".into())),
        reference: Some("5e0c1a2b-00002a".into()),
    }
}
