//! Asking again for an invitation: a longer life, a new one after its end, a declined one once more, the link for signing in
//! again.

use app::pages::{Confirm, RenewForm, RenewPage, RenewView};
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    invitation::{
        confirmation::{Agreed, Confirmation},
        renewal::{RenewalAction, may_delete, renewal_action},
        request::{Checked, Draft, EXPIRY_DEFAULT},
    },
    onboarding::{
        lifecycle::{Onboarding, fold},
        stage::Stage,
    },
};
use leptos::view;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    services::invitations::{create::CreateOutcome, request},
    state::AppState,
    store::{FleetRow, InvitationRow},
    web::{
        errors::PageError,
        extract::{magic_link, session::Viewer},
        invitations::{
            new::{done, read_better, refusal},
            status,
        },
        render::page,
    },
};

/// What the page of an invitation offers: it stands at `status`, its fleet where `onboarding` says.
/// `once` tells this form from others.
pub(crate) fn offer(
    once: String,
    invitation: &InvitationRow,
    fleet: &FleetRow,
    status: Stage,
    onboarding: &Onboarding,
) -> RenewView {
    let again = renewal_action(status, onboarding.stage, onboarding.health);
    let agreed = match again {
        Some(RenewalAction::Refresh | RenewalAction::Reauthenticate) => {
            Confirmation::Existing(status.into()).token(&fleet.fleet_ref)
        }
        _ => String::new(),
    };
    let draft = to_draft(invitation, fleet);
    RenewView {
        once,
        id: invitation.id,
        action: again,
        hours: draft.as_ref().map_or_else(|| EXPIRY_DEFAULT.to_string(), |draft| draft.expires_in_hours.clone()),
        agreed,
        form: draft.is_none().then(|| whole_form(fleet)),
        may_delete: may_delete(status),
    }
}

fn to_draft(invitation: &InvitationRow, fleet: &FleetRow) -> Option<Draft> {
    request::to_draft(&fleet.fleet_ref, fleet.name.as_deref(), invitation.asked.as_deref()?)
}

/// The form that invites a fleet, with what is known of it.
pub(crate) fn whole_form(fleet: &FleetRow) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("fleet_ref", &fleet.fleet_ref);
    if let Some(name) = &fleet.name {
        query.append_pair("fleet_name", name);
    }
    format!("/invitations/new?{}", query.finish())
}

/// An invitation that may be asked for again.
struct Found {
    id: Uuid,
    fleet: FleetRow,
    again: RenewalAction,
    draft: Draft,
}

/// The invitation, or where to go instead: to its page where there is nothing to ask again, to the latest one's where it
/// isn't that, to the whole form where it isn't known what to ask.
async fn find(state: &AppState, id: &str) -> Result<Result<Found, Redirect>, PageError> {
    let id = Uuid::parse_str(id).map_err(|_| PageError::NoSuchInvitation)?;
    let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = state.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let latest = state.store.invitations_of(fleet.key).await?.into_iter().next();
    if let Some(latest) = latest.filter(|latest| latest.id != id) {
        return Ok(Err(Redirect::to(&format!("/invitations/{}", latest.id))));
    }
    let onboarding = fold(state.store.facts_of(fleet.key).await?);
    let status = status(invitation.stage, invitation.expires_at, state.clock.now());
    let Some(again) = renewal_action(status, onboarding.stage, onboarding.health) else {
        return Ok(Err(Redirect::to(&format!("/invitations/{id}"))));
    };
    let Some(draft) = to_draft(&invitation, &fleet) else { return Ok(Err(Redirect::to(&whole_form(&fleet)))) };
    Ok(Ok(Found { id, fleet, again, draft }))
}

