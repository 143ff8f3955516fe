//! What every page promises to whoever looks at it, checked on its HTML.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test binary")]

#[path = "pages/import_samples.rs"]
mod import_samples;
#[path = "pages/samples.rs"]
mod samples;
#[path = "pages/subscriptions.rs"]
mod subscriptions;

use app::{
    components::OnboardingView,
    pages::{InvitationDetail, InvitationForm, Landing, NewInvitationPage, RenewView, subscriptions::Confirmation},
};
use domain::{
    import::ImportState,
    invitation::{callback_policy::CallbackPolicy, existing::InvitationState, renewal::RenewalAction, request::Draft},
    onboarding::lifecycle::fold,
    subscription::Remedy,
};
use leptos::prelude::*;
use samples::*;

/// Values of an attribute, in the order of the page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What stands between the tag that holds `mark` and the next `end`.
fn after<'a>(html: &'a str, mark: &str, end: &str) -> &'a str {
    let rest = html.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {html}")).1;
    rest.split(end).next().unwrap_or_default()
}

/// The text of a page: without tags, without markers.
fn text(html: &str) -> String {
    let outside = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    outside.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

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
fn ids_are_unique_and_whatever_points_at_one_finds_it() {
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
fn whatever_is_typed_into_has_a_label() {
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
fn errors_stand_beside_their_field_and_what_was_typed_is_kept() {
    let draft = wrong_draft();
    let errors = draft.check().unwrap_err();
    let page = new_page(draft);
    for (field, sentence) in &errors {
        let beside = after(&page, &format!("<p id=\"{field}-error\""), "</p>");
        assert!(beside.ends_with(&format!(">{}", html_escaped(sentence))), "{field}: {beside}");
    }
    for field in ["fleet_ref", "fleet_phone", "expires_in_hours", "callback_url"] {
        let input = after(&page, &format!("<input id=\"{field}\""), ">");
        assert!(input.contains("aria-invalid=\"true\""), "{input}");
        assert!(input.contains(&format!("aria-describedby=\"{field}-error")), "{input}");
    }
    for typed in ["ACME/42", "415 555", "a day", "http://plain.example"] {
        assert!(attributes(&page, "value").contains(&typed), "{typed}");
    }
    assert!(!after(&page, "<input id=\"fleet_email\"", ">").contains("aria-invalid"), "a good field isn't blamed");
}

fn html_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn a_sentence_about_a_field_that_the_form_lacks_is_shown_all_the_same() {
    let errors = [("fleet_shoe_size".to_owned(), "Too large.".to_owned())].into();
    let form = InvitationForm { errors, problem: Some("Catena is down.".into()), ..InvitationForm::default() };
    let page = html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> });
    assert!(text(&page).contains("Too large."));
    assert!(text(&page).contains("Catena is down."));
}

#[test]
fn rarely_used_fields_open_when_they_hold_something() {
    let open = |page: &str| page.matches("<details open").count();
    assert_eq!(open(&new_page(Draft::default())), 0);
    let permissions = [("vehicle".to_owned(), "read_write".to_owned())].into();
    let page = new_page(Draft { permissions, ..Draft::default() });
    assert_eq!(open(&page), 1);
    let select = after(&page, "name=\"permission.vehicle\"", "</select>");
    assert!(select.contains("value=\"read_write\" selected"), "{select}");
    assert!(after(&page, "id=\"preset-custom\"", ">").contains("checked"), "{page}");
    let other = after(&page, "name=\"permission.trailer\"", "</select>");
    assert!(other.contains("value=\"\" selected"), "{other}");
}

#[test]
fn what_must_be_agreed_to_is_asked_with_a_button_of_its_own() {
    for (standing, button) in
        [(InvitationState::Active, "Refresh it"), (InvitationState::Declined, "Open the declined one again")]
    {
        let page = confirm_page(standing);
        let panel = after(&page, "data-testid=\"confirm\"", "</section>");
        assert!(text(panel).contains(button), "{panel}");
        assert!(panel.contains(&format!("name=\"agreed\" value=\"refresh:FLEET-42:{}", standing.name())), "{panel}");
        assert!(panel.contains("name=\"better\" value=\"31,"), "{panel}");
        assert!(panel.contains("href=\"/fleets/FLEET-42\"") && panel.contains("href=\"/fleets/fleet-42\""), "{panel}");
        let first = after(&page, "action=\"/invitations/new\"", "</button>");
        assert!(!first.contains("agreed"), "Enter in a field is no agreement: {first}");
    }
    let better = after(&confirm_page(InvitationState::Declined), "name=\"better\"", ">").to_owned();
    assert!(!better.contains("refresh:"), "other hours alone don't open what was declined: {better}");
}

#[test]
fn an_unfinished_choice_of_providers_stays_in_sight() {
    let page = new_page(Draft { limit_tsps: "geotab, gone".into(), ..Draft::default() });
    let list = after(&page, "<ul id=\"providers\"", "</ul>");
    let items: Vec<(&str, bool)> =
        list.split("<li").skip(1).map(|item| (attributes(item, "value")[0], item.contains(" checked"))).collect();
    assert_eq!(items, [("gone", true), ("geotab", true), ("samsara", false)], "{list}");
}

#[test]
fn without_a_list_of_providers_short_names_can_be_typed() {
    let draft = Draft { limit_tsps: "sam/sara".into(), fleet_ref: "F".into(), ..Draft::default() };
    let errors = draft.check().unwrap_err();
    let form = InvitationForm { draft, errors, ..InvitationForm::default() };
    let page = html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> });
    let input = after(&page, "<input id=\"limit_tsps\"", ">");
    assert_eq!(attributes(input, "value"), ["sam/sara"]);
    assert!(input.contains("aria-invalid=\"true\""), "{input}");
}

