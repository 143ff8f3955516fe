//! Pages of lists. Cursors have the format of `fastapi-pagination`, percent-encoded inside the JSON (CONTRACT.md 4).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{request::query::Params, state::error::ApiError};

const DEFAULT_SIZE: usize = 300;
const MAX_SIZE: usize = 1_000;

/// The position of a record in a list: newest first, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    micros: i64,
    id: Uuid,
}

impl Position {
    /// The position of the record `id` that was created at `created_at`.
    pub(crate) fn new(created_at: OffsetDateTime, id: Uuid) -> Self {
        Self { micros: timestamp::micros(created_at), id }
    }
}

/// Where a page starts: after a position, or, going backward, before one. `None`: at the first or last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    After(Option<Position>),
    Before(Option<Position>),
}

impl Cursor {
    fn encode(self) -> String {
        let (sign, position) = match self {
            Self::After(position) => ('>', position),
            Self::Before(position) => ('<', position),
        };
        let position =
            position.map(|position| format!("{}~{}", position.micros, position.id.simple())).unwrap_or_default();
        STANDARD.encode(format!("{sign}{position}")).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    }

    /// Accepts a cursor that was put into the query unchanged or percent-encoded once more, but not twice more.
    fn decode(cursor: &str) -> Option<Self> {
        let plain = cursor.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        let text = String::from_utf8(STANDARD.decode(plain).ok()?).ok()?;
        let position = |text: &str| -> Option<Option<Position>> {
            if text.is_empty() {
                return Some(None);
            }
            let (micros, id) = text.split_once('~')?;
            Some(Some(Position { micros: micros.parse().ok()?, id: id.parse().ok()? }))
        };
        match text.split_at_checked(1)? {
            (">", rest) => position(rest).map(Self::After),
            ("<", rest) => position(rest).map(Self::Before),
            _ => None,
        }
    }
}

/// Which page of a list is requested.
#[derive(Debug)]
pub(crate) struct PageRequest {
    cursor: Cursor,
    size: usize,
}

impl PageRequest {
    /// Parses `cursor` and `size`. A bad cursor is a 400, a bad size a 422.
    pub(crate) fn parse(params: &Params) -> Result<Self, ApiError> {
        let size = match params.text("size")? {
            None => DEFAULT_SIZE,
            Some(text) => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let size = text.parse().ok().filter(|size| digits && (1..=MAX_SIZE).contains(size));
                let message = "Input should be an integer from 1 to 1000";
                size.ok_or_else(|| ApiError::invalid("query.size", text, message, "less_than_equal"))?
            }
        };
        let cursor = match params.nullable("cursor")? {
            None => Cursor::After(None),
            Some(cursor) => Cursor::decode(cursor).ok_or(ApiError::BadRequest("Invalid cursor value"))?,
        };
        Ok(Self { cursor, size })
    }
}

/// Whether the page's envelope has a `total`: it does for organizations, not for integrations and notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    Included,
    Omitted,
}

