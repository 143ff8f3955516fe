//! Every page with plain data, rendered as the server renders it.

mod console;
pub mod imports;
mod invitations;
mod reminders;
pub mod subscriptions;

pub use console::*;
pub use invitations::*;
pub use reminders::*;

use std::sync::Arc;

use app::{components::Visit, pages::*};
use domain::{
    events::{
        envelope,
        fact::{Fact, Kind, Source},
        observation::Observation,
        record::observations,
    },
    invitation::{existing::InvitationState, request::Draft},
    staff::Role,
    timestamp,
};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use subscriptions::subscription_pages;

pub const LINK: &str = "https://connect.catenatelematics.com/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b";

pub const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x>";

pub fn html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    // Where markup is text, marks would be seen.
    assert!(!html.contains("<!></title>") && !html.contains("<!></textarea>"), "{html}");
    // Views leave marks between their parts, for islands.
    html.replace("<!>", "")
}

pub fn visit(path: &str) -> Visit {
    Visit {
        stylesheet: "onramp.css".into(),
        sandbox: true,
        email: Some("ada@example.com".into()),
        role: Some(Role::Administrator),
        path: path.into(),
        ..Visit::default()
    }
}

pub fn stranger(path: &str) -> Visit {
    Visit { email: None, role: None, sandbox: false, ..visit(path) }
}

/// The start of the story that the example events tell, plus `hours`.
pub fn at(hours: i64) -> OffsetDateTime {
    timestamp::parse("2026-03-02T15:00:00Z").unwrap() + Duration::hours(hours)
}

pub fn facts(events: &[&str]) -> Vec<Fact> {
    let of_event = |event: &&str| {
        let path = format!("{}/../crates/contract/data/events/{event}.json", env!("CARGO_MANIFEST_DIR"));
        let body = envelope::parse(&std::fs::read(path).unwrap()).unwrap();
        observations(&envelope::read(&body, None).unwrap(), timestamp::from_micros(0)).observations
    };
    let told = events.iter().flat_map(of_event);
    told.filter_map(|told| if let Observation::Fact { fact, .. } = told { Some(fact) } else { None }).collect()
}

/// A fleet whose opening nobody reported, whose provider was linked before, and which asked for another one.
pub fn facts_with_gaps() -> Vec<Fact> {
    let mut facts =
        facts(&["invitation.created", "invitation.accepted", "share_agreement.created", "fleet_connection.created"]);
    let mut asked = facts[0].clone();
    asked.kind = Kind::ReturnedIntegrationRequested;
    asked.source = Source::Landing;
    asked.key = "asked".into();
    facts.push(asked);
    facts
}

/// Every page, with the title that it promises.
pub fn all() -> Vec<(&'static str, String)> {
    let demo = Some(("demo@example.com".to_owned(), "a demo password".to_owned()));
    let mut pages = vec![
        ("Invitations · Onramp", list_page(vec![row(Some("Acme Trucking")), row(None)], true)),
        ("Invitations · Onramp", list_page(vec![], true)),
        ("New invitation · Onramp", new_page(Draft::default())),
        ("Error: New invitation · Onramp", new_page(wrong_draft())),
        ("Acme Trucking · Onramp", detail_page(detail(facts_with_gaps(), Some(LINK)))),
        ("Acme Trucking · Onramp", detail_page(detail(facts(&["invitation.created", "invitation.declined"]), None))),
        ("Please confirm: New invitation · Onramp", confirm_page(InvitationState::Active)),
        ("Please confirm: New invitation · Onramp", confirm_page(InvitationState::Declined)),
        ("Ask the fleet again · Onramp", again_page(None)),
        ("Error: Ask the fleet again · Onramp", again_page(Some("Give whole hours.".into()))),
        ("Delete this invitation? · Onramp", delete_page(true)),
        ("Delete this invitation? · Onramp", delete_page(false)),
        ("Share the link · Onramp", share_page(share_view(true))),
        ("Share the link · Onramp", share_page(ShareView { over: Some("It is over."), ..share_view(false) })),
        ("Share the link · Onramp", share_page(ShareView { email_form: None, ..share_view(false) })),
        ("Error: Share the link · Onramp", share_page(failed_share())),
        ("Reminders · Onramp", reminders_page(true)),
        ("Reminders · Onramp", reminders_page(false)),
        ("Send 2 reminders? · Onramp", reminders_confirm_page()),
        ("Acme Trucking · Fleet · Onramp", fleet_page(true)),
        ("Acme Trucking · Fleet · Onramp", fleet_page(false)),
        ("Sign in · Onramp", login_page(demo)),
        ("Create your account · Onramp", setup_page()),
        ("Checks · Onramp", checks_page(true, true)),
        ("Checks · Onramp", checks_page(false, false)),
        ("No such invitation · Onramp", html(|| view! { <ErrorPage visit=visit("/x") error=error(404)/> })),
        (
            "No such invitation",
            html(|| view! { <PublicErrorPage stylesheet="onramp.css".to_owned() error=error(503)/> }),
        ),
    ];
    let titles = [
        "You’re connected",
        "Your request has been sent",
        "Not connected yet",
        "This invitation is over",
        "Thank you",
        "Not finished",
    ];
    pages.extend(subscription_pages());
    pages.extend(titles.into_iter().zip(landings().into_iter().map(landing_page)));
    pages.extend(imports::all());
    pages
}
