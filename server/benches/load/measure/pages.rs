//! The list of invitations, with few and with many stored.

use std::{fmt::Write as _, time::Instant};

use super::{Plan, say, seed::seed};
use crate::{
    Failure,
    browser::Browser,
    contestants::{Contestant, Running},
    figures::Spread,
};

const PAGE: &str = "/invitations";
const FEW: u32 = 1_000;
const WARM_UP: usize = 50;

/// Measures and says it.
pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (many, times) = plan.pick((100_000, 1_000), (10_000, 200));
    let mut sites = Vec::new();
    for fleets in [FEW, many] {
        let dir = seed(plan, fleets).await?;
        let running = Running::start_over(Contestant::Onramp, &plan.places, dir).await?;
        let browser = Browser::sign_in(running.address).await?;
        let rows = browser.get(PAGE).await?.matches("FLEET-").count();
        if rows < 50 {
            return Err(format!("the page shows {rows} rows instead of 50").into());
        }
        sites.push((running, browser, Vec::new()));
    }
    say(&format!("pages: {times} of each"));
    for index in 0..times + WARM_UP {
        for (_, browser, taken) in &mut sites {
            let start = Instant::now();
            browser.get(PAGE).await?;
            if index >= WARM_UP {
                taken.push(start.elapsed());
            }
        }
    }
    let mut spreads = Vec::new();
    for (running, _, taken) in sites {
        running.stop()?;
        spreads.push(Spread::of(taken));
    }
    let mut text = format!(
        "### The list of invitations\n\n50 rows, {times} times one after the other, by turns.\n\n| invitations stored | p50 ms | \
         p99 ms (budget: 20) |\n| ---: | ---: | ---: |\n"
    );
    for (fleets, spread) in [FEW, many].into_iter().zip(&spreads) {
        writeln!(text, "| {fleets} | {:.2} | {:.2} |", spread.p50, spread.p99)?;
    }
    let [few, many] = spreads.as_slice() else { return Err("two sites were measured".into()) };
    writeln!(text, "\nMany to few, p50: {:.2}; p99: {:.2} (budget: 1.3).", many.p50 / few.p50, many.p99 / few.p99)?;
    Ok(text)
}
