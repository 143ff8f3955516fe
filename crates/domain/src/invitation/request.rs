//! A request for an invitation as staff fill it in, and as it is once it was checked (CONTRACT.md 5).

use std::collections::BTreeMap;

use crate::text::one_line;

/// Shortest and longest validity of an invitation, in hours (CONTRACT.md 5: 672 hours are 28 days).
pub const EXPIRY_HOURS: std::ops::RangeInclusive<u32> = 1..=672;
/// Default validity of an invitation, in hours.
pub const EXPIRY_DEFAULT: u32 = 24;

/// Every field with its label, in the form's order. Forms, imports and pages all use these labels.
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

/// The label of the field with this name; a general one for fields the form doesn't have.
pub fn label(name: &str) -> &'static str {
    LABELS.iter().find(|(field, _)| *field == name).map_or("Invitation", |(_, label)| label)
}

/// Providers' short names in a text that separates them by commas, semicolons, spaces or new lines, without duplicates.
pub fn split_providers(text: &str) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for slug in one_line(text).split([',', ' ', ';']).filter(|slug| !slug.is_empty()) {
        if !slugs.iter().any(|known| known == slug) {
            slugs.push(slug.to_owned());
        }
    }
    slugs
}

/// A request as it was typed.
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
    /// Hours until the link expires.
    pub expires_in_hours: String,
    /// Where the fleet lands on success.
    pub success_redirect_url: String,
    /// Where the fleet lands otherwise.
    pub failure_redirect_url: String,
    /// Where Catena posts this invitation's events in addition to our subscriptions.
    pub callback_url: String,
    /// Providers to offer, as for [`split_providers`]; empty for all.
    pub limit_tsps: String,
    /// Level by resource; a resource that is left out isn't requested. Empty: `read` on everything.
    pub permissions: BTreeMap<String, String>,
}

/// A valid request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The name as typed, which stays with Onramp.
    pub display_name: Option<String>,
    /// The name as Catena accepts it.
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
    /// Hours until the link expires.
    pub expires_in_hours: u32,
    /// Where the fleet lands on success.
    pub success_redirect_url: Option<String>,
    /// Where the fleet lands otherwise.
    pub failure_redirect_url: Option<String>,
    /// Where Catena also posts this invitation's events.
    pub callback_url: Option<String>,
    /// Providers to offer; none for all.
    pub limit_tsps: Option<Vec<String>>,
    /// Level by resource; none for `read` on everything.
    pub permissions: Option<BTreeMap<String, String>>,
}

/// What is wrong: by field name, a sentence that says what to do.
pub type FieldErrors = BTreeMap<String, String>;

/// Parses how many hours a link works; [`EXPIRY_DEFAULT`] for an empty text.
pub fn hours(text: &str) -> Result<u32, String> {
    let text = one_line(text);
    if text.is_empty() {
        return Ok(EXPIRY_DEFAULT);
    }
    text.parse()
        .ok()
        .filter(|hours| EXPIRY_HOURS.contains(hours))
        .ok_or_else(|| format!("Enter whole hours from {} to {} (28 days).", EXPIRY_HOURS.start(), EXPIRY_HOURS.end()))
}
