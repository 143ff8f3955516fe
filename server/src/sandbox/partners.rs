//! The partner's own record and its properties, to be read (CONTRACT.md 9). Setting a property is a lever of `control`.

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Change, Sandbox,
    auth::Bearer,
    errors::ApiError,
    onboarding::{PARTNER_NAME, PARTNER_SLUG},
    paging::{PageAsk, Params, Place, Total, page, uuid},
    state::{PartnerProperty, State as Remembered},
};

/// A choice: the sandbox's partner has been there since the beginning of 2026.
fn made_at() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH.saturating_add(time::Duration::days(20_454))
}

/// `PartnerRead`.
fn show(state: &Remembered) -> Value {
    let made_at = app::domain::moment::rfc3339(made_at());
    json!({
        "id": state.partner_id,
        "name": PARTNER_NAME,
        "slug": PARTNER_SLUG,
        "description": null,
        "websites": null,
        "parent_partner_id": null,
        "categories": [],
        "is_sandbox": true,
        "created_at": made_at,
        "updated_at": made_at,
    })
}

/// `GET /v2/orgs/partners`: a partner gets itself.
pub(super) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("partner:read")?;
    let ask = PageAsk::read(&params)?;
    Ok(Json(sandbox.read(|state, _| {
        let rows = vec![(Place::new(made_at(), state.partner_id), state)];
        page(rows, &ask, Total::Told, |state| show(state))
    })))
}

fn own(state: &Remembered, id: &str) -> Result<(), ApiError> {
    if uuid("path.partner_id", id)? == state.partner_id { Ok(()) } else { Err(ApiError::NotFound) }
}

/// `GET /v2/orgs/partners/{partner_id}`
pub(super) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("partner:read")?;
    sandbox.read(|state, _| own(state, &id).map(|()| Json(show(state))))
}

/// `GET /v2/orgs/partners/{partner_id}/properties`: a bare array.
pub(super) async fn properties(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Vec<Value>>, ApiError> {
    bearer.needs("partner-property:read")?;
    sandbox.read(|state, _| {
        own(state, &id)?;
        let shown = state.partner_properties.iter().map(|(key, property)| {
            let PartnerProperty { id, value, created_at } = property;
            let created_at = app::domain::moment::rfc3339(*created_at);
            json!({ "id": id, "partner_id": state.partner_id, "key": key, "value": value, "created_at": created_at })
        });
        Ok(Json(shown.collect()))
    })
}

impl Change<'_> {
    /// Sets a property, or takes it away.
    pub(super) fn set_partner_property(&mut self, key: String, value: Option<String>) {
        let id: Uuid = self.entropy.uuid_v4();
        match value {
            Some(value) => {
                let property = PartnerProperty { id, value, created_at: self.now };
                self.state.partner_properties.insert(key, property);
            }
            None => drop(self.state.partner_properties.remove(&key)),
        }
    }
}
