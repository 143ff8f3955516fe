//! Every story under every disorder at once: deliveries come twice, late, in any order, spoiled, or never, and each fleet
//! still ends where its story ends, with no fact told twice (WEBHOOKS.md 6 and 7).

use std::{collections::BTreeMap, time::Duration};

use domain::{
    events::fact::Kind,
    onboarding::stage::{Health, Stage},
};
use platform::clock::Clock as _;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use server::{
    security::vault::Purpose,
    store::{SigningSecret, SubscriptionRow},
};

use crate::support::{Catena, TestServer};

/// Fleets in each story.
const FLEETS: usize = 3;

/// Where each story ends. What only a check of ours could find, the repair of a connection, may be known or not.
fn endings() -> [(&'static str, Stage, &'static [Option<Health>]); 17] {
    const NONE: &[Option<Health>] = &[None];
    const FLOWING: &[Option<Health>] = &[Some(Health::Flowing)];
    [
        ("happy_path", Stage::Connected, FLOWING),
        ("reused_connection", Stage::Connected, FLOWING),
        ("several_providers", Stage::Connected, FLOWING),
        ("invited", Stage::Created, NONE),
        ("sent", Stage::Sent, NONE),
        ("opened", Stage::Viewed, NONE),
        ("accepted_only", Stage::Agreement, NONE),
        ("linked", Stage::Connection, NONE),
        ("declined", Stage::Declined, NONE),
        ("reinvited_after_decline", Stage::Connected, FLOWING),
        ("expired", Stage::Expired, NONE),
        ("deleted", Stage::Deleted, NONE),
        ("connection_staled", Stage::Connected, &[Some(Health::NeedsReauthentication)]),
        ("staled_and_repaired", Stage::Connected, &[Some(Health::NeedsReauthentication), Some(Health::Flowing)]),
        ("fetch_failing", Stage::Connected, &[Some(Health::FetchFailing)]),
        ("schedule_deactivated", Stage::Connected, &[Some(Health::Stopped)]),
        ("agreement_ended", Stage::Deleted, NONE),
    ]
}

/// All disorders. `drop` loses a delivery for good, so it strikes the one event that later ones imply;
/// `skip_connection_created` is a normal case. A stale timestamp and a wrong secret are verified again at the end, as staff
/// would after mending a clock or a secret; what died is replayed. All others heal by themselves.
fn all_disorders() -> Value {
    json!({
        "duplicate": 30, "twin_same_id": 30, "twin_new_id": 30, "shuffle": 60, "delay": 20,
        "drop": { "percent": 100, "events": ["invitation.viewed"] },
        "swap_agreement": 50, "skip_connection_created": 100, "rejected_twin": 100, "two_records": 40,
        "unknown_event": 15, "unknown_field": 40, "unknown_enum": 40, "no_id": 25, "no_timestamp": 25,
        "no_event_name": 25, "plain_body": 25, "zulu": 30, "fraction": 30, "stale_timestamp": 15, "wrong_secret": 15,
        "bomb": 4, "stall": 3,
    })
}

struct World {
    server: TestServer,
    http: Client,
}

