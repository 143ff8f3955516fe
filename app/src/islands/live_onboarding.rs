//! A fleet's onboarding, kept up to date while the page is open.

use leptos::prelude::*;

use super::live_state::Live;
use crate::components::{EntryView, HealthBadge, OnboardingView, StageBadge, StepMark, StepView};

/// Stage, steps, and timeline: complete as rendered, then updated by the events of `live_url`.
#[island]
pub fn LiveOnboarding(
    /// The onboarding when the page was rendered.
    initial: OnboardingView,
    /// Address of a stream of `onboarding` events, each an [`OnboardingView`] as JSON.
    live_url: String,
) -> impl IntoView {
    let onboarding = RwSignal::new(initial);
    let live = RwSignal::new(Live::default());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| super::event_stream::follow(live_url.clone(), onboarding, live));
    #[cfg(not(feature = "hydrate"))]
    drop(live_url);

    view! {
        <section class="card standing" class:stuck=move || onboarding.with(|now| now.stuck) aria-labelledby="standing">
            <header>
                <h2 id="standing">"Status"</h2>
                <p class="badges" data-testid="badges">
                    {move || onboarding.with(|now| now.stage).map(|stage| view! { <StageBadge stage=stage/> })}
                    {move || onboarding.with(|now| now.health).map(|health| view! { <HealthBadge health=health/> })}
                </p>
            </header>
            <p class="move" data-testid="next">{move || onboarding.with(|now| now.next.clone())}</p>
            <p class="expiry" data-testid="expiry">
                {move || onboarding.with(|now| now.expires_relative.clone())}
                {move || {
                    let at = onboarding.with(|now| now.expires.clone());
                    view! { <time datetime=at.datetime>{at.display}</time> }
                }}
            </p>
            <ol class="progress" data-testid="steps">
                <For each=move || onboarding.with(|now| now.steps.clone()) key=StepView::clone children=step/>
            </ol>
        </section>
        <section class="card history" class:live=move || live.with(|live| live.following) aria-labelledby="timeline">
            <header>
                <h2 id="timeline">"Timeline"</h2>
                <p class="live-status" role="status" data-testid="live-status">{move || live.with(|live| live.says.clone())}</p>
            </header>
            <ol class="timeline" data-testid="timeline">
                <For each=move || onboarding.with(|now| now.entries.clone()) key=EntryView::clone children=entry/>
            </ol>
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
    let current = (step.mark == StepMark::Next).then_some("step");
    view! {
        <li class=class aria-current=current>
            <span class="label">{step.label}</span>
            <span class="word">{step.word}</span>
            {step.note.map(|note| view! { <span class="note">{note}</span> })}
            {step.at.map(|at| view! { <time datetime=at.datetime>{at.display}</time> })}
        </li>
    }
}

fn entry(entry: EntryView) -> impl IntoView {
    let kind = entry.kind.clone();
    view! {
        <li class:unconfirmed=!entry.confirmed class:trouble=entry.trouble data-kind=kind>
            <time datetime=entry.at.datetime>{entry.at.display}</time>
            <div class="what">
                <p class="title">
                    {entry.title}
                    {(!entry.confirmed).then(|| view! { " "<span class="badge warning">"Not confirmed"</span> })}
                </p>
                {entry.detail.map(|detail| view! { <p class="detail">{detail}</p> })}
                <p class="meta">
                    <code>{entry.kind}</code>
                    <span>{entry.source}</span>
                    {entry.who.map(|who| view! { <span>"by "{who}</span> })}
                </p>
            </div>
        </li>
    }
}
