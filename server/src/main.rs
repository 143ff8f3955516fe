//! The binary: reads what was typed, runs it, and says in one line what went wrong.

use std::process::ExitCode;

use clap::Parser as _;
use server::commands::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    // An error only says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("onramp: {failure}");
            ExitCode::FAILURE
        }
    }
}