impl World {
    /// An Onramp that hears of everything, with a sandbox whose chance repeats.
    async fn open() -> Self {
        let server = TestServer::start_with(Catena::SeededSandbox(20_260_302)).await;
        server.state.subscriptions.ensure().await.unwrap();
        Self { server, http: Client::new() }
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let url = self.server.url.join(&format!("/sandbox/control/{path}")).unwrap();
        let answer = self.http.request(method, url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// Plays every story for some fleets.
    async fn play(&self) {
        for (story, ..) in endings() {
            let body = json!({ "story": story, "fleet_ref": story, "count": FLEETS });
            self.control(Method::POST, "stories", body).await;
        }
    }

    /// Waits until nothing is on its way any more.
    async fn settled(&self) {
        let recompute = async {
            while self.control(Method::GET, "state", Value::Null).await["deliveries"]["pending"] != 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), recompute).await.expect("deliveries come to an end");
        self.server.processed().await;
    }

    /// What staff would do: the secret that was missing is made known, quarantine is verified again, dead letters replayed.
    async fn heal(&self) -> u64 {
        let state = &self.server.state;
        let secret = SigningSecret {
            id: state.random.uuid_v4(),
            event_name: "*".into(),
            sealed: state.vault.seal(Purpose::SigningSecret, sandbox::WRONG_SECRET.as_bytes()),
            created_at: self.server.clock.now(),
        };
        let id = secret.id;
        state.store.put_secret(&secret).await.unwrap();
        let all: Vec<SubscriptionRow> = state.store.subscriptions().await.unwrap();
        state.store.put_subscriptions(id, &all).await.unwrap();
        let reverified = state.reprocessor.verify_all_again().await.unwrap();
        for subscription in all {
            let url = self.server.url.join("/sandbox/control/page/subscription").unwrap();
            let id = subscription.webhook_id.to_string();
            self.http.post(url).form(&[("id", id.as_str()), ("act", "replay")]).send().await.unwrap();
        }
        self.settled().await;
        reverified.verified
    }

    /// The kinds of each fleet's facts, in the order of their names, each as often as it is told.
    async fn timelines(&self) -> BTreeMap<String, Vec<String>> {
        let mut all = BTreeMap::new();
        for fleet_ref in fleets() {
            let facts = self.server.facts(&fleet_ref).await;
            let mut kinds: Vec<_> = facts.iter().map(|fact| fact.kind.name().to_owned()).collect();
            kinds.sort();
            all.insert(fleet_ref, kinds);
        }
        all
    }
}

fn fleets() -> Vec<String> {
    endings().iter().flat_map(|(story, ..)| (1..=FLEETS).map(move |number| format!("{story}-{number}"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_all_disorders_every_fleet_ends_where_its_story_ends_and_no_fact_is_told_twice() {
    let calm = World::open().await;
    calm.play().await;
    calm.settled().await;
    for (story, stage, healths) in endings() {
        for number in 1..=FLEETS {
            let onboarding = calm.server.onboarding(&format!("{story}-{number}")).await.unwrap();
            assert_eq!(onboarding.stage, Some(stage), "{story}");
            assert!(healths.contains(&onboarding.health), "{story}: {:?}", onboarding.health);
        }
    }

    let wild = World::open().await;
    wild.control(Method::PUT, "disorders", all_disorders()).await;
    wild.play().await;
    wild.settled().await;
    let verified = wild.heal().await;
    assert!(verified > 20, "stale and wrongly signed deliveries came, and were let in later: {verified}");
    for (story, stage, healths) in endings() {
        for number in 1..=FLEETS {
            let onboarding = wild.server.onboarding(&format!("{story}-{number}")).await.unwrap();
            // Of these two stories the one event that tells of their end is the one that never came.
            let stage = match story {
                "opened" => Stage::Created,
                "linked" => Stage::Agreement,
                _ => stage,
            };
            assert_eq!(onboarding.stage, Some(stage), "{story}-{number}: {:?}", onboarding.timeline);
            assert!(healths.contains(&onboarding.health), "{story}-{number}: {:?}", onboarding.timeline);
        }
    }
    // The same facts as without disorder, but for the two that never came and for the unknown ones that came beside.
    let never = [Kind::InvitationViewed, Kind::ConnectionCreated];
    let known = |mut all: BTreeMap<String, Vec<String>>| {
        for kinds in all.values_mut() {
            kinds.retain(|name| {
                let kind = Kind::from_name(name);
                !matches!(kind, Kind::Other(_)) && !never.contains(&kind)
            });
        }
        all
    };
    let (calm, wild) = (calm.timelines().await, wild.timelines().await);
    let unknown = wild.values().flatten().filter(|kind| *kind == "fleet_info.modified").count();
    assert!(unknown > 0, "unknown events are on timelines too");
    assert_eq!(known(wild), known(calm));
}
