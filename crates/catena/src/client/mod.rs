//! The typed client. One file per resource, each with its records and its calls: `invitations`, `agreements`, `fleets`,
//! `tsps`, `tsp_integrations`, `connections`, `schedules`, `partners`, `subscriptions`, `subscription_logs`.
//!
//! Underneath, from the outside in: `catena` (sends a token where one is needed, and replaces it once on 401), `transport`
//! (retries, waits, timeouts), `rate_limit` (how many requests at once), `retry_after`, `token`. Beside them: `paging`, `call`
//! (describes an operation), `url`, `error` and `refusal` (what went wrong and what to do), `listed` (a record that
//! can't be read doesn't hide the others), `wire`, `open_enum`, `patch`, `resource`, and `ids` (how records are read and written).

mod agreements;
mod call;
mod catena;
mod connections;
mod error;
mod fleets;
mod ids;
mod invitations;
mod listed;
mod open_enum;
mod paging;
mod partners;
mod patch;
mod rate_limit;
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
mod url;
mod wire;

pub use agreements::{Agreement, AgreementDates, AgreementFilter, AgreementPages, AgreementStatus};
pub use catena::Catena;
pub use connections::{Connection, ConnectionFilter, ConnectionStatus, DataFreshness, FleetFilter, ScheduleStatus};
pub use error::{CatenaError, FieldProblem, Side};
pub use fleets::Fleet;
pub use ids::{InvitationId, NotAnInvitationId};
pub use invitations::{CreateInvitation, Invitation, InvitationStatus, Upsert};
pub use listed::{Listed, Unreadable};
pub use paging::Pages;
pub use partners::{NewPartnerProperty, Partner, PartnerProperty, PartnerPropertyKey};
pub use patch::Change;
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
