//! One subscription: its page, and every move on it.

use app::pages::subscriptions::{AcceptedSecret, Confirmation, SubscriptionDetail, SubscriptionPage};
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::subscription::{KnownSubscription, OldSecret, diagnose};
use leptos::view;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    services::subscriptions::{SubscriptionError, SubscriptionView},
    state::AppState,
    web::{
        errors::PageError,
        extract::session::Viewer,
        render::page,
        subscriptions::{explain, row},
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Params {
    done: Option<String>,
}

pub(in super::super) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let notice = params.done.as_deref().and_then(Move::from_name).map(|done| done.notice().to_owned());
    show(&state, viewer, read_id(&id)?, Said { notice, ..Said::default() }).await
}

pub(super) fn read_id(id: &str) -> Result<Uuid, PageError> {
    Uuid::parse_str(id).map_err(|_| PageError::NoSuchSubscription)
}

/// The one with this id.
pub(super) async fn find(state: &AppState, id: Uuid) -> Result<(Vec<SubscriptionView>, SubscriptionView), PageError> {
    let all = state.subscriptions.list().await?;
    let one = all.iter().find(|one| one.seen.webhook_id == id).cloned().ok_or(PageError::NoSuchSubscription)?;
    Ok((all, one))
}

/// What the page says beside how the subscription stands.
#[derive(Default)]
struct Said {
    notice: Option<String>,
    problem: Option<String>,
    confirmation: Confirmation,
}

async fn show(state: &AppState, viewer: Viewer, id: Uuid, said: Said) -> Result<Response, PageError> {
    let Said { notice, problem, confirmation } = said;
    let status = match (&problem, &confirmation.error) {
        (Some(_), _) => StatusCode::BAD_GATEWAY,
        (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, None) => StatusCode::OK,
    };
    let now = state.clock.now();
    let (all, one) = find(state, id).await?;
    let known: Vec<KnownSubscription> = all.iter().map(SubscriptionView::known).collect();
    let findings = diagnose(&known).findings.into_iter().filter(|finding| finding.id == id);
    let secrets =
        state.store.secrets_of(id).await?.into_iter().filter(|secret| secret.until.is_none_or(|until| now < until));
    let detail = SubscriptionDetail {
        problems: findings.map(|finding| finding.trouble).collect(),
        filtered: one.seen.filtered,
        created_at: one.seen.created_at,
        updated_at: one.seen.updated_at,
        figures: one.measured.map(|measured| (measured.figures, measured.at)),
        secrets: secrets.map(|one| AcceptedSecret { made_at: one.secret.created_at, until: one.until }).collect(),
        row: row(one, now),
        confirmation,
        notice,
        problem,
        now,
        may_administer: viewer.staff.role.may_administer(),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(status, &nonce, || view! { <SubscriptionPage visit=visit detail=detail/> }))
}

/// A move that a button makes. Its name is the last part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Pause,
    Activate,
    BringBack,
    Replay,
    Rotate,
    PointHere,
    TakeOver,
}

impl Move {
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
            Self::BringBack => "It is active again, and what was missed comes in the next moments.",
            Self::Replay => "What waits in the queue comes in the next moments.",
            Self::Rotate => "The secret was replaced. The old one is still accepted for what was signed before.",
            Self::PointHere => "It posts to Onramp’s present address now.",
            Self::TakeOver => "It is Onramp’s now, with a secret of its own.",
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct MoveForm {
    leaked: Option<String>,
}

pub(in super::super) async fn make_move(
    State(state): State<AppState>,
    Path((id, name)): Path<(String, String)>,
    viewer: Viewer,
    Form(form): Form<MoveForm>,
) -> Result<Response, PageError> {
    viewer.may_administer()?;
    let id = read_id(&id)?;
    let made = Move::from_name(&name).ok_or(PageError::NotFound)?;
    find(&state, id).await?;
    let old = if form.leaked.is_some() { OldSecret::Leaked } else { OldSecret::Kept };
    match carry_out(&state, id, made, old).await {
        Ok(()) => {
            tracing::info!(webhook = %id, what = name, by = viewer.staff.email, "a subscription was changed");
            Ok(Redirect::to(&format!("/subscriptions/{id}?done={name}")).into_response())
        }
        Err(error) => {
            let unsure = made == Move::Rotate && error.may_have_happened();
            let mut problem = explain(&name, error)?;
            if unsure {
                problem.push_str(
                    " Whether Catena took the new secret isn’t known, so both are accepted and nothing is lost. Replace it again to be sure.",
                );
            }
            show(&state, viewer, id, Said { problem: Some(problem), ..Said::default() }).await
        }
    }
}

async fn carry_out(state: &AppState, id: Uuid, made: Move, old: OldSecret) -> Result<(), SubscriptionError> {
    let subscriptions = &state.subscriptions;
    match made {
        Move::Pause => subscriptions.pause(id).await,
        Move::Activate => subscriptions.activate(id).await,
        Move::BringBack => {
            subscriptions.activate(id).await?;
            subscriptions.replay(id).await
        }
        Move::Replay => subscriptions.replay(id).await,
        Move::Rotate => subscriptions.rotate(id, old).await,
        Move::PointHere => subscriptions.point_here(id).await,
        Move::TakeOver => subscriptions.take_over(id).await,
    }
}

#[derive(Deserialize)]
pub(in super::super) struct DeleteForm {
    #[serde(default)]
    confirm: String,
}

pub(in super::super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    Form(form): Form<DeleteForm>,
) -> Result<Response, PageError> {
    viewer.may_administer()?;
    let id = read_id(&id)?;
    let (_, one) = find(&state, id).await?;
    let event = one.seen.event_name;
    if form.confirm.trim() != event {
        let error = Some(format!("This is not the event’s name. Type {event} to delete the subscription."));
        let confirmation = Confirmation { typed: form.confirm, error };
        return show(&state, viewer, id, Said { confirmation, ..Said::default() }).await;
    }
    match state.subscriptions.delete(id).await {
        Ok(()) => {
            tracing::info!(webhook = %id, event, by = viewer.staff.email, "a subscription was deleted");
            Ok(Redirect::to("/subscriptions?done=deleted").into_response())
        }
        Err(error) => {
            let problem = Some(explain("delete", error)?);
            let confirmation = Confirmation { typed: form.confirm, error: None };
            show(&state, viewer, id, Said { problem, confirmation, ..Said::default() }).await
        }
    }
}
