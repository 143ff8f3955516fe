//! The page of reminders.

use super::{
    html::{after, text},
    samples::*,
};

#[test]
fn viewers_of_reminders_get_no_controls() {
    assert!(reminders_page(true).contains("Send to selected"));
    let page = reminders_page(false);
    let main = after(&page, "<main", "</main>");
    assert!(!main.contains("<button") && !main.contains("type=\"checkbox\""), "{main}");
}

#[test]
fn unsent_reminders_are_listed_with_their_total() {
    let page = reminders_page(true);
    let waiting = text(after(&page, "data-testid=\"waiting\"", "</div>"));
    assert!(waiting.contains("2 approved reminders are waiting"), "{waiting}");
    assert!(page.contains("The last 1 of 2."));
    let failed = after(&page, "data-testid=\"failed\"", "</table>");
    assert!(failed.contains("Try again") && failed.contains("Dismiss"), "{failed}");
    assert!(!after(&page, "data-testid=\"decided\"", "</table>").contains("<button"));
}
