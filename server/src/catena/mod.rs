//! Catena's API, as a partner calls it (CONTRACT.md 1–8 and 11, WEBHOOKS.md 5).
//!
//! One file a resource, each with its records and its calls: `invitations`, `agreements`, `fleets`, `tsps`, `connections`,
//! `subscriptions`. Underneath, from the outside in: `client` (token or none, one repetition on 401), `transport` (tries,
//! waits, timeouts), `token`, `paging`; beside them `call` (what describes an operation), `error` and `refusal` (what went
//! wrong and what to do), `wire`, `open_enum`, `resource` and `ids` (how records are read). To add a call: a `Call` constant
//! and a method in its resource's file.
//!
//! Reads leniently: unknown fields are dropped, unknown enum values kept. Errors hold no secret; the caller logs them, once.
//! Depends on `clock`, `entropy`, `secret` and `app::domain`, on nothing else of ours.

mod agreements;
mod call;
mod client;
mod connections;
mod error;
mod fleets;
mod ids;
mod invitations;
mod open_enum;
mod paging;
mod partner;
mod refusal;
mod resource;
mod settings;
mod subscriptions;
mod token;
mod transport;
mod tsps;
mod wire;

pub use agreements::{Agreement, AgreementFilter, AgreementStatus};
pub use client::Catena;
pub use connections::{Connection, ConnectionFilter, ConnectionStatus, DataFreshness, FleetFilter, ScheduleStatus};
pub use error::{CatenaError, FieldProblem, Side};
pub use fleets::Fleet;
pub use ids::{InvitationId, NotAnInvitationId};
pub use invitations::{CreateInvitation, Invitation, InvitationStatus, Upsert};
pub use paging::Pages;
pub use resource::{Permissions, Resource, ShareLevel};
pub use settings::{CatenaSettings, Retries};
pub use subscriptions::{
    CreateSubscription, Periods, Subscription, SubscriptionFilters, SubscriptionMetrics, SubscriptionStatus,
    UpdateSubscription,
};
pub use tsps::{Tsp, TspCompliance, TspFilter, TspStatus};
