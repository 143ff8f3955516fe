//! Every page with plain data, rendered as the server renders it.

use std::sync::Arc;

use app::{
    components::{OnboardingView, Paging, Visit},
    pages::*,
};
use domain::{
    events::{
        envelope,
        fact::{Fact, Kind, Source},
        missed_webhooks::webhooks_may_not_arrive,
        observation::Observation,
        record::observations,
    },
    invitation::{
        existing::{ExistingInvitation, InvitationState},
        expiry_hint::{ExpiryHint, OffHours},
        permissions::Preset,
        renewal::RenewalAction,
        request::{Draft, FieldErrors},
        upsert_forecast::{Preview, ReferenceContext, UpsertForecast},
    },
    link::message::{Message, MessageState, Occasion},
    onboarding::{
        lifecycle::fold,
        stage::{Health, Stage},
    },
    staff::Role,
    timestamp,
};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::subscriptions::subscription_pages;

pub const LINK: &str = "https://connect.catenatelematics.com/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b";
pub const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x>";

pub fn html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    html
}

pub fn visit(path: &str) -> Visit {
    Visit {
        stylesheet: "onramp.css".into(),
        sandbox: true,
        email: Some("ada@example.com".into()),
        role: Some(Role::Administrator),
        path: path.into(),
        ..Visit::default()
    }
}

pub fn stranger(path: &str) -> Visit {
    Visit { email: None, role: None, sandbox: false, ..visit(path) }
}

/// The start of the story that the example events tell, plus `hours`.
pub fn at(hours: i64) -> OffsetDateTime {
    timestamp::parse("2026-03-02T15:00:00Z").unwrap() + Duration::hours(hours)
}

pub fn facts(events: &[&str]) -> Vec<Fact> {
    let of_event = |event: &&str| {
        let path = format!("{}/../crates/contract/data/events/{event}.json", env!("CARGO_MANIFEST_DIR"));
        let envelope = envelope::read(&std::fs::read(path).unwrap(), None).unwrap();
        observations(&envelope, timestamp::from_micros(0)).unwrap()
    };
    let told = events.iter().flat_map(of_event);
    told.filter_map(|told| if let Observation::Fact { fact, .. } = told { Some(fact) } else { None }).collect()
}

/// A fleet whose opening nobody reported, whose provider was linked before, and which asked for another one.
pub fn facts_with_gaps() -> Vec<Fact> {
    let mut facts =
        facts(&["invitation.created", "invitation.accepted", "share_agreement.created", "fleet_connection.created"]);
    let mut asked = facts[0].clone();
    asked.kind = Kind::ReturnedIntegrationRequested;
    asked.source = Source::Landing;
    asked.key = "asked".into();
    facts.push(asked);
    facts
}

pub fn detail(facts: Vec<Fact>, magic_link: Option<&str>) -> InvitationDetail {
    InvitationDetail {
        id: Uuid::from_u128(7),
        fleet_ref: "FLEET-42".into(),
        fleet_name: Some("Acme Trucking".into()),
        magic_link: magic_link.map_or(LinkView::Forbidden, |link| LinkView::Shown(link.into())),
        status: Stage::Accepted,
        created_at: at(0),
        expires_at: at(24),
        now: at(3),
        asked: vec![("Contact e-mail".into(), "dispatch@acme.example".into())],
        kept: vec![DifferenceRow {
            label: "Data to ask for".into(),
            asked: "Vehicles".into(),
            kept: "everything (read)".into(),
        }],
        again: Some(again_view(RenewalAction::Refresh)),
        newer: Some(Uuid::from_u128(8)),
        onboarding: OnboardingView::new(&fold(facts), at(24), at(3)),
        live_url: "/live?invitation=7".into(),
        notice: Some("Invitation created.".into()),
        problem: None,
        checked_at: Some(at(2)),
        may_operate: magic_link.is_some(),
    }
}

pub fn again_view(again: RenewalAction) -> RenewView {
    RenewView {
        once: "1".into(),
        id: Uuid::from_u128(7),
        again: Some(again),
        hours: "24".into(),
        agreed: String::new(),
        form: None,
        may_delete: true,
    }
}

pub fn preview(state: InvitationState) -> Preview {
    let decline_reason = Some(HOSTILE.into());
    let existing = ExistingInvitation { state, created_at: at(0), expires_at: at(24), decline_reason };
    let better = Some((31, "Tue 3 Mar, 09:00 in New York".to_owned()));
    let local_time = "Tue 3 Mar, 02:00 in New York".to_owned();
    let hint = ExpiryHint { hours: 24, country: "USA".into(), reason: OffHours::Night, local_time, better };
    Preview {
        fleet_ref: "FLEET-42".into(),
        forecast: UpsertForecast::Refresh(existing),
        context: ReferenceContext { has_page: true, similar: vec!["fleet-42".into()], expiry_hint: Some(hint) },
    }
}

