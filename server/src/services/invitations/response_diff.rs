//! The differences between a request and Catena's answer, as they are stored beside the invitation.

use domain::invitation::{
    request::label,
    response_diff::{Difference, Returned},
};
use serde::{Deserialize, Serialize};

use catena::Invitation;

/// A stored difference. The names in JSON are those of earlier versions.
#[derive(Serialize, Deserialize)]
struct Json {
    field: String,
    #[serde(rename = "asked")]
    requested: String,
    #[serde(rename = "kept")]
    returned: String,
}

/// A difference for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabeledDifference {
    /// The field's label.
    pub label: &'static str,
    /// What was requested.
    pub requested: String,
    /// What Catena returned.
    pub returned: String,
}

/// The part of Catena's answer that can be compared with the request.
pub fn returned(invitation: &Invitation) -> Returned {
    let levels = invitation.permissions.iter();
    Returned {
        fleet_ref: invitation.fleet_ref.clone(),
        fleet_name: invitation.fleet_name.clone(),
        fleet_email: invitation.fleet_email.clone(),
        fleet_phone: invitation.fleet_phone.clone(),
        fleet_website: invitation.fleet_website.clone(),
        fleet_country_code: invitation.fleet_country_code.clone(),
        fleet_regulatory_id: invitation.fleet_regulatory_id.clone(),
        fleet_regulatory_id_type: invitation.fleet_regulatory_id_type.clone(),
        success_redirect_url: invitation.success_redirect_url.clone(),
        failure_redirect_url: invitation.failure_redirect_url.clone(),
        callback_url: invitation.callback_url.clone(),
        limit_tsps: invitation.limit_tsps.clone(),
        permissions: levels.map(|(resource, level)| (resource.to_string(), level.to_string())).collect(),
        expires_at: Some(invitation.expires_at),
    }
}

/// As JSON; none if nothing differs.
pub fn to_json(differences: Vec<Difference>) -> Option<String> {
    let rows: Vec<Json> = differences
        .into_iter()
        .map(|Difference { field, requested, returned }| Json { field: field.to_owned(), requested, returned })
        .collect();
    (!rows.is_empty()).then(|| serde_json::to_string(&rows).unwrap_or_default())
}

/// From JSON; empty for what isn't ours.
pub fn from_json(json: &str) -> Vec<LabeledDifference> {
    let rows: Vec<Json> = serde_json::from_str(json).unwrap_or_default();
    let labeled = rows.into_iter().map(|row| LabeledDifference {
        label: label(&row.field),
        requested: row.requested,
        returned: row.returned,
    });
    labeled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_survive_storage() {
        let difference = Difference { field: "fleet_name", requested: "JB Hunt".into(), returned: "nothing".into() };
        let json = to_json(vec![difference]).unwrap();
        assert_eq!(json, r#"[{"field":"fleet_name","asked":"JB Hunt","kept":"nothing"}]"#);
        let (requested, returned) = ("JB Hunt".to_owned(), "nothing".to_owned());
        assert_eq!(from_json(&json), [LabeledDifference { label: "Fleet name", requested, returned }]);
        assert_eq!(to_json(vec![]), None);
        assert_eq!(from_json("nonsense"), []);
    }
}
