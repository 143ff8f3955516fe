//! What holds for all pages.

use app::pages::{Landing, subscriptions::Confirmation};
use domain::{import::ImportState, invitation::existing::InvitationState};

use super::{
    html::{after, attributes, text},
    samples::{imports, subscriptions, *},
};

#[test]
fn every_page_has_its_title_one_heading_and_one_main_part() {
    for (title, page) in all() {
        assert!(page.contains(&format!("<title>{title}</title>")), "{title}: {}", after(&page, "<title>", "</title>"));
        assert_eq!(page.matches("<h1").count(), 1, "{title}");
        assert_eq!(page.matches("<main").count(), 1, "{title}");
        assert!(page.starts_with("<!DOCTYPE html>"), "{title}");
        assert!(page.contains("<html lang=\"en\""), "{title}");
    }
}

#[test]
fn no_page_needs_more_than_a_strict_content_security_policy_allows() {
    for (title, page) in all() {
        for forbidden in [" style=", "<style", "<script", " onclick=", "javascript:", "data:"] {
            assert!(!page.contains(forbidden), "{title}: {forbidden}");
        }
    }
}

#[test]
fn every_table_has_a_body_and_header_cells() {
    let mut tables = 0;
    for (title, page) in all() {
        tables += page.matches("<table").count();
        assert_eq!(page.matches("<table").count(), page.matches("<tbody").count(), "{title}");
        assert_eq!(page.matches("<th ").count(), page.matches("<th scope=").count(), "{title}");
    }
    assert!(tables >= 2);
}

#[test]
fn ids_are_unique_and_every_reference_to_one_resolves() {
    for (title, page) in all() {
        let ids = attributes(&page, "id");
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{title}: {ids:?}");
        let fragments = attributes(&page, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
        let labels = attributes(&page, "for").into_iter();
        let described = ["aria-describedby", "aria-labelledby"];
        let described = described.iter().flat_map(|name| attributes(&page, name)).flat_map(str::split_whitespace);
        for target in fragments.chain(labels).chain(described) {
            assert!(ids.contains(&target), "{title}: nothing is called {target}");
        }
    }
}

#[test]
fn every_input_has_a_label() {
    for (title, page) in all() {
        for input in page.split("<input").skip(1).filter_map(|rest| rest.split('>').next()) {
            let hidden = input.contains("type=\"hidden\"");
            let id = attributes(input, "id").first().copied().unwrap_or_default();
            let labelled = page.contains(&format!("<label for=\"{id}\"")) || input.contains("aria-label=");
            assert!(hidden || labelled, "{title}: {input}");
        }
    }
}

#[test]
fn hostile_names_stay_text() {
    let mut hostile = detail(facts(&["invitation.created"]), Some(HOSTILE));
    hostile.fleet_name = Some(HOSTILE.into());
    hostile.requested = vec![(HOSTILE.into(), HOSTILE.into())];
    hostile.differences[0].returned = HOSTILE.into();
    hostile.onboarding.entries[0].detail = Some(HOSTILE.into());
    let pages = [
        detail_page(hostile),
        list_page(vec![row(Some(HOSTILE))], true),
        new_page(wrong_draft()),
        confirm_page(InvitationState::Declined),
        again_page(None),
        delete_page(true),
        landing_page(Landing::Success { fleet_ref: HOSTILE.into() }),
        imports::upload_page(&[]),
        imports::columns_page(imports::mapped()),
        imports::detail_page(ImportState::Done, false),
    ];
    for page in pages {
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script"), "{page}");
    }
}

#[test]
fn nobody_is_offered_actions_they_may_not_take() {
    assert!(list_page(vec![], true).contains("href=\"/invitations/new\""));
    assert!(!list_page(vec![], false).contains("href=\"/invitations/new\""));
    assert!(subscriptions::list(&["connection.*"], true).contains("action=\"/subscriptions/ensure\""));
    assert!(!subscriptions::list(&[], true).contains("action=\"/subscriptions/ensure\""), "nothing is missing");
    assert!(checks_page(true, true).contains("action=\"/settings/checks\""));
    assert!(!checks_page(true, false).contains("action=\"/settings/checks\""));
    let check = "action=\"/invitations/00000000-0000-0000-0000-000000000007/check\"";
    assert!(detail_page(detail(facts_with_gaps(), Some(LINK))).contains(check));
    assert!(!detail_page(detail(facts_with_gaps(), None)).contains(check));
    for page in
        [subscriptions::list(&["connection.*"], false), subscriptions::one(None, Confirmation::default(), false)]
    {
        let moves =
            page.matches("action=\"/subscriptions").count() - page.matches("action=\"/subscriptions/refresh\"").count();
        assert_eq!(moves, 0, "{page}");
    }
}

#[test]
fn what_is_copied_or_typed_elsewhere_is_not_translated() {
    let mut codes = 0;
    for (title, page) in all() {
        for tag in ["<code", "<pre"] {
            for tag in page.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
                assert!(tag.contains("translate=\"no\""), "{title}: {tag}");
                codes += 1;
            }
        }
    }
    assert!(codes > 10);
}

#[test]
fn a_copy_button_finds_its_text_without_reading_the_page() {
    let page = share_page(share_view(true));
    for id in ["magic-link", "text-subject", "text-body", "text-sms"] {
        let element = page.split('<').find(|tag| attributes(tag, "id") == [id]).unwrap();
        let held =
            ["data-copy", "value"].iter().any(|name| attributes(element, name).iter().any(|text| !text.is_empty()));
        assert!(held, "{element}");
    }
}

#[test]
fn no_island_needs_a_text_that_a_translation_may_have_replaced() {
    let mut islands = 0;
    for (title, page) in all() {
        for island in page.split("<leptos-island").skip(1) {
            let island = island.split_once('>').unwrap().1.split("</leptos-island>").next().unwrap();
            // Children are not the island's own.
            let (before, rest) = island.split_once("<leptos-children>").unwrap_or((island, ""));
            let after = rest.rsplit_once("</leptos-children>").map_or("", |(_, after)| after);
            assert_eq!(text(&format!("{before}{after}")), "", "{title}: {island}");
            islands += 1;
        }
    }
    assert!(islands > 5);
}
