//! Events that the worker processes in a second, while nothing else happens.

use std::time::{Duration, Instant};

use super::{Plan, say};
use crate::{
    Failure,
    contestants::{Contestant, Running},
    database::CallbackPolicy,
    figures::median,
    onramp,
    requests::deliveries,
};

/// How often to look.
const EVERY: Duration = Duration::from_millis(20);

/// Measures and says it.
pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (rounds, count) = plan.pick((3, 12_000), (1, 3_000));
    let mut rates = Vec::new();
    for round in 0..rounds {
        say(&format!("worker: round {} of {rounds}", round + 1));
        let dir = tempfile::tempdir_in(&plan.places.data)?;
        onramp::prepare(dir.path()).await?;
        onramp::fill(dir.path(), &deliveries(count)?).await?;
        let running = Running::start_over(Contestant::Onramp, &plan.places, dir).await?;
        let mut look = CallbackPolicy::at(&running.database()).await?;
        // The worker began when the process did; it is timed from the first look on.
        let (start, waiting) = (Instant::now(), look.waiting().await?);
        while look.waiting().await? > 0 {
            tokio::time::sleep(EVERY).await;
        }
        rates.push(f64::from(waiting) / start.elapsed().as_secs_f64());
        running.stop()?;
    }
    Ok(format!(
        "### The worker\n\n{count} deliveries in the inbox, until none is left to be processed; median of {rounds} rounds.\n\n| \
         events/s |\n| ---: |\n| {:.0} |\n",
        median(&rates)
    ))
}