#[test]
fn a_callback_address_is_offered_only_after_a_good_look() {
    let page = |organization_wide, callback_url: &str| {
        let draft = Draft { callback_url: callback_url.into(), ..Draft::default() };
        let callback = CallbackPolicy { organization_wide, default_callback: Some(false) };
        let form = InvitationForm { draft, callback, ..InvitationForm::default() };
        html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> })
    };
    assert!(page(Some(0), "").contains("<input id=\"callback_url\""));
    for closed in [page(Some(3), ""), page(None, "")] {
        assert!(!closed.contains("<input id=\"callback_url\""));
        assert!(after(&closed, "data-testid=\"no-callback\"", "</p>").contains("so none is used"));
    }
    assert!(page(Some(3), "https://us.example/").contains("<input id=\"callback_url\""), "what was typed stays");
}

#[test]
fn what_can_be_asked_again_fits_how_things_stand() {
    let page = |again| {
        let detail = InvitationDetail { again: Some(again_view(again)), ..detail(facts_with_gaps(), Some(LINK)) };
        detail_page(detail)
    };
    for (again, button) in [
        (RenewalAction::Refresh, "Refresh"),
        (RenewalAction::Invite, "Invite again"),
        (RenewalAction::Reopen, "Open again"),
        (RenewalAction::Reauthenticate, "Get the sign-in link"),
    ] {
        let page = page(again);
        let section = after(&page, "data-testid=\"again\"", "</section>");
        assert!(section.contains("action=\"/invitations/00000000-0000-0000-0000-000000000007/again\""));
        assert!(text(section).contains(button), "{section}");
    }
    let elsewhere =
        RenewView { form: Some("/invitations/new?fleet_ref=F".into()), ..again_view(RenewalAction::Invite) };
    let page = detail_page(InvitationDetail { again: Some(elsewhere), ..detail(facts_with_gaps(), Some(LINK)) });
    let section = after(&page, "data-testid=\"again\"", "</section>");
    assert!(!section.contains("<form") && section.contains("href=\"/invitations/new?fleet_ref=F\""), "{section}");
}

#[test]
fn deleting_is_offered_only_where_it_can_be_done() {
    assert!(delete_page(true).contains("Delete the invitation</button>"));
    assert!(!delete_page(false).contains("Delete the invitation</button>"));
}

#[test]
fn a_viewer_sees_no_link() {
    let shown = detail_page(detail(facts_with_gaps(), Some(LINK)));
    assert_eq!(attributes(after(&shown, "id=\"magic-link\"", ">"), "value"), [LINK]);
    let hidden = detail_page(detail(facts_with_gaps(), None));
    assert!(!hidden.contains("connect.catenatelematics.com"));
    assert!(!hidden.contains("019caf10-331c-7fc1-b466-44073a4d3b3b"));
    assert!(text(&hidden).contains("Only operators and administrators see the magic link."));
}

#[test]
fn the_page_that_hands_a_link_over_holds_it_only_once_it_was_shown() {
    let shown = share_page(share_view(true));
    assert_eq!(attributes(after(&shown, "<input id=\"magic-link\"", ">"), "value"), [LINK]);
    assert!(shown.contains("<svg viewBox=\"0 0 1 1\">") && shown.contains("href=\"mailto:"));
    let hidden = share_page(share_view(false));
    assert!(!hidden.contains("connect.catenatelematics.com") && !hidden.contains("qr-code"));
    assert!(!hidden.contains("mailto:") && !hidden.contains("sms:"));
    assert!(text(&hidden).contains("Show the link"));
}

