//! The check of a request, before Catena is called (CONTRACT.md 5). Forms, imports and commands all use it.

use std::collections::BTreeMap;

use url::Url;

use super::{
    redirect::check_redirect,
    request::{Checked, Draft, FieldErrors, hours, split_providers},
};
use crate::{
    country::by_code,
    resource,
    text::{email, fleet_name, fleet_ref, kind_of_id, leftover, one_line, phone, regulatory_id},
};

/// Longest URL that Catena accepts, in characters.
const URL_MAX: usize = 2083;

impl Draft {
    /// Checks every field and returns the valid request, or a sentence for each field that must change.
    pub fn check(&self) -> Result<Checked, FieldErrors> {
        let mut errors = Errors(FieldErrors::new());
        let name = errors.optional("fleet_name", &self.fleet_name, fleet_name);
        let (display_name, fleet_name) = name.map(|name| (name.display, name.for_catena)).unzip();
        let (fleet_regulatory_id, fleet_regulatory_id_type) = self.regulatory_id(&mut errors).unzip();
        let checked = Checked {
            fleet_ref: errors.take("fleet_ref", fleet_ref(&self.fleet_ref)),
            display_name,
            fleet_name,
            fleet_email: errors.optional("fleet_email", &self.fleet_email, email),
            fleet_phone: errors.optional("fleet_phone", &self.fleet_phone, phone),
            fleet_website: errors.optional("fleet_website", &self.fleet_website, website),
            fleet_country_code: errors.optional("fleet_country_code", &self.fleet_country_code, country),
            fleet_regulatory_id,
            fleet_regulatory_id_type,
            expires_in_hours: errors.take("expires_in_hours", hours(&self.expires_in_hours)),
            success_redirect_url: errors.optional("success_redirect_url", &self.success_redirect_url, redirect),
            failure_redirect_url: errors.optional("failure_redirect_url", &self.failure_redirect_url, redirect),
            callback_url: errors.optional("callback_url", &self.callback_url, |text| web_address(text, true)),
            limit_tsps: errors.optional("limit_tsps", &self.limit_tsps, providers),
            permissions: errors.take("permissions", permissions(&self.permissions)),
        };
        if errors.0.is_empty() { Ok(checked) } else { Err(errors.0) }
    }

    /// The regulatory id and its kind, which go together.
    fn regulatory_id(&self, errors: &mut Errors) -> Option<(String, String)> {
        const ID: &str = "fleet_regulatory_id";
        const KIND: &str = "fleet_regulatory_id_type";
        let (id, kind) = (one_line(&self.fleet_regulatory_id), one_line(&self.fleet_regulatory_id_type));
        match (id.is_empty(), kind.is_empty()) {
            (true, true) => return None,
            (false, true) => errors.add(KIND, "Enter the type of the ID, for example, DOT, MC, or EASA."),
            (true, false) => errors.add(ID, "Enter the ID, or clear its type."),
            (false, false) => {
                let kind = errors.optional(KIND, &kind, kind_of_id)?;
                let known = errors.optional(ID, &id, |id| regulatory_id(id, &kind))?;
                return Some((known.id, known.kind));
            }
        }
        None
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

    /// `None` for a field in which there is nothing to see.
    fn optional<T, E: ToString>(
        &mut self,
        field: &str,
        text: &str,
        check: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = one_line(text);
        let result = if text.is_empty() { return None } else { check(&text) };
        result.map_err(|problem| self.add(field, problem)).ok()
    }
}

fn website(text: &str) -> Result<String, String> {
    if text.contains("://") || leftover(text).is_some() {
        web_address(text, false)
    } else {
        web_address(&format!("https://{text}"), false)
    }
}

fn redirect(text: &str) -> Result<String, String> {
    web_address(text, false).and_then(check_redirect)
}

fn web_address(text: &str, https_only: bool) -> Result<String, String> {
    if let Some(leftover) = leftover(text) {
        return Err(leftover.to_string());
    }
    let url = Url::parse(text).map_err(|_| "Enter a complete address, such as https://example.com/page.".to_owned())?;
    if https_only && url.scheme() != "https" {
        Err("Catena only calls HTTPS addresses.".into())
    } else if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        Err("Enter a web address that starts with https:// or http://.".into())
    } else if text.len() > URL_MAX {
        Err(format!("Use at most {URL_MAX} characters."))
    } else if text.contains(' ') {
        Err("Enter one address, without spaces.".into())
    } else {
        Ok(text.to_owned())
    }
}

fn country(text: &str) -> Result<String, String> {
    by_code(text)
        .map(|country| country.code.to_owned())
        .ok_or_else(|| "Use the three-letter country code, such as USA, CAN, or MEX.".into())
}

fn providers(text: &str) -> Result<Vec<String>, String> {
    if let Some(leftover) = leftover(text) {
        return Err(leftover.to_string());
    }
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
#[path = "check_tests.rs"]
mod tests;
