//! Subscriptions with their breakers and dead letters, connections with their levers.

use leptos::prelude::*;

use crate::pages::control::Places;

/// A webhook subscription.
#[derive(Debug, Clone)]
pub struct SandboxSubscription {
    /// Its id.
    pub id: String,
    /// The event that it carries.
    pub event_name: String,
    /// Its status, in the contract's word.
    pub status: String,
    /// Weighted success of its deliveries, for people.
    pub success: String,
    /// Deliveries on their way.
    pub pending: usize,
    /// Dead letters.
    pub dead: usize,
}

/// A connection of a fleet.
#[derive(Debug, Clone)]
pub struct SandboxConnection {
    /// Its id.
    pub id: String,
    /// The fleet's reference.
    pub fleet_ref: String,
    /// The provider's name.
    pub provider: String,
    /// Its status, in the contract's word.
    pub status: String,
    /// How many resources are fetched, and of how many.
    pub fetched: (usize, usize),
}

/// The connections that are shown.
#[derive(Debug, Clone, Default)]
pub struct Connections {
    /// What was searched for.
    pub search: String,
    /// The newest that fit.
    pub rows: Vec<SandboxConnection>,
    /// How many fit in all.
    pub total: usize,
}

fn tone(status: &str) -> &'static str {
    match status {
        "active" => "badge good",
        "stale" => "badge bad",
        _ => "badge warning",
    }
}

/// The subscriptions, with what waits for them.
#[component]
pub(crate) fn SubscriptionTable(places: Places, rows: Vec<SandboxSubscription>) -> impl IntoView {
    let action = places.form("subscription");
    let empty = rows.is_empty();
    let rows: Vec<_> = rows.into_iter().map(|row| subscription_row(row, action.clone())).collect();
    view! {
        <div class="sandbox-records">
            <h2 id="subscriptions">"Subscriptions"</h2>
            {if empty {
                view! { <p class="card empty">"Nobody has subscribed to webhooks yet."</p> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Subscriptions">
                        <table class="cards">
                            <thead>
                                <tr>
                                    <th scope="col">"Event"</th>
                                    <th scope="col">"Status"</th>
                                    <th scope="col">"Success"</th>
                                    <th scope="col">"On the way"</th>
                                    <th scope="col">"Dead letters"</th>
                                    <th scope="col"><span class="visually-hidden">"Levers"</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
        </div>
    }
}

fn subscription_row(row: SandboxSubscription, action: String) -> impl IntoView {
    let lever = |name: &'static str, label: &'static str| {
        let described = format!("{label}: {}", row.event_name);
        view! { <button class="button" type="submit" name="act" value=name aria-label=described>{label}</button> }
    };
    let activate = (row.status != "active").then(|| lever("activate", "Activate"));
    let replay = (row.status == "active" && row.dead > 0).then(|| lever("replay", "Replay"));
    view! {
        <tr>
            <th scope="row"><code>{row.event_name.clone()}</code></th>
            <td data-label="Status"><span class=tone(&row.status)>{row.status.clone()}</span></td>
            <td data-label="Success">{row.success.clone()}</td>
            <td data-label="On the way">{row.pending}</td>
            <td data-label="Dead letters">{row.dead}</td>
            <td data-label="Levers">
                <form class="sandbox-levers" method="post" action=action>
                    <input type="hidden" name="id" value=row.id.clone()/>
                    {activate}
                    {replay}
                </form>
            </td>
        </tr>
    }
}

/// The connections, with what can happen to them.
#[component]
pub(crate) fn ConnectionTable(places: Places, shown: Connections) -> impl IntoView {
    let (action, page) = (places.form("connection"), places.page.clone());
    let searched = !shown.search.is_empty();
    let count = shown.rows.len();
    let rest = (shown.total > count).then(|| format!("The newest {count} of {} are shown.", shown.total));
    let empty = if searched {
        "No fleet of that reference has a connection."
    } else {
        "No fleet has connected a provider yet."
    };
    let rows: Vec<_> = shown.rows.into_iter().map(|row| connection_row(row, action.clone())).collect();
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
            {if rows.is_empty() {
                view! { <p class="card empty">{empty}</p> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Connections">
                        <table class="cards">
                            <thead>
                                <tr>
                                    <th scope="col">"Fleet"</th>
                                    <th scope="col">"Provider"</th>
                                    <th scope="col">"Status"</th>
                                    <th scope="col">"Fetched"</th>
                                    <th scope="col"><span class="visually-hidden">"Levers"</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
            {rest.map(|rest| view! { <p class="hint">{rest}</p> })}
        </div>
    }
}

fn connection_row(row: SandboxConnection, action: String) -> impl IntoView {
    let lever = |name: &'static str, label: &'static str| {
        let described = format!("{label}: {}, {}", row.fleet_ref, row.provider);
        view! { <button class="button" type="submit" name="act" value=name aria-label=described>{label}</button> }
    };
    let (fetched, all) = row.fetched;
    let is_whole = row.status == "active" && fetched == all;
    let levers = (
        (row.status == "active").then(|| lever("stale", "Go stale")),
        (!is_whole).then(|| lever("repair", "Repair")),
        (fetched > 0).then(|| lever("fail", "Fail a fetch")),
        (fetched > 0).then(|| lever("deactivate", "Stop a schedule")),
    );
    view! {
        <tr>
            <th scope="row">{row.fleet_ref.clone()}</th>
            <td data-label="Provider">{row.provider.clone()}</td>
            <td data-label="Status"><span class=tone(&row.status)>{row.status.clone()}</span></td>
            <td data-label="Fetched">{format!("{fetched} of {all} resources")}</td>
            <td data-label="Levers">
                <form class="sandbox-levers" method="post" action=action>
                    <input type="hidden" name="id" value=row.id.clone()/>
                    {levers}
                </form>
            </td>
        </tr>
    }
}
