//! The page of one delivery: its headers, its payload, what it changed, and the buttons for it.

use std::sync::Arc;

use app::pages::deliveries::{DeliveryChange, DeliveryDetail, DeliveryPage};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::events::{delivery::DeliveryState, redaction::redact};
use leptos::view;
use serde::Deserialize;

use super::parts::{Parts, explain, listed};
use crate::{
    store::StoredDelivery,
    web::{
        errors::PageError,
        extract::{
            path::DeliveryPath,
            session::{Operator, Viewer},
        },
        render::page,
    },
    webhooks::reprocess::Reprocessor,
};

/// Other deliveries shown beside one.
const SIBLINGS: u32 = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct DetailParams {
    done: Option<String>,
}

pub(in crate::web) async fn detail(
    viewer: Viewer,
    parts: Parts,
    DeliveryPath(delivery): DeliveryPath,
    Query(params): Query<DetailParams>,
) -> Result<Response, PageError> {
    let notice = match params.done.as_deref() {
        Some("process") => Some("It is being processed again. Reload this page to see the result."),
        Some("verify") => Some("It could be verified now, and is being processed. Reload this page to see the result."),
        Some("refused") => Some("It was verified again, and still can’t be believed: see the reason."),
        _ => None,
    };
    parts.show_one(viewer, delivery, notice.map(str::to_owned), None).await
}

impl Parts {
    async fn show_one(
        &self,
        viewer: Viewer,
        delivery: StoredDelivery,
        notice: Option<String>,
        problem: Option<String>,
    ) -> Result<Response, PageError> {
        let key = delivery.row.key;
        let changes = self.store.changes_of(key).await?.into_iter().map(|change| DeliveryChange {
            effect: change.effect,
            fact: change.fact,
            fleet_ref: change.fleet_ref,
        });
        let status = if problem.is_some() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
        let detail = DeliveryDetail {
            event_id: delivery.row.event_id.map(|id| id.to_string()),
            ended_at: delivery.ended_at,
            headers: headers(&delivery),
            payload: payload(&delivery),
            row: listed(delivery.row),
            changes: changes.collect(),
            siblings: self.store.siblings(key, SIBLINGS).await?.into_iter().map(listed).collect(),
            now: self.clock.now(),
            notice,
            problem,
            may_operate: viewer.staff.role.may_operate(),
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <DeliveryPage visit=visit detail=detail/> }))
    }
}

fn headers(delivery: &StoredDelivery) -> Vec<(String, String)> {
    let StoredDelivery { row, sent_at, signature, headers, .. } = delivery;
    let own = [
        ("X-Catena-Timestamp", sent_at.clone()),
        ("X-Catena-Signature", signature.clone()),
        ("X-Webhook-ID", row.webhook_id.clone()),
        ("X-Delivery-Attempt", row.attempt.map(|attempt| attempt.to_string())),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    own.chain(headers.clone()).collect()
}

fn payload(delivery: &StoredDelivery) -> Result<String, &'static str> {
    match (&delivery.body, delivery.row.state) {
        // Redacted again: an older version may have stored more than is shown today.
        (Some(body), _) => {
            let body = redact(body.clone(), delivery.row.event_name.as_deref());
            serde_json::to_string_pretty(&body).map_err(|_| "It can’t be shown.")
        }
        (None, DeliveryState::Received) => Err("Encrypted until it is processed: it may contain secrets."),
        (None, DeliveryState::Quarantined) => Err("Encrypted: it could not be verified, and may contain secrets."),
        (None, _) => Err("Encrypted: it could not be read, so it is unknown which parts are secret."),
    }
}

pub(in crate::web) async fn process_again(
    Operator(viewer): Operator,
    State(reprocessor): State<Arc<Reprocessor>>,
    DeliveryPath(delivery): DeliveryPath,
) -> Result<Redirect, PageError> {
    let key = delivery.row.key;
    let released = reprocessor.process_again(key).await?;
    tracing::info!(delivery = key.0, released, by = %viewer.staff.id, "staff released a parked delivery");
    // If somebody else was faster, there is nothing to say.
    Ok(Redirect::to(&format!("/deliveries/{}{}", key.0, if released { "?done=process" } else { "" })))
}

pub(in crate::web) async fn verify_again(
    Operator(viewer): Operator,
    parts: Parts,
    DeliveryPath(delivery): DeliveryPath,
) -> Result<Response, PageError> {
    let key = delivery.row.key;
    match parts.reprocessor.verify_again(key).await {
        Ok(verdict) => {
            let done = match verdict {
                None => "",
                Some(Ok(())) => "?done=verify",
                Some(Err(_)) => "?done=refused",
            };
            tracing::info!(delivery = key.0, ?verdict, by = %viewer.staff.id, "staff reverified a delivery");
            Ok(Redirect::to(&format!("/deliveries/{}{done}", key.0)).into_response())
        }
        Err(error) => parts.show_one(viewer, delivery, None, Some(explain(error)?)).await,
    }
}
