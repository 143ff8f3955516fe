//! What Onramp says about itself: log lines, spans, metrics. `docs/LOGGING.md` has the rules.

pub mod log;
pub mod metrics;
pub mod requests;