pub fn confirm_page(state: InvitationState) -> String {
    let draft = Draft { fleet_ref: "FLEET-42".into(), ..Draft::default() };
    let confirm = Some(Confirm::new(&preview(state), at(3)));
    let form = InvitationForm { draft, confirm, ..InvitationForm::default() };
    html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> })
}

pub fn again_page(error: Option<String>) -> String {
    let confirm = error.is_none().then(|| Confirm::new(&preview(InvitationState::Declined), at(3)));
    let form = RenewForm {
        once: "1".into(),
        id: Uuid::from_u128(7),
        fleet_ref: "FLEET 42".into(),
        fleet_name: Some("Acme Trucking".into()),
        again: RenewalAction::Reopen,
        hours: "24".into(),
        error,
        problem: Some("Catena is down.".into()),
        agreed: String::new(),
        confirm,
    };
    html(move || view! { <RenewPage visit=visit("/invitations/7/again") form=form/> })
}

pub fn delete_page(may_delete: bool) -> String {
    let form = DeleteForm {
        id: Uuid::from_u128(7),
        fleet_ref: "FLEET-42".into(),
        fleet_name: Some(HOSTILE.into()),
        may_delete,
        problem: None,
    };
    html(move || view! { <DeletePage visit=visit("/invitations/7/delete") form=form/> })
}

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

pub fn detail_page(detail: InvitationDetail) -> String {
    html(move || view! { <InvitationDetailPage visit=visit("/invitations/7") detail=detail/> })
}

pub fn row(fleet_name: Option<&str>) -> InvitationRow {
    InvitationRow {
        id: Uuid::from_u128(7),
        fleet_ref: "FLEET-42".into(),
        fleet_name: fleet_name.map(Into::into),
        stage: Some(Stage::Connected),
        health: Some(Health::FetchFailing),
        status: Stage::Accepted,
        created_at: at(0),
        expires_at: at(24),
    }
}

pub fn list_page(rows: Vec<InvitationRow>, may_invite: bool) -> String {
    let paging = Paging { first: None, next: (!rows.is_empty()).then(|| "/invitations?before=x".to_owned()) };
    let webhooks_missing = webhooks_may_not_arrive(Some("3")).filter(|_| may_invite);
    let list = InvitationList { rows, paging, now: at(3), may_invite, webhooks_missing, reminders: Some("2".into()) };
    html(move || view! { <InvitationListPage visit=visit("/invitations") list=list/> })
}

pub fn new_page(draft: Draft) -> String {
    let errors = if draft.fleet_ref.is_empty() { FieldErrors::new() } else { draft.check().err().unwrap_or_default() };
    let preset = Preset::of(&draft.permissions);
    let providers = ["samsara", "geotab"].map(|slug| OfferedProvider {
        slug: slug.into(),
        name: HOSTILE.into(),
        note: Some("for trying only".into()),
    });
    let form = InvitationForm { draft, preset, errors, providers: providers.into(), ..InvitationForm::default() };
    html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> })
}

pub fn wrong_draft() -> Draft {
    Draft {
        fleet_ref: "ACME/42".into(),
        fleet_name: HOSTILE.into(),
        fleet_phone: "415 555".into(),
        expires_in_hours: "a day".into(),
        callback_url: "http://plain.example".into(),
        permissions: [("vehicle".to_owned(), "write".to_owned())].into(),
        ..Draft::default()
    }
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
        holes: 2,
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
    }
}

pub fn share_view(shown: bool) -> ShareView {
    let choice = |word, label, chosen| Choice { word, label, chosen };
    let link = shown.then(|| LINK.to_owned());
    ShareView {
        id: Uuid::from_u128(7),
        fleet_ref: "FLEET-42".into(),
        fleet_name: Some(HOSTILE.into()),
        over: None,
        runs_out: "The link works until 3 Mar 2026, 15:00 UTC, in 21 hours.".into(),
        qr: link.as_ref().map(|_| "<svg viewBox=\"0 0 1 1\"></svg>".to_owned()),
        languages: vec![choice("en", "English", false), choice("de", "Deutsch", true)],
        occasions: vec![choice("invitation", "First message", true)],
        message: Message { subject: HOSTILE.into(), body: HOSTILE.into(), sms: HOSTILE.into() },
        mailto: link.as_ref().map(|_| "mailto:ops@acme.example?body=x".to_owned()),
        sms: link.as_ref().map(|_| "sms:+14155551234?body=x".to_owned()),
        link,
        letter: Some(LetterForm {
            once: "1".into(),
            to: HOSTILE.into(),
            subject: HOSTILE.into(),
            body: format!("</textarea>{HOSTILE}"),
            errors: std::collections::BTreeMap::new(),
        }),
        problem: None,
    }
}

pub fn share_page(share: ShareView) -> String {
    html(move || view! { <SharePage visit=visit("/invitations/7/share") share=share/> })
}

