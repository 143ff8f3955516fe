//! The time from the answer to a webhook until the change appears on the live stream of an open page.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use server::security::live_streams::PER_SESSION;

use super::{Plan, say};
use crate::{
    Failure,
    browser::Browser,
    contestants::{Contestant, Running},
    database::CallbackPolicy,
    drive::Load,
    figures::Spread,
    requests::{Request, deliveries},
    schedule::Schedule,
    story::EVENTS,
    wire::Connection,
};

/// Other deliveries per second in the second measurement.
const OTHER_LOAD: u32 = 200;
const OTHER_CONNECTIONS: usize = 16;
/// The pause between a change that was seen and the next delivery.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a change may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let fleets = plan.pick(80, 12);
    let quiet = changes(plan, fleets, 0).await?;
    let busy = changes(plan, fleets, OTHER_LOAD).await?;
    let count = fleets * (EVENTS.len() - 1);
    let mut text = format!(
        "### From the answer to the open page\n\n{count} changes, with {fleets} pages open.\n\n| other load | p50 ms | p95 ms \
         (budget: 300) | p99 ms | longest ms |\n| --- | ---: | ---: | ---: | ---: |\n"
    );
    for (load, spread) in [("none".to_owned(), quiet), (format!("{OTHER_LOAD} deliveries/s"), busy)] {
        writeln!(
            text,
            "| {load} | {:.2} | {:.2} | {:.2} | {:.2} |",
            spread.p50, spread.p95, spread.p99, spread.longest
        )?;
    }
    Ok(text)
}

async fn changes(plan: &Plan, fleets: usize, other_load: u32) -> Result<Spread, Failure> {
    say(&format!("live: {fleets} pages, {other_load} other deliveries per second"));
    let running = Running::start(Contestant::Onramp, &plan.places).await?;
    let requests = deliveries(fleets * EVENTS.len())?;
    let mut browser = Browser::sign_in(running.address).await?;
    let mut catena = Connection::open(running.address).await?;
    let mut look = CallbackPolicy::at(&running.database()).await?;
    let mut pages = Vec::new();
    for story in requests.chunks(EVENTS.len()) {
        deliver(&mut catena, &story[0]).await?;
        let invitation = loop {
            match look.invitation_of(&story[0].fleet_ref).await? {
                Some(id) => break id,
                None => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
        // One session has only so many live pages.
        if !pages.is_empty() && pages.len() % PER_SESSION == 0 {
            browser = Browser::sign_in(running.address).await?;
        }
        let mut page = browser.live(invitation).await?;
        page.wait_for(story[0].event).await?;
        pages.push(page);
    }
    let other = (other_load > 0).then(|| -> Result<_, Failure> {
        let load = Load::new(running.address, &deliveries(plan.pick(20_000, 4_000))?);
        Ok(tokio::spawn(async move {
            load.open(OTHER_CONNECTIONS, usize::MAX, Schedule::per_second(other_load), Duration::MAX).await
        }))
    });
    let other = other.transpose()?;
    let mut times = Vec::new();
    for event in 1..EVENTS.len() {
        for (story, page) in requests.chunks(EVENTS.len()).zip(&mut pages) {
            let request = &story[event];
            // Watched at the same time, as a browser does: the change may arrive before the answer has been read.
            let seen = async {
                page.wait_for(&format!("\"{}\"", request.event)).await?;
                Ok::<_, Failure>(Instant::now())
            };
            let answered = async {
                deliver(&mut catena, request).await?;
                Ok::<_, Failure>(Instant::now())
            };
            let both = futures::future::try_join(answered, seen);
            let (answered, seen) = tokio::time::timeout(PATIENCE, both)
                .await
                .map_err(|_| format!("{} was not seen within {PATIENCE:?}", request.event))??;
            times.push(seen.saturating_duration_since(answered));
            tokio::time::sleep(PAUSE).await;
        }
    }
    if let Some(other) = other {
        if other.is_finished() {
            return Err("the other load ended before the changes did".into());
        }
        other.abort();
    }
    running.stop()?;
    Ok(Spread::of(times))
}

async fn deliver(catena: &mut Connection, request: &Request) -> Result<(), Failure> {
    let status = catena.send(&request.wire).await?;
    if status == 202 { Ok(()) } else { Err(format!("a delivery was answered with {status}").into()) }
}
