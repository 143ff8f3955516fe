//! What Catena kept otherwise than it was asked to: whether a refresh takes over the fields of the call is not documented
//! (CONTRACT.md 5), and some values come back rewritten (trap 17). So what came back is compared with what was asked, after
//! both were written in one way.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};
use url::Url;

use crate::{
    invitation::request::{Checked, say_levels},
    timestamp,
};

/// How far two clocks and a slow answer may be apart before an expiry counts as another one.
const TOLERANCE: Duration = Duration::minutes(10);

/// An invitation as Catena gave it back. Holds no secret.
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
    /// Where events are posted besides.
    pub callback_url: Option<String>,
    /// Providers to offer; none for all.
    pub limit_tsps: Option<Vec<String>>,
    /// Level by resource.
    pub permissions: BTreeMap<String, String>,
    /// When the link runs out, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// One field that Catena kept otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field's name.
    pub field: &'static str,
    /// What was asked, for people.
    pub asked: String,
    /// What Catena has, for people.
    pub kept: String,
}

/// Compares what was asked at `now` with what came back. What was not said is not compared, but for the two fields in which
/// saying nothing has a meaning: all providers, and reading everything.
pub fn differences(asked: &Checked, returned: &Returned, now: OffsetDateTime) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut text = |field, asked: Option<&str>, returned: Option<&str>, written: fn(&str) -> String| {
        let Some(asked) = asked else { return };
        if returned.map(written) != Some(written(asked)) {
            found.push(Difference { field, asked: asked.into(), kept: returned.unwrap_or("nothing").into() });
        }
    };
    text("fleet_ref", Some(&asked.fleet_ref), returned.fleet_ref.as_deref().or(Some(&asked.fleet_ref)), plain);
    text("fleet_name", asked.fleet_name.as_deref(), returned.fleet_name.as_deref(), plain);
    text("fleet_email", asked.fleet_email.as_deref(), returned.fleet_email.as_deref(), lower);
    text("fleet_phone", asked.fleet_phone.as_deref(), returned.fleet_phone.as_deref(), phone);
    text("fleet_website", asked.fleet_website.as_deref(), returned.fleet_website.as_deref(), address);
    text("fleet_country_code", asked.fleet_country_code.as_deref(), returned.fleet_country_code.as_deref(), lower);
    text("fleet_regulatory_id", asked.fleet_regulatory_id.as_deref(), returned.fleet_regulatory_id.as_deref(), plain);
    text(
        "fleet_regulatory_id_type",
        asked.fleet_regulatory_id_type.as_deref(),
        returned.fleet_regulatory_id_type.as_deref(),
        plain,
    );
    text(
        "success_redirect_url",
        asked.success_redirect_url.as_deref(),
        returned.success_redirect_url.as_deref(),
        address,
    );
    text(
        "failure_redirect_url",
        asked.failure_redirect_url.as_deref(),
        returned.failure_redirect_url.as_deref(),
        address,
    );
    text("callback_url", asked.callback_url.as_deref(), returned.callback_url.as_deref(), address);
    found.extend(expiry(asked, returned, now));
    found.extend(providers(asked, returned));
    found.extend(levels(asked, returned));
    found
}

fn expiry(asked: &Checked, returned: &Returned, now: OffsetDateTime) -> Option<Difference> {
    let kept = returned.expires_at?;
    let wanted = now.checked_add(Duration::hours(asked.expires_in_hours.into()))?;
    let hours = asked.expires_in_hours;
    ((kept - wanted).abs() > TOLERANCE).then(|| Difference {
        field: "expires_in_hours",
        asked: format!("{hours}, so until {}", timestamp::display(wanted)),
        kept: format!("until {}", timestamp::display(kept)),
    })
}

fn providers(asked: &Checked, returned: &Returned) -> Option<Difference> {
    let set = |list: &Option<Vec<String>>| -> BTreeSet<String> { list.iter().flatten().cloned().collect() };
    let (asked, kept) = (set(&asked.limit_tsps), set(&returned.limit_tsps));
    let say = |slugs: BTreeSet<String>| match slugs.len() {
        0 => "all".to_owned(),
        _ => slugs.into_iter().collect::<Vec<_>>().join(", "),
    };
    (asked != kept).then(|| Difference { field: "limit_tsps", asked: say(asked), kept: say(kept) })
}

