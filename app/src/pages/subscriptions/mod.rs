//! The webhook subscriptions at Catena: list, detail, delivery log, and the form that adds one.

mod action_buttons;
mod actions;
mod add;
mod data;
mod detail;
mod diagnosis;
mod labels;
mod list;
mod logs;
mod metrics;

pub use add::{AddForm, AddPage};
pub use data::{AcceptedSecret, Confirmation, SubscriptionDetail};
pub use detail::SubscriptionPage;
pub use list::{RecoveryView, SubscriptionRow, SubscriptionsPage, SubscriptionsView};
pub use logs::{LogFilter, LogRow, LogsPage, LogsView};
