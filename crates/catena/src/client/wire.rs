//! How fields of answers are read: leniently, and without what must not be kept.

use std::borrow::Cow;

use domain::{fleet::is_invented, json, text};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny},
};
use serde_json::Value;
use time::OffsetDateTime;

use platform::secret::Secret;

/// A time as Catena writes it, RFC 3339. The error doesn't repeat the text.
pub(crate) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<OffsetDateTime, D::Error> {
    maybe_moment(from)?.ok_or_else(|| D::Error::custom("not an RFC 3339 moment"))
}

/// A time; anything else reads as none. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn maybe_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OffsetDateTime>, D::Error> {
    Ok(maybe_text(from)?.and_then(|text| domain::timestamp::parse(text.trim())))
}

/// Text, or a number as it is written.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    maybe_text(from)?.ok_or_else(|| D::Error::custom("not text"))
}

/// Text, or a number as it is written; anything else reads as none. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn maybe_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        other => json::text(&other).map(Cow::into_owned),
    })
}

/// A whole number, or its text; anything else reads as none. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn maybe_whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(json::whole(&Value::deserialize(from)?))
}

/// A number, or its text; anything else reads as none. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn maybe_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let text = maybe_text(from)?;
    Ok(text.and_then(|text| text.trim().parse().ok()).filter(|number: &f64| number.is_finite()))
}

/// A value if it is of the documented type, else none. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn if_it_fits<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(from)?).ok())
}

/// A value if it is of the documented type, else the type's default. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(if_it_fits(from)?.unwrap_or_default())
}

/// Reads null as the type's default. With `#[serde(default)]`, which does the same for a missing field. For values that must
/// not be taken for none: a subscription whose filters can't be read has some.
pub(crate) fn null_or<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A count; what is no number, and negative numbers, read as 0. With `#[serde(default)]`, so does a missing field.
pub(crate) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(u64::try_from(maybe_whole(from)?.unwrap_or_default()).unwrap_or_default())
}

/// A value whose type the documents leave open: a subscription's URL and secret, which are "masked".
#[derive(Deserialize)]
#[serde(untagged)]
enum Open<T> {
    Expected(T),
    Other(IgnoredAny),
}

impl<T> Open<T> {
    fn expected(self) -> Option<T> {
        match self {
            Self::Expected(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

/// A secret, unless it is masked (`*****`), empty, or not text. With `#[serde(default)]`, it may also be missing.
pub(crate) fn unmasked<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    let secret = Open::<Secret>::deserialize(from)?.expected();
    Ok(secret.filter(|secret| secret.expose().chars().any(|c| c != '*')))
}

/// Text that may be partly masked; anything but text reads as an empty string.
pub(crate) fn masked<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Open::deserialize(from)?.expected().unwrap_or_default())
}

/// A fleet's name, unless Catena invented it: `Fleet <invitation id>` contains a secret and must not be shown (CONTRACT.md
/// trap 18). With `#[serde(default)]`, it may also be missing.
pub(crate) fn real_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    // Cleaned first, so that nothing that can't be seen hides an invented one.
    let name = maybe_text(from)?.map(|name| text::one_line(&name));
    Ok(name.filter(|name| !name.is_empty() && !is_invented(name)))
}

/// A name that people read, on one line and without what can't be seen.
pub(crate) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(text::one_line(&text(from)?))
}

/// What a person wrote, without what can't be seen. With `#[serde(default)]`, it may also be missing.
pub(crate) fn maybe_lines<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(maybe_text(from)?.map(|said| text::lines(&said)))
}

/// A fleet's website, unless Catena invented it (CONTRACT.md trap 18). With `#[serde(default)]`, it may also be missing.
pub(crate) fn real_site<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(maybe_text(from)?.filter(|site| !is_invented_site(site)))
}

/// A fleet's websites without those that Catena invented. With `#[serde(default)]`, they may also be missing.
pub(crate) fn real_sites<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let mut sites: Vec<String> = or_default(from)?;
    sites.retain(|site| !is_invented_site(site));
    Ok(sites)
}

fn is_invented_site(site: &str) -> bool {
    site.contains("//unknown-fleet-")
}

/// Text from Catena, made safe to show. With `#[serde(default)]`, it may also be missing.
pub(crate) fn maybe_fit_to_show<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(maybe_text(from)?.map(|text| fit_to_show(&text)))
}

