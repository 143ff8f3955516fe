//! Latency of acknowledgements at a fixed rate.

use std::time::Duration;

use super::{Plan, say};
use crate::{
    Failure,
    contestants::{Contestant, Running},
    drive::Load,
    figures::{Spread, median},
    requests::deliveries,
    schedule::Schedule,
};

const PER_SECOND: u32 = 1_000;
const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_millis(500);

pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (rounds, seconds) = plan.pick((3, 20), (1, 5));
    let count = PER_SECOND as usize * seconds;
    let (mut repeats, mut rates, mut failed) = (Vec::new(), Vec::new(), 0);
    for round in 0..rounds {
        say(&format!("pace: round {} of {rounds}", round + 1));
        let requests = deliveries(count * 2)?;
        let running = Running::start(Contestant::Onramp, &plan.places).await?;
        let load = Load::new(running.address, &requests);
        let warm = load.open(CONNECTIONS, count / 10, Schedule::per_second(PER_SECOND), WARM_UP).await?;
        let outcome = load.open(CONNECTIONS, count, Schedule::per_second(PER_SECOND), Duration::MAX).await?;
        running.end(warm.times.len() + outcome.times.len()).await?;
        failed += outcome.failed;
        rates.push(outcome.rate());
        repeats.push(Spread::of(outcome.times));
    }
    let times = Spread::median(&repeats);
    Ok(format!(
        "### Latency at {PER_SECOND} deliveries a second\n\nA fixed schedule over {CONNECTIONS} connections, each latency counted \
         from when its request was due; medians of {rounds} rounds of {seconds} s. Answered {:.0} a second; {failed} answered \
         otherwise than with 202.\n\n| p50 ms | p95 ms | p99 ms (budget: 50) | longest ms |\n| ---: | ---: | ---: | ---: \
         |\n| {:.2} | {:.2} | {:.2} | {:.2} |\n",
        median(&rates),
        times.p50,
        times.p95,
        times.p99,
        times.longest
    ))
}
