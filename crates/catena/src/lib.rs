//! Catena's API, as a partner calls it (CONTRACT.md 1–9 and 11, WEBHOOKS.md 5).
//!
//! One file a resource, each with its records and its calls: `invitations`, `agreements`, `fleets`, `tsps`,
//! `tsp_integrations`, `connections`, `schedules`, `partners`, `subscriptions`, `subscription_logs`. Underneath, from the outside in: `client` (token or none, one repetition on 401), `transport` (tries,
//! waits, timeouts), `pace` (how many at once), `retry_after`, `token`, `paging`; beside them `call` (what describes an operation), `error` and `refusal` (what went
//! wrong and what to do), `wire`, `open_enum`, `change`, `resource` and `ids` (how records are read). To add a call: a `Call` constant
//! and a method in its resource's file.
//!
//! Reads leniently: unknown fields are dropped, unknown enum values kept. Errors hold no secret; the caller logs them, once.
//! Depends on `clock`, `random`, `secret` and `domain`, on nothing else of ours.

#![warn(missing_docs)]

#[cfg(feature = "client")]
mod agreements;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod connections;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod fleets;
#[cfg(feature = "client")]
mod ids;
#[cfg(feature = "client")]
mod invitations;
#[cfg(feature = "client")]
mod open_enum;
#[cfg(feature = "client")]
mod paging;
#[cfg(feature = "client")]
mod partners;
#[cfg(feature = "client")]
mod patch;
#[cfg(feature = "client")]
mod rate_limit;
#[cfg(feature = "client")]
mod refusal;
#[cfg(feature = "client")]
mod resource;
#[cfg(feature = "client")]
mod retry_after;
#[cfg(feature = "client")]
mod schedules;
#[cfg(feature = "client")]
mod settings;
#[cfg(feature = "client")]
mod subscription_logs;
#[cfg(feature = "client")]
mod subscriptions;
#[cfg(feature = "client")]
mod token;
#[cfg(feature = "client")]
mod transport;
#[cfg(feature = "client")]
mod tsp_integrations;
#[cfg(feature = "client")]
mod tsps;
pub mod webhook_signature;
#[cfg(feature = "client")]
mod wire;

#[cfg(feature = "client")]
pub use agreements::{Agreement, AgreementDates, AgreementFilter, AgreementPages, AgreementStatus};
#[cfg(feature = "client")]
pub use client::Catena;
#[cfg(feature = "client")]
pub use connections::{Connection, ConnectionFilter, ConnectionStatus, DataFreshness, FleetFilter, ScheduleStatus};
#[cfg(feature = "client")]
pub use error::{CatenaError, FieldProblem, Side};
#[cfg(feature = "client")]
pub use fleets::Fleet;
#[cfg(feature = "client")]
pub use ids::{InvitationId, NotAnInvitationId};
#[cfg(feature = "client")]
pub use invitations::{CreateInvitation, Invitation, InvitationStatus, Upsert};
#[cfg(feature = "client")]
pub use paging::Pages;
#[cfg(feature = "client")]
pub use partners::{NewPartnerProperty, Partner, PartnerProperty, PartnerPropertyKey};
#[cfg(feature = "client")]
pub use patch::Change;
#[cfg(feature = "client")]
pub use resource::{Permissions, Resource, ShareLevel};
#[cfg(feature = "client")]
pub use schedules::{Execution, ExecutionStatus, Schedule};
#[cfg(feature = "client")]
pub use settings::{CALLS_AT_ONCE, CatenaSettings, Retries};
#[cfg(feature = "client")]
pub use subscription_logs::{LogFilter, LogStatus, SubscriptionLog};
#[cfg(feature = "client")]
pub use subscriptions::{
    CreateSubscription, Periods, Subscription, SubscriptionFilter, SubscriptionFilters, SubscriptionMetrics,
    SubscriptionStatus, UpdateSubscription,
};
#[cfg(feature = "client")]
pub use tsp_integrations::{IntegrationStatus, TspIntegrations};
#[cfg(feature = "client")]
pub use tsps::{Tsp, TspCompliance, TspFilter, TspStatus};
