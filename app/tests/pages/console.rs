//! The frame around pages, and pages with a single promise.

use super::{
    html::{after, attributes, text},
    samples::*,
};

#[test]
fn landing_pages_reveal_no_secret() {
    let is_id = |word: &str| word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    for landing in landings() {
        let neutral = format!("{landing:?}").starts_with("Neutral");
        let page = landing_page(landing);
        assert!(!page.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(is_id), "{page}");
        assert_eq!(page.contains("FLEET-42"), !neutral);
        assert!(!page.contains("/invitations"), "the console is nobody else's business");
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\""));
        assert!(text(&page).contains("Ask the company that sent you the link"));
    }
}

#[test]
fn the_sandbox_banner_appears_only_in_the_sandbox() {
    let login = login_page(None);
    assert!(!login.contains("Sandbox"));
    assert!(text(&list_page(vec![], true)).contains("Sandbox: Onramp is using"));
}

#[test]
fn only_signed_in_visitors_get_the_navigation() {
    let inside = list_page(vec![], true);
    assert_eq!(attributes(&inside, "aria-current"), ["page"]);
    assert!(inside.contains("action=\"/logout\"") && inside.contains("ada@example.com"));
    let outside = setup_page();
    assert!(!outside.contains("/logout") && !outside.contains("<nav"));
}

#[test]
fn a_stopped_check_says_why_and_when_it_continues() {
    let stopped = text(&checks_page(false, true));
    assert!(
        stopped.contains(
            "The last check stopped halfway: Catena wants fewer calls. Try again in 60 seconds. It continues in 1 hour."
        ),
        "{stopped}"
    );
    assert!(!text(&checks_page(true, true)).contains("halfway"));
}

#[test]
fn the_warning_about_missing_webhooks_links_to_where_to_look() {
    let page = list_page(vec![row(None)], true);
    let notice = after(&page, "data-testid=\"webhooks-missing\"", "</p>");
    assert!(
        text(&format!("<p{notice}")).contains("3 facts had to be found by asking Catena in the last 24 hours"),
        "{notice}"
    );
    assert_eq!(attributes(notice, "href"), ["/deliveries", "/subscriptions", "/settings/checks"]);
}

#[test]
fn the_demo_account_is_offered_if_there_is_one() {
    let demo = login_page(Some(("demo@example.com".into(), "a demo password".into())));
    assert!(text(&demo).contains("demo@example.com") && text(&demo).contains("a demo password"));
    assert!(!login_page(None).contains("demo"));
}
