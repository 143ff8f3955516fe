//! The `onramp` binary: runs a command and prints a failure in one line.

use std::process::ExitCode;

use clap::Parser as _;
use server::commands::{Cli, run};

fn main() -> ExitCode {
    platform::memory::return_large_pieces();
    start()
}

#[tokio::main]
async fn start() -> ExitCode {
    // Fails only if a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("onramp: {failure}");
            ExitCode::FAILURE
        }
    }
}
