//! Webhook subscriptions: what is there, and the button that makes what is missing.

use std::sync::Arc;

use app::{
    domain::subscription::missing,
    pages::{SubscriptionRow, SubscriptionsPage, SubscriptionsView},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use leptos::view;
use serde::Deserialize;

use super::{errors::PageError, render::page, visitor::Viewer};
use crate::onramp::Onramp;

#[derive(Deserialize)]
pub(super) struct Params {
    made: Option<u32>,
}

pub(super) async fn get(
    State(onramp): State<Arc<Onramp>>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let notice = params.made.map(|made| match made {
        0 => "Nothing was missing.".to_owned(),
        1 => "One subscription was made.".to_owned(),
        made => format!("{made} subscriptions were made."),
    });
    show(&onramp, viewer, StatusCode::OK, notice, None).await
}

pub(super) async fn ensure(State(onramp): State<Arc<Onramp>>, viewer: Viewer) -> Result<Response, PageError> {
    viewer.may_administer()?;
    match onramp.subscriber.ensure().await {
        Ok(all) => {
            let made = all.iter().filter(|ensured| ensured.is_new).count();
            Ok(Redirect::to(&format!("/subscriptions?made={made}")).into_response())
        }
        Err(error) => {
            tracing::warn!(%error, "webhooks could not be set up");
            show(&onramp, viewer, StatusCode::BAD_GATEWAY, None, Some(error.explain())).await
        }
    }
}

async fn show(
    onramp: &Onramp,
    viewer: Viewer,
    status: StatusCode,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, PageError> {
    let ours = onramp.store.subscriptions().await?;
    let there = ours.iter().filter(|ours| ours.status != "deleted").map(|ours| ours.event_name.as_str());
    let view = SubscriptionsView {
        missing: missing(there).into_iter().map(|ask| ask.event_name).collect(),
        rows: ours
            .into_iter()
            .map(|ours| SubscriptionRow {
                event_name: ours.event_name,
                status: ours.status,
                endpoint: ours.url,
                created_at: ours.created_at,
            })
            .collect(),
        endpoint: onramp.subscriber.endpoint().to_string(),
        problem,
        notice,
        may_administer: viewer.staff.role.may_administer(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <SubscriptionsPage visit=visit view=view/> }))
}
