//! The form that adds a subscription.

use app::pages::subscriptions::{AddForm, AddPage};
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::subscription::wrong_name;
use leptos::view;
use serde::Deserialize;

use super::{
    super::{errors::PageError, render::page},
    explain,
};
use crate::{services::subscriptions::SubscriptionError, state::AppState, web::extract::session::Viewer};
use catena::CatenaError;

pub(in super::super) async fn get(viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_administer()?;
    Ok(show(viewer, StatusCode::OK, AddForm::default()))
}

fn show(viewer: Viewer, status: StatusCode, form: AddForm) -> Response {
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <AddPage visit=visit form=form/> })
}

#[derive(Deserialize)]
pub(in super::super) struct Typed {
    #[serde(default)]
    event_name: String,
}

pub(in super::super) async fn post(
    State(state): State<AppState>,
    viewer: Viewer,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    viewer.may_administer()?;
    let form = AddForm { event_name: typed.event_name, ..AddForm::default() };
    let name = form.event_name.trim();
    if let Some(error) = wrong_name(name) {
        let form = AddForm { error: Some(error.to_owned()), ..form };
        return Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let error = match state.subscriptions.add(name).await {
        Ok(made) => {
            tracing::info!(event = name, made = made.len(), by = viewer.staff.email, "subscriptions were added");
            return Ok(Redirect::to(&format!("/subscriptions?made={}", made.len())).into_response());
        }
        Err(error) => error,
    };
    let beside = match &error {
        SubscriptionError::Catena(CatenaError::Conflict { .. }) => Some(
            "Catena has a subscription for this event to Onramp already, or for one that the wildcard stands for."
                .to_owned(),
        ),
        SubscriptionError::Catena(CatenaError::Invalid { fields }) => fields
            .iter()
            .find(|problem| problem.field() == "event_name")
            .map(|problem| format!("Catena says: {}.", problem.message.trim_end_matches('.'))),
        _ => None,
    };
    if let Some(error) = beside {
        let form = AddForm { error: Some(error), ..form };
        return Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let form = AddForm { problem: Some(explain("add", error)?), ..form };
    Ok(show(viewer, StatusCode::BAD_GATEWAY, form))
}
