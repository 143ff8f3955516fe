//! What Catena kept otherwise than it was asked to.

use leptos::prelude::*;

/// One field that Catena kept otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// The field's label.
    pub label: String,
    /// What was asked.
    pub asked: String,
    /// What Catena has.
    pub kept: String,
}

/// What was asked and what Catena has, field by field; nothing where they are the same.
#[component]
pub(super) fn Kept(
    /// The fields that differ.
    rows: Vec<DifferenceRow>,
) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let rows = rows.into_iter().map(|row| {
            view! {
                <tr>
                    <th scope="row">{row.label}</th>
                    <td data-label="Asked">{row.asked}</td>
                    <td data-label="Catena has">{row.kept}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <section class="card kept" aria-labelledby="kept" data-testid="kept">
                <h2 id="kept">"Catena kept this otherwise"</h2>
                <p>"Catena’s answer differs from what was asked last. What Catena has counts: the fleet is shown that."</p>
                <div class="table-scroll" tabindex="0" role="region" aria-label="What was asked and what Catena has">
                    <table class="cards">
                        <thead>
                            <tr><th scope="col">"Field"</th><th scope="col">"Asked"</th><th scope="col">"Catena has"</th></tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}
