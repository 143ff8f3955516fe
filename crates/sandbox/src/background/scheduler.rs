//! What happens by itself as business time goes on: invitations expire and stories go on, each at its own moment, in
//! order, also when the clock was moved far.

use std::time::Duration;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::{Change, Sandbox, state::State};

/// The longest sleep until the next look.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

impl State {
    /// When the next open invitation or agreement runs out, or earlier.
    pub(crate) fn next_expiry(&self) -> Option<OffsetDateTime> {
        self.quiet_until.or_else(|| self.first_to_expire())
    }

    /// When the next step of a story is to be played.
    fn next_step(&self) -> Option<OffsetDateTime> {
        self.script.first_key_value().map(|(_, planned)| planned.at)
    }
}

impl Change<'_> {
    /// Lets happen what is due; whether anything did. Each at its own moment, not at the one of the look.
    pub(crate) fn catch_up(&mut self) -> bool {
        let present = self.now;
        let mut happened = false;
        loop {
            let expiry = self.state.next_expiry();
            let Some(next) = [expiry, self.state.next_step()].into_iter().flatten().min().filter(|at| *at <= present)
            else {
                break;
            };
            happened = true;
            self.now = next;
            if expiry == Some(next) {
                self.expire();
            } else {
                self.play_next();
            }
        }
        self.now = present;
        // Whatever else expires by the clock.
        happened |= self.expire();
        happened
    }
}

impl Sandbox {
    /// Looks whenever something is due, until `shutdown`.
    pub(crate) async fn go_on_in_time(&self, shutdown: CancellationToken) {
        loop {
            let wait = self.read(|state, now| {
                let next = [state.next_expiry(), state.next_step()].into_iter().flatten().min();
                let wait = next.and_then(|next| Duration::try_from(next - now).ok());
                wait.map_or(LONGEST_SLEEP, |wait| wait.min(LONGEST_SLEEP))
            });
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.0.rescheduled.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Moves business time forward; signatures and timeouts keep to the real clock.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone is not for every lifetime of a change"
    )]
    pub(crate) fn advance(&self, seconds: i64) {
        self.with(|change| {
            change.state.clock_offset_seconds = change.state.clock_offset_seconds.saturating_add(seconds);
        });
        self.change(|change| change.check_breakers());
    }
}
