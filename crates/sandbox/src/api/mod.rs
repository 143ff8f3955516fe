//! Catena's API, one file per kind of record; and how requests are read and answered.

pub(crate) mod agreements;
pub(crate) mod auth;
pub(crate) mod connections;
pub(crate) mod executions;
pub(crate) mod external_tsps;
pub(crate) mod fault_injection;
pub(crate) mod fleets;
pub(crate) mod integrations;
pub(crate) mod invitations;
pub(crate) mod paging;
pub(crate) mod partners;
pub(crate) mod path;
pub(crate) mod routes;
pub(crate) mod schedules;
pub(crate) mod subscription_metrics;
pub(crate) mod subscriptions;
pub(crate) mod tsps;