/// Makes text from Catena safe to show and log: replaces ids, any of which may be an invitation's, drops what can't be seen, and
/// limits the length.
pub(crate) fn fit_to_show(text: &str) -> String {
    const LONGEST: usize = 300;
    const ID: usize = 36;
    let mut shown = String::new();
    // Cleaned first, so that nothing that can't be seen hides an id.
    let text = text::one_line(text);
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        if shown.len() >= LONGEST {
            shown.push('…');
            break;
        }
        let step = if rest.get(..ID).is_some_and(|head| uuid::Uuid::try_parse(head).is_ok()) {
            shown.push_str("[id]");
            ID
        } else {
            shown.push(next);
            next.len_utf8()
        };
        rest = &rest[step..];
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_may_be_anything() {
        #[derive(Deserialize)]
        struct Masked {
            #[serde(deserialize_with = "masked")]
            url: String,
            #[serde(default, deserialize_with = "unmasked")]
            secret: Option<Secret>,
        }
        let read = |json: &str| {
            let Masked { url, secret } = serde_json::from_str(json).unwrap();
            (url, secret.map(String::from))
        };
        assert_eq!(read(r#"{"url": "https://x/*", "secret": "s*"}"#), ("https://x/*".into(), Some("s*".into())));
        for nothing in [r#""***""#, r#""""#, "null", "7", "false", "[1, {}]", r#"{"hidden": "s"}"#] {
            assert_eq!(read(&format!(r#"{{"url": null, "secret": {nothing}}}"#)), (String::new(), None), "{nothing}");
        }
        for nothing in ["null", "7", "false", "[1, {}]", r#"{"hidden": "https://x"}"#] {
            assert_eq!(read(&format!(r#"{{"url": {nothing}}}"#)), (String::new(), None), "{nothing}");
        }
    }

    #[test]
    fn a_value_of_another_type_costs_only_itself() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Record {
            #[serde(deserialize_with = "text")]
            name: String,
            #[serde(default, deserialize_with = "maybe_text")]
            note: Option<String>,
            #[serde(default, deserialize_with = "maybe_whole")]
            hours: Option<i64>,
            #[serde(default, deserialize_with = "maybe_number")]
            rate: Option<f64>,
            #[serde(default, deserialize_with = "maybe_moment")]
            at: Option<OffsetDateTime>,
            #[serde(default, deserialize_with = "if_it_fits")]
            id: Option<uuid::Uuid>,
            #[serde(default, deserialize_with = "or_default")]
            sites: Vec<String>,
            #[serde(default, deserialize_with = "count")]
            count: u64,
        }
        let read = |json: &str| json::read::<Record>(json.as_bytes()).unwrap();
        let id = "019c776d-28b5-7b7a-9767-c76fb008f86b";
        let right = format!(
            r#"{{"name":"7","note":"8","hours":24,"rate":0.5,"at":"2026-03-02T15:00:00Z","id":"{id}","sites":["x"],"count":3}}"#
        );
        let as_text = format!(
            r#"{{"name":7,"note":8,"hours":"24.0","rate":"0.5","at":" 2026-03-02T15:00:00Z","id":"{id}","sites":["x"],"count":"3"}}"#
        );
        assert_eq!(read(&right), read(&as_text));
        let nothing = Record {
            name: String::new(),
            note: None,
            hours: None,
            rate: None,
            at: None,
            id: None,
            sites: Vec::new(),
            count: 0,
        };
        assert_eq!(read(r#"{"name":""}"#), nothing);
        for other in ["null", "true", "[[]]", r#"{"a":1}"#, "NaN"] {
            let fields =
                ["note", "hours", "rate", "at", "id", "sites", "count"].map(|field| format!(r#""{field}":{other}"#));
            assert_eq!(read(&format!(r#"{{"name":"",{}}}"#, fields.join(","))), nothing, "{other}");
        }
        assert!(json::read::<Record>(br#"{"name":null}"#).is_err());
    }

    #[test]
    fn an_invented_name_is_not_read_however_it_is_written() {
        #[derive(Deserialize)]
        struct Named {
            #[serde(default, deserialize_with = "real_name")]
            name: Option<String>,
        }
        let read = |name: &str| serde_json::from_str::<Named>(&format!(r#"{{"name":"{name}"}}"#)).unwrap().name;
        for invented in
            ["Fleet 019c776d-28b5-7b7a-9767-c76fb008f86b", r"Fleet\u00a0019c776d-28b5-7b7a\u200b-9767-c76fb008f86b"]
        {
            assert_eq!(read(invented), None, "{invented}");
        }
        assert_eq!(read(r"Mu\u0308ller\u202e GmbH").as_deref(), Some("Müller GmbH"));
        assert_eq!(read(r"\u200b"), None);
    }

    #[test]
    fn text_to_show_holds_no_id_and_has_an_end() {
        let id = "019c776d-28b5-7b7a-9767-c76fb008f86b";
        assert_eq!(
            fit_to_show(&format!("Invitation {id} (https://x/?invite={})\nis é", id.to_uppercase())),
            "Invitation [id] (https://x/?invite=[id]) is é"
        );
        let (head, tail) = id.split_at(9);
        assert_eq!(fit_to_show(&format!("{head}\u{200d}{tail}")), "[id]", "an id that can't be seen as one");
        assert_eq!(fit_to_show("over\u{202e}ride \u{1b}[31mred\u{a0}end"), "override [31mred end");
        assert!(fit_to_show(&"é".repeat(5_000)).len() < 310);
    }
}