#[test]
fn viewers_of_reminders_have_nothing_to_press() {
    assert!(reminders_page(true).contains("Send to those ticked"));
    let page = reminders_page(false);
    let main = after(&page, "<main", "</main>");
    assert!(!main.contains("<button") && !main.contains("type=\"checkbox\""), "{main}");
}

#[test]
fn reminders_that_did_not_leave_say_so_and_how_many_more_there_are() {
    let page = reminders_page(true);
    let waiting = text(after(&page, "data-testid=\"waiting\"", "</div>"));
    assert!(waiting.contains("2 approved reminders wait"), "{waiting}");
    assert!(page.contains("The last 1 of 2."));
    let failed = after(&page, "data-testid=\"failed\"", "</table>");
    assert!(failed.contains("Try again") && failed.contains("Put aside"), "{failed}");
    assert!(!after(&page, "data-testid=\"decided\"", "</table>").contains("<button"));
}

#[test]
fn gaps_say_that_nobody_reported_them() {
    let page = detail_page(detail(facts_with_gaps(), None));
    let steps = after(&page, "data-testid=\"steps\"", "</ol>");
    let steps = text(steps);
    assert!(steps.contains("Opened done not reported"), "{steps}");
    assert!(steps.contains("Provider linked done reused: this provider was linked before"), "{steps}");
    assert_eq!(attributes(&page, "aria-current"), ["true"], "a finished onboarding waits for no step");
}

#[test]
fn a_claim_of_a_browser_is_marked_until_catena_bears_it_out() {
    let page = detail_page(detail(facts_with_gaps(), None));
    let timeline = after(&page, "data-testid=\"timeline\"", "</ol>");
    let claim = after(timeline, "data-kind=\"landing.integration_requested\"", "</li>");
    assert!(text(claim).contains("Not confirmed"), "{claim}");
    assert_eq!(text(timeline).matches("Not confirmed").count(), 1);
    assert!(text(timeline).contains("landing page") && text(timeline).contains("Catena webhook"));
}

#[test]
fn times_are_told_to_machines_and_to_people() {
    let page = detail_page(detail(facts(&["invitation.created"]), None));
    let created = after(&page, "data-kind=\"invitation.created\"", "</li>");
    assert!(
        created.contains("<time datetime=\"2026-03-02T15:00:00.412907Z\">2 Mar 2026, 15:00:00 UTC</time>"),
        "{created}"
    );
    let expiry = text(after(&page, "data-testid=\"expiry\"", "</p>"));
    assert!(expiry.contains("The link runs out in 21 hours 3 Mar 2026, 15:00 UTC"), "{expiry}");
}

#[test]
fn what_a_browser_is_sent_is_what_the_page_shows() {
    let sent = OnboardingView::new(&fold(facts_with_gaps()), at(24), at(3));
    let json = serde_json::to_string(&sent).unwrap();
    assert_eq!(serde_json::from_str::<OnboardingView>(&json).unwrap(), sent);
}

#[test]
fn hostile_names_stay_text() {
    let mut hostile = detail(facts(&["invitation.created"]), Some(HOSTILE));
    hostile.fleet_name = Some(HOSTILE.into());
    hostile.asked = vec![(HOSTILE.into(), HOSTILE.into())];
    hostile.kept[0].kept = HOSTILE.into();
    hostile.onboarding.entries[0].detail = Some(HOSTILE.into());
    let pages = [
        detail_page(hostile),
        list_page(vec![row(Some(HOSTILE))], true),
        new_page(wrong_draft()),
        confirm_page(InvitationState::Declined),
        again_page(None),
        delete_page(true),
        landing_page(Landing::Success { fleet_ref: HOSTILE.into() }),
        import_samples::upload_page(&[]),
        import_samples::columns_page(import_samples::mapped()),
        import_samples::detail_page(ImportState::Done, false),
    ];
    for page in pages {
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script"), "{page}");
    }
}

