//! Query parameters and pages: cursors as `fastapi-pagination` writes them, percent-encoded inside the JSON (CONTRACT.md 4).

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::error::ApiError;

const DEFAULT_SIZE: usize = 300;
const MOST_SIZE: usize = 1_000;

/// The query of a request. A parameter nobody asks for is ignored; an array is a repeated parameter (CONTRACT.md 1).
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Params {
    /// The parameter's first value.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The parameter's only value. One that is no array and comes twice is a 422: a choice.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(_), Some(again)) => {
                Err(ApiError::invalid(&format!("query.{name}"), again, "Input should be given once", "too_long"))
            }
            (only, _) => Ok(only),
        }
    }

    /// As [`Self::text`]; `null` written out is as good as left out, a choice.
    fn word(&self, name: &str) -> Result<Option<&str>, ApiError> {
        Ok(self.text(name)?.filter(|value| *value != "null"))
    }

    /// All values of the parameter, at most 100; more is a 422 (CONTRACT.md 7 and 11).
    pub(crate) fn some(&self, name: &str) -> Result<Vec<&str>, ApiError> {
        let values: Vec<_> = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        if values.len() > 100 {
            let path = format!("query.{name}");
            let input = values.len().to_string();
            return Err(ApiError::invalid(&path, &input, "List should have at most 100 items", "too_long"));
        }
        Ok(values)
    }

    /// As [`Self::some`], each a UUID.
    pub(crate) fn uuids(&self, name: &str) -> Result<Vec<Uuid>, ApiError> {
        match self.some(name)?.as_slice() {
            ["null"] => Ok(Vec::new()),
            values => values.iter().map(|text| uuid(&format!("query.{name}"), text)).collect(),
        }
    }

    /// The parameter as a UUID.
    pub(crate) fn uuid(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.word(name)?.map(|text| uuid(&format!("query.{name}"), text)).transpose()
    }

    /// The parameter as a moment.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<OffsetDateTime>, ApiError> {
        let Some(text) = self.word(name)? else { return Ok(None) };
        let refuse = || {
            ApiError::invalid(&format!("query.{name}"), text, "Input should be a valid datetime", "datetime_parsing")
        };
        timestamp::parse(text).map(Some).ok_or_else(refuse)
    }

    /// The parameter, one of `values`.
    pub(crate) fn one_of(&self, name: &str, values: &[&str]) -> Result<Option<&str>, ApiError> {
        self.checked(name, |value| values.contains(&value), &format!("Input should be {}", values.join(", ")))
    }

    /// The parameter, if it `fits`.
    pub(crate) fn checked(
        &self,
        name: &str,
        fits: impl Fn(&str) -> bool,
        message: &str,
    ) -> Result<Option<&str>, ApiError> {
        match self.word(name)? {
            Some(value) if !fits(value) => Err(ApiError::invalid(&format!("query.{name}"), value, message, "enum")),
            value => Ok(value),
        }
    }
}

/// Reads a UUID; anything else is a 422 that names `path`.
pub(crate) fn uuid(path: &str, text: &str) -> Result<Uuid, ApiError> {
    let refuse = |_| ApiError::invalid(path, text, "Input should be a valid UUID", "uuid_parsing");
    text.parse().map_err(refuse)
}

/// Where a record stands in a list: newest first, the id decides between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    micros: i64,
    id: Uuid,
}

impl Place {
    /// The place of the record `id` made at `created_at`.
    pub(crate) fn new(created_at: OffsetDateTime, id: Uuid) -> Self {
        Self { micros: timestamp::micros(created_at), id }
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
pub(crate) struct PageAsk {
    bookmark: Bookmark,
    size: usize,
}

impl PageAsk {
    /// Reads `cursor` and `size`. A bad cursor is a 400, a bad size a 422.
    pub(crate) fn read(params: &Params) -> Result<Self, ApiError> {
        let size = match params.text("size")? {
            None => DEFAULT_SIZE,
            Some(text) => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let size = text.parse().ok().filter(|size| digits && (1..=MOST_SIZE).contains(size));
                let message = "Input should be an integer from 1 to 1000";
                size.ok_or_else(|| ApiError::invalid("query.size", text, message, "less_than_equal"))?
            }
        };
        let bookmark = match params.word("cursor")? {
            None => Bookmark::After(None),
            Some(cursor) => Bookmark::read(cursor).ok_or(ApiError::BadRequest("Invalid cursor value"))?,
        };
        Ok(Self { bookmark, size })
    }
}

/// Whether the page's envelope tells the `total` (organisations do, integrations and notifications do not).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    Told,
    Untold,
}

/// One page of `rows`, newest first; only the rows of that page are sorted and shown.
pub(crate) fn page<T>(mut rows: Vec<(Place, T)>, ask: &PageAsk, total: Total, show: impl Fn(&T) -> Value) -> Value {
    let newer = |fits: &dyn Fn(Place) -> bool| rows.iter().filter(|(row, _)| fits(*row)).count();
    let (start, end) = match ask.bookmark {
        Bookmark::After(place) => {
            let start = place.map_or(0, |place| newer(&|row| row >= place));
            (start, rows.len().min(start + ask.size))
        }
        Bookmark::Before(place) => {
            let end = place.map_or(rows.len(), |place| newer(&|row| row > place));
            (end.saturating_sub(ask.size), end)
        }
    };
    let newest_first = |(a, _): &(Place, T), (b, _): &(Place, T)| b.cmp(a);
    if end < rows.len() {
        rows.select_nth_unstable_by(end, newest_first);
    }
    if start < end {
        rows[..end].select_nth_unstable_by(start, newest_first);
        rows[start..end].sort_unstable_by(newest_first);
    }
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
    fn a_page_is_the_same_in_whatever_order_the_rows_come() {
        for query in ["size=3", "size=3&cursor=PA%3D%3D", "size=20"] {
            let ask = PageAsk::read(&params(query)).unwrap();
            let back = rows(8).into_iter().rev().collect();
            assert_eq!(page(back, &ask, Total::Told, |n| json!(n)), read(query, 8), "{query}");
        }
    }

    #[test]
    fn what_is_no_array_comes_once_and_null_is_as_good_as_left_out() {
        let all = params("size=1&size=1&fleet_id=null&status=null&cursor=null&fleet_ids=null");
        assert!(matches!(all.text("size"), Err(ApiError::Invalid(_))));
        assert!(matches!(all.uuid("fleet_id"), Ok(None)) && matches!(all.one_of("status", &["a"]), Ok(None)));
        assert!(
            PageAsk::read(&params("cursor=null")).is_ok() && all.uuids("fleet_ids").is_ok_and(|ids| ids.is_empty())
        );
    }

    #[test]
    fn a_size_outside_1_to_1000_is_refused() {
        for bad in ["0", "1001", "-1", "+5", "many"] {
            assert!(matches!(PageAsk::read(&params(&format!("size={bad}"))), Err(ApiError::Invalid(_))), "{bad}");
        }
    }
}
