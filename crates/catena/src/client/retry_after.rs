//! How long Catena asks us to wait (CONTRACT.md 3, "Rate limits").

use std::time::Duration;

use domain::json;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::Value;
use time::OffsetDateTime;

use super::call::Answer;

/// `detail.retry_after_seconds` in the body, or else the header.
pub(crate) fn of(answer: &Answer) -> Option<Duration> {
    from_body(&answer.body).or(answer.retry_after)
}

fn from_body(body: &[u8]) -> Option<Duration> {
    let body: Value = json::read(body).ok()?;
    let seconds = json::text(body.get("detail")?.get("retry_after_seconds")?)?;
    Duration::try_from_secs_f64(seconds.trim().parse().ok()?).ok()
}

/// The header `Retry-After`: seconds or an HTTP date. A date counts from the answer's own `Date`, so that our clock may be wrong;
/// without that header, from `now`. A date that has passed means no wait.
pub(crate) fn from_headers(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let told = text(headers, &RETRY_AFTER)?;
    if let Ok(seconds) = told.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = moment(told)?;
    let from = text(headers, &DATE).and_then(moment).unwrap_or(now);
    Some((until - from).try_into().unwrap_or(Duration::ZERO))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    httpdate::parse_http_date(text).ok().map(OffsetDateTime::from)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_header_is_seconds_or_a_moment_of_any_spelling() {
        let now = datetime!(2026-03-02 15:00 UTC);
        let table = [
            ("7", None, Some(7)),
            (" 7 ", None, Some(7)),
            ("0", None, Some(0)),
            ("Mon, 02 Mar 2026 15:00:30 GMT", None, Some(30)),
            ("Monday, 02-Mar-26 15:00:30 GMT", None, Some(30)),
            ("Mon Mar  2 15:00:30 2026", None, Some(30)),
            ("Mon, 02 Mar 2026 14:59:00 GMT", None, Some(0)),
            // Their clock is an hour ahead of ours: the wait is still half a minute.
            ("Mon, 02 Mar 2026 16:00:30 GMT", Some("Mon, 02 Mar 2026 16:00:00 GMT"), Some(30)),
            ("Mon, 02 Mar 2026 15:00:30 GMT", Some("today"), Some(30)),
            ("-1", None, None),
            ("1.5", None, None),
            ("soon", None, None),
            ("", None, None),
        ];
        for (told, date, want) in table {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, told.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            assert_eq!(from_headers(&headers, now), want.map(Duration::from_secs), "{told}");
        }
        assert_eq!(from_headers(&HeaderMap::new(), now), None);
    }

    #[test]
    fn the_body_is_read_whatever_else_it_holds() {
        let table = [
            (r#"{"detail":{"retry_after_seconds":5,"message":"Rate limit exceeded"}}"#, Some(Duration::from_secs(5))),
            (r#"{"detail":{"retry_after_seconds":0.5}}"#, Some(Duration::from_millis(500))),
            (r#"{"detail":{"retry_after_seconds":-1}}"#, None),
            (r#"{"detail":{"retry_after_seconds":"5"}}"#, Some(Duration::from_secs(5))),
            (r#"{"detail":{"retry_after_seconds":5,"message":"\ud83d"}}"#, Some(Duration::from_secs(5))),
            (r#"{"detail":{"retry_after_seconds":NaN}}"#, None),
            (r#"{"detail":{"retry_after_seconds":"NaN"}}"#, None),
            (r#"{"detail":{"retry_after_seconds":true}}"#, None),
            (r#"{"detail":null}"#, None),
            (r#"{"code":429}"#, None),
            ("<html>", None),
            ("", None),
        ];
        for (body, want) in table {
            assert_eq!(from_body(body.as_bytes()), want, "{body}");
        }
    }
}
