//! The properties of fleets and partners (CONTRACT.md 7 and 9): the same calls, with other scopes and keys.

use axum::{Json, body::Bytes, http::StatusCode};
use domain::timestamp;
use serde_json::{Value, json};

use crate::{
    api::call::Call,
    engine::property::{KeyValue, OwnerKind},
    request::body::Fields,
    state::{
        checks,
        enums::{FLEET_PROPERTIES, PARTNER_PROPERTIES},
        error::ApiError,
        records::Property,
    },
};

/// How the calls for one kind of owner differ from the others.
pub(crate) struct Owner {
    kind: OwnerKind,
    /// The name of the owner's id, in paths and answers.
    id_name: &'static str,
    keys: &'static [&'static str],
    read_scope: &'static str,
    create_scope: &'static str,
    delete_scope: &'static str,
}

/// Below `/v2/orgs/fleets/{fleet_id}`
pub(crate) const FLEET: Owner = Owner {
    kind: OwnerKind::Fleet,
    id_name: "fleet_id",
    keys: &FLEET_PROPERTIES,
    read_scope: "fleet:read",
    create_scope: "fleet:create",
    delete_scope: "fleet:delete",
};

/// Below `/v2/orgs/partners/{partner_id}`. Deleting takes the create scope (CONTRACT.md 2).
pub(crate) const PARTNER: Owner = Owner {
    kind: OwnerKind::Partner,
    id_name: "partner_id",
    keys: &PARTNER_PROPERTIES,
    read_scope: "partner-property:read",
    create_scope: "partner-property:create",
    delete_scope: "partner-property:create",
};

impl Owner {
    /// `FleetPropertyRead` or `PartnerPropertyRead`
    fn show(&self, property: &Property) -> Value {
        json!({
            "id": property.id,
            self.id_name: property.owner,
            "key": property.key,
            "value": property.value,
            "created_at": timestamp::rfc3339(property.created_at),
        })
    }
}

fn read_pair(body: &mut Fields, keys: &[&str]) -> KeyValue {
    let key = body.required("key", checks::any);
    if !key.is_empty() && !keys.contains(&key.as_str()) {
        body.refuse("key", ("Input should be one of the listed words", "enum"));
    }
    (key, body.required("value", checks::any))
}

/// Reads the properties in the field `name` of a body.
pub(crate) fn read_pairs_in(body: &mut Fields, name: &str, keys: &[&str]) -> Vec<KeyValue> {
    let mut pairs = Vec::new();
    for mut each in body.objects(name).unwrap_or_default() {
        pairs.push(read_pair(&mut each, keys));
        body.add_problems_of(name, each);
    }
    pairs
}

/// `GET …/properties`: an array.
pub(crate) async fn list(call: Call, owner: &Owner) -> Result<Json<Vec<Value>>, ApiError> {
    call.needs(owner.read_scope)?;
    let id = call.id(owner.id_name)?;
    call.sandbox.read(|state, _| {
        let properties = state.properties_of(owner.kind, id)?;
        Ok(Json(properties.into_iter().map(|property| owner.show(property)).collect()))
    })
}

/// `POST …/properties`: 201. Takes and returns an array.
pub(crate) async fn add(call: Call, owner: &Owner, body: Bytes) -> Result<(StatusCode, Json<Vec<Value>>), ApiError> {
    call.needs(owner.create_scope)?;
    let id = call.id(owner.id_name)?;
    let read = |mut fields: Fields| {
        let pair = read_pair(&mut fields, owner.keys);
        (fields, pair)
    };
    let pairs = Fields::finish_each(Fields::parse_each(&body)?.into_iter().map(read).collect())?;
    call.sandbox.change(|change| {
        change.state.properties_of(owner.kind, id)?;
        let added = change.add_properties(owner.kind, id, pairs)?;
        Ok((StatusCode::CREATED, Json(added.iter().map(|property| owner.show(property)).collect())))
    })
}

/// `DELETE …/properties/{property_id}`
pub(crate) async fn delete(call: Call, owner: &Owner) -> Result<StatusCode, ApiError> {
    call.needs(owner.delete_scope)?;
    let (id, property_id) = (call.id(owner.id_name)?, call.id("property_id")?);
    call.sandbox.change(|change| {
        change.state.properties_of(owner.kind, id)?;
        change.delete_property(owner.kind, id, property_id)
    })?;
    Ok(StatusCode::NO_CONTENT)
}
