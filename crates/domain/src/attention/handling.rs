//! What staff do with an item: take it, give it to a colleague, put it off until later.

use time::OffsetDateTime;
use uuid::Uuid;

/// The state of an item that is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Handling {
    /// Nobody's yet.
    #[default]
    Open,
    /// Somebody looks after it: our id of the member of staff.
    Taken(Uuid),
    /// Put off until this moment, UTC; whoever put it off has it then.
    Snoozed {
        /// When it shows again.
        until: OffsetDateTime,
        /// Our id of the member of staff who put it off.
        by: Uuid,
    },
}

/// What a member of staff wants to do with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Look after it.
    Take,
    /// Have this colleague look after it.
    GiveTo(Uuid),
    /// Put it off until this moment, UTC.
    Snooze(OffsetDateTime),
    /// Leave it to anybody.
    Release,
}

/// Why an action isn't possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandlingError {
    /// A colleague was faster.
    #[error("a colleague has already taken it")]
    TakenBy(Uuid),
    /// A moment that has passed puts nothing off.
    #[error("the moment to put it off to has already passed")]
    SnoozeEnded,
}

impl Handling {
    /// The state at `now`: what was put off and is due again belongs to whoever put it off.
    #[must_use]
    pub fn at(self, now: OffsetDateTime) -> Self {
        match self {
            Self::Snoozed { until, by } if until <= now => Self::Taken(by),
            state => state,
        }
    }

    /// The member of staff who has it, if anybody has.
    pub fn owner(self) -> Option<Uuid> {
        match self {
            Self::Open => None,
            Self::Taken(by) | Self::Snoozed { by, .. } => Some(by),
        }
    }

    /// The state after `actor`, our id of a member of staff, did this at `now`. Nobody takes what a colleague has: it must be given
    /// or released, so that two people who press at once don't do the same work.
    pub fn after(self, action: Action, actor: Uuid, now: OffsetDateTime) -> Result<Self, HandlingError> {
        let state = self.at(now);
        match action {
            Action::Take => match state.owner() {
                Some(owner) if owner != actor => Err(HandlingError::TakenBy(owner)),
                _ => Ok(Self::Taken(actor)),
            },
            Action::GiveTo(colleague) => Ok(Self::Taken(colleague)),
            Action::Snooze(until) if until <= now => Err(HandlingError::SnoozeEnded),
            Action::Snooze(until) => Ok(Self::Snoozed { until, by: state.owner().unwrap_or(actor) }),
            Action::Release => Ok(Self::Open),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    const ADA: Uuid = Uuid::from_u128(1);
    const BOB: Uuid = Uuid::from_u128(2);

    #[test]
    fn two_people_never_take_the_same_item() {
        let now = from_micros(10);
        let ada = Handling::Open.after(Action::Take, ADA, now).unwrap();
        assert_eq!(ada.after(Action::Take, BOB, now), Err(HandlingError::TakenBy(ADA)));
        assert_eq!(ada.after(Action::Take, ADA, now), Ok(Handling::Taken(ADA)), "pressing twice changes nothing");
        assert_eq!(ada.after(Action::GiveTo(BOB), ADA, now), Ok(Handling::Taken(BOB)));
        assert_eq!(ada.after(Action::Release, BOB, now), Ok(Handling::Open));
    }

    #[test]
    fn what_is_put_off_shows_again_for_whoever_had_it() {
        let (now, until) = (from_micros(10), from_micros(20));
        let snoozed = Handling::Open.after(Action::Snooze(until), ADA, now).unwrap();
        assert_eq!(snoozed.at(from_micros(19)), Handling::Snoozed { until, by: ADA });
        assert_eq!(snoozed.at(until), Handling::Taken(ADA));
        assert_eq!(
            Handling::Taken(BOB).after(Action::Snooze(until), ADA, now),
            Ok(Handling::Snoozed { until, by: BOB })
        );
        for past in [9, 10] {
            let put_off = Handling::Open.after(Action::Snooze(from_micros(past)), ADA, now);
            assert_eq!(put_off, Err(HandlingError::SnoozeEnded), "{past}");
        }
    }
}
