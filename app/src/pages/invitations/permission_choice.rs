//! The data that an invitation requests: a preset, or a level for each kind of data.

use std::collections::BTreeMap;

use leptos::prelude::*;

use domain::{
    invitation::{
        permissions::{GROUPS, Preset},
        request::label,
    },
    resource::RESOURCES,
};

/// Presets first. The table applies to the last preset only, and the style sheet shows it only then.
#[component]
pub(super) fn PermissionChoice(
    /// The chosen preset.
    preset: Preset,
    /// Level by resource, as chosen in the table.
    levels: BTreeMap<String, String>,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    let described_by = error.is_some().then_some("permissions-error");
    let presets = Preset::ALL.map(|one| preset_item(one, one == preset)).into_iter().collect_view();
    let groups = GROUPS.map(|(title, resources)| {
        let levels = levels.clone();
        let rows = resources.iter().map(move |resource| {
            let level = levels.get(*resource).cloned().unwrap_or_default();
            permission_row(resource, level)
        });
        let rows = rows.collect_view();
        view! {
            <fieldset class="permission-group">
                <legend>{title}</legend>
                <div class="permissions">{rows}</div>
            </fieldset>
        }
    });
    view! {
        <fieldset id="permissions" tabindex="-1" aria-describedby=described_by>
            <legend class="visually-hidden">{label("permissions")}</legend>
            {error.map(|error| view! { <p class="error" id="permissions-error">{error}</p> })}
            <ul class="presets">{presets}</ul>
            <p class="hint">
                "“Read everything” requests read access to every kind of data that Catena has today. Kinds that Catena adds later are never included, since an agreement keeps its original list. Request only what you need."
            </p>
            <div class="permission-table">
                <p class="hint">"Applies to “Choose for each kind” only."</p>
                {groups.into_iter().collect_view()}
            </div>
        </fieldset>
    }
}

fn preset_item(preset: Preset, chosen: bool) -> impl IntoView {
    let id = format!("preset-{}", preset.name());
    view! {
        <li>
            <input type="radio" name="preset" id=id.clone() value=preset.name() checked=chosen/>
            <label for=id><span>{preset.label()}</span>" "<span class="note">{preset.about()}</span></label>
        </li>
    }
}

fn permission_row(resource: &'static str, level: String) -> impl IntoView {
    const LEVELS: [(&str, &str); 3] = [("", "None"), ("read", "Read"), ("read_write", "Read and write")];
    let id = format!("permission.{resource}");
    let resource_label = RESOURCES.iter().find(|(name, _)| *name == resource).map_or(resource, |(_, name)| name);
    let options = LEVELS.map(|(value, label)| view! { <option value=value selected=value == level>{label}</option> });
    view! {
        <div class="permission">
            <label for=id.clone()>{resource_label}</label>
            <select id=id.clone() name=id>{options.into_iter().collect_view()}</select>
        </div>
    }
}
