//! Renewing an invitation: a longer life, a new one after its end, a declined one reopened, or the link for signing in again.

use std::sync::Arc;

use app::pages::{Confirm, RenewForm, RenewPage, RenewView};
use axum::{
    Form,
    extract::{FromRequestParts, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    invitation::{
        confirmation::{Agreed, Confirmation},
        renewal::{RenewalAction, may_delete, renewal_action},
        request::{EXPIRY_DEFAULT, FieldErrors},
    },
    onboarding::{lifecycle::Onboarding, stage::Stage},
};
use leptos::view;
use platform::{clock::SharedClock, random::SharedRandom};

use crate::{
    security::idempotency::{IdempotencyKeys, Submission},
    services::invitations::renew::{Renewable, Renewal, Renewals, Renewed, last_request},
    state::AppState,
    store::{FleetRow, InvitationRow, SharedStore},
    web::{
        errors::PageError,
        extract::{
            magic_link::ShownLinks,
            path::InvitationPath,
            session::{Inviter, Viewer},
        },
        invitations::new::{Refusal, created_url, read_better_hours},
        render::page,
    },
};

/// The renewal that an invitation's page offers for an invitation with this status, of a fleet with this onboarding. `once` is
/// the form's idempotency key.
pub(crate) fn offer(
    once: String,
    invitation: &InvitationRow,
    fleet: &FleetRow,
    status: Stage,
    onboarding: &Onboarding,
) -> RenewView {
    let action = renewal_action(status, onboarding.stage, onboarding.health);
    let agreed = match action {
        Some(RenewalAction::Refresh | RenewalAction::Reauthenticate) => {
            Confirmation::Existing(status.into()).token(&fleet.fleet_ref)
        }
        _ => String::new(),
    };
    let draft = last_request(invitation, fleet);
    RenewView {
        once,
        id: invitation.id,
        action,
        hours: draft.as_ref().map_or_else(|| EXPIRY_DEFAULT.to_string(), |draft| draft.expires_in_hours.clone()),
        agreed,
        form: draft.is_none().then(|| new_invitation_url(fleet)),
        may_delete: may_delete(status),
    }
}

/// The form that invites a fleet, filled in with what is known about it.
pub(crate) fn new_invitation_url(fleet: &FleetRow) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("fleet_ref", &fleet.fleet_ref);
    if let Some(name) = &fleet.name {
        query.append_pair("fleet_name", name);
    }
    format!("/invitations/new?{}", query.finish())
}

/// What the page needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    random: SharedRandom,
    #[from_request(via(State))]
    renewals: Arc<Renewals>,
    #[from_request(via(State))]
    idempotency: Arc<IdempotencyKeys>,
}

/// Where the browser goes if there is nothing to renew here.
fn elsewhere(invitation: &InvitationRow, renewable: Renewable) -> Result<Renewal, Redirect> {
    match renewable {
        Renewable::Yes(renewal) => Ok(*renewal),
        Renewable::Replaced(latest) => Err(Redirect::to(&format!("/invitations/{latest}"))),
        Renewable::NotNeeded => Err(Redirect::to(&format!("/invitations/{}", invitation.id))),
        Renewable::RequestUnknown(fleet) => Err(Redirect::to(&new_invitation_url(&fleet))),
    }
}

pub(crate) async fn get(
    Inviter(viewer): Inviter,
    parts: Parts,
    InvitationPath { invitation, fleet }: InvitationPath,
) -> Result<Response, PageError> {
    let renewal = match elsewhere(&invitation, parts.renewals.find(&invitation, fleet).await?) {
        Ok(renewal) => renewal,
        Err(elsewhere) => return Ok(elsewhere.into_response()),
    };
    let preview = parts.renewals.preview(&renewal).await?;
    let confirm = preview.needs_confirmation(&Agreed::default()).then(|| Confirm::new(&preview, parts.clock.now()));
    let input = RenewInput { hours: renewal.draft.expires_in_hours.clone(), agreed: String::new() };
    let form = RenewForm { confirm, ..form(renewal, input) };
    Ok(parts.show(viewer, StatusCode::OK, form))
}