/// One page of `rows`, newest first. Sorts and shows only the rows of that page.
pub(crate) fn page<T>(
    rows: impl IntoIterator<Item = (Position, T)>,
    request: &PageRequest,
    total: Total,
    show: impl Fn(&T) -> Value,
) -> Value {
    let mut rows: Vec<_> = rows.into_iter().collect();
    let newer = |fits: &dyn Fn(Position) -> bool| rows.iter().filter(|(row, _)| fits(*row)).count();
    let (start, end) = match request.cursor {
        Cursor::After(position) => {
            let start = position.map_or(0, |position| newer(&|row| row >= position));
            (start, rows.len().min(start + request.size))
        }
        Cursor::Before(position) => {
            let end = position.map_or(rows.len(), |position| newer(&|row| row > position));
            (end.saturating_sub(request.size), end)
        }
    };
    let newest_first = |(a, _): &(Position, T), (b, _): &(Position, T)| b.cmp(a);
    if end < rows.len() {
        rows.select_nth_unstable_by(end, newest_first);
    }
    if start < end {
        rows[..end].select_nth_unstable_by(start, newest_first);
        rows[start..end].sort_unstable_by(newest_first);
    }
    let mut envelope = json!({
        "items": rows[start..end].iter().map(|(_, row)| show(row)).collect::<Vec<_>>(),
        "current_page": request.cursor.encode(),
        "current_page_backwards": Cursor::Before(rows.get(end).map(|(position, _)| *position)).encode(),
        "previous_page": (start > 0).then(|| Cursor::Before(rows.get(start).map(|(position, _)| *position)).encode()),
        "next_page": (end < rows.len()).then(|| Cursor::After(end.checked_sub(1).map(|last| rows[last].0)).encode()),
    });
    if total == Total::Included {
        envelope["total"] = rows.len().into();
    }
    envelope
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: i64) -> Vec<(Position, i64)> {
        (1..=count).map(|n| (Position { micros: n, id: Uuid::from_u128(9) }, n)).collect()
    }

    fn read_page(query: &str, count: i64) -> Value {
        page(rows(count), &PageRequest::parse(&Params::parse(query)).unwrap(), Total::Included, |n| json!(n))
    }

    #[test]
    fn an_empty_page_is_the_recorded_one() {
        let want = json!({"items": [], "total": 0, "current_page": "Pg%3D%3D", "current_page_backwards": "PA%3D%3D",
            "previous_page": null, "next_page": null});
        assert_eq!(read_page("", 0), want);
    }

    #[test]
    fn following_next_page_gives_every_row_once_newest_first_and_back_again() {
        let mut query = "size=3".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = read_page(&query, 8);
            seen.extend(page["items"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()));
            let Some(next) = page["next_page"].as_str() else {
                let back = read_page(&format!("size=3&cursor={}", page["previous_page"].as_str().unwrap()), 8);
                assert_eq!(back["items"], json!([5, 4, 3]));
                break;
            };
            query = format!("size=3&cursor={next}");
        }
        assert_eq!(seen, [8, 7, 6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_cursor_is_taken_as_it_is_or_encoded_once_more_but_not_twice_more() {
        let cursor = read_page("size=3", 8)["next_page"].as_str().unwrap().to_owned();
        assert!(cursor.ends_with("%3D"), "{cursor}");
        let once = cursor.replace('%', "%25");
        let twice = once.replace('%', "%25");
        assert_eq!(read_page(&format!("cursor={cursor}"), 8), read_page(&format!("cursor={once}"), 8));
        for bad in [twice.as_str(), "x", "", "Pz8%3D"] {
            let answer = PageRequest::parse(&Params::parse(&format!("cursor={bad}")));
            assert!(matches!(answer, Err(ApiError::BadRequest("Invalid cursor value"))), "{bad}");
        }
    }

    #[test]
    fn the_order_of_the_rows_makes_no_difference() {
        for query in ["size=3", "size=3&cursor=PA%3D%3D", "size=20"] {
            let request = PageRequest::parse(&Params::parse(query)).unwrap();
            let back = rows(8).into_iter().rev();
            assert_eq!(page(back, &request, Total::Included, |n| json!(n)), read_page(query, 8), "{query}");
        }
    }

    #[test]
    fn only_arrays_repeat_and_null_counts_as_missing() {
        let all = Params::parse("size=1&size=1&fleet_id=null&status=null&cursor=null&fleet_ids=null");
        assert!(matches!(all.text("size"), Err(ApiError::Invalid(_))));
        assert!(matches!(all.uuid("fleet_id"), Ok(None)) && matches!(all.one_of("status", &["a"]), Ok(None)));
        assert!(
            PageRequest::parse(&Params::parse("cursor=null")).is_ok()
                && all.uuids("fleet_ids").is_ok_and(|ids| ids.is_empty())
        );
    }

    #[test]
    fn a_size_outside_1_to_1000_is_refused() {
        for bad in ["0", "1001", "-1", "+5", "many"] {
            assert!(
                matches!(PageRequest::parse(&Params::parse(&format!("size={bad}"))), Err(ApiError::Invalid(_))),
                "{bad}"
            );
        }
    }
}
