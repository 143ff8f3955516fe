//! `make bench`: Onramp's throughput and resources next to those of a bare route, Flask, and Express, on one machine in one run.
//! Prints Markdown; progress goes to standard error.
//!
//! `measure` has the measurements, one per file; `contestants` starts and stops the servers; `drive` makes the load, from `requests`
//! over `wire`.

mod bare;
mod browser;
mod contestants;
mod database;
mod drive;
mod figures;
mod machine;
mod measure;
mod onramp;
mod requests;
mod schedule;
mod story;
mod wire;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};

use contestants::{Contestant, Places};
use measure::Plan;

/// Why the benchmark was aborted.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures Onramp.
#[derive(Parser)]
#[command(name = "bench", bin_name = "make bench ARGS=…")]
struct Options {
    /// Measure only these, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Fewer and shorter runs: shows a trend, not numbers to publish.
    #[arg(long)]
    quick: bool,
    /// Measure acknowledgements of only these contestants, separated by commas.
    #[arg(long, value_delimiter = ',')]
    who: Vec<Contestant>,
    /// Measure this Onramp binary instead of the one just built.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_onramp"), hide_default_value = true, value_name = "FILE")]
    onramp: PathBuf,
    /// Where the packages of Flask and Express are installed.
    #[arg(long, hide = true, default_value = ".tools/bench")]
    installed: PathBuf,
    /// Run the bare route instead.
    #[arg(long, hide = true)]
    bare_route: Option<SocketAddr>,
    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Acks,
    Pace,
    Worker,
    Live,
    Memory,
    Start,
    Pages,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    if let Some(address) = options.bare_route {
        // The same runtime as in Onramp.
        return Runtime::new()?.block_on(bare::serve(address));
    }
    // An error only means that one is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // One thread for the load; the other cores are for the contestants.
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        // However it ends, processes are killed when they are dropped.
        tokio::select! {
            result = measure(&options) => result,
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
            _ = terminate.recv() => Err("terminated".into()),
        }
    })
}

async fn measure(options: &Options) -> Result<(), Failure> {
    let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let places = Places { onramp: options.onramp.clone(), installed: options.installed.canonicalize()?, data };
    let who = if options.who.is_empty() { Contestant::ALL.to_vec() } else { options.who.clone() };
    let plan = Plan { places, who, quick: options.quick };
    println!("{}", machine::describe(&plan.places.data)?);
    if plan.quick {
        println!("Short measurements (`--quick`): for the direction, not for the record.\n");
    }
    for part in Part::value_variants() {
        if !options.only.is_empty() && !options.only.contains(part) {
            continue;
        }
        let section = match part {
            Part::Acks => measure::acks::measure(&plan).await,
            Part::Pace => measure::pace::measure(&plan).await,
            Part::Worker => measure::worker::measure(&plan).await,
            Part::Live => measure::live::measure(&plan).await,
            Part::Memory => measure::memory::measure(&plan).await,
            Part::Start => measure::start::measure(&plan).await,
            Part::Pages => measure::pages::measure(&plan).await,
        };
        println!("{}", section?);
    }
    Ok(())
}
