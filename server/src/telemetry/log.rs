//! Sets up the log.

use std::{io::IsTerminal as _, panic::PanicHookInfo};

use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::LogFormat;

/// The filter unless `RUST_LOG` is set. `web/sessions.rs` logs what tower-sessions would log twice.
pub const DEFAULT_FILTER: &str = "info,tower_sessions=off,tower_sessions_core=off";

/// Sends log lines to standard error, panics included. Only the first call in a process has an effect.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let registry = tracing_subscriber::registry().with(filter);
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// One line, in the span of the request that panicked. A message that was put together may hold anything, a secret for example; a
/// constant one can't.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let error = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("a message that may hold a secret");
    tracing::error!(error, location, "a panic: a mistake in Onramp");
}
