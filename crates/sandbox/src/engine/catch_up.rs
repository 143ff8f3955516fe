//! What happens as business time passes: invitations and agreements expire, and planned steps of stories are played, in
//! order and each at its own time, even if the clock was moved far.

use time::{Duration, OffsetDateTime};

use crate::state::{State, change::Change};

/// If nothing can expire, don't check again for this long.
const FOREVER: Duration = Duration::days(36_500);

impl State {
    /// When the next open invitation or agreement expires. May be too early, never too late.
    pub(crate) fn next_expiry(&self) -> Option<OffsetDateTime> {
        self.no_expiry_before.or_else(|| self.first_expiry())
    }

    /// When the next step of a story is due.
    pub(crate) fn next_step(&self) -> Option<OffsetDateTime> {
        self.planned_steps.first_key_value().map(|(_, planned)| planned.at)
    }
}

impl Change<'_> {
    /// Makes everything happen that is due by now, each at its own time. Returns whether anything was.
    ///
    /// It ends: each turn uses up a step or an expiry, steps plan no others, and a turn that uses up nothing is the last.
    pub(crate) fn catch_up(&mut self) -> bool {
        let present = self.now;
        let mut happened = false;
        loop {
            let expiry = self.state.next_expiry();
            let Some(next) = [expiry, self.state.next_step()].into_iter().flatten().min().filter(|at| *at <= present)
            else {
                break;
            };
            self.now = next;
            if expiry == Some(next) {
                happened |= self.expire();
                if self.state.next_expiry() <= expiry {
                    break;
                }
            } else {
                happened = true;
                self.play_next_step();
            }
        }
        self.now = present;
        // Whatever else has expired by now.
        happened |= self.expire();
        happened
    }

    /// Expires what is due. Returns whether anything was. Goes through the records only if something may be due.
    fn expire(&mut self) -> bool {
        let now = self.now;
        if self.state.no_expiry_before.is_some_and(|earliest| now < earliest) {
            return false;
        }
        let any = self.expire_invitations() | self.expire_agreements();
        let next = self.state.first_expiry();
        self.state.no_expiry_before = Some(next.unwrap_or_else(|| now.saturating_add(FOREVER)));
        any
    }
}
