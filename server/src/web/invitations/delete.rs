//! Deleting an invitation: asked before, since nobody can bring it back.

use app::pages::{DeleteForm, DeletePage};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::invitation::renewal::may_delete;
use leptos::view;
use uuid::Uuid;

use crate::{
    services::invitations::delete::DeleteInvitationError,
    state::AppState,
    store::{FleetRow, InvitationRow},
    web::{errors::PageError, extract::session::Viewer, invitations::status, render::page},
};

async fn find(state: &AppState, id: &str) -> Result<(InvitationRow, FleetRow), PageError> {
    let id = Uuid::parse_str(id).map_err(|_| PageError::NoSuchInvitation)?;
    let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = state.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    Ok((invitation, fleet))
}

pub(crate) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let (invitation, fleet) = find(&state, &id).await?;
    let may_delete = may_delete(status(invitation.stage, invitation.expires_at, state.clock.now()));
    Ok(show(viewer, StatusCode::OK, form(&invitation, fleet, may_delete, None)))
}

pub(crate) async fn post(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let (invitation, fleet) = find(&state, &id).await?;
    if !may_delete(status(invitation.stage, invitation.expires_at, state.clock.now())) {
        return Ok(show(viewer, StatusCode::CONFLICT, form(&invitation, fleet, false, None)));
    }
    match state.deletion.delete(&invitation, &viewer.staff.email).await {
        Ok(()) => Ok(Redirect::to(&format!("/invitations/{}?done=deleted", invitation.id)).into_response()),
        Err(error @ DeleteInvitationError::Accepted) => {
            Ok(show(viewer, StatusCode::CONFLICT, form(&invitation, fleet, false, Some(error.explain()))))
        }
        Err(error) => {
            tracing::warn!(%error, "an invitation could not be deleted");
            Ok(show(viewer, StatusCode::BAD_GATEWAY, form(&invitation, fleet, true, Some(error.explain()))))
        }
    }
}

fn form(invitation: &InvitationRow, fleet: FleetRow, may_delete: bool, problem: Option<String>) -> DeleteForm {
    DeleteForm { id: invitation.id, fleet_ref: fleet.fleet_ref, fleet_name: fleet.name, may_delete, problem }
}

fn show(viewer: Viewer, status: StatusCode, form: DeleteForm) -> Response {
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <DeletePage visit=visit form=form/> })
}
