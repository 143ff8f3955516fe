//! Log lines, spans, and metrics. `docs/LOGGING.md` has the rules.

pub mod log;
pub mod metrics;
pub mod requests;
