//! The webhook subscriptions at Catena: list, detail, delivery log, and the form that adds one.

mod action_buttons;
mod add;
mod detail;
mod diagnosis;
mod labels;
mod list;
mod logs;

pub use add::{AddForm, AddPage};
pub use detail::{AcceptedSecret, Confirmation, SubscriptionDetail, SubscriptionPage};
pub use list::{RecoveryView, SubscriptionRow, SubscriptionsPage, SubscriptionsView};
pub use logs::{LogFilter, LogRow, LogsPage, LogsView};
