//! Catena's API, as a partner calls it (CONTRACT.md 1–9 and 11, WEBHOOKS.md 5).
//!
//! One file a resource, each with its records and its calls: `invitations`, `agreements`, `fleets`, `tsps`,
//! `tsp_integrations`, `connections`, `schedules`, `partners`, `subscriptions`, `subscription_logs`. Underneath, from the outside in: `client` (token or none, one repetition on 401), `transport` (tries,
//! waits, timeouts), `pace` (how many at once), `retry_after`, `token`, `paging`; beside them `call` (what describes an operation), `error` and `refusal` (what went
//! wrong and what to do), `wire`, `open_enum`, `change`, `resource` and `ids` (how records are read). To add a call: a `Call` constant
//! and a method in its resource's file.
//!
//! Reads leniently: unknown fields are dropped, unknown enum values kept. Errors hold no secret; the caller logs them, once.
//! Depends on `clock`, `entropy`, `secret` and `app::domain`, on nothing else of ours.

mod agreements;
mod call;
mod change;
mod client;
mod connections;
mod error;
mod fleets;
mod ids;
mod invitations;
mod open_enum;
mod pace;
mod paging;
mod partners;
mod refusal;
mod resource;
mod retry_after;
mod schedules;
mod settings;
mod subscription_logs;
mod subscriptions;
mod token;
mod transport;
mod tsp_integrations;
mod tsps;
mod wire;

pub use agreements::{Agreement, AgreementDates, AgreementFilter, AgreementPages, AgreementStatus};
pub use change::Change;
pub use client::Catena;
pub use connections::{Connection, ConnectionFilter, ConnectionStatus, DataFreshness, FleetFilter, ScheduleStatus};
pub use error::{CatenaError, FieldProblem, Side};
pub use fleets::Fleet;
pub use ids::{InvitationId, NotAnInvitationId};
pub use invitations::{CreateInvitation, Invitation, InvitationStatus, Upsert};
pub use paging::Pages;
pub use partners::{NewPartnerProperty, Partner, PartnerProperty, PartnerPropertyKey};
pub use resource::{Permissions, Resource, ShareLevel};
pub use schedules::{Execution, ExecutionStatus, Schedule};
pub use settings::{CALLS_AT_ONCE, CatenaSettings, Retries};
pub use subscription_logs::{LogFilter, LogStatus, SubscriptionLog};
pub use subscriptions::{
    CreateSubscription, Periods, Subscription, SubscriptionFilter, SubscriptionFilters, SubscriptionMetrics,
    SubscriptionStatus, UpdateSubscription,
};
pub use tsp_integrations::{IntegrationStatus, TspIntegrations};
pub use tsps::{Tsp, TspCompliance, TspFilter, TspStatus};