pub(crate) async fn post(
    Inviter(viewer): Inviter,
    parts: Parts,
    InvitationPath { invitation, fleet }: InvitationPath,
    links: ShownLinks,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let path = format!("/invitations/{}/again", invitation.id);
    let ticket = match parts.idempotency.begin(viewer.staff.id, &path, &fields).await {
        Submission::New(ticket) => ticket,
        Submission::Repeated { location } => return Ok(Redirect::to(&location).into_response()),
    };
    let renewal = match elsewhere(&invitation, parts.renewals.find(&invitation, fleet).await?) {
        Ok(renewal) => renewal,
        Err(elsewhere) => return Ok(elsewhere.into_response()),
    };
    let input = RenewInput::read(&fields);
    let agreed = Agreed::read([input.agreed.as_str()]);
    let renewed = parts.renewals.renew(&renewal, &input.hours, &agreed, &viewer.staff.email).await?;
    let form = form(renewal, input);
    let (status, form) = match renewed {
        Renewed::Done { id, effect } => {
            let invitation = parts.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
            links.show(&viewer, &invitation).await?;
            return Ok(Redirect::to(&ticket.complete(created_url(id, effect))).into_response());
        }
        Renewed::Confirm(preview) => {
            let confirm = Some(Confirm::new(&preview, parts.clock.now()));
            (StatusCode::UNPROCESSABLE_ENTITY, RenewForm { confirm, ..form })
        }
        Renewed::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, with_errors(form, errors)),
        Renewed::Failed(error) => {
            let Refusal { status, mut errors, problem } = Refusal::of(&error);
            let hours_error = errors.remove("expires_in_hours");
            let problem = problem.or_else(|| (!errors.is_empty()).then(|| error.explain()));
            (status, RenewForm { error: hours_error, problem, ..form })
        }
    };
    Ok(parts.show(viewer, status, form))
}

/// What the form carries.
struct RenewInput {
    hours: String,
    agreed: String,
}

impl RenewInput {
    fn read(fields: &[(String, String)]) -> Self {
        let all =
            |name: &'static str| fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str());
        let better = all("better").find_map(read_better_hours);
        let hours = better.map(|(hours, _)| hours).or_else(|| all("expires_in_hours").next()).unwrap_or_default();
        let agreed: Vec<&str> = all("agreed").chain(better.map(|(_, agreed)| agreed)).collect();
        Self { hours: hours.to_owned(), agreed: agreed.join(",") }
    }
}

fn form(renewal: Renewal, input: RenewInput) -> RenewForm {
    let Renewal { id, fleet, action, .. } = renewal;
    RenewForm {
        once: String::new(),
        id,
        fleet_ref: fleet.fleet_ref,
        fleet_name: fleet.name,
        action,
        hours: input.hours,
        error: None,
        problem: None,
        agreed: input.agreed,
        confirm: None,
    }
}

/// The form has a field for the hours alone; other errors concern what was asked for last time.
fn with_errors(form: RenewForm, mut errors: FieldErrors) -> RenewForm {
    let error = errors.remove("expires_in_hours");
    let problem = errors.into_iter().next().map(|(field, sentence)| {
        format!("What was asked for last time is no longer valid ({field}: {sentence}) Use the full form.")
    });
    RenewForm { error, problem, ..form }
}

impl Parts {
    fn show(&self, viewer: Viewer, status: StatusCode, form: RenewForm) -> Response {
        let form = RenewForm { once: self.random.uuid_v4().to_string(), ..form };
        let Viewer { visit, nonce, .. } = viewer;
        page(status, &nonce, || view! { <RenewPage visit=visit form=form/> })
    }
}
