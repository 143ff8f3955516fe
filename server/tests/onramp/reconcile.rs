//! Fleets of whom no webhook tells reach by checks what the others reach by webhooks.

use std::{cell::RefCell, collections::BTreeMap};

use catena::{AgreementFilter, ConnectionFilter, FleetFilter};
use domain::{
    events::fact::{Kind, Source},
    invitation::request::Draft,
    onboarding::{
        lifecycle::StepState,
        stage::{Health, Stage},
    },
    staff::Role,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::store::{Cause, CheckRow};
use time::Duration;
use url::Url;

use crate::support::{TestServer, until};

/// An Onramp with its sandbox, and the hands of the fleets in it.
struct World {
    server: TestServer,
    links: RefCell<BTreeMap<String, String>>,
}

impl World {
    async fn new(subscribed: bool) -> Self {
        let server = TestServer::start().await;
        if subscribed {
            server.state.subscriptions.ensure().await.unwrap();
        }
        Self { server, links: RefCell::default() }
    }

    async fn invite(&self, fleet_ref: &str, hours: u32) {
        let permissions = [("vehicle_location".to_owned(), "read".to_owned())].into();
        let draft = Draft {
            fleet_ref: fleet_ref.into(),
            expires_in_hours: hours.to_string(),
            permissions,
            ..server::services::links::landing_urls::with_landing_pages(&self.server.state.settings.public_url)
        };
        let request = draft.check().unwrap();
        let invited = self.server.state.invitations.call_planned(&request, hours, "ada@example.com").await.unwrap();
        let link: Url = invited.magic_link.expose().parse().unwrap();
        let invite = link.query_pairs().find(|(name, _)| name == "invite").unwrap().1.into_owned();
        self.links.borrow_mut().insert(fleet_ref.to_owned(), invite);
    }

    fn link(&self, fleet_ref: &str) -> String {
        self.links.borrow()[fleet_ref].clone()
    }

    async fn post(&self, path: &str, body: Value) {
        let url = self.server.url.join(&format!("/sandbox{path}")).unwrap();
        let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    async fn accept(&self, fleet_ref: &str) {
        self.post(&format!("/v2/orgs/invitations/{}/accept", self.link(fleet_ref)), json!({})).await;
    }

    async fn decline(&self, fleet_ref: &str) {
        let reason = json!({ "decline_reason": "Too early" });
        self.post(&format!("/v2/orgs/invitations/{}/decline", self.link(fleet_ref)), reason).await;
    }

    /// The fleet gives its credentials for Samsara, for the first time or once more.
    async fn connect(&self, fleet_ref: &str, already_linked: bool) {
        let link = self.link(fleet_ref);
        let mut form = vec![("invite", link.as_str()), ("tsp", "samsara"), ("api_key", "k")];
        form.extend(already_linked.then_some(("already_linked", "on")));
        let url = self.server.url.join("/sandbox/connect/credentials").unwrap();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.post(url).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }

    async fn lever(&self, fleet_ref: &str, lever: &str) {
        let fleets = FleetFilter::Refs(vec![fleet_ref.to_owned()]);
        let connections =
            self.server.state.catena.connections(&ConnectionFilter { fleets, tsp_id: None }).await.unwrap();
        let id = connections[0].id;
        let path = match lever {
            "stale" => format!("/control/connections/{id}/stale"),
            _ => format!("/control/schedules/{id}/{lever}"),
        };
        self.post(&path, json!({})).await;
    }

    async fn end_agreement(&self, fleet_ref: &str) {
        let filter = AgreementFilter { fleet_ref: Some(fleet_ref.to_owned()), ..AgreementFilter::default() };
        let id = self.server.state.catena.agreements(&filter).await.unwrap()[0].id;
        self.post(&format!("/control/agreements/{id}/delete"), json!({})).await;
    }

    async fn withdraw(&self, fleet_ref: &str) {
        let id = catena::InvitationId::parse(&self.link(fleet_ref)).unwrap();
        self.server.state.catena.delete_invitation(&id).await.unwrap();
    }

    /// Waits until the sandbox has sent everything and it is processed.
    async fn recompute(&self) {
        until("all webhooks", async || {
            let url = self.server.url.join("/sandbox/control/state").unwrap();
            let state: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
            (state["deliveries"]["pending"] == 0).then_some(())
        })
        .await;
        self.server.processed().await;
    }

    async fn check(&self) -> CheckRow {
        let row = self.server.state.reconciler.everything(Cause::Schedule).await.unwrap();
        assert_eq!((row.complete, &row.problem), (true, &None));
        row
    }

    /// How every fleet stands: stage, health, and which steps are done.
    async fn standing(&self) -> Vec<(String, Option<Stage>, Option<Health>, Vec<bool>)> {
        let mut all = Vec::new();
        let refs: Vec<String> = self.links.borrow().keys().cloned().collect();
        for fleet_ref in refs {
            let onboarding = self.server.onboarding(&fleet_ref).await.unwrap();
            let done = onboarding.steps.iter().map(|(_, state)| matches!(state, StepState::Done(_))).collect();
            all.push((fleet_ref, onboarding.stage, onboarding.health, done));
        }
        all
    }

    async fn sources(&self, fleet_ref: &str) -> Vec<(String, Source)> {
        let facts = self.server.facts(fleet_ref).await;
        facts.into_iter().map(|fact| (fact.kind.name().to_owned(), fact.source)).collect()
    }
}

/// Sixteen fleets, each on its own way.
const FLEETS: [&str; 16] = [
    "open",
    "accepted",
    "connected",
    "reused",
    "declined",
    "declined-then-accepted",
    "expired",
    "withdrawn",
    "stale",
    "stale-then-repaired",
    "stale-repaired-stale",
    "stopped",
    "stopped-then-repaired",
    "failing-then-fetched",
    "ended",
    "ended-then-invited",
];

/// The chapters of the story: what happens in each.
async fn play(world: &World, chapter: usize) {
    match chapter {
        0 => {
            for fleet in FLEETS {
                world.invite(fleet, if fleet == "expired" { 1 } else { 400 }).await;
            }
        }
        1 => {
            for fleet in FLEETS {
                match fleet {
                    "open" | "expired" | "withdrawn" => {}
                    "declined" | "declined-then-accepted" => world.decline(fleet).await,
                    _ => world.accept(fleet).await,
                }
            }
        }
        2 => {
            world.withdraw("withdrawn").await;
            world.invite("declined-then-accepted", 400).await;
            for fleet in &FLEETS[8..] {
                world.connect(fleet, false).await;
            }
            world.connect("connected", false).await;
            world.connect("reused", true).await;
        }
        3 => {
            world.accept("declined-then-accepted").await;
            for fleet in ["stale", "stale-then-repaired", "stale-repaired-stale"] {
                world.lever(fleet, "stale").await;
            }
            for fleet in ["stopped", "stopped-then-repaired"] {
                world.lever(fleet, "deactivate").await;
            }
            world.end_agreement("ended").await;
            world.end_agreement("ended-then-invited").await;
        }
        4 => {
            for fleet in ["stale-then-repaired", "stale-repaired-stale", "stopped-then-repaired"] {
                world.connect(fleet, false).await;
            }
        }
        5 => {
            world.lever("stale-repaired-stale", "stale").await;
            world.invite("ended-then-invited", 400).await;
        }
        _ => unreachable!("no such chapter"),
    }
}

#[tokio::test]
async fn fleets_whose_webhooks_never_arrive_reach_by_checks_what_the_others_reach_by_webhooks() {
    let (told, untold) = (World::new(true).await, World::new(false).await);
    for chapter in 0..6 {
        for world in [&told, &untold] {
            // Long enough for answers and webhooks not to cross, and for schedules to fetch.
            world.server.clock.advance(Duration::minutes(40));
            play(world, chapter).await;
            // Before the clock moves: a delivery under way would be too old all at once.
            world.recompute().await;
            world.server.clock.advance(Duration::minutes(20));
            world.recompute().await;
            let check = world.check().await;
            assert_eq!(world.check().await.found, 0, "chapter {chapter}: a second check finds nothing");
            if std::ptr::eq(world, &raw const told) {
                assert_eq!(check.holes, 0, "chapter {chapter}: the webhooks told everything they could");
            }
        }
        assert_eq!(untold.standing().await, told.standing().await, "chapter {chapter}");
    }
    let want = [
        ("open", Stage::Created, None),
        ("accepted", Stage::Agreement, None),
        ("connected", Stage::Connected, Some(Health::Flowing)),
        ("reused", Stage::Connected, Some(Health::Flowing)),
        ("declined", Stage::Declined, None),
        ("declined-then-accepted", Stage::Agreement, None),
        ("expired", Stage::Expired, None),
        ("withdrawn", Stage::Deleted, None),
        ("stale", Stage::Connected, Some(Health::NeedsReauthentication)),
        ("stale-then-repaired", Stage::Connected, Some(Health::Flowing)),
        ("stale-repaired-stale", Stage::Connected, Some(Health::NeedsReauthentication)),
        ("stopped", Stage::Connected, Some(Health::Stopped)),
        ("stopped-then-repaired", Stage::Connected, Some(Health::Flowing)),
        ("failing-then-fetched", Stage::Connected, Some(Health::Flowing)),
        ("ended", Stage::Deleted, None),
    ];
    for (fleet, stage, health) in want {
        let got = untold.server.onboarding(fleet).await.unwrap();
        assert_eq!((got.stage, got.health), (Some(stage), health), "{fleet}");
    }
    let ways = untold.sources("stale-repaired-stale").await;
    let (stale, works) = ("connection.staled".to_owned(), "connection.recovered".to_owned());
    assert!(
        ways.ends_with(&[(stale.clone(), Source::Check), (works, Source::Check), (stale, Source::Check)]),
        "{ways:?}"
    );
    let reason = untold.server.facts("declined").await;
    assert_eq!(reason.last().unwrap().about.note.as_deref(), Some("Too early"));
}

#[tokio::test]
async fn a_fetch_that_works_again_ends_repeated_failures() {
    let world = World::new(true).await;
    world.invite("failing", 400).await;
    world.accept("failing").await;
    world.connect("failing", false).await;
    for _ in 0..2 {
        world.server.clock.advance(Duration::minutes(1));
        world.lever("failing", "fail").await;
    }
    world.recompute().await;
    assert_eq!(world.server.onboarding("failing").await.unwrap().health, Some(Health::FetchFailing));
    world.check().await;
    assert_eq!(world.server.onboarding("failing").await.unwrap().health, Some(Health::FetchFailing), "too early");
    world.server.clock.advance(Duration::minutes(15));
    assert_eq!(world.check().await.found, 1);
    assert_eq!(world.server.onboarding("failing").await.unwrap().health, Some(Health::Flowing));
}

#[tokio::test]
async fn one_fleet_is_asked_about_alone_and_staff_see_what_came_of_it() {
    let world = World::new(false).await;
    for fleet in ["mine", "other"] {
        world.invite(fleet, 24).await;
        world.accept(fleet).await;
        world.connect(fleet, false).await;
    }
    let staff = world.server.signed_in(Role::Operator).await;
    let path = format!("/invitations/{}", world.server.own_id(&world.link("mine")).await);
    let answer = staff.post(&format!("{path}/check"), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, &*format!("{path}?checked=4")));
    world.server.clock.advance(Duration::SECOND);
    let page = staff.get(answer.header("location")).await.body;
    assert!(page.contains("4 facts were found") && page.contains("found by check"), "{page}");
    assert!(page.contains("Last checked just now"), "{page}");
    let again = staff.post(&format!("{path}/check"), &[]).await;
    assert!(staff.get(again.header("location")).await.body.contains("nothing new"));
    let stage = async |fleet: &str| world.server.onboarding(fleet).await.unwrap().stage.unwrap();
    assert_eq!((stage("mine").await, stage("other").await), (Stage::Connected, Stage::Created));

    let viewer = world.server.signed_in(Role::Viewer).await;
    assert_eq!(viewer.post(&format!("{path}/check"), &[]).await.status, StatusCode::FORBIDDEN);
    assert!(!viewer.get(&path).await.body.contains("Check with Catena now"));

    world.post("/control/faults", json!({ "status": 429, "count": 10, "retry_after_seconds": 90 })).await;
    let failed = staff.post(&format!("{path}/check"), &[]).await;
    assert_eq!(failed.status, StatusCode::BAD_GATEWAY);
    assert!(failed.body.contains("The check is not complete") && failed.body.contains("Try again in 90 seconds"));
}

#[tokio::test]
async fn a_fleet_that_comes_back_is_asked_about_unless_a_webhook_says_why() {
    let world = World::new(false).await;
    for fleet in ["silent", "told"] {
        world.invite(fleet, 24).await;
        world.accept(fleet).await;
        world.connect(fleet, false).await;
        let query = format!("invitation_id={}&fleet_ref={fleet}&status=success", world.link(fleet));
        world.server.browser().get(&format!("/onboarding/success?{query}")).await;
    }
    let fleet = async |name: &str| world.server.state.store.fleet_by_ref(name).await.unwrap().unwrap();
    // A check on demand stands for the webhook here: the return is borne out before its time comes.
    world.server.state.reconciler.one_fleet(&fleet("told").await, Cause::Staff).await.unwrap();
    world.server.clock.advance(Duration::seconds(19));
    world.server.state.reconciler.check_returns().await;
    assert_eq!(fleet("silent").await.stage, Some(Stage::Created), "the webhook has time left");
    world.server.clock.advance(Duration::seconds(1));
    let last = async |name: &str| {
        let fleet = fleet(name).await;
        world.server.state.store.last_check_of(fleet.key).await.unwrap().map(|check| check.cause)
    };
    let asked = until("the fleet to be asked about", async || last("silent").await).await;
    assert_eq!((asked, last("told").await), (Cause::Return, Some(Cause::Staff)));
    assert_eq!(fleet("silent").await.stage, Some(Stage::Connected));
    let timeline = world.server.onboarding("silent").await.unwrap().timeline;
    assert!(timeline.iter().all(|entry| entry.confirmed), "what Catena says bears the return out");
}

#[tokio::test]
async fn what_had_to_be_found_is_said_on_the_first_page_for_a_day() {
    let world = World::new(false).await;
    world.server.clock.advance(Duration::minutes(1));
    world.invite("quiet", 400).await;
    world.accept("quiet").await;
    let staff = world.server.signed_in(Role::Operator).await;
    assert!(!staff.get("/invitations").await.body.contains("webhooks may not arrive"));
    assert_eq!(staff.post("/settings/checks", &[]).await.header("location"), "/settings/checks?started=true");
    until("the check", async || (!world.server.state.store.checks(1).await.unwrap().is_empty()).then_some(())).await;
    let list = staff.get("/invitations").await.body;
    assert!(list.contains("2 facts had to be found by asking Catena in the last 24 hours"), "{list}");
    let page = staff.get("/settings/checks").await.body;
    for words in ["quiet", "Staff asked", "complete", "on demand only"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    world.server.clock.advance(Duration::hours(24) + Duration::SECOND);
    assert!(!staff.get("/invitations").await.body.contains("webhooks may not arrive"));
    let viewer = world.server.signed_in(Role::Viewer).await;
    assert_eq!(viewer.post("/settings/checks", &[]).await.status, StatusCode::FORBIDDEN);
    assert!(!viewer.get("/settings/checks").await.body.contains("Check everything now"));
}

#[tokio::test]
async fn an_account_that_is_older_than_this_onramp_is_taken_in_without_alarm() {
    let world = World::new(false).await;
    world.invite("elder", 400).await;
    world.accept("elder").await;
    world.connect("elder", false).await;
    // Another Onramp, new, at the same Catena.
    let other = tempfile::tempdir().unwrap();
    let store: server::store::SharedStore =
        std::sync::Arc::new(server::store::sqlite::SqliteStore::open(&other.path().join("onramp.db")).await.unwrap());
    let onramp = &world.server.state;
    let timeline = server::services::timeline::Timeline::new(
        store.clone(),
        onramp.vault.clone(),
        onramp.clock.clone(),
        onramp.random.clone(),
    );
    let reconciler = server::services::reconcile::Reconciler::new(
        onramp.catena.clone(),
        store.clone(),
        timeline,
        onramp.vault.clone(),
        (onramp.clock.clone(), onramp.random.clone()),
        std::sync::Arc::new(server::services::providers::Providers::new(
            onramp.catena.clone(),
            store.clone(),
            onramp.clock.clone(),
        )),
        server::config::ReconcileSettings { every: Some(Duration::minutes(15)), pause: std::time::Duration::ZERO },
    );
    world.server.clock.advance(Duration::hours(1));
    let row = reconciler.everything(Cause::Schedule).await.unwrap();
    assert_eq!((row.complete, row.found, row.holes), (true, 5, 0));
    let fleet = store.fleet_by_ref("elder").await.unwrap().unwrap();
    assert_eq!(fleet.stage, Some(Stage::Connected));
    let facts = store.facts_of(fleet.key).await.unwrap();
    assert!(facts.iter().any(|fact| fact.kind == Kind::InvitationCreated && fact.source == Source::Check));
    let names = store.provider_names(&["samsara".into(), "hos247".into()]).await.unwrap();
    assert_eq!(names.get("samsara").map(String::as_str), Some("Samsara"));
    assert_eq!(names.get("hos247").map(String::as_str), Some("HOS247"), "the one whose slug is the integration’s word");
}
