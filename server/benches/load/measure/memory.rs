//! Resident memory when idle and at the peak of the highest load.

use std::time::Duration;

use super::{Plan, say};
use crate::{
    Failure,
    contestants::{Contestant, Running},
    drive::Load,
    machine::{SETTLE, memory},
    requests::deliveries,
};

const CONNECTIONS: usize = 256;

pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (time, count) = plan.pick((Duration::from_secs(15), 250_000), (Duration::from_secs(3), 40_000));
    say(&format!("memory: {CONNECTIONS} connections for {} s", time.as_secs()));
    let requests = deliveries(count)?;
    let running = Running::start(Contestant::Onramp, &plan.places).await?;
    tokio::time::sleep(SETTLE).await;
    let idle = memory(running.id(), "VmRSS");
    let outcome = Load::new(running.address, &requests).closed(CONNECTIONS, time, false).await?;
    let (peak, after) = (memory(running.id(), "VmHWM"), memory(running.id(), "VmRSS"));
    running.end(outcome.times.len()).await?;
    let show = |megabytes: Option<f64>| megabytes.map_or_else(|| "unknown".to_owned(), |mb| format!("{mb:.1}"));
    Ok(format!(
        "### Resident memory\n\nOnramp's, idle {} s after the start, and at {CONNECTIONS} connections that send as fast as they \
         are answered, {} deliveries in {:.0} s.\n\n| idle MB (budget: 40) | peak MB (budget: 150) | right after MB |\n| \
         ---: | ---: | ---: |\n| {} | {} | {} |\n",
        SETTLE.as_secs(),
        outcome.times.len(),
        outcome.elapsed.as_secs_f64(),
        show(idle),
        show(peak),
        show(after)
    ))
}
