//! How often, how fast, and how long: the settings of recurring work.

use std::time::Duration;

use super::error::ConfigError;

/// When to compare our records with Catena's, and how gently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReconcileSettings {
    /// Time between two full checks; `None`: only on demand.
    pub every: Option<time::Duration>,
    /// Pause between two calls of a full check.
    pub pause: Duration,
}

impl Default for ReconcileSettings {
    fn default() -> Self {
        Self { every: Some(time::Duration::minutes(15)), pause: Duration::from_millis(500) }
    }
}

/// How fast an import invites fleets, and how long it keeps trying. Catena publishes no rate limits (CONTRACT.md 3), so the
/// defaults are gentle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPace {
    /// The most fleets to invite per minute.
    pub per_minute: u32,
    /// Waits between attempts at one row while Catena fails; after the last attempt, the import pauses.
    pub waits: Vec<Duration>,
    /// The longest `Retry-After` that an import waits for; a longer one pauses it.
    pub longest: Duration,
}

impl ImportPace {
    /// The time between two rows that call Catena.
    pub fn interval(&self) -> Duration {
        Duration::from_mins(1) / self.per_minute.max(1)
    }
}

impl Default for ImportPace {
    fn default() -> Self {
        Self { per_minute: 120, waits: [2, 15].map(Duration::from_secs).to_vec(), longest: Duration::from_mins(5) }
    }
}

/// How long deliveries stay in the inbox. The facts learned from them stay on timelines forever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// For verified deliveries, counted from the end of their processing, whatever its result.
    pub ended: time::Duration,
    /// For deliveries that could not be verified.
    pub quarantined: time::Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { ended: time::Duration::days(90), quarantined: time::Duration::days(7) }
    }
}

pub(super) fn days(setting: &'static str, value: &str) -> Result<time::Duration, ConfigError> {
    let days = value.trim().parse().ok().filter(|days| (1..=3_650).contains(days));
    days.map(time::Duration::days).ok_or_else(|| ConfigError::Invalid {
        setting,
        problem: format!("{value:?} is not a number of days"),
        fix: "Write a whole number from 1 to 3650.",
    })
}

/// `None` for 0, which turns scheduled checks off.
pub(super) fn check_every(value: &str) -> Result<Option<time::Duration>, ConfigError> {
    let minutes: i64 = value.trim().parse().ok().filter(|minutes| (0..=1_440).contains(minutes)).ok_or_else(|| {
        ConfigError::Invalid {
            setting: "ONRAMP_CHECK_EVERY_MINUTES",
            problem: format!("{value:?} is not a number of minutes"),
            fix: "Write a whole number from 1 to 1440, or 0 to check only on demand.",
        }
    })?;
    Ok((minutes > 0).then(|| time::Duration::minutes(minutes)))
}

pub(super) fn per_minute(value: &str) -> Result<u32, ConfigError> {
    let count = value.trim().parse().ok().filter(|count| (1..=60_000).contains(count));
    count.ok_or_else(|| ConfigError::Invalid {
        setting: "ONRAMP_IMPORT_PER_MINUTE",
        problem: format!("{value:?} is not a number of fleets"),
        fix: "Write a whole number from 1 to 60000.",
    })
}
