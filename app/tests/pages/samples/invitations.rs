//! The pages about invitations.

use app::{
    components::{OnboardingView, Paging},
    pages::*,
};
use domain::{
    events::{fact::Fact, missed_webhooks::webhooks_may_not_arrive},
    invitation::{
        existing::{ExistingInvitation, InvitationState},
        expiry_hint::{ExpiryHint, OffHours},
        permissions::Preset,
        renewal::RenewalAction,
        request::{Draft, FieldErrors},
        upsert_forecast::{Preview, ReferenceContext, UpsertForecast},
    },
    link::message::Message,
    onboarding::{
        lifecycle::fold,
        stage::{Health, Stage},
    },
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{HOSTILE, LINK, at, html, visit};

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
        requested: vec![("Contact e-mail".into(), "dispatch@acme.example".into())],
        differences: vec![DifferenceRow {
            label: "Data to request".into(),
            requested: "Vehicles".into(),
            returned: "Read everything".into(),
        }],
        renew: Some(again_view(RenewalAction::Refresh)),
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
        action: Some(again),
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
        action: RenewalAction::Reopen,
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

pub fn share_view(shown: bool) -> ShareView {
    let choice = |word, label, chosen| Choice { word, label, chosen };
    let link = shown.then(|| LINK.to_owned());
    ShareView {
        id: Uuid::from_u128(7),
        fleet_ref: "FLEET-42".into(),
        fleet_name: Some(HOSTILE.into()),
        over: None,
        expiry: "The link works until 3 Mar 2026, 15:00 UTC, in 21 hours.".into(),
        qr: link.as_ref().map(|_| "<svg viewBox=\"0 0 1 1\"></svg>".to_owned()),
        languages: vec![choice("en", "English", false), choice("de", "Deutsch", true)],
        occasions: vec![choice("invitation", "First message", true)],
        message: Message { subject: HOSTILE.into(), body: HOSTILE.into(), sms: HOSTILE.into() },
        mailto: link.as_ref().map(|_| "mailto:ops@acme.example?body=x".to_owned()),
        sms: link.as_ref().map(|_| "sms:+14155551234?body=x".to_owned()),
        link,
        email_form: Some(EmailForm {
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

pub fn failed_share() -> ShareView {
    let mut share = share_view(false);
    let errors = [("to", "Enter one e-mail address.".to_owned()), ("body", "Write {link} once.".to_owned())];
    share.email_form.as_mut().unwrap().errors = errors.into();
    share
}
