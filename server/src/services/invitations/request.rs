//! The request behind an invitation, as it is stored beside it: to show it, and to repeat it when the invitation is renewed.

use std::collections::BTreeMap;

use domain::{
    invitation::request::{Checked, Draft, LABELS},
    resource::describe_levels,
};
use serde_json::{Map, Value, json};

/// As JSON, without empty fields.
pub fn to_json(checked: &Checked) -> String {
    let all = json!({
        "fleet_name": checked.fleet_name,
        "fleet_email": checked.fleet_email,
        "fleet_phone": checked.fleet_phone,
        "fleet_website": checked.fleet_website,
        "fleet_country_code": checked.fleet_country_code,
        "fleet_regulatory_id": checked.fleet_regulatory_id,
        "fleet_regulatory_id_type": checked.fleet_regulatory_id_type,
        "expires_in_hours": checked.expires_in_hours,
        "limit_tsps": checked.limit_tsps,
        "permissions": checked.permissions,
        "success_redirect_url": checked.success_redirect_url,
        "failure_redirect_url": checked.failure_redirect_url,
        "callback_url": checked.callback_url,
    });
    let filled: Map<String, Value> =
        all.as_object().cloned().unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null()).collect();
    Value::Object(filled).to_string()
}

/// As labels and values, in the order of the form, with the defaults that Catena applies.
pub fn describe(json: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return Vec::new() };
    let fields_shown = LABELS.iter().filter(|(field, _)| *field != "fleet_ref");
    let rows = fields_shown.filter_map(|(field, label)| {
        let value = match (*field, fields.get(*field)) {
            ("permissions", None) => "Read everything".to_owned(),
            ("limit_tsps", None) => "All".to_owned(),
            (_, None) => return None,
            ("permissions", Some(value)) => permissions(value),
            (_, Some(Value::Array(values))) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(other)) => other.to_string(),
        };
        Some(((*label).to_owned(), value))
    });
    rows.collect()
}

/// As a form that requests the same again; the fleet's name as typed is stored elsewhere. None for JSON that isn't ours.
pub fn to_draft(fleet_ref: &str, fleet_name: Option<&str>, json: &str) -> Option<Draft> {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return None };
    let text = |field: &str| match fields.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let levels = fields.get("permissions").and_then(Value::as_object).into_iter().flatten();
    let permissions: BTreeMap<String, String> =
        levels.filter_map(|(resource, level)| Some((resource.clone(), level.as_str()?.to_owned()))).collect();
    Some(Draft {
        fleet_ref: fleet_ref.to_owned(),
        fleet_name: fleet_name.map_or_else(|| text("fleet_name"), str::to_owned),
        fleet_email: text("fleet_email"),
        fleet_phone: text("fleet_phone"),
        fleet_website: text("fleet_website"),
        fleet_country_code: text("fleet_country_code"),
        fleet_regulatory_id: text("fleet_regulatory_id"),
        fleet_regulatory_id_type: text("fleet_regulatory_id_type"),
        expires_in_hours: text("expires_in_hours"),
        success_redirect_url: text("success_redirect_url"),
        failure_redirect_url: text("failure_redirect_url"),
        callback_url: text("callback_url"),
        limit_tsps: text("limit_tsps"),
        permissions,
    })
}

fn permissions(value: &Value) -> String {
    let levels = value.as_object().into_iter().flatten();
    describe_levels(levels.filter_map(|(resource, level)| Some((resource.as_str(), level.as_str()?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_catena_are_shown() {
        let checked = Draft { fleet_ref: "F".into(), ..Draft::default() }.check().unwrap();
        let rows = describe(&to_json(&checked));
        let want =
            [("Link valid for (hours)", "24"), ("Providers to offer", "All"), ("Data to request", "Read everything")];
        assert_eq!(rows, want.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }

    #[test]
    fn levels_are_described() {
        let permissions = [("vehicle".to_owned(), "read".to_owned()), ("message".to_owned(), "read_write".to_owned())];
        let checked =
            Draft { fleet_ref: "F".into(), permissions: permissions.into(), ..Draft::default() }.check().unwrap();
        let rows = describe(&to_json(&checked));
        assert!(rows.contains(&("Data to request".into(), "Vehicles, Messages (read and write)".into())), "{rows:?}");
    }

    #[test]
    fn the_same_can_be_requested_again() {
        let draft = Draft {
            fleet_ref: "FLEET-42".into(),
            fleet_name: "J.B. Hunt".into(),
            fleet_email: "ops@acme.example".into(),
            fleet_phone: "+14155551234".into(),
            fleet_website: "https://acme.example".into(),
            fleet_country_code: "USA".into(),
            fleet_regulatory_id: "123456".into(),
            fleet_regulatory_id_type: "DOT".into(),
            expires_in_hours: "48".into(),
            success_redirect_url: "https://us.example/yes".into(),
            failure_redirect_url: "https://us.example/no".into(),
            callback_url: "https://us.example/events".into(),
            limit_tsps: "samsara, geotab".into(),
            permissions: [("vehicle".to_owned(), "read".to_owned())].into(),
        };
        let checked = draft.check().unwrap();
        let again = to_draft("FLEET-42", checked.display_name.as_deref(), &to_json(&checked)).unwrap();
        assert_eq!(again, draft);
        assert_eq!(again.check().unwrap(), checked);
        assert_eq!(to_draft("F", None, &to_json(&checked)).unwrap().fleet_name, "JB Hunt");
        assert_eq!(to_draft("F", None, "nonsense"), None);
    }
}
