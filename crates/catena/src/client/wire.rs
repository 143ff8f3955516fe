//! How fields of answers are read: leniently, and without what must not be kept.

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};
use time::OffsetDateTime;

use domain::{fleet::is_invented, text};

use platform::secret::Secret;

/// A time as Catena writes it, RFC 3339. The error doesn't repeat the text.
pub(crate) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<OffsetDateTime, D::Error> {
    let text = String::deserialize(from)?;
    domain::timestamp::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 moment"))
}

/// A time or null. With `#[serde(default)]`, the field may also be missing.
pub(crate) fn maybe_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OffsetDateTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    domain::timestamp::parse(&text).map(Some).ok_or_else(|| D::Error::custom("not an RFC 3339 moment"))
}

/// Reads null as the type's default. With `#[serde(default)]`, which does the same for a missing field.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A count; null and negative numbers read as 0. With `#[serde(default)]`, so does a missing field.
pub(crate) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let number = Option::<i64>::deserialize(from)?.unwrap_or_default();
    Ok(u64::try_from(number).unwrap_or_default())
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
    let name = Option::<String>::deserialize(from)?.map(|name| text::one_line(&name));
    Ok(name.filter(|name| !name.is_empty() && !is_invented(name)))
}

/// A name that people read, on one line and without what can't be seen.
pub(crate) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(text::one_line(&String::deserialize(from)?))
}

/// What a person wrote, without what can't be seen. With `#[serde(default)]`, it may also be missing.
pub(crate) fn maybe_lines<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(|said| text::lines(&said)))
}

/// A fleet's website, unless Catena invented it (CONTRACT.md trap 18). With `#[serde(default)]`, it may also be missing.
pub(crate) fn real_site<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|site| !is_invented_site(site)))
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
    Ok(Option::<String>::deserialize(from)?.map(|text| fit_to_show(&text)))
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
