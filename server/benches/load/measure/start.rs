//! From the start of the process until it is ready, with much stored.

use super::{Plan, say, seed::seed};
use crate::{
    Failure,
    contestants::{Contestant, Running},
    figures::Spread,
};

/// Measures and says it.
pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (fleets, starts) = plan.pick((100_000, 20), (10_000, 5));
    let mut dir = seed(plan, fleets).await?.dir;
    let mut times = Vec::new();
    for start in 0..starts {
        say(&format!("start: {} of {starts}", start + 1));
        let running = Running::start_over(Contestant::Onramp, &plan.places, dir).await?;
        times.push(running.started_in);
        dir = running.stop()?;
    }
    let times = Spread::of(times);
    Ok(format!(
        "### Start to ready\n\nWith {} events stored; {starts} starts, each after the process before it was killed, with the \
         database in the system's cache.\n\n| p50 ms (budget: 300) | longest ms |\n| ---: | ---: |\n| {:.0} | {:.0} |\n",
        fleets * 10,
        times.p50,
        times.longest
    ))
}