pub(crate) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let found = match find(&state, &id).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere.into_response()),
    };
    let (fleet_ref, now) = (&found.fleet.fleet_ref, state.clock.now());
    let checked = found.draft.check().ok();
    let hours = checked.as_ref().map(|checked| checked.expires_in_hours);
    let country = checked.as_ref().and_then(|checked| checked.fleet_country_code.as_deref());
    let preview = state.preview.preview(fleet_ref, hours, country).await?;
    let confirm = preview.needs_confirmation(&Agreed::default()).then(|| Confirm::new(&preview, now));
    let hours = found.draft.expires_in_hours.clone();
    Ok(show(&state, viewer, StatusCode::OK, RenewForm { confirm, ..form(found, hours, String::new()) }))
}

pub(crate) async fn post(
    State(state): State<AppState>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let mut press = state.idempotency.turn(&viewer.staff.email, &format!("/invitations/{id}/again"), &typed).await;
    if let Some(there) = press.as_deref() {
        return Ok(Redirect::to(there).into_response());
    }
    let found = match find(&state, &id).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere.into_response()),
    };
    let (hours, carried) = read(&typed);
    let agreed = Agreed::read([carried.as_str()]);
    let mut draft = Draft { expires_in_hours: hours.clone(), ..found.draft.clone() };
    // What was right at the time may double events by now.
    if !draft.callback_url.is_empty() && !state.callbacks.probe().await?.offers() {
        draft.callback_url.clear();
    }
    let checked: Checked = match draft.check() {
        Ok(checked) => checked,
        Err(mut errors) => {
            let error = errors.remove("expires_in_hours");
            let problem = errors.into_iter().next().map(|(field, sentence)| {
                format!("What was asked for at the time can’t be asked again ({field}: {sentence}) Use the whole form.")
            });
            let form = RenewForm { error, problem, ..form(found, hours, carried) };
            return Ok(show(&state, viewer, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
    };
    match state.invitations.create(&checked, &viewer.staff.email, &agreed).await {
        Ok(CreateOutcome::Done { invited, reopened }) => {
            let what = match found.again {
                RenewalAction::Reauthenticate if !invited.is_new => "reauthentication",
                _ => done(invited.is_new, reopened),
            };
            magic_link::show(&state, &session, invited.id, &viewer.staff.email).await?;
            let there = press.insert(format!("/invitations/{}?done={what}", invited.id));
            Ok(Redirect::to(there).into_response())
        }
        Ok(CreateOutcome::NeedsConfirmation(preview)) => {
            let confirm = Some(Confirm::new(&preview, state.clock.now()));
            Ok(show(
                &state,
                viewer,
                StatusCode::UNPROCESSABLE_ENTITY,
                RenewForm { confirm, ..form(found, hours, carried) },
            ))
        }
        Err(error) => {
            let (status, mut errors, problem) = refusal(&error);
            let error_beside = errors.remove("expires_in_hours");
            let problem = problem.or_else(|| (!errors.is_empty()).then(|| error.explain()));
            Ok(show(&state, viewer, status, RenewForm { error: error_beside, problem, ..form(found, hours, carried) }))
        }
    }
}

/// The hours and the agreements that the form carries.
fn read(typed: &[(String, String)]) -> (String, String) {
    let all =
        |name: &'static str| typed.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str());
    let better = all("better").find_map(read_better);
    let hours = better.map(|(hours, _)| hours).or_else(|| all("expires_in_hours").next()).unwrap_or_default();
    let agreed: Vec<&str> = all("agreed").chain(better.map(|(_, seen)| seen)).collect();
    (hours.to_owned(), agreed.join(","))
}

fn form(found: Found, hours: String, agreed: String) -> RenewForm {
    let Found { id, fleet, again, .. } = found;
    RenewForm {
        once: String::new(),
        id,
        fleet_ref: fleet.fleet_ref,
        fleet_name: fleet.name,
        action: again,
        hours,
        error: None,
        problem: None,
        agreed,
        confirm: None,
    }
}

fn show(state: &AppState, viewer: Viewer, status: StatusCode, form: RenewForm) -> Response {
    let form = RenewForm { once: state.random.uuid_v4().to_string(), ..form };
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <RenewPage visit=visit form=form/> })
}
