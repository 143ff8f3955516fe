//! The webhook subscriptions at Catena: all of them, one of them, its log, and the form that adds one.

mod add;
mod detail;
mod findings;
mod list;
mod logs;
mod moves;
mod words;

pub use add::{AddForm, AddPage};
pub use detail::{AcceptedSecret, Confirmation, SubscriptionDetail, SubscriptionPage};
pub use list::{Missed, SubscriptionRow, SubscriptionsPage, SubscriptionsView};
pub use logs::{LogFilter, LogRow, LogsPage, LogsView};
