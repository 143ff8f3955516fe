//! An invitation, its link, and its onboarding.

use std::collections::BTreeSet;

use app::{
    components::{OnboardingStatus, OnboardingView},
    pages::{InvitationDetail, RenewView},
};
use domain::{events::fact::Fact, invitation::renewal::RenewalAction, onboarding::lifecycle::fold};
use leptos::view;

use super::{
    html::{after, attributes, text},
    samples::*,
};

#[test]
fn the_offered_renewal_fits_the_state_of_the_invitation() {
    let page = |again| {
        let detail = InvitationDetail { renew: Some(again_view(again)), ..detail(facts_with_gaps(), Some(LINK)) };
        detail_page(detail)
    };
    for (again, button) in [
        (RenewalAction::Refresh, "Refresh"),
        (RenewalAction::Invite, "Invite again"),
        (RenewalAction::Reopen, "Reopen invitation"),
        (RenewalAction::Reauthenticate, "Get sign-in link"),
    ] {
        let page = page(again);
        let section = after(&page, "data-testid=\"again\"", "</section>");
        assert!(section.contains("action=\"/invitations/00000000-0000-0000-0000-000000000007/again\""));
        assert!(text(section).contains(button), "{section}");
    }
    let elsewhere =
        RenewView { form: Some("/invitations/new?fleet_ref=F".into()), ..again_view(RenewalAction::Invite) };
    let page = detail_page(InvitationDetail { renew: Some(elsewhere), ..detail(facts_with_gaps(), Some(LINK)) });
    let section = after(&page, "data-testid=\"again\"", "</section>");
    assert!(!section.contains("<form") && section.contains("href=\"/invitations/new?fleet_ref=F\""), "{section}");
}

#[test]
fn deleting_is_offered_only_if_it_is_possible() {
    assert!(delete_page(true).contains("Delete invitation</button>"));
    assert!(!delete_page(false).contains("Delete invitation</button>"));
}

#[test]
fn a_viewer_sees_no_link() {
    let shown = detail_page(detail(facts_with_gaps(), Some(LINK)));
    assert_eq!(attributes(after(&shown, "id=\"magic-link\"", ">"), "value"), [LINK]);
    let hidden = detail_page(detail(facts_with_gaps(), None));
    assert!(!hidden.contains("connect.catenatelematics.com"));
    assert!(!hidden.contains("019caf10-331c-7fc1-b466-44073a4d3b3b"));
    assert!(text(&hidden).contains("Only operators and administrators can see the magic link."));
}

#[test]
fn the_share_page_contains_the_link_only_after_it_was_shown() {
    let shown = share_page(share_view(true));
    assert_eq!(attributes(after(&shown, "<input id=\"magic-link\"", ">"), "value"), [LINK]);
    assert!(shown.contains("<svg viewBox=\"0 0 1 1\">") && shown.contains("href=\"mailto:"));
    let hidden = share_page(share_view(false));
    assert!(!hidden.contains("connect.catenatelematics.com") && !hidden.contains("qr-code"));
    assert!(!hidden.contains("mailto:") && !hidden.contains("sms:"));
    assert!(text(&hidden).contains("Show link"));
}

#[test]
fn steps_nobody_reported_are_marked_as_such() {
    let page = detail_page(detail(facts_with_gaps(), None));
    let steps = after(&page, "data-testid=\"steps\"", "</ol>");
    let steps = text(steps);
    assert!(steps.contains("Opened done not reported"), "{steps}");
    assert!(steps.contains("Provider linked done reused: this provider was linked before"), "{steps}");
    assert_eq!(attributes(&page, "aria-current"), ["true"], "a finished onboarding waits for no step");
}

#[test]
fn what_a_browser_claims_is_marked_until_catena_confirms_it() {
    let page = detail_page(detail(facts_with_gaps(), None));
    let timeline = after(&page, "data-testid=\"timeline\"", "</ol>");
    let claim = after(timeline, "data-kind=\"landing.integration_requested\"", "</li>");
    assert!(text(claim).contains("Not confirmed"), "{claim}");
    assert_eq!(text(timeline).matches("Not confirmed").count(), 1);
    assert!(text(timeline).contains("landing page") && text(timeline).contains("Catena webhook"));
}

#[test]
fn times_are_readable_for_machines_and_people() {
    let page = detail_page(detail(facts(&["invitation.created"]), None));
    let created = after(&page, "data-kind=\"invitation.created\"", "</li>");
    assert!(
        created.contains("<time datetime=\"2026-03-02T15:00:00.412907Z\">2 Mar 2026, 15:00:00 UTC</time>"),
        "{created}"
    );
    let expiry = text(after(&page, "data-testid=\"expiry\"", "</p>"));
    assert!(expiry.contains("The link expires in 21 hours 3 Mar 2026, 15:00 UTC"), "{expiry}");
}

/// The versions of the elements of the page's live lists.
fn versions(html: &str) -> Vec<&str> {
    attributes(html, "data-version")
}

fn status(facts: Vec<Fact>, now: i64) -> String {
    let onboarding = OnboardingView::new(&fold(facts), at(24), at(now));
    html(|| view! { <OnboardingStatus onboarding=onboarding/> })
}

#[test]
fn an_update_changes_no_element_that_shows_the_same() {
    let page = detail_page(detail(facts_with_gaps(), None));
    let update = status(facts_with_gaps(), 3);
    assert_eq!(versions(&page), versions(&update), "nothing has changed");

    let later = status(facts_with_gaps(), 4);
    let changed = versions(&update).into_iter().zip(versions(&later)).filter(|(before, after)| before != after).count();
    assert_eq!(changed, 1, "an hour later, only the time until the link expires has changed");
}

#[test]
fn the_elements_of_a_live_list_can_be_told_apart() {
    for html in [status(facts_with_gaps(), 3), status(facts(&["invitation.created", "invitation.viewed"]), 3)] {
        let all = versions(&html);
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{html}");
        for list in html.split("<ol ").skip(1) {
            let list = list.split("</ol>").next().unwrap();
            assert_eq!(list.matches("<li").count(), versions(list).len(), "each has a version: {list}");
        }
    }
}
