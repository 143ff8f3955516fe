//! What Catena kept otherwise than it was asked to, as it is kept beside the invitation and shown.

use app::pages::DifferenceRow;
use domain::invitation::{
    request::label,
    response_diff::{Difference, Returned},
};
use serde::{Deserialize, Serialize};

use catena::Invitation;

#[derive(Serialize, Deserialize)]
struct Json {
    field: String,
    asked: String,
    kept: String,
}

/// The part of Catena's answer that can be compared with what was asked.
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

/// Writes it; none where nothing differs.
pub fn to_json(differences: Vec<Difference>) -> Option<String> {
    let rows: Vec<Json> = differences
        .into_iter()
        .map(|Difference { field, asked, kept }| Json { field: field.to_owned(), asked, kept })
        .collect();
    (!rows.is_empty()).then(|| serde_json::to_string(&rows).unwrap_or_default())
}

/// Reads it for people.
pub fn for_people(json: &str) -> Vec<DifferenceRow> {
    let rows: Vec<Json> = serde_json::from_str(json).unwrap_or_default();
    rows.into_iter()
        .map(|row| DifferenceRow { label: label(&row.field).to_owned(), asked: row.asked, kept: row.kept })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_survive_being_kept() {
        let found = Difference { field: "fleet_name", asked: "JB Hunt".into(), kept: "nothing".into() };
        let rows = for_people(&to_json(vec![found]).unwrap());
        assert_eq!(
            rows,
            [DifferenceRow { label: "Fleet’s name".into(), asked: "JB Hunt".into(), kept: "nothing".into() }]
        );
        assert_eq!(to_json(vec![]), None);
        assert_eq!(for_people("nonsense"), []);
    }
}
