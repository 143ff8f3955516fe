//! The tables of records that most pages show.

use leptos::prelude::*;

/// Headings of a table's columns, from left to right.
#[derive(Debug, Clone, Default)]
pub struct Columns(Vec<(&'static str, bool)>);

impl Columns {
    /// Adds columns with a heading to read.
    #[must_use]
    pub fn plus(mut self, headings: impl IntoIterator<Item = &'static str>) -> Self {
        self.0.extend(headings.into_iter().map(|heading| (heading, true)));
        self
    }

    /// Adds columns of buttons or checkboxes, whose heading only screen readers get.
    #[must_use]
    pub fn controls(mut self, headings: impl IntoIterator<Item = &'static str>) -> Self {
        self.0.extend(headings.into_iter().map(|heading| (heading, false)));
        self
    }
}

impl<const N: usize> From<[&'static str; N]> for Columns {
    fn from(headings: [&'static str; N]) -> Self {
        Self::default().plus(headings)
    }
}

/// A table of records, one per row. On a narrow screen each row becomes a card, so every cell but the first names its
/// column in `data-label`.
#[component]
pub fn RecordTable<R, V>(
    /// What the table lists, for screen readers.
    label: &'static str,
    /// Name by which tests find it.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// Headings of the columns.
    #[prop(into)]
    columns: Columns,
    /// The records.
    rows: Vec<R>,
    /// Renders a record as a `<tr>`.
    row: impl FnMut(R) -> V,
    /// Shown instead of the table if there are no records.
    #[prop(optional)]
    empty: Option<&'static str>,
) -> impl IntoView
where
    V: IntoView + 'static,
{
    if let Some(empty) = empty.filter(|_| rows.is_empty()) {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let headings = columns.0.into_iter().map(|(heading, visible)| {
        let heading = if visible {
            heading.into_any()
        } else {
            view! { <span class="visually-hidden">{heading}</span> }.into_any()
        };
        view! { <th scope="col">{heading}</th> }
    });
    let headings = headings.collect_view();
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=label>
            <table class="cards" data-testid=testid>
                <thead><tr>{headings}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
