//! Where Catena's answer differs from the request. Whether a refresh takes over the fields of the call is not documented
//! (CONTRACT.md 5), and some values come back rewritten (trap 17). So both sides are normalized, then compared.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};
use url::Url;

use crate::{
    invitation::request::Checked,
    resource::{RESOURCES, describe_levels},
    text::{self, one_line},
    timestamp,
};

/// How far an expiry may be off, for two clocks and a slow answer, before it counts as a difference.
const TOLERANCE: Duration = Duration::minutes(10);

/// An invitation as Catena returned it. Holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Our reference for the fleet.
    pub fleet_ref: Option<String>,
    /// The fleet's name.
    pub fleet_name: Option<String>,
    /// Contact e-mail.
    pub fleet_email: Option<String>,
    /// Contact phone.
    pub fleet_phone: Option<String>,
    /// Website.
    pub fleet_website: Option<String>,
    /// Country.
    pub fleet_country_code: Option<String>,
    /// Regulatory id.
    pub fleet_regulatory_id: Option<String>,
    /// Kind of the regulatory id.
    pub fleet_regulatory_id_type: Option<String>,
    /// Where the fleet lands on success.
    pub success_redirect_url: Option<String>,
    /// Where the fleet lands otherwise.
    pub failure_redirect_url: Option<String>,
    /// Where events are also posted.
    pub callback_url: Option<String>,
    /// Providers to offer; none for all.
    pub limit_tsps: Option<Vec<String>>,
    /// Level by resource.
    pub permissions: BTreeMap<String, String>,
    /// When the link expires, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// A field whose value at Catena differs from the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field's name.
    pub field: &'static str,
    /// What was requested, for people.
    pub requested: String,
    /// What Catena returned, for people.
    pub returned: String,
}

