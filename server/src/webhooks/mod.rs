//! The path of a webhook, one file per step. Within the request: `receive` (read, verify, respond) → `inbox` (store durably,
//! many deliveries per commit). Outside of it: `worker` (takes stored deliveries in batches) → `process` (records what they
//! report on timelines). `signing_secrets` knows the secrets of each subscription; `reprocess` retries deliveries that were
//! parked or quarantined.

pub mod headers;
pub mod inbox;
pub mod process;
pub mod receive;
mod refusals;
pub mod reprocess;
pub mod signing_secrets;
pub mod worker;
