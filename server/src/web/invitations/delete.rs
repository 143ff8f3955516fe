//! Deleting an invitation, with a page that asks first: it can't be undone.

use std::sync::Arc;

use app::pages::{DeleteForm, DeletePage};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::invitation::{renewal::may_delete, status::status};
use leptos::view;
use platform::clock::SharedClock;
use time::OffsetDateTime;

use crate::{
    services::invitations::delete::{DeleteInvitationError, InvitationDeletion},
    store::InvitationRow,
    web::{
        extract::{
            path::InvitationPath,
            session::{Inviter, Viewer},
        },
        render::page,
    },
};

pub(crate) async fn get(Inviter(viewer): Inviter, State(clock): State<SharedClock>, path: InvitationPath) -> Response {
    let may_delete = may_be_deleted(&path.invitation, clock.now());
    show(viewer, StatusCode::OK, form(path, may_delete, None))
}

pub(crate) async fn post(
    Inviter(viewer): Inviter,
    State(clock): State<SharedClock>,
    State(deletion): State<Arc<InvitationDeletion>>,
    path: InvitationPath,
) -> Response {
    if !may_be_deleted(&path.invitation, clock.now()) {
        return show(viewer, StatusCode::CONFLICT, form(path, false, None));
    }
    match deletion.delete(&path.invitation, &viewer.staff.email).await {
        Ok(()) => Redirect::to(&format!("/invitations/{}?done=deleted", path.invitation.id)).into_response(),
        Err(error @ DeleteInvitationError::Accepted) => {
            show(viewer, StatusCode::CONFLICT, form(path, false, Some(error.explain())))
        }
        Err(error) => {
            tracing::warn!(%error, "failed to delete an invitation");
            show(viewer, StatusCode::BAD_GATEWAY, form(path, true, Some(error.explain())))
        }
    }
}

fn may_be_deleted(invitation: &InvitationRow, now: OffsetDateTime) -> bool {
    may_delete(status(invitation.stage, invitation.expires_at, now))
}

fn form(path: InvitationPath, may_delete: bool, problem: Option<String>) -> DeleteForm {
    let InvitationPath { invitation, fleet } = path;
    DeleteForm { id: invitation.id, fleet_ref: fleet.fleet_ref, fleet_name: fleet.name, may_delete, problem }
}

fn show(viewer: Viewer, status: StatusCode, form: DeleteForm) -> Response {
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <DeletePage visit=visit form=form/> })
}
