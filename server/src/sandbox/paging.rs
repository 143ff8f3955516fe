//! Query parameters and pages: cursors as `fastapi-pagination` writes them, percent-encoded inside the JSON (CONTRACT.md 4).

use std::convert::Infallible;

use app::domain::moment;
use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::errors::ApiError;

const DEFAULT_SIZE: usize = 300;
const MOST_SIZE: usize = 1_000;

/// The query of a request. A parameter nobody asks for is ignored; an array is a repeated parameter (CONTRACT.md 1).
pub(super) struct Params(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Params {
    /// The parameter's first value.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of the parameter, at most 100; more is a 422 (CONTRACT.md 7 and 11).
    pub(super) fn some(&self, name: &str) -> Result<Vec<&str>, ApiError> {
        let values: Vec<_> = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        if values.len() > 100 {
            let path = format!("query.{name}");
            let input = values.len().to_string();
            return Err(ApiError::invalid(&path, &input, "List should have at most 100 items", "too_long"));
        }
        Ok(values)
    }

    /// As [`Self::some`], each a UUID.
    pub(super) fn uuids(&self, name: &str) -> Result<Vec<Uuid>, ApiError> {
        self.some(name)?.into_iter().map(|text| uuid(&format!("query.{name}"), text)).collect()
    }

    /// The parameter as a UUID.
    pub(super) fn uuid(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.one(name).map(|text| uuid(&format!("query.{name}"), text)).transpose()
    }

    /// The parameter as a moment.
    pub(super) fn moment(&self, name: &str) -> Result<Option<OffsetDateTime>, ApiError> {
        let Some(text) = self.one(name) else { return Ok(None) };
        let refuse = || {
            ApiError::invalid(&format!("query.{name}"), text, "Input should be a valid datetime", "datetime_parsing")
        };
        moment::parse(text).map(Some).ok_or_else(refuse)
    }

    /// The parameter, one of `values`.
    pub(super) fn one_of(&self, name: &str, values: &[&str]) -> Result<Option<&str>, ApiError> {
        match self.one(name) {
            Some(value) if !values.contains(&value) => {
                let message = format!("Input should be {}", values.join(", "));
                Err(ApiError::invalid(&format!("query.{name}"), value, &message, "enum"))
            }
            value => Ok(value),
        }
    }
}

/// Reads a UUID; anything else is a 422 that names `path`.
pub(super) fn uuid(path: &str, text: &str) -> Result<Uuid, ApiError> {
    let refuse = |_| ApiError::invalid(path, text, "Input should be a valid UUID", "uuid_parsing");
    text.parse().map_err(refuse)
}

/// Where a record stands in a list: newest first, the id decides between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    micros: i64,
    id: Uuid,
}

impl Place {
    /// The place of the record `id` made at `created_at`.
    pub(super) fn new(created_at: OffsetDateTime, id: Uuid) -> Self {
        Self { micros: moment::micros(created_at), id }
    }
}

/// A bookmark: read on after a place, or back from before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bookmark {
    After(Option<Place>),
    Before(Option<Place>),
}

impl Bookmark {
    fn write(self) -> String {
        let (sign, place) = match self {
            Self::After(place) => ('>', place),
            Self::Before(place) => ('<', place),
        };
        let place = place.map(|place| format!("{}~{}", place.micros, place.id.simple())).unwrap_or_default();
        STANDARD.encode(format!("{sign}{place}")).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    }

    /// Takes the cursor put into the query as it is or percent-encoded once more; not twice more.
    fn read(cursor: &str) -> Option<Self> {
        let plain = cursor.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        let text = String::from_utf8(STANDARD.decode(plain).ok()?).ok()?;
        let place = |text: &str| -> Option<Option<Place>> {
            if text.is_empty() {
                return Some(None);
            }
            let (micros, id) = text.split_once('~')?;
            Some(Some(Place { micros: micros.parse().ok()?, id: id.parse().ok()? }))
        };
        match text.split_at_checked(1)? {
            (">", rest) => place(rest).map(Self::After),
            ("<", rest) => place(rest).map(Self::Before),
            _ => None,
        }
    }
}

/// Which page is asked for.
#[derive(Debug)]
pub(super) struct PageAsk {
    bookmark: Bookmark,
    size: usize,
}

