//! A country, chosen by its name.

use leptos::prelude::*;

use domain::country::{Country, NORTH_AMERICA, by_code, others_by_name};

/// A list of countries by name; what was typed elsewhere and is no country stays in it, to be seen and changed.
#[component]
pub(super) fn CountryField(
    /// Label.
    label: &'static str,
    /// The code that was chosen.
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
                <option value="">"Not given"</option>
                {unknown}
                <optgroup label="North America">{first}</optgroup>
                <optgroup label="All others">{others}</optgroup>
            </select>
            {error.map(|error| view! { <p class="error" id="fleet_country_code-error">{error}</p> })}
            <p class="hint" id="fleet_country_code-hint">"Tells also whether the link would run out at night or over a weekend there."</p>
        </div>
    }
}
