//! A fleet's onboarding as pages show it: stage, steps, and timeline. Rendered with its page, then sent again as an event whenever
//! something has changed.

use leptos::prelude::*;

use super::{
    badge::{HealthBadge, StageBadge},
    live::{LiveStatus, version},
    onboarding::{EntryView, OnboardingView, StepMark, StepView},
};

/// Stage, steps, and timeline, in lists that the island `LivePart` keeps up to date.
#[component]
pub fn OnboardingStatus(
    /// The onboarding.
    onboarding: OnboardingView,
) -> impl IntoView {
    let OnboardingView { stage, health, next, stuck, steps, entries, expires, expires_relative } = onboarding;
    let badges = version(&(stage, health));
    let sentence = version(&(&next, stuck));
    let expiry = version(&(&expires_relative, &expires));
    view! {
        <section class="card standing" aria-labelledby="standing">
            <header>
                <h2 id="standing">"Status"</h2>
                <div data-live="badges">
                    <p class="badges" data-testid="badges" data-version=badges>
                        {stage.map(|stage| view! { <StageBadge stage=stage/> })}
                        {health.map(|health| view! { <HealthBadge health=health/> })}
                    </p>
                </div>
            </header>
            <div data-live="next">
                <p class="move" class:stuck=stuck data-testid="next" data-version=sentence>{next}</p>
                <p class="expiry" data-testid="expiry" data-version=expiry>
                    {expires_relative}
                    <time datetime=expires.datetime>{expires.display}</time>
                </p>
            </div>
            <ol class="progress" data-testid="steps" data-live="steps">{steps.into_iter().map(step).collect_view()}</ol>
        </section>
        <section class="card history" aria-labelledby="timeline">
            <header>
                <h2 id="timeline">"Timeline"</h2>
                <LiveStatus/>
            </header>
            <ol class="timeline" data-testid="timeline" data-live="timeline">{entries.into_iter().map(entry).collect_view()}</ol>
        </section>
    }
}

fn step(step: StepView) -> impl IntoView {
    let class = match step.mark {
        StepMark::Done => "done",
        StepMark::Implied => "implied",
        StepMark::Next => "next",
        StepMark::Ahead => "ahead",
    };
    let version = version(&step);
    let current = (step.mark == StepMark::Next).then_some("step");
    view! {
        <li class=class aria-current=current data-version=version>
            <span class="label">{step.label}</span>
            <span class="word">{step.word}</span>
            {step.note.map(|note| view! { <span class="note">{note}</span> })}
            {step.at.map(|at| view! { <time datetime=at.datetime>{at.display}</time> })}
        </li>
    }
}

fn entry(entry: EntryView) -> impl IntoView {
    let version = version(&entry);
    let (id, kind, title) = (format!("entry-{}", entry.key), entry.kind.clone(), entry.title.clone());
    view! {
        <li
            id=id
            class:unconfirmed=!entry.confirmed
            class:trouble=entry.trouble
            data-kind=kind
            data-version=version
            data-title=title
        >
            <time datetime=entry.at.datetime>{entry.at.display}</time>
            <div class="what">
                <p class="title">
                    {entry.title}
                    {(!entry.confirmed).then(|| view! { " "<span class="badge warning">"Not confirmed"</span> })}
                </p>
                {entry.detail.map(|detail| view! { <p class="detail">{detail}</p> })}
                <p class="meta">
                    <code translate="no">{entry.kind}</code>
                    <span>{entry.source}</span>
                    {entry.who.map(|who| view! { <span>"by "{who}</span> })}
                </p>
            </div>
        </li>
    }
}