fn failed_share() -> ShareView {
    let mut share = share_view(false);
    let errors = [("to", "Enter one e-mail address.".to_owned()), ("body", "Write {link} once.".to_owned())];
    share.letter.as_mut().unwrap().errors = errors.into();
    share
}

pub fn reminders_page(may_invite: bool) -> String {
    let fleet =
        || RemindedFleet { fleet_ref: "FLEET-42".into(), name: Some(HOSTILE.into()), invitation: Uuid::from_u128(7) };
    let proposed = |number, recipient: Option<&str>| ProposedRow {
        id: Uuid::from_u128(number),
        fleet: fleet(),
        occasion: Some(Occasion::NotOpened),
        since: Some(at(0)),
        expires_at: at(24),
        recipient: recipient.map(Into::into),
        language: "Deutsch",
    };
    let decided = |number, state| DecidedRow {
        id: Uuid::from_u128(number),
        fleet: fleet(),
        occasion: Some(Occasion::NotFinished),
        recipient: Some("ops@acme.example".into()),
        state,
        by: Some("ada@example.com".into()),
        at: Some(at(2)),
        problem: (state == MessageState::Failed).then(|| HOSTILE.to_owned()),
    };
    let reminders = RemindersView {
        proposed: vec![proposed(1, Some("ops@acme.example")), proposed(2, None)],
        counts: (2, 1),
        paging: Paging { first: None, next: Some("/reminders?behind=x".into()) },
        waiting: Some((2, HOSTILE.to_owned())),
        failed: vec![decided(4, MessageState::Failed)],
        failed_in_all: 2,
        decided: vec![decided(3, MessageState::Sent)],
        can_mail: true,
        may_invite,
        now: at(3),
        notice: None,
        problem: None,
    };
    html(move || view! { <RemindersPage visit=visit("/reminders") reminders=reminders/> })
}

fn reminders_confirm_page() -> String {
    let ids = vec![Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
    let confirm = RemindersConfirm { count: 2, unreachable: 1, ids, until: "1".into() };
    html(move || view! { <RemindersConfirmPage visit=visit("/reminders/decide") confirm=confirm/> })
}

/// Every page, with the title that it promises.
pub fn all() -> Vec<(&'static str, String)> {
    let demo = Some(("demo@example.com".to_owned(), "a demo password".to_owned()));
    let mut pages = vec![
        ("Invitations · Onramp", list_page(vec![row(Some("Acme Trucking")), row(None)], true)),
        ("Invitations · Onramp", list_page(vec![], true)),
        ("New invitation · Onramp", new_page(Draft::default())),
        ("Error: New invitation · Onramp", new_page(wrong_draft())),
        ("Acme Trucking · Onramp", detail_page(detail(facts_with_gaps(), Some(LINK)))),
        ("Acme Trucking · Onramp", detail_page(detail(facts(&["invitation.created", "invitation.declined"]), None))),
        ("Please confirm: New invitation · Onramp", confirm_page(InvitationState::Active)),
        ("Please confirm: New invitation · Onramp", confirm_page(InvitationState::Declined)),
        ("Ask the fleet once more · Onramp", again_page(None)),
        ("Error: Ask the fleet once more · Onramp", again_page(Some("Give whole hours.".into()))),
        ("Delete the invitation? · Onramp", delete_page(true)),
        ("Delete the invitation? · Onramp", delete_page(false)),
        ("Hand over the link · Onramp", share_page(share_view(true))),
        ("Hand over the link · Onramp", share_page(ShareView { over: Some("It is over."), ..share_view(false) })),
        ("Hand over the link · Onramp", share_page(ShareView { letter: None, ..share_view(false) })),
        ("Error: Hand over the link · Onramp", share_page(failed_share())),
        ("Reminders · Onramp", reminders_page(true)),
        ("Reminders · Onramp", reminders_page(false)),
        ("Send 2 reminders? · Onramp", reminders_confirm_page()),
        ("Acme Trucking · Fleet · Onramp", fleet_page(true)),
        ("Acme Trucking · Fleet · Onramp", fleet_page(false)),
        ("Sign in · Onramp", login_page(demo)),
        ("Create your account · Onramp", setup_page()),
        ("Checks · Onramp", checks_page(true, true)),
        ("Checks · Onramp", checks_page(false, false)),
        ("No such invitation · Onramp", html(|| view! { <ErrorPage visit=visit("/x") error=error(404)/> })),
        (
            "No such invitation",
            html(|| view! { <PublicErrorPage stylesheet="onramp.css".to_owned() error=error(503)/> }),
        ),
    ];
    let titles = [
        "You’re connected",
        "Your request has been sent",
        "Not connected yet",
        "This invitation is over",
        "Thank you",
        "Not finished",
    ];
    pages.extend(subscription_pages());
    pages.extend(titles.into_iter().zip(landings().into_iter().map(landing_page)));
    pages.extend(crate::import_samples::all());
    pages
}
