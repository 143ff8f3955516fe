//! What was asked for with an invitation, as it is kept beside it and shown: never compared, never sent again.

use app::domain::invitation::{Checked, RESOURCES};
use serde_json::{Map, Value, json};

/// The fields with the words in which people read them.
const LABELS: [(&str, &str); 13] = [
    ("fleet_name", "Name sent to Catena"),
    ("fleet_email", "E-mail"),
    ("fleet_phone", "Phone"),
    ("fleet_website", "Website"),
    ("fleet_country_code", "Country"),
    ("fleet_regulatory_id", "Regulatory id"),
    ("fleet_regulatory_id_type", "Kind of regulatory id"),
    ("expires_in_hours", "Valid for (hours)"),
    ("limit_tsps", "Providers offered"),
    ("permissions", "Data asked for"),
    ("success_redirect_url", "Page on success"),
    ("failure_redirect_url", "Page on failure"),
    ("callback_url", "Callback"),
];

/// Writes it, without what was left empty.
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

/// Reads it as labels and values, in the order of the form. What was left to Catena is said, not left out.
pub fn for_people(json: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return Vec::new() };
    let rows = LABELS.iter().filter_map(|(field, label)| {
        let value = match (*field, fields.get(*field)) {
            ("permissions", None) => "Everything, to read".to_owned(),
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

fn permissions(value: &Value) -> String {
    let Some(levels) = value.as_object() else { return String::new() };
    let said = RESOURCES.iter().filter_map(|(resource, words)| {
        let level = levels.get(*resource)?.as_str()?;
        Some(if level == "read_write" { format!("{words} (to read and write)") } else { (*words).to_owned() })
    });
    said.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use app::domain::invitation::Draft;

    use super::*;

    #[test]
    fn what_was_left_to_catena_is_said() {
        let checked = Draft { fleet_ref: "F".into(), ..Draft::default() }.check().unwrap();
        let rows = for_people(&to_json(&checked));
        let want =
            [("Valid for (hours)", "24"), ("Providers offered", "All"), ("Data asked for", "Everything, to read")];
        assert_eq!(rows, want.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }

    #[test]
    fn levels_are_said_in_words() {
        let permissions = [("vehicle".to_owned(), "read".to_owned()), ("message".to_owned(), "read_write".to_owned())];
        let checked =
            Draft { fleet_ref: "F".into(), permissions: permissions.into(), ..Draft::default() }.check().unwrap();
        let rows = for_people(&to_json(&checked));
        assert!(rows.contains(&("Data asked for".into(), "Vehicles, Messages (to read and write)".into())), "{rows:?}");
    }
}
