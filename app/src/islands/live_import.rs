//! How far an import is, kept up to date while the page is open.

use leptos::prelude::*;

use crate::components::{ImportFigure, ImportProgress};

/// The bar, the words and the figures: complete as rendered, then kept up to date by the events of `live_url`. When the
/// import stands otherwise than the page says, the page is loaded anew.
#[island]
pub fn LiveImport(
    /// As it stood when the page was made.
    initial: ImportProgress,
    /// Where the server sends events named `import`, each an [`ImportProgress`] in JSON; nothing where nothing moves.
    live_url: Option<String>,
) -> impl IntoView {
    let progress = RwSignal::new(initial);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(url) = &live_url {
            super::events::follow_import(url, progress);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    drop(live_url);

    view! {
        <p class="import-progress">
            <progress
                max=move || progress.with(|now| now.total.max(1).to_string())
                value=move || progress.with(|now| now.done.to_string())
                aria-label="Rows done"
            ></progress>
            <span data-testid="progress">{move || progress.with(|now| now.words.clone())}</span>
        </p>
        <dl class="figures" data-testid="figures">
            {move || progress.with(|now| now.figures.clone()).into_iter().map(figure).collect_view()}
        </dl>
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
