//! Differences between what was requested and what Catena stored.

use leptos::prelude::*;

use crate::components::RecordTable;

/// A field that Catena stored differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// The field's label.
    pub label: String,
    /// The requested value.
    pub requested: String,
    /// The value that Catena has.
    pub returned: String,
}

/// Requested and stored values, field by field; renders nothing without differences.
#[component]
pub(super) fn ResponseDiff(
    /// The differences.
    rows: Vec<DifferenceRow>,
) -> impl IntoView {
    let row = |row: DifferenceRow| {
        view! {
            <tr>
                <th scope="row">{row.label}</th>
                <td data-label="Requested">{row.requested}</td>
                <td data-label="Catena has">{row.returned}</td>
            </tr>
        }
    };
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card kept" aria-labelledby="kept" data-testid="kept">
                <h2 id="kept">"Catena stored something different"</h2>
                <p>"Catena’s response differs from the last request. What Catena has is what the fleet sees."</p>
                <RecordTable
                    label="What was requested and what Catena has"
                    columns=["Field", "Requested", "Catena has"]
                    rows=rows
                    row=row
                />
            </section>
        }
    })
}
