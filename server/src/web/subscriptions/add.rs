//! The form that adds a subscription.

use std::sync::Arc;

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

use super::explain;
use crate::{
    services::subscriptions::{SubscriptionError, Subscriptions},
    web::{
        errors::PageError,
        extract::session::{Administrator, Viewer},
        render::page,
    },
};
use catena::CatenaError;

pub(in super::super) async fn get(Administrator(viewer): Administrator) -> Response {
    show(viewer, StatusCode::OK, AddForm::default())
}

fn show(viewer: Viewer, status: StatusCode, form: AddForm) -> Response {
    let Viewer { visit, nonce, .. } = viewer;
    page(status, &nonce, || view! { <AddPage visit=visit form=form/> })
}

#[derive(Deserialize)]
pub(in super::super) struct AddInput {
    #[serde(default)]
    event_name: String,
}

pub(in super::super) async fn post(
    Administrator(viewer): Administrator,
    State(subscriptions): State<Arc<Subscriptions>>,
    Form(input): Form<AddInput>,
) -> Result<Response, PageError> {
    let form = AddForm { event_name: input.event_name, ..AddForm::default() };
    let name = form.event_name.trim();
    if let Some(error) = wrong_name(name) {
        let form = AddForm { error: Some(error.to_owned()), ..form };
        return Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let error = match subscriptions.add(name).await {
        Ok(added) => {
            tracing::info!(event = name, added = added.len(), by = %viewer.staff.id, "staff added subscriptions");
            return Ok(Redirect::to(&format!("/subscriptions?made={}", added.len())).into_response());
        }
        Err(error) => error,
    };
    if let Some(error) = name_error(&error) {
        let form = AddForm { error: Some(error), ..form };
        return Ok(show(viewer, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let form = AddForm { problem: Some(explain("add", error)?), ..form };
    Ok(show(viewer, StatusCode::BAD_GATEWAY, form))
}

/// What is wrong with the event name, if that is why Catena refused.
fn name_error(error: &SubscriptionError) -> Option<String> {
    match error {
        SubscriptionError::Catena(CatenaError::Conflict { .. }) => Some(
            "Catena already has a subscription for this event to Onramp, or for one that the wildcard stands for."
                .to_owned(),
        ),
        SubscriptionError::Catena(CatenaError::Invalid { fields }) => fields
            .iter()
            .find(|problem| problem.field() == "event_name")
            .map(|problem| format!("Catena says: {}.", problem.message.trim_end_matches('.'))),
        _ => None,
    }
}
