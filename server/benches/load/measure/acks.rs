//! Acknowledgements per second: how many deliveries each contestant verifies, stores durably, and answers with 202. They take turns
//! within each round, so that other load on the machine affects all of them.

use std::{fmt::Write as _, time::Duration};

use super::{Plan, say};
use crate::{
    Failure,
    contestants::{Contestant, Running},
    drive::Load,
    figures::{Spread, median, millis},
    machine::processor_time,
    requests::deliveries,
};

const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];
/// Deliveries prepared for one measurement: more than the fastest contestant can process.
const AT_HAND: usize = 80_000;
const WARM_UP: Duration = Duration::from_millis(500);

struct Repeat {
    contestant: Contestant,
    connections: usize,
    rate: f64,
    times: Spread,
    /// Microseconds of processor time per acknowledgement.
    cost: f64,
}

pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (rounds, time) = plan.pick((5, Duration::from_secs(3)), (1, Duration::from_secs(1)));
    let mut repeats = Vec::new();
    for round in 0..rounds {
        for connections in CONNECTIONS {
            say(&format!("acks: round {} of {rounds}, {connections} connections", round + 1));
            let requests = deliveries(plan.pick(AT_HAND, AT_HAND / 3))?;
            // The order changes from round to round.
            for contestant in plan.who.iter().copied().cycle().skip(round).take(plan.who.len()) {
                let running = Running::start(contestant, &plan.places).await?;
                let load = Load::new(running.address, &requests);
                // The bare route doesn't read deliveries, so it may get the same ones again.
                let again = contestant == Contestant::Bare;
                let warm = load.closed(connections, WARM_UP, again).await?;
                let before = processor_time(running.id());
                let outcome = load.closed(connections, time, again).await?;
                let used = processor_time(running.id()).zip(before).map(|(after, before)| after.saturating_sub(before));
                running.end(warm.times.len() + outcome.times.len()).await?;
                if outcome.failed > 0 {
                    let name = contestant.name();
                    say(&format!("acks: {name} answered {} deliveries with another status than 202", outcome.failed));
                }
                let rate = outcome.rate();
                let acks = f64::from(u32::try_from(outcome.times.len().max(1))?);
                let cost = used.map_or(f64::NAN, |used| millis(used) * 1_000.0 / acks);
                let times = Spread::of(outcome.times);
                repeats.push(Repeat { contestant, connections, rate, times, cost });
            }
        }
    }
    Ok(section(plan, &repeats, rounds, time)?)
}

fn section(plan: &Plan, repeats: &[Repeat], rounds: usize, time: Duration) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "### Acknowledgements\n\nMedians of {rounds} rounds of {} s. Every 202 was found in the database after its process was \
         killed.\n\n| connections | who | acks/s | lowest to highest | p50 ms | p99 ms | CPU µs/ack |\n| ---: | --- | ---: \
         | ---: | ---: | ---: | ---: |\n",
        time.as_secs()
    );
    for connections in CONNECTIONS {
        for contestant in plan.who.iter().copied() {
            let own = of(repeats, connections, contestant);
            let rates = own.iter().map(|repeat| repeat.rate).collect::<Vec<_>>();
            let lowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = rates.iter().copied().fold(0.0, f64::max);
            let cost = median(&own.iter().map(|repeat| repeat.cost).collect::<Vec<_>>());
            let times = Spread::median(&own.iter().map(|repeat| repeat.times).collect::<Vec<_>>());
            writeln!(
                text,
                "| {connections} | {} | {:.0} | {lowest:.0} to {highest:.0} | {:.2} | {:.2} | {cost:.0} |",
                contestant.name(),
                median(&rates),
                times.p50,
                times.p99
            )?;
        }
    }
    if plan.who != Contestant::ALL {
        return Ok(text);
    }
    text.push_str(
        "\nOnramp's acks/s as a share of the bare route's (budget: 0.5), and as a multiple of the others' (budgets: 10 and \
         6):\n\n| connections | of the bare route | × Flask | × Express |\n| ---: | ---: | ---: | ---: |\n",
    );
    for connections in CONNECTIONS {
        let rate = |contestant| {
            median(&of(repeats, connections, contestant).iter().map(|repeat| repeat.rate).collect::<Vec<_>>())
        };
        let ratio = |other| rate(Contestant::Onramp) / rate(other);
        writeln!(
            text,
            "| {connections} | {:.2} | {:.1} | {:.1} |",
            ratio(Contestant::Bare),
            ratio(Contestant::Flask),
            ratio(Contestant::Express)
        )?;
    }
    Ok(text)
}

fn of(repeats: &[Repeat], connections: usize, contestant: Contestant) -> Vec<&Repeat> {
    repeats.iter().filter(|repeat| repeat.connections == connections && repeat.contestant == contestant).collect()
}
