//! Catena's metrics of a subscription.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::MomentView;
use domain::{
    subscription::{DeliveryMetrics, Periods},
    timestamp,
};

/// Catena’s metrics of a subscription, by period.
pub(super) fn metrics_card(metrics: Option<&(DeliveryMetrics, OffsetDateTime)>, now: OffsetDateTime) -> AnyView {
    let Some((metrics, at)) = metrics else {
        return view! {
            <section class="card" aria-labelledby="figures">
                <h2 id="figures">"Metrics"</h2>
                <p>"Not loaded from Catena yet. Refresh the list of subscriptions to load metrics."</p>
            </section>
        }
        .into_any();
    };
    let lines: [(&str, Periods, &str); 7] = [
        ("Events", metrics.messages, ""),
        ("Delivered eventually", metrics.delivered, ""),
        ("Requests", metrics.attempts, ""),
        ("2xx responses", metrics.successes, ""),
        ("Other responses and failures", metrics.failures, ""),
        ("Success rate (from Catena)", metrics.success_percent, "%"),
        ("Mean response time", metrics.response_ms, " ms"),
    ];
    let asked = MomentView::to_the_second(*at);
    view! {
        <div class="card">
            <h2 id="figures">"Metrics"</h2>
            <p class="hint">
                "Updated "<time datetime=asked.datetime title=asked.display>{timestamp::relative(*at, now)}</time>
                ". Catena gives a success rate only after 200 events."
            </p>
            <div class="table-scroll plain" tabindex="0" role="region" aria-labelledby="figures">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col"><span class="visually-hidden">"Metric"</span></th>
                            <th scope="col">"6 hours"</th>
                            <th scope="col">"24 hours"</th>
                            <th scope="col">"7 days"</th>
                            <th scope="col">"14 days"</th>
                        </tr>
                    </thead>
                    <tbody>{lines.map(figure_row).into_iter().collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn figure_row((name, periods, unit): (&'static str, Periods, &'static str)) -> impl IntoView {
    let cell = |count: Option<i64>| match count {
        Some(count) => view! { <td>{format!("{count}{unit}")}</td> }.into_any(),
        None => view! { <td><span class="muted">"not available"</span></td> }.into_any(),
    };
    view! { <tr><th scope="row">{name}</th>{periods.each().map(cell).into_iter().collect_view()}</tr> }
}
