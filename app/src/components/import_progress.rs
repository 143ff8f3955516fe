//! Progress of an import: rendered with its page, then sent again as an event while the import runs.

use leptos::prelude::*;

use super::live::{LiveStatus, version};

/// Progress of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProgress {
    /// Rows that are finished.
    pub done: u64,
    /// Rows in all.
    pub total: u64,
    /// The same as a sentence.
    pub words: String,
    /// Row counts by kind.
    pub figures: Vec<ImportFigure>,
}

/// The number of rows of one kind, with a link to their list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImportFigure {
    /// Name of the kind.
    pub label: &'static str,
    /// The count, with digits grouped (`12,345`).
    pub count: String,
    /// Address of their list.
    pub href: String,
    /// Whether someone should look at them.
    pub attention: bool,
    /// Whether the page lists them right now.
    pub shown: bool,
}

/// Progress bar, sentence, and counts, in lists that the island `LivePart` keeps up to date.
#[component]
pub fn ImportBar(
    /// The progress.
    progress: ImportProgress,
    /// Whether it changes while the page is open.
    live: bool,
) -> impl IntoView {
    let ImportProgress { done, total, words, figures } = progress;
    let version_of_bar = version(&(done, total, &words));
    view! {
        <div data-live="progress">
            <p class="import-progress" data-version=version_of_bar>
                <progress max=total.max(1).to_string() value=done.to_string() aria-label="Rows done"></progress>
                <span data-testid="progress">{words}</span>
            </p>
        </div>
        {live.then(|| view! { <LiveStatus/> })}
        <dl class="figures" data-testid="figures" data-live="figures">{figures.into_iter().map(figure).collect_view()}</dl>
    }
}

fn figure(figure: ImportFigure) -> impl IntoView {
    let version = version(&figure);
    let ImportFigure { label, count, href, attention, shown } = figure;
    view! {
        <div class:attention=attention data-version=version>
            <dt>{label}</dt>
            <dd><a href=href aria-current=shown.then_some("true")>{count}</a></dd>
        </div>
    }
}