#[test]
fn landing_pages_tell_nothing_that_must_stay_secret() {
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
fn the_sandbox_is_said_loudly_and_only_there() {
    let login = login_page(None);
    assert!(!login.contains("Sandbox"));
    assert!(text(&list_page(vec![], true)).contains("Sandbox: a stand-in"));
}

#[test]
fn only_who_is_signed_in_gets_a_way_around() {
    let inside = list_page(vec![], true);
    assert_eq!(attributes(&inside, "aria-current"), ["page"]);
    assert!(inside.contains("action=\"/logout\"") && inside.contains("ada@example.com"));
    let outside = setup_page();
    assert!(!outside.contains("/logout") && !outside.contains("<nav"));
}

#[test]
fn nobody_is_offered_what_they_may_not_do() {
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
fn each_trouble_of_a_subscription_is_said_with_its_move() {
    let mut sentences = std::collections::BTreeSet::new();
    for trouble in subscriptions::TROUBLES {
        let page = subscriptions::one(Some(trouble), Confirmation::default(), true);
        let card = after(&page, "data-testid=\"attention\"", "</section>");
        assert!(sentences.insert(after(card, "<p>", "</p>").to_owned()), "{trouble:?} has words of its own");
        let move_of = |remedy| match remedy {
            Remedy::Activate => Some("/activate\""),
            Remedy::ActivateAndReplay => Some("/bring-back\""),
            Remedy::PointHere => Some("/point-here\""),
            Remedy::TakeOver => Some("/take-over\""),
            Remedy::Delete => Some("#delete\""),
            Remedy::Leave => None,
        };
        match move_of(trouble.remedy()) {
            Some(address) => assert!(card.contains(address), "{trouble:?}: {card}"),
            None => assert!(!card.contains("<form") && !card.contains("href="), "{trouble:?}: {card}"),
        }
    }
}

#[test]
fn figures_that_catena_does_not_tell_are_not_made_up() {
    let page = subscriptions::one(None, Confirmation::default(), false);
    let rates = after(&page, "Success rate as Catena tells it", "</tr>");
    assert_eq!(rates.matches("not told").count(), 4, "{rates}");
    let list = text(&subscriptions::list(&[], true));
    for says in [
        "96 % 98.1 of 95 % 3, at most 9 days left",
        "12 of 13 9 failures or more away",
        "not judged yet none",
        "not Onramp’s",
    ] {
        assert!(list.contains(says), "{says}: {list}");
    }
}

#[test]
fn a_check_that_stopped_says_why_and_when_it_goes_on() {
    let stopped = text(&checks_page(false, true));
    assert!(
        stopped.contains(
            "The last check stopped half-way: Catena wants fewer calls. Try again in 60 seconds. It goes on in 1 hour."
        ),
        "{stopped}"
    );
    assert!(!text(&checks_page(true, true)).contains("half-way"));
}

#[test]
fn webhooks_that_do_not_arrive_are_said_with_where_to_look() {
    let page = list_page(vec![row(None)], true);
    let notice = after(&page, "data-testid=\"webhooks-missing\"", "</p>");
    assert!(
        text(&format!("<p{notice}")).contains("3 facts had to be found by asking Catena in the last 24 hours"),
        "{notice}"
    );
    assert_eq!(attributes(notice, "href"), ["/deliveries", "/subscriptions", "/settings/checks"]);
}

#[test]
fn the_demo_account_is_offered_where_there_is_one() {
    let demo = login_page(Some(("demo@example.com".into(), "a demo password".into())));
    assert!(text(&demo).contains("demo@example.com") && text(&demo).contains("a demo password"));
    assert!(!login_page(None).contains("demo"));
}

#[test]
fn an_import_offers_what_can_be_done_with_it_and_nothing_else() {
    use ImportState as S;
    let table: [(S, &[&str]); 6] = [
        (S::Checking, &[]),
        (S::Checked, &["start", "again"]),
        (S::Running, &["pause", "links.csv"]),
        (S::Paused, &["resume", "links.csv"]),
        (S::Done, &["links.csv"]),
        (S::Cancelled, &["links.csv"]),
    ];
    let offered = |page: &str| -> Vec<String> {
        let actions = attributes(page, "action").into_iter();
        actions.filter_map(|action| action.strip_prefix("/invitations/import/7/")).map(str::to_owned).collect()
    };
    for (state, want) in table {
        let page = import_samples::detail_page(state, false);
        assert_eq!(offered(&page), want, "{}", state.name());
        let over = matches!(state, S::Done | S::Cancelled);
        assert_eq!(page.contains("?cancel=yes"), !over, "{}", state.name());
        assert_eq!(page.contains("<noscript><meta http-equiv=\"refresh\""), state.moves(), "{}", state.name());
    }
    let asked = import_samples::detail_page(S::Running, true);
    assert_eq!(offered(&asked), ["cancel", "links.csv"]);
    assert!(!asked.contains("http-equiv"), "who is about to answer is left in peace");
}