fn levels(asked: &Checked, returned: &Returned) -> Option<Difference> {
    let say = |levels: &BTreeMap<String, String>| {
        say_levels(levels.iter().map(|(resource, level)| (resource.as_str(), level.as_str())))
    };
    let everything = |levels: &BTreeMap<String, String>| {
        let known = crate::invitation::request::RESOURCES.iter().all(|(resource, _)| levels.contains_key(*resource));
        known && levels.values().all(|level| level == "read")
    };
    let kept = &returned.permissions;
    let (same, words) = match &asked.permissions {
        Some(asked) => (asked == kept, say(asked)),
        // Without a word of it in the answer, nothing can be said.
        None => (everything(kept) || kept.is_empty(), "Read everything".to_owned()),
    };
    let kept_words = if everything(kept) { "Read everything".to_owned() } else { say(kept) };
    (!same).then_some(Difference { field: "permissions", asked: words, kept: kept_words })
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
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
    use crate::invitation::request::{Draft, RESOURCES};

    fn now() -> OffsetDateTime {
        timestamp::parse("2026-03-02T15:00:00Z").unwrap()
    }

    fn asked() -> Checked {
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
            // Not asked for, so it may be anything.
            fleet_regulatory_id: Some("123456".into()),
            ..Returned::default()
        }
    }

    #[test]
    fn what_was_only_rewritten_is_no_difference() {
        assert_eq!(differences(&asked(), &rewritten(), now()), []);
    }

    #[test]
    fn each_field_that_was_kept_otherwise_is_found() {
        type Change = fn(&mut Returned);
        let table: [(&str, Change); 9] = [
            ("fleet_ref", |kept| kept.fleet_ref = Some("fleet-42".into())),
            ("fleet_name", |kept| kept.fleet_name = Some("Acme".into())),
            ("fleet_email", |kept| kept.fleet_email = None),
            ("fleet_phone", |kept| kept.fleet_phone = Some("tel:+1-415-555-1235".into())),
            ("fleet_website", |kept| kept.fleet_website = Some("https://acme.example/us".into())),
            ("fleet_country_code", |kept| kept.fleet_country_code = Some("CAN".into())),
            ("expires_in_hours", |kept| kept.expires_at = Some(now() + Duration::hours(48))),
            ("limit_tsps", |kept| kept.limit_tsps = None),
            ("permissions", |kept| kept.permissions.insert("user".into(), "read".into()).map_or((), drop)),
        ];
        for (field, change) in table {
            let mut kept = rewritten();
            change(&mut kept);
            let found: Vec<&str> = differences(&asked(), &kept, now()).iter().map(|found| found.field).collect();
            assert_eq!(found, [field]);
        }
    }

    #[test]
    fn both_sides_are_said_in_words() {
        let mut kept = Returned { limit_tsps: None, fleet_email: None, ..rewritten() };
        kept.permissions = RESOURCES.iter().map(|(resource, _)| ((*resource).to_owned(), "read".to_owned())).collect();
        let said: Vec<_> =
            differences(&asked(), &kept, now()).into_iter().map(|found| (found.asked, found.kept)).collect();
        let want = [("Ops@Acme.example", "nothing"), ("geotab, samsara", "all"), ("Vehicles", "Read everything")];
        let want = want.map(|(asked, kept)| (asked.to_lowercase(), kept.to_owned()));
        assert_eq!(said.into_iter().map(|(asked, kept)| (asked.to_lowercase(), kept)).collect::<Vec<_>>(), want);
    }

    #[test]
    fn saying_nothing_of_permissions_asks_for_everything() {
        let asked = Draft { fleet_ref: "F".into(), ..Draft::default() }.check().unwrap();
        let of = |levels: &[(&str, &str)]| {
            let permissions = levels.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect();
            let returned = Returned { permissions, ..Returned::default() };
            differences(&asked, &returned, now()).into_iter().map(|found| found.kept).collect::<Vec<_>>()
        };
        let all: Vec<(&str, &str)> = RESOURCES.iter().map(|(resource, _)| (*resource, "read")).collect();
        assert_eq!(of(&all), Vec::<String>::new());
        assert_eq!(of(&[("vehicle", "read")]), ["Vehicles"]);
        assert_eq!(of(&[]), Vec::<String>::new());
    }
}
