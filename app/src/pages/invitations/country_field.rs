//! A field for choosing a country by name.

use leptos::prelude::*;

use domain::country::{Country, NORTH_AMERICA, by_code, others_by_name};

/// A list of countries by name. A value that isn't a country code stays in the list, so that it can be seen and changed.
#[component]
pub(super) fn CountryField(
    /// Label.
    label: &'static str,
    /// The selected code.
    value: String,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    const NAME: &str = "fleet_country_code";
    let chosen = by_code(&value).map(|country| country.code);
    let option = move |country: &'static Country| {
        view! { <option value=country.code selected=chosen == Some(country.code)>{country.name}</option> }
    };
    let first = NORTH_AMERICA.into_iter().filter_map(by_code).map(option).collect_view();
    let others = others_by_name().into_iter().map(option).collect_view();
    let unknown = (chosen.is_none() && !value.is_empty())
        .then(|| view! { <option value=value.clone() selected=true>{value.clone()}</option> });
    let invalid = error.is_some();
    let described_by =
        if invalid { "fleet_country_code-error fleet_country_code-hint" } else { "fleet_country_code-hint" };
    view! {
        <div class="field" class:invalid=invalid>
            <label for=NAME>{label}</label>
            <select id=NAME name=NAME aria-describedby=described_by aria-invalid=invalid.then_some("true")>
                <option value="">"Not specified"</option>
                {unknown}
                <optgroup label="North America">{first}</optgroup>
                <optgroup label="Other countries">{others}</optgroup>
            </select>
            {error.map(|error| view! { <p class="error" id="fleet_country_code-error">{error}</p> })}
            <p class="hint" id="fleet_country_code-hint">"Also used to warn you if the link would expire at night or over a weekend there."</p>
        </div>
    }
}
