//! Lists with few and with many stored rows: the cost of a page must not grow with the table.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{
    Plan, say,
    seed::{EVENTS_PER_FLEET, seed},
};
use crate::{
    Failure,
    browser::Browser,
    contestants::{Contestant, Running},
    figures::Spread,
};

const FEW: u32 = 1_000;
const WARM_UP: usize = 50;

/// A page of fifty rows, and text that each row contains.
struct Page {
    name: &'static str,
    path: &'static str,
    row: &'static str,
}

const PAGES: [Page; 4] = [
    Page { name: "invitations", path: "/invitations", row: "FLEET-" },
    Page { name: "deliveries", path: "/deliveries", row: "/deliveries/" },
    Page {
        name: "deliveries of one event and state",
        path: "/deliveries?event=execution.failed&state=processed",
        row: "/deliveries/",
    },
    Page { name: "deliveries, the last page", path: "/deliveries?behind=LAST", row: "/deliveries/" },
];

struct Site {
    running: Running,
    browser: Browser,
    fleets: u32,
    /// Where the last page of deliveries begins.
    last_page: String,
    /// How long the page at hand took, each time.
    taken: Vec<Duration>,
}

/// Measures and says it.
pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let (many, times) = plan.pick((100_000, 1_000), (10_000, 200));
    let mut sites = Vec::new();
    for fleets in [FEW, many] {
        let seeded = seed(plan, fleets).await?;
        let last_page = seeded.behind_all_but(50);
        let running = Running::start_over(Contestant::Onramp, &plan.places, seeded.dir).await?;
        let browser = Browser::sign_in(running.address).await?;
        sites.push(Site { running, browser, fleets, last_page, taken: Vec::new() });
    }
    let mut text = format!(
        "### Pages of lists\n\n50 rows each, {times} times one after the other, the two databases by turns.\n\n| page | \
         invitations stored | deliveries stored | p50 ms | p99 ms (budget: 20) | p99, many to few (budget: 1.3) |\n| --- | \
         ---: | ---: | ---: | ---: | ---: |\n"
    );
    for page in &PAGES {
        let spreads = of(page, &mut sites, times).await?;
        let [few, many] = spreads.as_slice() else { return Err("two sites were measured".into()) };
        for (site, spread) in sites.iter().zip(&spreads) {
            let ratio = if site.fleets == FEW { String::new() } else { format!("{:.2}", many.p99 / few.p99) };
            let (fleets, deliveries) = (site.fleets, i64::from(site.fleets) * EVENTS_PER_FLEET);
            let (name, p50, p99) = (page.name, spread.p50, spread.p99);
            writeln!(text, "| {name} | {fleets} | {deliveries} | {p50:.2} | {p99:.2} | {ratio} |")?;
        }
    }
    for site in sites {
        site.running.stop()?;
    }
    Ok(text)
}

async fn of(page: &Page, sites: &mut [Site], times: usize) -> Result<Vec<Spread>, Failure> {
    say(&format!("pages: {times} of {} from each", page.name));
    let mut paths = Vec::new();
    for site in &*sites {
        let path = page.path.replace("LAST", &site.last_page);
        let rows = site.browser.get(&path).await?.matches(page.row).count();
        if rows < 50 {
            return Err(format!("{path} shows {rows} rows instead of 50").into());
        }
        paths.push(path);
    }
    for index in 0..times + WARM_UP {
        for (site, path) in sites.iter_mut().zip(&paths) {
            let start = Instant::now();
            site.browser.get(path).await?;
            if index >= WARM_UP {
                site.taken.push(start.elapsed());
            }
        }
    }
    Ok(sites.iter_mut().map(|site| Spread::of(std::mem::take(&mut site.taken))).collect())
}
