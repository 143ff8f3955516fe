//! An invitation as staff fill it in, and the rules it must keep before Catena is asked (CONTRACT.md 5).

use std::collections::BTreeMap;

use url::Url;

use crate::{
    country::by_code,
    fleet::{check_fleet_ref, name_for_catena},
    staff::check_email,
};

/// Shortest and longest life of an invitation, in hours (CONTRACT.md 5: 672 hours are 28 days).
pub const EXPIRY_HOURS: std::ops::RangeInclusive<u32> = 1..=672;
/// Life of an invitation where nothing else is said, in hours.
pub const EXPIRY_DEFAULT: u32 = 24;
/// Longest URL that Catena takes, in characters.
pub const URL_MAX: usize = 2083;

/// The resources that a partner may ask for, with the words in which a person says them (CONTRACT.md 11, "All enums").
pub const RESOURCES: [(&str, &str); 30] = [
    ("vehicle", "Vehicles"),
    ("vehicle_location", "Vehicle locations"),
    ("vehicle_sensor", "Vehicle sensors"),
    ("vehicle_region_segment", "Vehicle region segments"),
    ("trailer", "Trailers"),
    ("trailer_location", "Trailer locations"),
    ("trailer_status", "Trailer status"),
    ("trailer_association", "Trailer associations"),
    ("trailer_vehicle_association", "Trailers and their vehicles"),
    ("asset", "Other assets"),
    ("user", "Users and drivers"),
    ("driver_association", "Driver associations"),
    ("driver_vehicle_association", "Drivers and their vehicles"),
    ("driver_event_log", "Driver event logs"),
    ("driver_safety_event", "Driver safety events"),
    ("dvir_log", "Inspection reports (DVIR)"),
    ("dvir_log_defect", "Inspection defects"),
    ("engine_log", "Engine logs"),
    ("engine_status", "Engine status"),
    ("fuel_transaction", "Fuel transactions"),
    ("hos_availability", "Hours of service: availability"),
    ("hos_daily_snapshot", "Hours of service: daily snapshots"),
    ("hos_event", "Hours of service: events"),
    ("hos_event_annotation", "Hours of service: annotations"),
    ("hos_event_attachment", "Hours of service: attachments"),
    ("hos_violation", "Hours of service: violations"),
    ("ifta_summary", "IFTA summaries"),
    ("location_segment", "Location segments"),
    ("message", "Messages"),
    ("workflow", "Workflows"),
];

/// Every field by name, in the form's order, with its label.
pub const LABELS: [(&str, &str); 14] = [
    ("fleet_ref", "Reference"),
    ("fleet_name", "Fleet name"),
    ("fleet_email", "Contact e-mail"),
    ("expires_in_hours", "Link valid for (hours)"),
    ("fleet_phone", "Contact phone"),
    ("fleet_website", "Website"),
    ("fleet_country_code", "Country"),
    ("fleet_regulatory_id", "Regulatory ID"),
    ("fleet_regulatory_id_type", "ID type"),
    ("limit_tsps", "Providers to offer"),
    ("permissions", "Data to request"),
    ("success_redirect_url", "Success page"),
    ("failure_redirect_url", "Failure page"),
    ("callback_url", "Callback address"),
];

/// The label of the field with this name; for one that the form lacks, what the form is about.
pub fn label(name: &str) -> &'static str {
    LABELS.iter().find(|(field, _)| *field == name).map_or("Invitation", |(_, label)| label)
}

