//! The form that invites a fleet, and what it says while it is filled in.

use std::collections::BTreeMap;

use app::html::to_html;
use app::{
    components::{PreviewLine, PreviewPart, PreviewView},
    pages::{Confirm, InvitationForm, NewInvitationPage, OfferedProvider},
};
use axum::{
    Form, Json,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use domain::{
    fleet::check_fleet_ref,
    invitation::{
        confirmation::Agreed,
        permissions::Preset,
        request::{Checked, Draft, EXPIRY_DEFAULT, FieldErrors, LABELS, hours, split_providers},
    },
};
use leptos::view;
use serde::Deserialize;
use tower_sessions::Session;

use crate::services::links::landing_urls::with_landing_pages;
use crate::{
    services::invitations::create::{CreateOutcome, InviteError},
    state::AppState,
    web::{
        errors::PageError,
        extract::{magic_link, session::Viewer},
        render::page,
    },
};
use catena::Tsp;

#[derive(Deserialize)]
pub(crate) struct NewParams {
    #[serde(default)]
    fleet_ref: String,
    #[serde(default)]
    fleet_name: String,
}

pub(crate) async fn new(
    State(state): State<AppState>,
    Query(params): Query<NewParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let draft = Draft {
        fleet_ref: params.fleet_ref,
        fleet_name: params.fleet_name,
        expires_in_hours: EXPIRY_DEFAULT.to_string(),
        ..with_landing_pages(&state.settings.public_url)
    };
    show(&state, viewer, StatusCode::OK, InvitationForm { draft, ..InvitationForm::default() }).await
}

pub(crate) async fn create(
    State(state): State<AppState>,
    session: Session,
    viewer: Viewer,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let mut press = state.idempotency.turn(&viewer.staff.email, "/invitations/new", &typed).await;
    if let Some(there) = press.as_deref() {
        return Ok(Redirect::to(there).into_response());
    }
    let Typed { draft, preset, agreed } = Typed::read(typed);
    let form = InvitationForm { draft, preset, ..InvitationForm::default() };
    let checked = match check(&state, &form).await? {
        Ok(checked) => checked,
        Err(errors) => {
            let form = InvitationForm { errors, ..form };
            return show(&state, viewer, StatusCode::UNPROCESSABLE_ENTITY, form).await;
        }
    };
    match state.invitations.create(&checked, &viewer.staff.email, &agreed).await {
        Ok(CreateOutcome::Done { invited, reopened }) => {
            let what = done(invited.is_new, reopened);
            magic_link::show(&state, &session, invited.id, &viewer.staff.email).await?;
            let there = press.insert(format!("/invitations/{}?done={what}", invited.id));
            Ok(Redirect::to(there).into_response())
        }
        Ok(CreateOutcome::NeedsConfirmation(preview)) => {
            let form = InvitationForm { confirm: Some(Confirm::new(&preview, state.clock.now())), ..form };
            show(&state, viewer, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
        Err(error) => {
            let (status, errors, problem) = refusal(&error);
            show(&state, viewer, status, InvitationForm { errors, problem, ..form }).await
        }
    }
}

/// The word in which a page is told what was done.
pub(crate) fn done(is_new: bool, reopened: bool) -> &'static str {
    match (is_new, reopened) {
        (true, _) => "created",
        (false, true) => "reopened",
        (false, false) => "refreshed",
    }
}

/// What a form says of a call that failed: what is wrong with a field stands beside it, the rest above the form.
pub(crate) fn refusal(error: &InviteError) -> (StatusCode, FieldErrors, Option<String>) {
    let errors = error.fields();
    if errors.is_empty() {
        tracing::warn!(%error, "a fleet could not be invited");
        return (StatusCode::BAD_GATEWAY, errors, Some(error.explain()));
    }
    let known = errors.keys().all(|name| LABELS.iter().any(|(field, _)| field == name));
    (StatusCode::UNPROCESSABLE_ENTITY, errors, (!known).then(|| error.explain()))
}

/// Checks a form: its fields, and what only a look at Catena can tell.
async fn check(state: &AppState, form: &InvitationForm) -> Result<Result<Checked, FieldErrors>, PageError> {
    let InvitationForm { draft, preset, .. } = form;
    let effective = Draft { permissions: preset.levels(&draft.permissions), ..draft.clone() };
    let checked = effective.check();
    let mut errors = checked.as_ref().err().cloned().unwrap_or_default();
    if *preset == Preset::Custom && draft.permissions.is_empty() {
        let sentence = "Choose a level for at least one kind of data, or “Read everything”.";
        errors.insert("permissions".into(), sentence.into());
    }
    if !draft.callback_url.trim().is_empty() && !errors.contains_key("callback_url") {
        let look = state.callbacks.probe().await?;
        if !look.offers() {
            errors.insert("callback_url".into(), format!("Leave it empty. {}", look.explanation()));
        }
    }
    Ok(match checked {
        Ok(checked) if errors.is_empty() => Ok(checked),
        _ => Err(errors),
    })
}

/// What a form carries.
struct Typed {
    draft: Draft,
    preset: Preset,
    agreed: Agreed,
}

impl Typed {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut typed: BTreeMap<String, String> = BTreeMap::new();
        let mut ticked: Vec<String> = Vec::new();
        let mut agreements: Vec<String> = Vec::new();
        let mut better = None;
        for (name, value) in fields {
            match name.as_str() {
                "tsp" => ticked.push(value),
                "agreed" => agreements.push(value),
                // The better number of hours, and what whoever takes it has seen.
                "better" => better = Some(value),
                _ => drop(typed.insert(name, value)),
            }
        }
        let permissions: BTreeMap<String, String> = typed
            .iter()
            .filter(|(_, level)| !level.is_empty())
            .filter_map(|(name, level)| Some((name.strip_prefix("permission.")?.to_owned(), level.clone())))
            .collect();
        let preset = typed.get("preset").and_then(|name| Preset::from_name(name));
        let preset = preset.unwrap_or_else(|| Preset::of(&permissions));
        let mut take = |name: &str| typed.remove(name).unwrap_or_default();
        let mut draft = Draft {
            fleet_ref: take("fleet_ref"),
            fleet_name: take("fleet_name"),
            fleet_email: take("fleet_email"),
            fleet_phone: take("fleet_phone"),
            fleet_website: take("fleet_website"),
            fleet_country_code: take("fleet_country_code"),
            fleet_regulatory_id: take("fleet_regulatory_id"),
            fleet_regulatory_id_type: take("fleet_regulatory_id_type"),
            expires_in_hours: take("expires_in_hours"),
            success_redirect_url: take("success_redirect_url"),
            failure_redirect_url: take("failure_redirect_url"),
            callback_url: take("callback_url"),
            limit_tsps: take("limit_tsps"),
            permissions,
        };
        ticked.extend(split_providers(&draft.limit_tsps));
        // A text that is no list of short names stays as it was typed, to be refused.
        if ticked.len() > 1 {
            draft.limit_tsps = split_providers(&ticked.join(",")).join(", ");
        } else if let Some(one) = ticked.pop() {
            draft.limit_tsps = one;
        }
        if let Some((hours, seen)) = better.as_deref().and_then(read_better) {
            hours.clone_into(&mut draft.expires_in_hours);
            agreements.push(seen.to_owned());
        }
        Self { draft, preset, agreed: Agreed::read(agreements.iter().map(String::as_str)) }
    }
}

/// What the button with the better number of hours carries: the number, and what was seen besides.
pub(crate) fn read_better(value: &str) -> Option<(&str, &str)> {
    value.split_once(',')
}

async fn show(
    state: &AppState,
    viewer: Viewer,
    status: StatusCode,
    form: InvitationForm,
) -> Result<Response, PageError> {
    let offered = state.providers.offered().await;
    let providers = offered.iter().map(|tsp| offered_provider(tsp, state.settings.sandbox)).collect();
    let once = state.random.uuid_v4().to_string();
    let form = InvitationForm { once, providers, callback: state.callbacks.probe().await?, ..form };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <NewInvitationPage visit=visit form=form/> }))
}

