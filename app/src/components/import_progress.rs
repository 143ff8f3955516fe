//! How far an import is: rendered with its page, and sent again while it goes on.

use leptos::prelude::*;

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProgress {
    /// Rows that are through.
    pub done: u64,
    /// Rows in all.
    pub total: u64,
    /// The same in words.
    pub words: String,
    /// How many rows came out how.
    pub figures: Vec<ImportFigure>,
}

/// How many rows there are of one kind, and where they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFigure {
    /// Of what kind.
    pub label: &'static str,
    /// How many, as people write numbers.
    pub count: String,
    /// Where they are listed.
    pub href: String,
    /// Whether somebody should look at them.
    pub attention: bool,
    /// Whether they are what the page lists now.
    pub shown: bool,
}

/// The bar, the words and the figures.
#[component]
pub fn ImportBar(
    /// How far it is.
    progress: ImportProgress,
) -> impl IntoView {
    let ImportProgress { done, total, words, figures } = progress;
    view! {
        <p class="import-progress">
            <progress max=total.max(1).to_string() value=done.to_string() aria-label="Rows done"></progress>
            <span data-testid="progress">{words}</span>
        </p>
        <dl class="figures" data-testid="figures">{figures.into_iter().map(figure).collect_view()}</dl>
    }
}

fn figure(figure: ImportFigure) -> impl IntoView {
    let ImportFigure { label, count, href, attention, shown } = figure;
    view! {
        <div class:attention=attention>
            <dt>{label}</dt>
            <dd><a href=href aria-current=shown.then_some("true")>{count}</a></dd>
        </div>
    }
}