/// Levels in words: `Vehicles, Messages (read and write)`; none at all is everything.
pub fn say_levels<'a>(levels: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let levels: BTreeMap<&str, &str> = levels.into_iter().collect();
    let known = RESOURCES.iter().filter_map(|(resource, words)| Some((*words, *levels.get(resource)?)));
    // What this version has no word for comes last, as it is (CONTRACT.md 13.22).
    let is_known = |name: &str| RESOURCES.iter().any(|(resource, _)| *resource == name);
    let unknown = levels.iter().filter(|(name, _)| !is_known(name)).map(|(name, level)| (*name, *level));
    let said = known.chain(unknown).map(|(words, level)| match level {
        "read" => words.to_owned(),
        "read_write" => format!("{words} (read and write)"),
        other => format!("{words} ({other})"),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// The short names of providers in a text that separates them by commas, spaces or new lines.
pub fn split_providers(text: &str) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for slug in text.split([',', ' ', '\n', '\r', ';']).filter_map(filled) {
        if !slugs.iter().any(|known| known == slug) {
            slugs.push(slug.to_owned());
        }
    }
    slugs
}

/// What was typed, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name, as people write it.
    pub fleet_name: String,
    /// Contact e-mail.
    pub fleet_email: String,
    /// Contact phone.
    pub fleet_phone: String,
    /// Website.
    pub fleet_website: String,
    /// Country, ISO 3166 alpha-3.
    pub fleet_country_code: String,
    /// Regulatory id, for example a DOT number.
    pub fleet_regulatory_id: String,
    /// What kind of id that is; free text.
    pub fleet_regulatory_id_type: String,
    /// Hours until the link runs out.
    pub expires_in_hours: String,
    /// Where the fleet lands on success.
    pub success_redirect_url: String,
    /// Where the fleet lands otherwise.
    pub failure_redirect_url: String,
    /// Where Catena posts this invitation's events besides our subscriptions.
    pub callback_url: String,
    /// Providers to offer, separated by commas, spaces or new lines; nothing for all.
    pub limit_tsps: String,
    /// Level by resource; a resource that is left out isn't asked for. Empty: `read` on everything.
    pub permissions: BTreeMap<String, String>,
}

/// An invitation that keeps the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The name as typed: kept on our side.
    pub display_name: Option<String>,
    /// The name as Catena takes it.
    pub fleet_name: Option<String>,
    /// Contact e-mail.
    pub fleet_email: Option<String>,
    /// Contact phone, E.164.
    pub fleet_phone: Option<String>,
    /// Website.
    pub fleet_website: Option<String>,
    /// Country, ISO 3166 alpha-3, capitals.
    pub fleet_country_code: Option<String>,
    /// Regulatory id.
    pub fleet_regulatory_id: Option<String>,
    /// Kind of the regulatory id.
    pub fleet_regulatory_id_type: Option<String>,
    /// Hours until the link runs out.
    pub expires_in_hours: u32,
    /// Where the fleet lands on success.
    pub success_redirect_url: Option<String>,
    /// Where the fleet lands otherwise.
    pub failure_redirect_url: Option<String>,
    /// Where Catena posts this invitation's events besides.
    pub callback_url: Option<String>,
    /// Providers to offer; none for all.
    pub limit_tsps: Option<Vec<String>>,
    /// Level by resource; none for `read` on everything.
    pub permissions: Option<BTreeMap<String, String>>,
}

/// What is wrong with which field: field name to a sentence that says what to do.
pub type FieldErrors = BTreeMap<String, String>;

impl Draft {
    /// Checks every field and gives the invitation, or a sentence for each field that must change.
    pub fn check(&self) -> Result<Checked, FieldErrors> {
        let mut errors = Errors(FieldErrors::new());
        let checked = Checked {
            fleet_ref: errors.take("fleet_ref", check_fleet_ref(&self.fleet_ref).map(str::to_owned)),
            display_name: filled(&self.fleet_name).map(str::to_owned),
            fleet_name: errors.optional("fleet_name", &self.fleet_name, name),
            fleet_email: errors
                .optional("fleet_email", &self.fleet_email, |text| check_email(text).map_err(|e| e.to_string())),
            fleet_phone: errors.optional("fleet_phone", &self.fleet_phone, phone),
            fleet_website: errors.optional("fleet_website", &self.fleet_website, website),
            fleet_country_code: errors.optional("fleet_country_code", &self.fleet_country_code, country),
            fleet_regulatory_id: filled(&self.fleet_regulatory_id).map(str::to_owned),
            fleet_regulatory_id_type: filled(&self.fleet_regulatory_id_type).map(str::to_owned),
            expires_in_hours: errors.take("expires_in_hours", hours(&self.expires_in_hours)),
            success_redirect_url: errors
                .optional("success_redirect_url", &self.success_redirect_url, |text| web_address(text, false)),
            failure_redirect_url: errors
                .optional("failure_redirect_url", &self.failure_redirect_url, |text| web_address(text, false)),
            callback_url: errors.optional("callback_url", &self.callback_url, |text| web_address(text, true)),
            limit_tsps: errors.optional("limit_tsps", &self.limit_tsps, providers),
            permissions: errors.take("permissions", permissions(&self.permissions)),
        };
        match (&checked.fleet_regulatory_id, &checked.fleet_regulatory_id_type) {
            (Some(_), None) => {
                errors.add("fleet_regulatory_id_type", "Enter the type of the ID, for example, DOT, MC, or EASA.");
            }
            (None, Some(_)) => errors.add("fleet_regulatory_id", "Enter the ID, or clear its type."),
            _ => {}
        }
        if errors.0.is_empty() { Ok(checked) } else { Err(errors.0) }
    }
}