fn offered_provider(tsp: &Tsp, sandbox: bool) -> OfferedProvider {
    let note = (tsp.is_sandbox && !sandbox).then(|| "for trying only".to_owned());
    OfferedProvider { slug: tsp.slug.clone(), name: tsp.name.clone(), note }
}

#[derive(Deserialize)]
pub(crate) struct PreviewParams {
    #[serde(default)]
    fleet_ref: String,
    #[serde(default)]
    fleet_name: String,
    #[serde(default)]
    expires_in_hours: String,
    #[serde(default)]
    fleet_country_code: String,
    /// As a part of the form instead of JSON: what a browser shows as it is costs it no code to understand.
    part: Option<String>,
}

/// What is to be known of a form as far as it is filled in: our own sentences, without an id or a link of Catena's.
pub(crate) async fn preview(
    State(state): State<AppState>,
    Query(params): Query<PreviewParams>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let PreviewParams { fleet_ref, fleet_name, expires_in_hours, fleet_country_code, part } = params;
    let now = state.clock.now();
    let hours = hours(&expires_in_hours).ok();
    let mut view = match check_fleet_ref(&fleet_ref) {
        Ok(fleet_ref) => {
            let preview = state.preview.preview(fleet_ref, hours, Some(&fleet_country_code)).await?;
            PreviewView::new(&preview, now)
        }
        Err(_) => PreviewView::default(),
    };
    let typed: Vec<PreviewLine> = PreviewView::typed(&fleet_ref, &fleet_name, &expires_in_hours);
    view.lines.extend(typed);
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok(match part {
        Some(_) => (no_store, Html(to_html(None, || view! { <PreviewPart preview=view/> }))).into_response(),
        None => (no_store, Json(view)).into_response(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Typed {
        Typed::read(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn ticked_and_typed_providers_are_one_list() {
        assert_eq!(read(&[("tsp", "samsara"), ("tsp", "geotab")]).draft.limit_tsps, "samsara, geotab");
        assert_eq!(read(&[("tsp", "samsara"), ("limit_tsps", "geotab samsara")]).draft.limit_tsps, "samsara, geotab");
        assert_eq!(read(&[("limit_tsps", "sam/sara")]).draft.limit_tsps, "sam/sara");
        assert_eq!(read(&[]).draft.limit_tsps, "");
    }

    #[test]
    fn levels_without_a_preset_are_a_choice_of_ones_own() {
        assert_eq!(read(&[("permission.vehicle", "read")]).preset, Preset::Custom);
        assert_eq!(read(&[("permission.vehicle", "")]).preset, Preset::Everything);
        let both = read(&[("permission.vehicle", "read"), ("preset", "locations")]);
        assert_eq!((both.preset, both.draft.permissions.len()), (Preset::Locations, 1));
    }

    #[test]
    fn the_better_hours_take_the_place_of_those_that_were_typed() {
        let typed = read(&[("expires_in_hours", "24"), ("better", "31,refresh:F:active")]);
        assert_eq!(typed.draft.expires_in_hours, "31");
        assert_eq!(typed.agreed, Agreed::read(["refresh:F:active"]));
    }
}