/// Compares a request made at `now` with Catena's answer. Fields left out of the request are not compared, except the two where
/// leaving out has a meaning: all providers, and read access to everything.
pub fn differences(request: &Checked, returned: &Returned, now: OffsetDateTime) -> Vec<Difference> {
    type Text = Option<String>;
    type Normalize = fn(&str) -> String;
    let texts: [(&'static str, &Text, &Text, Normalize); 10] = [
        ("fleet_name", &request.fleet_name, &returned.fleet_name, one_line),
        ("fleet_email", &request.fleet_email, &returned.fleet_email, email),
        ("fleet_phone", &request.fleet_phone, &returned.fleet_phone, phone),
        ("fleet_website", &request.fleet_website, &returned.fleet_website, address),
        ("fleet_country_code", &request.fleet_country_code, &returned.fleet_country_code, lower),
        ("fleet_regulatory_id", &request.fleet_regulatory_id, &returned.fleet_regulatory_id, one_line),
        ("fleet_regulatory_id_type", &request.fleet_regulatory_id_type, &returned.fleet_regulatory_id_type, one_line),
        ("success_redirect_url", &request.success_redirect_url, &returned.success_redirect_url, address),
        ("failure_redirect_url", &request.failure_redirect_url, &returned.failure_redirect_url, address),
        ("callback_url", &request.callback_url, &returned.callback_url, address),
    ];
    let reference = returned.fleet_ref.as_deref().filter(|returned| one_line(returned) != one_line(&request.fleet_ref));
    let reference = reference.map(|returned| Difference {
        field: "fleet_ref",
        requested: request.fleet_ref.clone(),
        returned: returned.to_owned(),
    });
    let texts = texts.into_iter().filter_map(|(field, requested, returned, normalize)| {
        let requested = requested.as_deref()?;
        let returned = returned.as_deref();
        (returned.map(normalize) != Some(normalize(requested))).then(|| Difference {
            field,
            requested: requested.to_owned(),
            returned: returned.unwrap_or("nothing").to_owned(),
        })
    });
    let others = [expiry(request, returned, now), providers(request, returned), permissions(request, returned)];
    reference.into_iter().chain(texts).chain(others.into_iter().flatten()).collect()
}

fn expiry(request: &Checked, returned: &Returned, now: OffsetDateTime) -> Option<Difference> {
    let returned = returned.expires_at?;
    let hours = request.expires_in_hours;
    let requested = now.checked_add(Duration::hours(hours.into()))?;
    ((returned - requested).abs() > TOLERANCE).then(|| Difference {
        field: "expires_in_hours",
        requested: format!("{hours}, so until {}", timestamp::display(requested)),
        returned: format!("until {}", timestamp::display(returned)),
    })
}

fn providers(request: &Checked, returned: &Returned) -> Option<Difference> {
    let set = |list: &Option<Vec<String>>| -> BTreeSet<String> { list.iter().flatten().cloned().collect() };
    let (requested, returned) = (set(&request.limit_tsps), set(&returned.limit_tsps));
    let describe = |slugs: BTreeSet<String>| match slugs.len() {
        0 => "all".to_owned(),
        _ => slugs.into_iter().collect::<Vec<_>>().join(", "),
    };
    (requested != returned).then(|| Difference {
        field: "limit_tsps",
        requested: describe(requested),
        returned: describe(returned),
    })
}

fn permissions(request: &Checked, returned: &Returned) -> Option<Difference> {
    let describe = |levels: &BTreeMap<String, String>| {
        describe_levels(levels.iter().map(|(resource, level)| (resource.as_str(), level.as_str())))
    };
    let is_everything = |levels: &BTreeMap<String, String>| {
        let complete = RESOURCES.iter().all(|(resource, _)| levels.contains_key(*resource));
        complete && levels.values().all(|level| level == "read")
    };
    let everything = || "Read everything".to_owned();
    let returned = &returned.permissions;
    let (same, requested) = match &request.permissions {
        Some(requested) => (requested == returned, describe(requested)),
        // An answer without permissions says nothing about them.
        None => (is_everything(returned) || returned.is_empty(), everything()),
    };
    let returned = if is_everything(returned) { everything() } else { describe(returned) };
    (!same).then_some(Difference { field: "permissions", requested, returned })
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A domain in other letters than ASCII may come back in either form.
fn email(text: &str) -> String {
    text::email(text).unwrap_or_else(|_| lower(text))
}

/// `tel:+1-415-555-1234;ext=2` and `+1 (415) 555-1234` are one number.
fn phone(text: &str) -> String {
    let number = text.trim().strip_prefix("tel:").unwrap_or(text);
    number.split(';').next().unwrap_or_default().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// A bare host gains a slash, and its capitals go.
fn address(text: &str) -> String {
    Url::parse(text.trim()).map_or_else(|_| text.trim().to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invitation::request::Draft, resource::RESOURCES};

    fn now() -> OffsetDateTime {
        timestamp::parse("2026-03-02T15:00:00Z").unwrap()
    }

    fn request() -> Checked {
        Draft {
            fleet_ref: "FLEET-42".into(),
            fleet_name: "J.B. Hunt".into(),
            fleet_email: "Ops@Acme.example".into(),
            fleet_phone: "+1 (415) 555-1234".into(),
            fleet_website: "https://ACME.example".into(),
            fleet_country_code: "usa".into(),
            success_redirect_url: "https://us.example/done".into(),
            limit_tsps: "samsara, geotab".into(),
            permissions: [("vehicle".to_owned(), "read".to_owned())].into(),
            ..Draft::default()
        }
        .check()
        .unwrap()
    }

    fn rewritten() -> Returned {
        Returned {
            fleet_ref: Some("FLEET-42".into()),
            fleet_name: Some("JB Hunt".into()),
            fleet_email: Some("Ops@acme.example".into()),
            fleet_phone: Some("tel:+1-415-555-1234".into()),
            fleet_website: Some("https://acme.example/".into()),
            fleet_country_code: Some("USA".into()),
            success_redirect_url: Some("https://us.example/done".into()),
            limit_tsps: Some(vec!["geotab".into(), "samsara".into()]),
            permissions: [("vehicle".to_owned(), "read".to_owned())].into(),
            expires_at: Some(now() + Duration::hours(24) + Duration::seconds(40)),
            // Not in the request, so it may be anything.
            fleet_regulatory_id: Some("123456".into()),
            ..Returned::default()
        }
    }

    #[test]
    fn a_rewritten_value_is_no_difference() {
        assert_eq!(differences(&request(), &rewritten(), now()), []);
    }

    #[test]
    fn one_address_in_two_forms_is_no_difference() {
        let request = Draft { fleet_ref: "F".into(), fleet_email: "ops@müller.example".into(), ..Draft::default() };
        let returned = Returned {
            fleet_email: Some("Ops@müller.example".into()),
            permissions: BTreeMap::new(),
            ..Returned::default()
        };
        assert_eq!(differences(&request.check().unwrap(), &returned, now()), []);
    }

    #[test]
    fn each_field_that_differs_is_found() {
        type Change = fn(&mut Returned);
        let table: [(&str, Change); 9] = [
            ("fleet_ref", |returned| returned.fleet_ref = Some("fleet-42".into())),
            ("fleet_name", |returned| returned.fleet_name = Some("Acme".into())),
            ("fleet_email", |returned| returned.fleet_email = None),
            ("fleet_phone", |returned| returned.fleet_phone = Some("tel:+1-415-555-1235".into())),
            ("fleet_website", |returned| returned.fleet_website = Some("https://acme.example/us".into())),
            ("fleet_country_code", |returned| returned.fleet_country_code = Some("CAN".into())),
            ("expires_in_hours", |returned| returned.expires_at = Some(now() + Duration::hours(48))),
            ("limit_tsps", |returned| returned.limit_tsps = None),
            ("permissions", |returned| returned.permissions.insert("user".into(), "read".into()).map_or((), drop)),
        ];
        for (field, change) in table {
            let mut returned = rewritten();
            change(&mut returned);
            let found: Vec<&str> = differences(&request(), &returned, now()).iter().map(|found| found.field).collect();
            assert_eq!(found, [field]);
        }
    }

    #[test]
    fn both_sides_are_described() {
        let mut returned = Returned { limit_tsps: None, fleet_email: None, ..rewritten() };
        returned.permissions =
            RESOURCES.iter().map(|(resource, _)| ((*resource).to_owned(), "read".to_owned())).collect();
        let described: Vec<_> = differences(&request(), &returned, now())
            .into_iter()
            .map(|found| (found.requested, found.returned))
            .collect();
        let want = [("Ops@Acme.example", "nothing"), ("geotab, samsara", "all"), ("Vehicles", "Read everything")];
        let want = want.map(|(requested, returned)| (requested.to_lowercase(), returned.to_owned()));
        assert_eq!(
            described.into_iter().map(|(requested, returned)| (requested.to_lowercase(), returned)).collect::<Vec<_>>(),
            want
        );
    }

    #[test]
    fn a_request_without_permissions_asks_for_everything() {
        let request = Draft { fleet_ref: "F".into(), ..Draft::default() }.check().unwrap();
        let of = |levels: &[(&str, &str)]| {
            let permissions = levels.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect();
            let returned = Returned { permissions, ..Returned::default() };
            differences(&request, &returned, now()).into_iter().map(|found| found.returned).collect::<Vec<_>>()
        };
        let all: Vec<(&str, &str)> = RESOURCES.iter().map(|(resource, _)| (*resource, "read")).collect();
        assert_eq!(of(&all), Vec::<String>::new());
        assert_eq!(of(&[("vehicle", "read")]), ["Vehicles"]);
        assert_eq!(of(&[]), Vec::<String>::new());
    }
}
