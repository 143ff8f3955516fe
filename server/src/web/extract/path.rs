//! What the `{id}` of a path names. Each extractor loads its row, or rejects with the matching 404 page.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use uuid::Uuid;

use crate::{
    services::subscriptions::{SubscriptionView, Subscriptions},
    state::AppState,
    store::{DeliveryKey, FleetRow, ImportKey, ImportRow, InvitationRow, StoredDelivery},
    web::errors::PageError,
};

async fn id<T: FromStr>(parts: &mut Parts) -> Option<T> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok())
}

/// An invitation and its fleet.
pub(crate) struct InvitationPath {
    pub invitation: InvitationRow,
    pub fleet: FleetRow,
}

impl FromRequestParts<AppState> for InvitationPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let id: Uuid = id(parts).await.ok_or(PageError::NoSuchInvitation)?;
        let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
        let fleet = state.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
        Ok(Self { invitation, fleet })
    }
}

/// A webhook subscription.
pub(crate) struct SubscriptionPath {
    pub subscription: SubscriptionView,
    /// All subscriptions, this one included: what is wrong with one may depend on the others.
    pub all: Vec<SubscriptionView>,
}

impl SubscriptionPath {
    /// The subscription with this id, as it is now.
    pub(crate) async fn load(subscriptions: &Subscriptions, id: Uuid) -> Result<Self, PageError> {
        let all = subscriptions.list().await?;
        let subscription = all.iter().find(|one| one.seen.webhook_id == id).cloned();
        Ok(Self { subscription: subscription.ok_or(PageError::NoSuchSubscription)?, all })
    }

    pub(crate) fn id(&self) -> Uuid {
        self.subscription.seen.webhook_id
    }
}

impl FromRequestParts<AppState> for SubscriptionPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let id = id(parts).await.ok_or(PageError::NoSuchSubscription)?;
        Self::load(&state.subscriptions, id).await
    }
}

/// An import.
pub(crate) struct ImportPath(pub ImportRow);

impl FromRequestParts<AppState> for ImportPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let key = id(parts).await.map(ImportKey).ok_or(PageError::NoSuchImport)?;
        Ok(Self(state.store.import(key).await?.ok_or(PageError::NoSuchImport)?))
    }
}

/// A delivery.
pub(crate) struct DeliveryPath(pub StoredDelivery);

impl FromRequestParts<AppState> for DeliveryPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let key = id(parts).await.map(DeliveryKey).ok_or(PageError::NoSuchDelivery)?;
        Ok(Self(state.store.delivery(key).await?.ok_or(PageError::NoSuchDelivery)?))
    }
}
