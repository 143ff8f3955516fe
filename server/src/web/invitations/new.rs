//! The form that invites a fleet, and its preview while it is filled in.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    components::{PreviewLine, PreviewPart, PreviewView},
    html::to_html,
    pages::{Confirm, InvitationForm, NewInvitationPage, OfferedProvider},
};
use axum::{
    Form, Json,
    extract::{FromRequestParts, Query, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use catena::Tsp;
use domain::{
    invitation::{
        confirmation::Agreed,
        permissions::Preset,
        request::{Draft, EXPIRY_DEFAULT, FieldErrors, LABELS, hours, split_providers},
    },
    text,
};
use leptos::view;
use platform::{clock::SharedClock, random::SharedRandom};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    config::Settings,
    security::idempotency::{IdempotencyKeys, Submission},
    services::{
        invitations::{
            callback_policy::CallbackPolicies,
            create::{CreateOutcome, Invitations, InviteError},
            preview::InvitationPreview,
            renew::Effect,
            validate::{Validated, validate},
        },
        links::landing_urls::with_landing_pages,
        providers::Providers,
    },
    state::AppState,
    store::SharedStore,
    web::{
        errors::PageError,
        extract::{
            magic_link::ShownLinks,
            session::{Inviter, Viewer},
        },
        render::page,
    },
};

/// What the form needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    random: SharedRandom,
    #[from_request(via(State))]
    invitations: Arc<Invitations>,
    #[from_request(via(State))]
    providers: Arc<Providers>,
    #[from_request(via(State))]
    callbacks: Arc<CallbackPolicies>,
    #[from_request(via(State))]
    idempotency: Arc<IdempotencyKeys>,
}

#[derive(Deserialize)]
pub(crate) struct NewParams {
    #[serde(default)]
    fleet_ref: String,
    #[serde(default)]
    fleet_name: String,
}

pub(crate) async fn new(
    Inviter(viewer): Inviter,
    parts: Parts,
    Query(params): Query<NewParams>,
) -> Result<Response, PageError> {
    let draft = Draft {
        fleet_ref: params.fleet_ref,
        fleet_name: params.fleet_name,
        expires_in_hours: EXPIRY_DEFAULT.to_string(),
        ..with_landing_pages(&parts.settings.public_url)
    };
    parts.show(viewer, StatusCode::OK, InvitationForm { draft, ..InvitationForm::default() }).await
}

pub(crate) async fn create(
    Inviter(viewer): Inviter,
    parts: Parts,
    links: ShownLinks,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let ticket = match parts.idempotency.begin(viewer.staff.id, "/invitations/new", &fields).await {
        Submission::New(ticket) => ticket,
        Submission::Repeated { location } => return Ok(Redirect::to(&location).into_response()),
    };
    let InvitationInput { draft, preset, agreed } = InvitationInput::read(fields);
    let form = InvitationForm { draft, preset, ..InvitationForm::default() };
    let checked = match validate(&form.draft, form.preset, &parts.callbacks).await? {
        Validated::Valid(checked) => checked,
        Validated::Invalid(errors) => {
            let form = InvitationForm { errors, ..form };
            return parts.show(viewer, StatusCode::UNPROCESSABLE_ENTITY, form).await;
        }
    };
    match parts.invitations.create(&checked, &viewer.staff.email, &agreed).await {
        Ok(CreateOutcome::Done { invited, reopened }) => {
            let invitation = parts.store.invitation(invited.id).await?.ok_or(PageError::NoSuchInvitation)?;
            links.show(&viewer, &invitation).await?;
            let location = created_url(invited.id, Effect::of(invited.is_new, reopened));
            Ok(Redirect::to(&ticket.complete(location)).into_response())
        }
        Ok(CreateOutcome::NeedsConfirmation(preview)) => {
            let form = InvitationForm { confirm: Some(Confirm::new(&preview, parts.clock.now())), ..form };
            parts.show(viewer, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
        Err(error) => {
            let Refusal { status, errors, problem } = Refusal::of(&error);
            parts.show(viewer, status, InvitationForm { errors, problem, ..form }).await
        }
    }
}

/// The page of an invitation that was just created or renewed, which says what was done.
pub(crate) fn created_url(id: Uuid, effect: Effect) -> String {
    let done = match effect {
        Effect::Created => "created",
        Effect::Refreshed => "refreshed",
        Effect::Reopened => "reopened",
        Effect::Reauthentication => "reauthentication",
    };
    format!("/invitations/{id}?done={done}")
}

/// What a form shows after a call that failed: errors of fields beside the fields, anything else above the form.
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub errors: FieldErrors,
    pub problem: Option<String>,
}

impl Refusal {
    pub(crate) fn of(error: &InviteError) -> Self {
        let errors = error.fields();
        if errors.is_empty() {
            tracing::warn!(%error, "failed to invite a fleet");
            return Self { status: StatusCode::BAD_GATEWAY, errors, problem: Some(error.explain()) };
        }
        let all_have_fields = errors.keys().all(|name| LABELS.iter().any(|(field, _)| field == name));
        let problem = (!all_have_fields).then(|| error.explain());
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, errors, problem }
    }
}

