//! A webhook's way, one file a step: `receive` (HTTP in, answer out) → `verify` (is it Catena's?) → `inbox` (durable, many in
//! one commit) → and apart from the request: `work` (takes what waits) → `project` (what it tells goes onto the timeline).
//! `secrets` knows with what each subscription signs; `review` gives what was put aside another chance. May depend on `store`, `timeline` and `vault`; nothing depends on it but
//! `web`'s router and `main`.

pub mod headers;
pub mod inbox;
pub mod process;
pub mod receive;
pub mod reprocess;
pub mod signing_secrets;
pub mod worker;