struct Errors(FieldErrors);

impl Errors {
    fn add(&mut self, field: &str, problem: impl ToString) {
        self.0.insert(field.to_owned(), problem.to_string());
    }

    fn take<T: Default>(&mut self, field: &str, result: Result<T, impl ToString>) -> T {
        result.unwrap_or_else(|problem| {
            self.add(field, problem);
            T::default()
        })
    }

    fn optional<T>(&mut self, field: &str, text: &str, check: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let result = check(filled(text)?);
        result.map_err(|problem| self.add(field, problem)).ok()
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// The name as Catena takes it, or why none of it is left.
pub fn name(text: &str) -> Result<String, String> {
    let cleaned = name_for_catena(text);
    if cleaned.is_empty() {
        Err("Catena accepts only letters, digits, and spaces, and this name has none.".into())
    } else if text.chars().count() > 200 {
        Err("Keep it to 200 characters.".into())
    } else {
        Ok(cleaned)
    }
}

fn phone(text: &str) -> Result<String, String> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0') {
        Ok(number)
    } else {
        Err("Enter the number with “+” and the country code, such as +1 415 555 1234.".into())
    }
}

fn website(text: &str) -> Result<String, String> {
    if text.contains("://") { web_address(text, false) } else { web_address(&format!("https://{text}"), false) }
}

fn web_address(text: &str, https_only: bool) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| "Enter a complete address, such as https://example.com/page.".to_owned())?;
    if https_only && url.scheme() != "https" {
        Err("Catena only calls HTTPS addresses.".into())
    } else if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        Err("Enter a web address that starts with https:// or http://.".into())
    } else if text.len() > URL_MAX {
        Err(format!("Keep it to {URL_MAX} characters."))
    } else {
        Ok(text.to_owned())
    }
}

fn country(text: &str) -> Result<String, String> {
    by_code(text)
        .map(|country| country.code.to_owned())
        .ok_or_else(|| "Use the three-letter country code, such as USA, CAN, or MEX.".into())
}

/// Reads how many hours a link is to work; nothing typed is [`EXPIRY_DEFAULT`].
pub fn hours(text: &str) -> Result<u32, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(EXPIRY_DEFAULT);
    }
    text.parse()
        .ok()
        .filter(|hours| EXPIRY_HOURS.contains(hours))
        .ok_or_else(|| format!("Enter whole hours from {} to {} (28 days).", EXPIRY_HOURS.start(), EXPIRY_HOURS.end()))
}

fn providers(text: &str) -> Result<Vec<String>, String> {
    let slugs = split_providers(text);
    match slugs.iter().find(|slug| !slug.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))) {
        Some(bad) => Err(format!("“{bad}” isn’t a provider’s short name, such as samsara or geotab.")),
        None => Ok(slugs),
    }
}