/// What the form carries.
struct InvitationInput {
    draft: Draft,
    preset: Preset,
    agreed: Agreed,
}

impl InvitationInput {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let mut providers: Vec<String> = Vec::new();
        let mut agreements: Vec<String> = Vec::new();
        let mut better = None;
        for (name, value) in fields {
            match name.as_str() {
                "tsp" => providers.push(value),
                "agreed" => agreements.push(value),
                "better" => better = Some(value),
                _ => drop(values.insert(name, value)),
            }
        }
        let permissions: BTreeMap<String, String> = values
            .iter()
            .filter(|(_, level)| !level.is_empty())
            .filter_map(|(name, level)| Some((name.strip_prefix("permission.")?.to_owned(), level.clone())))
            .collect();
        let preset = values.get("preset").and_then(|name| Preset::from_name(name));
        let preset = preset.unwrap_or_else(|| Preset::of(&permissions));
        let mut take = |name: &str| values.remove(name).unwrap_or_default();
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
        draft.limit_tsps = join_providers(providers, &draft.limit_tsps);
        if let Some((hours, agreed)) = better.as_deref().and_then(read_better_hours) {
            hours.clone_into(&mut draft.expires_in_hours);
            agreements.push(agreed.to_owned());
        }
        Self { draft, preset, agreed: Agreed::read(agreements.iter().map(String::as_str)) }
    }
}

/// The ticked and the typed providers in one list.
fn join_providers(mut ticked: Vec<String>, typed: &str) -> String {
    ticked.extend(split_providers(typed));
    match ticked.as_slice() {
        [] => typed.to_owned(),
        // Text that is no list of short names stays as typed, to be rejected.
        [one] => one.clone(),
        several => split_providers(&several.join(",")).join(", "),
    }
}

/// Reads the value of the button that suggests better hours: the hours, and what its user agrees to.
pub(crate) fn read_better_hours(value: &str) -> Option<(&str, &str)> {
    value.split_once(',')
}

impl Parts {
    async fn show(&self, viewer: Viewer, status: StatusCode, form: InvitationForm) -> Result<Response, PageError> {
        let offered = self.providers.offered().await;
        let providers = offered.iter().map(|tsp| offered_provider(tsp, self.settings.sandbox)).collect();
        let once = self.random.uuid_v4().to_string();
        let form = InvitationForm { once, providers, callback: self.callbacks.probe().await?, ..form };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <NewInvitationPage visit=visit form=form/> }))
    }
}

fn offered_provider(tsp: &Tsp, sandbox: bool) -> OfferedProvider {
    let note = (tsp.is_sandbox && !sandbox).then(|| "for testing only".to_owned());
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
    /// Asks for HTML instead of JSON, so that the browser needs no code to render it.
    part: Option<String>,
}

/// The preview of a form that is being filled in. It contains no ids and no links of Catena's.
pub(crate) async fn preview(
    _: Inviter,
    State(clock): State<SharedClock>,
    State(forecasts): State<Arc<InvitationPreview>>,
    Query(params): Query<PreviewParams>,
) -> Result<Response, PageError> {
    let PreviewParams { fleet_ref, fleet_name, expires_in_hours, fleet_country_code, part } = params;
    let now = clock.now();
    let hours = hours(&expires_in_hours).ok();
    let mut view = match text::fleet_ref(&fleet_ref) {
        Ok(fleet_ref) => {
            let preview = forecasts.preview(&fleet_ref, hours, Some(&fleet_country_code)).await?;
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

    fn read(fields: &[(&str, &str)]) -> InvitationInput {
        InvitationInput::read(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn ticked_and_typed_providers_form_one_list() {
        assert_eq!(read(&[("tsp", "samsara"), ("tsp", "geotab")]).draft.limit_tsps, "samsara, geotab");
        assert_eq!(read(&[("tsp", "samsara"), ("limit_tsps", "geotab samsara")]).draft.limit_tsps, "samsara, geotab");
        assert_eq!(read(&[("limit_tsps", "sam/sara")]).draft.limit_tsps, "sam/sara");
        assert_eq!(read(&[]).draft.limit_tsps, "");
    }

    #[test]
    fn levels_without_a_preset_are_a_custom_choice() {
        assert_eq!(read(&[("permission.vehicle", "read")]).preset, Preset::Custom);
        assert_eq!(read(&[("permission.vehicle", "")]).preset, Preset::Everything);
        let both = read(&[("permission.vehicle", "read"), ("preset", "locations")]);
        assert_eq!((both.preset, both.draft.permissions.len()), (Preset::Locations, 1));
    }

    #[test]
    fn suggested_hours_replace_typed_ones() {
        let input = read(&[("expires_in_hours", "24"), ("better", "31,refresh:F:active")]);
        assert_eq!(input.draft.expires_in_hours, "31");
        assert_eq!(input.agreed, Agreed::read(["refresh:F:active"]));
    }
}