impl PageAsk {
    /// Reads `cursor` and `size`. A bad cursor is a 400, a bad size a 422.
    pub(super) fn read(params: &Params) -> Result<Self, ApiError> {
        let size = match params.one("size").map(str::parse) {
            None => DEFAULT_SIZE,
            Some(Ok(size @ 1..=MOST_SIZE)) => size,
            Some(_) => {
                let input = params.one("size").unwrap_or_default();
                let message = "Input should be an integer from 1 to 1000";
                return Err(ApiError::invalid("query.size", input, message, "less_than_equal"));
            }
        };
        let bookmark = match params.one("cursor") {
            None => Bookmark::After(None),
            Some(cursor) => Bookmark::read(cursor).ok_or(ApiError::BadRequest("Invalid cursor value"))?,
        };
        Ok(Self { bookmark, size })
    }
}

/// Whether the page's envelope tells the `total` (organisations do, integrations and notifications do not).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    Told,
    Untold,
}

/// One page of `rows`, newest first; `show` is called for the rows of that page only.
pub(super) fn page<T>(mut rows: Vec<(Place, T)>, ask: &PageAsk, total: Total, show: impl Fn(&T) -> Value) -> Value {
    rows.sort_by(|(a, _), (b, _)| b.cmp(a));
    let at = |place: Place| rows.partition_point(|(row, _)| *row > place);
    let (start, end) = match ask.bookmark {
        Bookmark::After(place) => {
            let start = place.map_or(0, |place| rows.partition_point(|(row, _)| *row >= place));
            (start, rows.len().min(start + ask.size))
        }
        Bookmark::Before(place) => {
            let end = place.map_or(rows.len(), at);
            (end.saturating_sub(ask.size), end)
        }
    };
    let mut envelope = json!({
        "items": rows[start..end].iter().map(|(_, row)| show(row)).collect::<Vec<_>>(),
        "current_page": ask.bookmark.write(),
        "current_page_backwards": Bookmark::Before(rows.get(end).map(|(place, _)| *place)).write(),
        "previous_page": (start > 0).then(|| Bookmark::Before(rows.get(start).map(|(place, _)| *place)).write()),
        "next_page": (end < rows.len()).then(|| Bookmark::After(end.checked_sub(1).map(|last| rows[last].0)).write()),
    });
    if total == Total::Told {
        envelope["total"] = rows.len().into();
    }
    envelope
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn rows(count: i64) -> Vec<(Place, i64)> {
        (1..=count).map(|n| (Place { micros: n, id: Uuid::from_u128(9) }, n)).collect()
    }

    fn read(query: &str, count: i64) -> Value {
        page(rows(count), &PageAsk::read(&params(query)).unwrap(), Total::Told, |n| json!(n))
    }

    #[test]
    fn an_empty_page_is_the_recorded_one() {
        let want = json!({"items": [], "total": 0, "current_page": "Pg%3D%3D", "current_page_backwards": "PA%3D%3D",
            "previous_page": null, "next_page": null});
        assert_eq!(read("", 0), want);
    }

    #[test]
    fn following_next_page_gives_every_row_once_newest_first_and_back_again() {
        let mut query = "size=3".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = read(&query, 8);
            seen.extend(page["items"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()));
            let Some(next) = page["next_page"].as_str() else {
                let back = read(&format!("size=3&cursor={}", page["previous_page"].as_str().unwrap()), 8);
                assert_eq!(back["items"], json!([5, 4, 3]));
                break;
            };
            query = format!("size=3&cursor={next}");
        }
        assert_eq!(seen, [8, 7, 6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_cursor_is_taken_as_it_is_or_encoded_once_more_but_not_twice_more() {
        let cursor = read("size=3", 8)["next_page"].as_str().unwrap().to_owned();
        assert!(cursor.ends_with("%3D"), "{cursor}");
        let once = cursor.replace('%', "%25");
        let twice = once.replace('%', "%25");
        assert_eq!(read(&format!("cursor={cursor}"), 8), read(&format!("cursor={once}"), 8));
        for bad in [twice.as_str(), "x", "", "Pz8%3D"] {
            let answer = PageAsk::read(&params(&format!("cursor={bad}")));
            assert!(matches!(answer, Err(ApiError::BadRequest("Invalid cursor value"))), "{bad}");
        }
    }

    #[test]
    fn a_size_outside_1_to_1000_is_refused() {
        for bad in ["0", "1001", "-1", "many"] {
            assert!(matches!(PageAsk::read(&params(&format!("size={bad}"))), Err(ApiError::Invalid(_))), "{bad}");
        }
    }
}
