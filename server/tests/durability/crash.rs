//! Onramp is killed again and again while several senders send. Every delivery that was answered with 202 must be in the inbox, and
//! every fact must be there exactly once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::{
    events::delivery::DeliveryState,
    onboarding::{lifecycle::fold, stage::Stage},
};
use platform::random::{Random as _, SystemRandom};
use reqwest::StatusCode;
use server::store::{DeliveryFilter, SharedStore};
use tokio::net::TcpListener;

use crate::{
    catena::{STORY, Stories, client, send},
    process::{Process, store, subscribe, until},
};

/// The number of kills, unless `make soak` asks for more.
const CRASHES: usize = 5;
const SENDERS: usize = 6;
/// How long after the first acknowledgement since the last crash the next one comes, in milliseconds.
const CRASH_AFTER: std::ops::Range<u64> = 1..150;

/// What the senders know.
#[derive(Default)]
struct Seen {
    /// Events that were acknowledged, by fleet.
    acknowledged: Mutex<BTreeMap<u32, BTreeSet<usize>>>,
    /// The number of acknowledgements so far.
    count: AtomicUsize,
    /// The number of requests that ended without an answer.
    broken: AtomicUsize,
    done: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_sigkill_and_no_fact_is_there_twice() {
    let crashes = std::env::var("ONRAMP_CRASHES").map_or(CRASHES, |count| count.parse().expect("a number of crashes"));
    let dir = tempfile::tempdir().unwrap();
    subscribe(dir.path()).await;
    let listen = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let (seen, stories) = (Arc::new(Seen::default()), Arc::new(Stories::read()));
    let mut process = Process::start(dir.path(), &listen, None).await;
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| tokio::spawn(keep_sending(sender, process.url.clone(), stories.clone(), seen.clone())))
        .collect();
    for _ in 0..crashes {
        let before = seen.count.load(Ordering::SeqCst);
        until("an acknowledgement", async || (seen.count.load(Ordering::SeqCst) > before).then_some(())).await;
        tokio::time::sleep(random_pause()).await;
        process.kill().await;
        process = Process::start(dir.path(), &listen, None).await;
    }
    seen.done.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.await.unwrap();
    }
    let store = store(dir.path()).await;
    until("everything to be processed", async || store.to_do(1).await.unwrap().is_empty().then_some(())).await;
    process.kill().await;
    let acknowledged = std::mem::take(&mut *seen.acknowledged.lock().unwrap());
    let (deliveries, whole) = check(&store, &stories, &acknowledged).await;
    println!(
        "{crashes} crashes: {} acknowledged, {deliveries} deliveries in the inbox, {} requests without an answer, \
         {} fleets, {whole} of them told whole",
        seen.count.load(Ordering::SeqCst),
        seen.broken.load(Ordering::SeqCst),
        acknowledged.len(),
    );
    assert!(whole > crashes, "the load was real");
    assert!(seen.broken.load(Ordering::SeqCst) > 0, "crashes hit requests under way");
}

fn random_pause() -> Duration {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    let random = u64::from_le_bytes(bytes);
    Duration::from_millis(CRASH_AFTER.start + random % (CRASH_AFTER.end - CRASH_AFTER.start))
}

/// Sends one fleet's story after another, repeating each event until it is acknowledged, as Catena does.
async fn keep_sending(sender: usize, url: String, stories: Arc<Stories>, seen: Arc<Seen>) {
    let client = client();
    for round in 0_u32.. {
        let fleet = round * u32::try_from(SENDERS).unwrap() + u32::try_from(sender).unwrap();
        // Each fleet starts at another point in its story, so that events arrive in different orders.
        for step in 0..STORY.len() {
            let index = (step + fleet as usize) % STORY.len();
            let event = stories.event(fleet, index);
            loop {
                match send(&client, &url, &event).await {
                    Some(StatusCode::ACCEPTED) => break,
                    Some(StatusCode::SERVICE_UNAVAILABLE) | None => {
                        seen.broken.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                    Some(other) => panic!("answered {other}"),
                }
                if seen.done.load(Ordering::SeqCst) {
                    return;
                }
            }
            seen.acknowledged.lock().unwrap().entry(fleet).or_default().insert(index);
            seen.count.fetch_add(1, Ordering::SeqCst);
            if seen.done.load(Ordering::SeqCst) {
                return;
            }
        }
    }
}

/// Compares the database with what was acknowledged. Returns the number of deliveries and the number of complete fleets.
async fn check(
    store: &SharedStore,
    stories: &Stories,
    acknowledged: &BTreeMap<u32, BTreeSet<usize>>,
) -> (usize, usize) {
    let rows = store.deliveries(&DeliveryFilter::default(), None, u32::MAX >> 1).await.unwrap();
    let ended = |state| matches!(state, DeliveryState::Processed | DeliveryState::Duplicate);
    assert!(rows.iter().all(|row| ended(row.state)), "nothing is parked, nothing was refused");
    let known: BTreeSet<_> = rows.iter().filter_map(|row| row.event_id).collect();
    let mut processed = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state == DeliveryState::Processed) {
        *processed.entry(row.event_id).or_insert(0) += 1;
    }
    assert!(processed.values().all(|times| *times == 1), "no event had its effect twice");
    let mut whole = 0;
    for (fleet, indices) in acknowledged {
        for index in indices {
            let event = stories.event(*fleet, *index);
            assert!(known.contains(&event.id), "fleet {fleet} lost {}", STORY[*index]);
        }
        if indices.len() < STORY.len() {
            continue;
        }
        whole += 1;
        let row = store.fleet_by_ref(&Stories::fleet_ref(*fleet)).await.unwrap().expect("a fleet that was told of");
        let onboarding = fold(store.facts_of(row.key).await.unwrap());
        let mut kinds: Vec<_> = onboarding.timeline.iter().map(|entry| entry.fact.kind.name().to_owned()).collect();
        kinds.sort();
        let mut want = STORY.to_vec();
        want.sort_unstable();
        assert_eq!(kinds, want, "fleet {fleet}: every fact, once");
        assert_eq!((row.stage, onboarding.stage), (Some(Stage::Connected), Some(Stage::Connected)), "fleet {fleet}");
    }
    (rows.len(), whole)
}
