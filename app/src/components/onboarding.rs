//! An onboarding ready for display: all texts and times are already formatted.

use time::OffsetDateTime;

use crate::components::labels::{entry_detail, fact_title, is_trouble, next_move, source_label, step_label};
use domain::{
    onboarding::{
        lifecycle::{Entry, Onboarding, StepState},
        stage::{Health, Stage},
    },
    timestamp,
};

/// A time for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MomentView {
    /// RFC 3339, UTC.
    pub datetime: String,
    /// For people, UTC.
    pub display: String,
}

impl MomentView {
    /// A time with seconds, for comparing it with another one: `2 Mar 2026, 15:24:11 UTC`.
    pub fn to_the_second(at: OffsetDateTime) -> Self {
        Self { datetime: timestamp::rfc3339(at), display: timestamp::display_to_the_second(at) }
    }
}

/// Progress of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepMark {
    /// It happened.
    Done,
    /// It happened or wasn't needed, but nothing reported it.
    Implied,
    /// It is expected next.
    Next,
    /// Still to come.
    Ahead,
}

/// One of the six steps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StepView {
    /// Its name.
    pub label: String,
    /// Its progress.
    pub mark: StepMark,
    /// Its progress, as text.
    pub word: String,
    /// Why, where that isn't obvious.
    pub note: Option<String>,
    /// When it happened.
    pub at: Option<MomentView>,
}

/// One entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EntryView {
    /// Identifies the entry.
    pub key: String,
    /// Name of the event.
    pub kind: String,
    /// What happened.
    pub title: String,
    /// Details, if any.
    pub detail: Option<String>,
    /// When.
    pub at: MomentView,
    /// What reported it.
    pub source: String,
    /// The member of staff who did it in Onramp.
    pub who: Option<String>,
    /// Whether Catena has confirmed it.
    pub confirmed: bool,
    /// Whether it is bad news.
    pub trouble: bool,
}

/// An onboarding ready for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnboardingView {
    /// Its stage.
    pub stage: Option<Stage>,
    /// Its health, once connected.
    pub health: Option<Health>,
    /// What has to happen next, and who has to act.
    pub next: String,
    /// Whether it won't progress until staff act.
    pub stuck: bool,
    /// The six steps.
    pub steps: Vec<StepView>,
    /// The timeline, earliest entry first.
    pub entries: Vec<EntryView>,
    /// When the link expires.
    pub expires: MomentView,
    /// The same relative to now: `The link expires in 21 hours`.
    pub expires_relative: String,
}

impl OnboardingView {
    /// Formats `onboarding` as of `now`; `expires_at` is when the invitation's link expires. Both UTC.
    pub fn new(onboarding: &Onboarding, expires_at: OffsetDateTime, now: OffsetDateTime) -> Self {
        let over = matches!(onboarding.stage, Some(Stage::Declined | Stage::Expired | Stage::Deleted));
        let next = next_move(onboarding, expires_at, now);
        Self {
            stage: onboarding.stage,
            health: onboarding.health,
            next: next.sentence,
            stuck: next.stuck,
            steps: onboarding.steps.iter().map(|(step, state)| step_view(*step, *state, over)).collect(),
            entries: onboarding.timeline.iter().map(entry_view).collect(),
            expires: MomentView { datetime: timestamp::rfc3339(expires_at), display: timestamp::display(expires_at) },
            expires_relative: format!(
                "{} {}",
                if expires_at > now { "The link expires" } else { "The link expired" },
                timestamp::relative(expires_at, now)
            ),
        }
    }
}

fn step_view(step: Stage, state: StepState, over: bool) -> StepView {
    let (mark, word, note) = match state {
        StepState::Done(_) => (StepMark::Done, "done", None),
        StepState::NotReported => (StepMark::Implied, "done", Some("not reported")),
        StepState::Reused => (StepMark::Implied, "done", Some("reused: this provider was linked before")),
        StepState::Next => (StepMark::Next, "next", None),
        StepState::Ahead if over => (StepMark::Ahead, "not reached", None),
        StepState::Ahead => (StepMark::Ahead, "upcoming", None),
    };
    let at = if let StepState::Done(at) = state { Some(MomentView::to_the_second(at)) } else { None };
    StepView { label: step_label(step).into(), mark, word: word.into(), note: note.map(Into::into), at }
}

fn entry_view(entry: &Entry) -> EntryView {
    let fact = &entry.fact;
    EntryView {
        key: fact.key.clone(),
        kind: fact.kind.name().into(),
        title: fact_title(&fact.kind),
        detail: entry_detail(entry),
        at: MomentView::to_the_second(fact.at),
        source: source_label(fact.source).into(),
        who: fact.actor.clone(),
        confirmed: entry.confirmed,
        trouble: is_trouble(&fact.kind),
    }
}
