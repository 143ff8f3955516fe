//! The tables of subscriptions and connections, with their actions.

use leptos::prelude::*;

use crate::pages::control::urls::PageUrls;

/// A webhook subscription.
#[derive(Debug, Clone)]
pub(crate) struct SubscriptionRow {
    pub id: String,
    pub event_name: String,
    /// The contract's name for its status.
    pub status: String,
    /// The weighted success rate of its deliveries, for display.
    pub success: String,
    pub pending: usize,
    pub dead: usize,
}

/// A connection of a fleet.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionRow {
    pub id: String,
    pub fleet_ref: String,
    /// The provider's name.
    pub provider: String,
    /// The contract's name for its status.
    pub status: String,
    /// How many resources are fetched, out of how many.
    pub fetched: (usize, usize),
}

/// The connections on the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections {
    /// The `fleet_ref` that was searched for. Empty: all.
    pub search: String,
    /// The newest that match.
    pub rows: Vec<ConnectionRow>,
    /// How many match.
    pub total: usize,
}

fn tone(status: &str) -> &'static str {
    match status {
        "active" => "badge good",
        "stale" => "badge bad",
        _ => "badge warning",
    }
}

/// A table whose last column holds actions, or a text if there are no rows.
fn action_table(
    label: &'static str,
    columns: impl IntoIterator<Item = &'static str>,
    rows: Vec<impl IntoView + 'static>,
    if_empty: &'static str,
) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="card empty">{if_empty}</p> }.into_any();
    }
    let heads: Vec<_> = columns.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=label>
            <table class="cards">
                <thead>
                    <tr>
                        {heads}
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The subscriptions.
#[component]
pub(crate) fn SubscriptionTable(urls: PageUrls, rows: Vec<SubscriptionRow>) -> impl IntoView {
    let action = urls.form("subscription");
    let rows = rows.into_iter().map(|row| subscription_row(row, action.clone())).collect();
    let columns = ["Event", "Status", "Success rate", "Pending", "Dead letters"];
    let table = action_table("Subscriptions", columns, rows, "Nobody has subscribed to webhooks yet.");
    view! {
        <div class="sandbox-records">
            <h2 id="subscriptions">"Subscriptions"</h2>
            {table}
        </div>
    }
}

fn subscription_row(row: SubscriptionRow, action: String) -> impl IntoView {
    let button = |name: &'static str, label: &'static str| {
        let described = format!("{label}: {}", row.event_name);
        view! { <button class="button" type="submit" name="act" value=name aria-label=described>{label}</button> }
    };
    let activate = (row.status != "active").then(|| button("activate", "Activate"));
    let replay = (row.status == "active" && row.dead > 0).then(|| button("replay", "Replay"));
    view! {
        <tr>
            <th scope="row"><code translate="no">{row.event_name.clone()}</code></th>
            <td data-label="Status"><span class=tone(&row.status)>{row.status.clone()}</span></td>
            <td data-label="Success rate">{row.success.clone()}</td>
            <td data-label="Pending">{row.pending}</td>
            <td data-label="Dead letters">{row.dead}</td>
            <td data-label="Actions">
                <form class="sandbox-levers" method="post" action=action>
                    <input type="hidden" name="id" value=row.id.clone()/>
                    {activate}
                    {replay}
                </form>
            </td>
        </tr>
    }
}

/// The connections.
#[component]
pub(crate) fn ConnectionTable(urls: PageUrls, shown: Connections) -> impl IntoView {
    let (action, page) = (urls.form("connection"), urls.page.clone());
    let searched = !shown.search.is_empty();
    let count = shown.rows.len();
    let rest = (shown.total > count).then(|| format!("Showing the newest {count} of {}.", shown.total));
    let empty = if searched {
        "No fleet with this reference has a connection."
    } else {
        "No fleet has connected a provider yet."
    };
    let rows = shown.rows.into_iter().map(|row| connection_row(row, action.clone())).collect();
    let table = action_table("Connections", ["Fleet", "Provider", "Status", "Fetched"], rows, empty);
    view! {
        <div class="sandbox-records">
            <h2 id="connections">"Connections"</h2>
            <form class="sandbox-row" method="get" action=page>
                <div class="field">
                    <label for="fleet">"Fleet reference"</label>
                    <input id="fleet" name="fleet" type="search" value=shown.search autocomplete="off" spellcheck="false"/>
                </div>
                <button class="button" type="submit">"Search"</button>
            </form>
            {table}
            {rest.map(|rest| view! { <p class="hint">{rest}</p> })}
        </div>
    }
}

fn connection_row(row: ConnectionRow, action: String) -> impl IntoView {
    let button = |name: &'static str, label: &'static str| {
        let described = format!("{label}: {}, {}", row.fleet_ref, row.provider);
        view! { <button class="button" type="submit" name="act" value=name aria-label=described>{label}</button> }
    };
    let (fetched, all) = row.fetched;
    let is_whole = row.status == "active" && fetched == all;
    let buttons = (
        (row.status == "active").then(|| button("stale", "Go stale")),
        (!is_whole).then(|| button("repair", "Repair")),
        (fetched > 0).then(|| button("fail", "Fail a fetch")),
        (fetched > 0).then(|| button("deactivate", "Stop a schedule")),
    );
    view! {
        <tr>
            <th scope="row">{row.fleet_ref.clone()}</th>
            <td data-label="Provider">{row.provider.clone()}</td>
            <td data-label="Status"><span class=tone(&row.status)>{row.status.clone()}</span></td>
            <td data-label="Fetched">{format!("{fetched} of {all} resources")}</td>
            <td data-label="Actions">
                <form class="sandbox-levers" method="post" action=action>
                    <input type="hidden" name="id" value=row.id.clone()/>
                    {buttons}
                </form>
            </td>
        </tr>
    }
}
