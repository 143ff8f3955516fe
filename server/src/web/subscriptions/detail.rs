//! One subscription: its page, and every action on it.

use std::sync::Arc;

use app::pages::subscriptions::{AcceptedSecret, Confirmation, SubscriptionDetail, SubscriptionPage};
use axum::{
    Form,
    extract::{FromRequestParts, Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::subscription::{KnownSubscription, OldSecret, diagnose};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    services::subscriptions::{SubscriptionError, SubscriptionView, Subscriptions},
    state::AppState,
    store::SharedStore,
    web::{
        errors::PageError,
        extract::{
            path::SubscriptionPath,
            session::{Administrator, Viewer},
        },
        render::page,
        subscriptions::{explain, row},
    },
};

/// What the page needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(in super::super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    subscriptions: Arc<Subscriptions>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Params {
    done: Option<String>,
}

pub(in super::super) async fn get(
    viewer: Viewer,
    parts: Parts,
    path: SubscriptionPath,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    let notice = params.done.as_deref().and_then(Action::from_name).map(|done| done.notice().to_owned());
    parts.show(viewer, path, Messages { notice, ..Messages::default() }).await
}

/// What the page says besides the subscription's state.
#[derive(Default)]
struct Messages {
    notice: Option<String>,
    problem: Option<String>,
    confirmation: Confirmation,
}

impl Parts {
    async fn show(&self, viewer: Viewer, path: SubscriptionPath, messages: Messages) -> Result<Response, PageError> {
        let Messages { notice, problem, confirmation } = messages;
        let status = match (&problem, &confirmation.error) {
            (Some(_), _) => StatusCode::BAD_GATEWAY,
            (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            (None, None) => StatusCode::OK,
        };
        let (id, now) = (path.id(), self.clock.now());
        let SubscriptionPath { subscription, all } = path;
        let known: Vec<KnownSubscription> = all.iter().map(SubscriptionView::known).collect();
        let findings = diagnose(&known).findings.into_iter().filter(|finding| finding.id == id);
        let secrets = self.store.secrets_of(id).await?;
        let accepted = secrets.into_iter().filter(|secret| secret.until.is_none_or(|until| now < until));
        let detail = SubscriptionDetail {
            problems: findings.map(|finding| finding.trouble).collect(),
            filtered: subscription.seen.filtered,
            created_at: subscription.seen.created_at,
            updated_at: subscription.seen.updated_at,
            figures: subscription.measured.map(|measured| (measured.figures, measured.at)),
            secrets: accepted.map(|one| AcceptedSecret { made_at: one.secret.created_at, until: one.until }).collect(),
            row: row(subscription, now),
            confirmation,
            notice,
            problem,
            now,
            may_administer: viewer.staff.role.may_administer(),
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <SubscriptionPage visit=visit detail=detail/> }))
    }
}

/// What a button does. Its name is the last part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Pause,
    Activate,
    BringBack,
    Replay,
    Rotate,
    PointHere,
    TakeOver,
}

impl Action {
    const ALL: [Self; 7] =
        [Self::Pause, Self::Activate, Self::BringBack, Self::Replay, Self::Rotate, Self::PointHere, Self::TakeOver];

    fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Activate => "activate",
            Self::BringBack => "bring-back",
            Self::Replay => "replay",
            Self::Rotate => "rotate",
            Self::PointHere => "point-here",
            Self::TakeOver => "take-over",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    fn notice(self) -> &'static str {
        match self {
            Self::Pause => "It is paused: Catena delivers nothing until it is activated.",
            Self::Activate => "It is active: Catena delivers from now on.",
            Self::BringBack => "It is active again, and missed deliveries arrive in the next moments.",
            Self::Replay => "The deliveries in its queue arrive in the next moments.",
            Self::Rotate => "The secret was replaced. The old one is still accepted for deliveries signed before.",
            Self::PointHere => "It posts to Onramp’s current address now.",
            Self::TakeOver => "It is Onramp’s now, with its own secret.",
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ActionInput {
    leaked: Option<String>,
}

/// The name of the action in the path.
#[derive(Deserialize)]
pub(in super::super) struct ActionPath {
    #[serde(rename = "move")]
    name: String,
}

pub(in super::super) async fn act(
    Administrator(viewer): Administrator,
    parts: Parts,
    Path(ActionPath { name }): Path<ActionPath>,
    path: SubscriptionPath,
    Form(input): Form<ActionInput>,
) -> Result<Response, PageError> {
    let id = path.id();
    let action = Action::from_name(&name).ok_or(PageError::NotFound)?;
    let old = if input.leaked.is_some() { OldSecret::Leaked } else { OldSecret::Kept };
    match carry_out(&parts.subscriptions, id, action, old).await {
        Ok(()) => {
            tracing::info!(webhook = %id, action = name, by = %viewer.staff.id, "staff changed a subscription");
            Ok(Redirect::to(&format!("/subscriptions/{id}?done={name}")).into_response())
        }
        Err(error) => {
            let is_uncertain = action == Action::Rotate && error.may_have_happened();
            let mut problem = explain(&name, error)?;
            if is_uncertain {
                problem.push_str(
                    " Whether Catena took the new secret isn’t known, so both are accepted and nothing is lost. Replace it again to be sure.",
                );
            }
            // The action may have changed something before it failed.
            let path = SubscriptionPath::load(&parts.subscriptions, id).await?;
            parts.show(viewer, path, Messages { problem: Some(problem), ..Messages::default() }).await
        }
    }
}

async fn carry_out(
    subscriptions: &Subscriptions,
    id: Uuid,
    action: Action,
    old: OldSecret,
) -> Result<(), SubscriptionError> {
    match action {
        Action::Pause => subscriptions.pause(id).await,
        Action::Activate => subscriptions.activate(id).await,
        Action::BringBack => {
            subscriptions.activate(id).await?;
            subscriptions.replay(id).await
        }
        Action::Replay => subscriptions.replay(id).await,
        Action::Rotate => subscriptions.rotate(id, old).await,
        Action::PointHere => subscriptions.point_here(id).await,
        Action::TakeOver => subscriptions.take_over(id).await,
    }
}

#[derive(Deserialize)]
pub(in super::super) struct DeleteInput {
    #[serde(default)]
    confirm: String,
}

pub(in super::super) async fn delete(
    Administrator(viewer): Administrator,
    parts: Parts,
    path: SubscriptionPath,
    Form(input): Form<DeleteInput>,
) -> Result<Response, PageError> {
    let id = path.id();
    let event = path.subscription.seen.event_name.clone();
    if input.confirm.trim() != event {
        let error = Some(format!("This is not the event’s name. Type {event} to delete the subscription."));
        let confirmation = Confirmation { typed: input.confirm, error };
        return parts.show(viewer, path, Messages { confirmation, ..Messages::default() }).await;
    }
    match parts.subscriptions.delete(id).await {
        Ok(()) => {
            tracing::info!(webhook = %id, event, by = %viewer.staff.id, "staff deleted a subscription");
            Ok(Redirect::to("/subscriptions?done=deleted").into_response())
        }
        Err(error) => {
            let problem = Some(explain("delete", error)?);
            let confirmation = Confirmation { typed: input.confirm, error: None };
            let path = SubscriptionPath::load(&parts.subscriptions, id).await?;
            parts.show(viewer, path, Messages { problem, confirmation, ..Messages::default() }).await
        }
    }
}
