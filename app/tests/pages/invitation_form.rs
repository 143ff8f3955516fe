//! The form that invites a fleet.

use app::pages::{InvitationForm, NewInvitationPage};
use domain::invitation::{callback_policy::CallbackPolicy, existing::InvitationState, request::Draft};
use leptos::prelude::*;

use super::{
    html::{after, attributes, text},
    samples::*,
};

#[test]
fn errors_appear_beside_their_field_and_typed_values_are_kept() {
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
fn an_error_about_a_field_missing_from_the_form_is_still_shown() {
    let errors = [("fleet_shoe_size".to_owned(), "Too large.".to_owned())].into();
    let form = InvitationForm { errors, problem: Some("Catena is down.".into()), ..InvitationForm::default() };
    let page = html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> });
    assert!(text(&page).contains("Too large."));
    assert!(text(&page).contains("Catena is down."));
}

#[test]
fn rarely_used_fields_are_open_if_they_have_a_value() {
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
fn an_agreement_takes_a_button_of_its_own() {
    for (standing, button) in
        [(InvitationState::Active, "Refresh invitation"), (InvitationState::Declined, "Reopen declined invitation")]
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
fn selected_providers_come_first_even_if_catena_no_longer_lists_them() {
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
fn a_callback_address_is_offered_only_if_no_event_would_arrive_twice() {
    let page = |organization_wide, callback_url: &str| {
        let draft = Draft { callback_url: callback_url.into(), ..Draft::default() };
        let callback = CallbackPolicy { organization_wide, default_callback: Some(false) };
        let form = InvitationForm { draft, callback, ..InvitationForm::default() };
        html(move || view! { <NewInvitationPage visit=visit("/invitations/new") form=form/> })
    };
    assert!(page(Some(0), "").contains("<input id=\"callback_url\""));
    for closed in [page(Some(3), ""), page(None, "")] {
        assert!(!closed.contains("<input id=\"callback_url\""));
        assert!(after(&closed, "data-testid=\"no-callback\"", "</p>").contains("No callback address."));
    }
    assert!(page(Some(3), "https://us.example/").contains("<input id=\"callback_url\""), "what was typed stays");
}
