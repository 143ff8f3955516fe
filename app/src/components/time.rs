//! Times for machines and for people, UTC.

use leptos::prelude::*;
use time::OffsetDateTime;

use domain::timestamp;

/// A time to the minute: `2 Mar 2026, 15:24 UTC`.
#[component]
pub fn ExactTime(
    /// The time, UTC.
    at: OffsetDateTime,
) -> impl IntoView {
    view! { <time datetime=timestamp::rfc3339(at)>{timestamp::display(at)}</time> }
}

/// A time relative to now, such as `3 hours ago`, with the exact time as a tooltip.
#[component]
pub fn RelativeTime(
    /// The time, UTC.
    at: OffsetDateTime,
    /// Now, UTC.
    now: OffsetDateTime,
) -> impl IntoView {
    view! { <time datetime=timestamp::rfc3339(at) title=timestamp::display(at)>{timestamp::relative(at, now)}</time> }
}

/// A time to the second, followed by the same relative to now: for lists of what happened.
#[component]
pub fn LoggedTime(
    /// The time, UTC.
    at: OffsetDateTime,
    /// Now, UTC.
    now: OffsetDateTime,
) -> impl IntoView {
    view! {
        <time datetime=timestamp::rfc3339(at)>{timestamp::display_to_the_second(at)}</time>
        <span class="muted ago">{timestamp::relative(at, now)}</span>
    }
}
