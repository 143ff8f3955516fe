//! Catena's API: one file for each kind of record, which parses a call, applies a rule of `engine`, and shows the result.
//! `call` is what all calls with a token share, `paging` the pages of lists.

pub(crate) mod agreements;
pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod connections;
pub(crate) mod event_schemas;
pub(crate) mod executions;
pub(crate) mod external_tsps;
pub(crate) mod fault_injection;
pub(crate) mod fleets;
pub(crate) mod integrations;
pub(crate) mod invitations;
pub(crate) mod paging;
pub(crate) mod partners;
pub(crate) mod properties;
pub(crate) mod routes;
pub(crate) mod schedules;
pub(crate) mod subscription_metrics;
pub(crate) mod subscriptions;
pub(crate) mod tsps;
