//! What can happen, each as a method of [`Change`](crate::state::change::Change): to invitations, agreements, fleets,
//! connections and their schedules, providers, partners, properties, and subscriptions; as time passes (`catch_up`); and in
//! stories made of all that (`story`, `demo`). Every rule lives here, whether an API call, a page, or a story applies it.

pub(crate) mod agreement;
pub(crate) mod catch_up;
pub(crate) mod connection;
pub(crate) mod defaults;
pub(crate) mod demo;
pub(crate) mod fleet;
pub(crate) mod fleet_names;
pub(crate) mod integration_request;
pub(crate) mod invitation;
pub(crate) mod partner;
pub(crate) mod property;
pub(crate) mod schedule;
pub(crate) mod story;
pub(crate) mod subscription;
pub(crate) mod tsp;
