//! A change of the state, with everything it may use.

use time::OffsetDateTime;

use platform::random::Random;

use crate::{settings::SandboxSettings, state::State};

/// One change of the sandbox's state. The rules are its methods, in `webhooks` and `engine`.
pub(crate) struct Change<'a> {
    pub(crate) state: &'a mut State,
    /// Business time: the clock plus the offset set through `/control/clock`.
    pub(crate) now: OffsetDateTime,
    pub(crate) random: &'a (dyn Random + 'static),
    pub(crate) settings: &'a SandboxSettings,
}
