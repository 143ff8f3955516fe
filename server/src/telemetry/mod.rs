//! What Onramp measures about itself.

pub mod metrics;
