//! A request for an invitation as staff fill it in, and its validation before Catena is called (CONTRACT.md 5).

use std::collections::BTreeMap;

use url::Url;

use crate::{
    country::by_code,
    fleet::{check_fleet_ref, name_for_catena},
    resource,
    staff::check_email,
};

/// Shortest and longest validity of an invitation, in hours (CONTRACT.md 5: 672 hours are 28 days).
pub const EXPIRY_HOURS: std::ops::RangeInclusive<u32> = 1..=672;
/// Default validity of an invitation, in hours.
pub const EXPIRY_DEFAULT: u32 = 24;
/// Longest URL that Catena accepts, in characters.
pub const URL_MAX: usize = 2083;

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
    for slug in text.split([',', ' ', '\n', '\r', ';']).filter_map(filled) {
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

impl Draft {
    /// Checks every field and returns the valid request, or a sentence for each field that must change.
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

/// The name as Catena accepts it, or why it can't be used.
pub fn name(text: &str) -> Result<String, String> {
    let cleaned = name_for_catena(text);
    if cleaned.is_empty() {
        Err("Catena accepts only letters, digits, and spaces, and this name has none.".into())
    } else if text.chars().count() > 200 {
        Err("Use at most 200 characters.".into())
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
        Err(format!("Use at most {URL_MAX} characters."))
    } else {
        Ok(text.to_owned())
    }
}

fn country(text: &str) -> Result<String, String> {
    by_code(text)
        .map(|country| country.code.to_owned())
        .ok_or_else(|| "Use the three-letter country code, such as USA, CAN, or MEX.".into())
}

/// Parses how many hours a link works; [`EXPIRY_DEFAULT`] for an empty text.
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
        if resource::label(resource).is_none() {
            return Err(format!("“{resource}” isn’t one of Catena’s resources."));
        }
        if !matches!(level.as_str(), "read" | "read_write") {
            return Err(format!("“{level}” isn’t a level. Use read or read_write."));
        }
    }
    Ok(Some(chosen.clone()).filter(|chosen| !chosen.is_empty()))
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