fn permissions(chosen: &BTreeMap<String, String>) -> Result<Option<BTreeMap<String, String>>, String> {
    for (resource, level) in chosen {
        if !RESOURCES.iter().any(|(known, _)| known == resource) {
            return Err(format!("“{resource}” isn’t one of Catena’s resources."));
        }
        if !matches!(level.as_str(), "read" | "read_write") {
            return Err(format!("“{level}” isn’t a level. Use read or read_write."));
        }
    }
    Ok(Some(chosen.clone()).filter(|chosen| !chosen.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft { fleet_ref: "FLEET-42".into(), ..Draft::default() }
    }

    #[test]
    fn a_reference_alone_is_enough() {
        let checked = draft().check().unwrap();
        assert_eq!((checked.fleet_ref.as_str(), checked.expires_in_hours), ("FLEET-42", EXPIRY_DEFAULT));
        assert_eq!((checked.fleet_name, checked.limit_tsps, checked.permissions), (None, None, None));
    }

    #[test]
    fn each_wrong_field_is_named_and_all_at_once() {
        let wrong = Draft {
            fleet_ref: "a/b".into(),
            fleet_name: "&&".into(),
            fleet_email: "nobody".into(),
            fleet_phone: "415 555".into(),
            fleet_website: "ftp://x".into(),
            fleet_country_code: "US".into(),
            fleet_regulatory_id: "123".into(),
            fleet_regulatory_id_type: String::new(),
            expires_in_hours: "673".into(),
            success_redirect_url: "not an address".into(),
            failure_redirect_url: "javascript:alert(1)".into(),
            callback_url: "http://x.example/".into(),
            limit_tsps: "sam/sara".into(),
            permissions: [("hos_events".to_owned(), "read".to_owned())].into(),
        };
        let errors = wrong.check().unwrap_err();
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "callback_url",
                "expires_in_hours",
                "failure_redirect_url",
                "fleet_country_code",
                "fleet_email",
                "fleet_name",
                "fleet_phone",
                "fleet_ref",
                "fleet_regulatory_id_type",
                "fleet_website",
                "limit_tsps",
                "permissions",
                "success_redirect_url",
            ]
        );
    }

    #[test]
    fn hours_keep_to_the_published_bounds() {
        for (text, want) in [
            ("", Some(24)),
            ("1", Some(1)),
            ("672", Some(672)),
            ("0", None),
            ("673", None),
            ("-1", None),
            ("1.5", None),
            ("a day", None),
        ] {
            let result = Draft { expires_in_hours: text.into(), ..draft() }.check();
            assert_eq!(result.ok().map(|checked| checked.expires_in_hours), want, "{text}");
        }
    }

    #[test]
    fn what_people_write_is_made_what_catena_takes() {
        let checked = Draft {
            fleet_name: "J.B. Hunt".into(),
            fleet_phone: "+1 (415) 555-1234".into(),
            fleet_website: "acme.example".into(),
            fleet_country_code: "usa".into(),
            limit_tsps: "samsara, geotab\nmotive samsara".into(),
            permissions: [("vehicle".to_owned(), "read".to_owned())].into(),
            ..draft()
        }
        .check()
        .unwrap();
        assert_eq!(checked.display_name.as_deref(), Some("J.B. Hunt"));
        assert_eq!(checked.fleet_name.as_deref(), Some("JB Hunt"));
        assert_eq!(checked.fleet_phone.as_deref(), Some("+14155551234"));
        assert_eq!(checked.fleet_website.as_deref(), Some("https://acme.example"));
        assert_eq!(checked.fleet_country_code.as_deref(), Some("USA"));
        assert_eq!(
            checked.limit_tsps.as_deref(),
            Some(&["samsara".to_owned(), "geotab".to_owned(), "motive".to_owned()][..])
        );
    }

    #[test]
    fn a_country_is_one_that_is_assigned() {
        // CONTRACT.md 13.17: unassigned codes are refused.
        for (code, want) in [("can", Some("CAN")), ("XXX", None), ("US", None), ("Canada", None)] {
            let result = Draft { fleet_country_code: code.into(), ..draft() }.check();
            assert_eq!(result.ok().and_then(|checked| checked.fleet_country_code).as_deref(), want, "{code}");
        }
    }

    #[test]
    fn levels_are_said_in_words_and_unknown_ones_as_they_are() {
        let levels = [("reefer_status", "read"), ("message", "read_write"), ("vehicle", "read"), ("user", "own")];
        assert_eq!(say_levels(levels), "Vehicles, Users and drivers (own), Messages (read and write), reefer_status");
    }

    #[test]
    fn levels_and_resources_of_the_documentations_wrong_examples_are_refused() {
        // CONTRACT.md 13.9
        for (resource, level) in [("hos_events", "read"), ("vehicle", "read-write"), ("VEHICLE", "read")] {
            let draft = Draft { permissions: [(resource.to_owned(), level.to_owned())].into(), ..draft() };
            assert!(draft.check().unwrap_err().contains_key("permissions"), "{resource} {level}");
        }
    }
}
