//! The providers that a fleet is offered: selected from Catena's list, or typed if the list isn't available.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::{components::Field, islands::ListFilter};
use domain::invitation::request::split_providers;

/// A telematics provider that may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedProvider {
    /// The short name by which Catena knows it.
    pub slug: String,
    /// Its name, as Catena gives it: untrusted text.
    pub name: String,
    /// A note, such as that it is for testing only.
    pub note: Option<String>,
}

/// Checkboxes for the providers in `offered`, selected ones first. Without a list, a field for short names.
#[component]
pub(super) fn ProviderChoice(
    /// Label.
    label: &'static str,
    /// The providers to choose from; empty if the list isn't available.
    offered: Vec<OfferedProvider>,
    /// The selected short names, separated by commas.
    value: String,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    if offered.is_empty() {
        return view! {
            <Field
                name="limit_tsps"
                label=label
                value=value
                hint="Catena’s list of providers isn’t available right now. Enter short names separated by commas, such as samsara, geotab. Leave empty for all."
                error=error
            />
        }
        .into_any();
    }
    let chosen = split_providers(&value);
    let known: BTreeSet<&str> = offered.iter().map(|provider| provider.slug.as_str()).collect();
    // Providers that were selected but are no longer in the list stay visible, so that nothing is sent unseen.
    let unknown: Vec<OfferedProvider> = chosen
        .iter()
        .filter(|slug| !known.contains(slug.as_str()))
        .map(|slug| OfferedProvider {
            slug: slug.clone(),
            name: slug.clone(),
            note: Some("not in Catena’s list".into()),
        })
        .collect();
    let count = offered.len();
    let is_chosen = |provider: &OfferedProvider| chosen.contains(&provider.slug);
    let (first, rest): (Vec<_>, Vec<_>) = offered.into_iter().partition(is_chosen);
    let ticked = unknown.into_iter().chain(first).map(|provider| provider_item(provider, true)).collect_view();
    let others = rest.into_iter().map(|provider| provider_item(provider, false)).collect_view();
    let described_by = if error.is_some() { "limit_tsps-error limit_tsps-hint" } else { "limit_tsps-hint" };
    view! {
        <fieldset class="provider-choice" id="limit_tsps" tabindex="-1" aria-describedby=described_by>
            <legend>{label}</legend>
            {error.map(|error| view! { <p class="error" id="limit_tsps-error">{error}</p> })}
            <p class="hint" id="limit_tsps-hint">"Select the providers that the fleet can choose from. Select none to offer all."</p>
            <ListFilter list="providers".into() label=format!("Search {count} providers")/>
            <ul id="providers">{ticked}{others}</ul>
        </fieldset>
    }
    .into_any()
}

fn provider_item(provider: OfferedProvider, ticked: bool) -> impl IntoView {
    let OfferedProvider { slug, name, note } = provider;
    let id = format!("tsp-{slug}");
    view! {
        <li>
            <input type="checkbox" name="tsp" id=id.clone() value=slug.clone() checked=ticked/>
            <label for=id>
                <span>{name}</span>" "<code translate="no">{slug}</code>
                {note.map(|note| view! { " "<span class="note">{note}</span> })}
            </label>
        </li>
    }
}
