//! The form that invites a fleet.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::{
    components::{Document, ErrorSummary, Field, Notice, NoticeKind, Visit},
    domain::invitation::{Draft, EXPIRY_DEFAULT, EXPIRY_HOURS, FieldErrors, RESOURCES},
};

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct InvitationForm {
    /// What was typed.
    pub draft: Draft,
    /// Sentence by field name.
    pub errors: FieldErrors,
    /// What Catena said where it made nothing, and what to do.
    pub problem: Option<String>,
}

/// Invites a fleet, or renews its invitation.
#[component]
pub fn NewInvitationPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: InvitationForm,
) -> impl IntoView {
    let InvitationForm { draft, errors, problem } = form;
    let title = if errors.is_empty() { "New invitation" } else { "Error: New invitation" };
    let summary = summary(&errors);
    view! {
        <Document visit=visit title=title>
            <div class="medium">
                <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                <h1>"New invitation"</h1>
                <p class="lead">
                    "You get a magic link to send to the fleet. With a reference that is in use already, its invitation is renewed: it runs longer, and a declined one opens again. Only the reference is required."
                </p>
                {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
                <ErrorSummary errors=summary/>
                <form method="post" action="/invitations/new" novalidate=true>
                    <Essentials draft=draft.clone() errors=errors.clone()/>
                    <MoreAboutTheFleet draft=draft.clone() errors=errors.clone()/>
                    <Providers draft=draft.clone() errors=errors.clone()/>
                    <Permissions chosen=draft.permissions.clone() error=errors.get("permissions").cloned()/>
                    <Addresses draft=draft errors=errors/>
                    <div class="actions">
                        <button class="button primary">"Create invitation"</button>
                        <a class="button quiet" href="/invitations">"Cancel"</a>
                    </div>
                </form>
            </div>
        </Document>
    }
}

/// Every field by name, in the form's order, with its label.
const LABELS: [(&str, &str); 14] = [
    ("fleet_ref", "Reference"),
    ("fleet_name", "Fleet’s name"),
    ("fleet_email", "Contact e-mail"),
    ("expires_in_hours", "Hours the link works"),
    ("fleet_phone", "Contact phone"),
    ("fleet_website", "Website"),
    ("fleet_country_code", "Country"),
    ("fleet_regulatory_id", "Regulatory id"),
    ("fleet_regulatory_id_type", "Kind of id"),
    ("limit_tsps", "Providers to offer"),
    ("permissions", "Data to ask for"),
    ("success_redirect_url", "Page after success"),
    ("failure_redirect_url", "Page otherwise"),
    ("callback_url", "Callback address"),
];

fn label(name: &str) -> &'static str {
    LABELS.iter().find(|(field, _)| *field == name).map_or("Invitation", |(_, label)| label)
}

fn summary(errors: &FieldErrors) -> Vec<(String, String, String)> {
    let place = |name: &str| LABELS.iter().position(|(field, _)| *field == name).unwrap_or(LABELS.len());
    let mut fields: Vec<&String> = errors.keys().collect();
    fields.sort_by_key(|field| place(field));
    fields.into_iter().map(|field| (field.clone(), label(field).to_owned(), errors[field].clone())).collect()
}

#[component]
fn Essentials(draft: Draft, errors: FieldErrors) -> impl IntoView {
    let error = |field: &str| errors.get(field).cloned();
    view! {
        <fieldset class="card fields">
            <legend class="visually-hidden">"The fleet"</legend>
            <Field
                name="fleet_ref"
                label=label("fleet_ref")
                value=draft.fleet_ref
                hint="The name by which your own systems know the fleet: letters, digits, spaces, “-” and “_”."
                error=error("fleet_ref")
                required=true
                autofocus=errors.is_empty()
            />
            <Field name="fleet_name" label=label("fleet_name") value=draft.fleet_name hint="As people write it, for example J.B. Hunt." error=error("fleet_name")/>
            <Field name="fleet_email" label=label("fleet_email") kind="email" value=draft.fleet_email error=error("fleet_email")/>
            <Field
                name="expires_in_hours"
                label=label("expires_in_hours")
                value=draft.expires_in_hours
                hint=format!(
    "From {} to {} (28 days). Left empty: {EXPIRY_DEFAULT}.", EXPIRY_HOURS.start(), EXPIRY_HOURS.end())
                error=error("expires_in_hours")
                inputmode="numeric"
            />
        </fieldset>
    }
}

/// Fields that most invitations don't need: closed until one of them holds something worth seeing.
#[component]
fn Group(
    /// What the fields are about.
    title: &'static str,
    /// What they are for.
    about: &'static str,
    /// Whether they are shown from the start.
    open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="card group" open=open>
            <summary><span class="title">{title}</span><span class="about">{about}</span></summary>
            <div class="fields">{children()}</div>
        </details>
    }
}

fn any_wrong(errors: &FieldErrors, fields: &[&str]) -> bool {
    fields.iter().any(|field| errors.contains_key(*field))
}

#[component]
fn MoreAboutTheFleet(draft: Draft, errors: FieldErrors) -> impl IntoView {
    const FIELDS: [&str; 5] =
        ["fleet_phone", "fleet_website", "fleet_country_code", "fleet_regulatory_id", "fleet_regulatory_id_type"];
    let values = [
        &draft.fleet_phone,
        &draft.fleet_website,
        &draft.fleet_country_code,
        &draft.fleet_regulatory_id,
        &draft.fleet_regulatory_id_type,
    ];
    let open = any_wrong(&errors, &FIELDS) || values.iter().any(|value| !value.is_empty());
    let error = move |field: &str| errors.get(field).cloned();
    view! {
        <Group title="More about the fleet" about="Phone, website, country, regulatory id" open=open>
            <Field name="fleet_phone" label=label("fleet_phone") kind="tel" value=draft.fleet_phone hint="With “+” and the country’s code, such as +1 415 555 1234." error=error("fleet_phone")/>
            <Field name="fleet_website" label=label("fleet_website") kind="url" value=draft.fleet_website error=error("fleet_website")/>
            <Field name="fleet_country_code" label=label("fleet_country_code") value=draft.fleet_country_code hint="Three letters, such as USA, CAN or MEX." error=error("fleet_country_code")/>
            <Field name="fleet_regulatory_id" label=label("fleet_regulatory_id") value=draft.fleet_regulatory_id hint="For example a DOT number." error=error("fleet_regulatory_id")/>
            <Field name="fleet_regulatory_id_type" label=label("fleet_regulatory_id_type") value=draft.fleet_regulatory_id_type hint="For example DOT, MC or EASA." error=error("fleet_regulatory_id_type")/>
        </Group>
    }
}

#[component]
fn Providers(draft: Draft, errors: FieldErrors) -> impl IntoView {
    let error = errors.get("limit_tsps").cloned();
    let open = error.is_some() || !draft.limit_tsps.is_empty();
    view! {
        <Group title="Providers" about="Every provider is offered" open=open>
            <Field name="limit_tsps" label=label("limit_tsps") value=draft.limit_tsps hint="Short names, separated by commas, such as samsara, geotab. Left empty: all." error=error/>
        </Group>
    }
}

#[component]
fn Permissions(chosen: BTreeMap<String, String>, error: Option<String>) -> impl IntoView {
    let open = error.is_some() || !chosen.is_empty();
    let described_by = error.is_some().then_some("permissions-error");
    let selects = RESOURCES.map(|(resource, label)| {
        let level = chosen.get(resource).cloned().unwrap_or_default();
        view! { <Permission resource=resource label=label level=level/> }
    });
    view! {
        <Group title=label("permissions") about="Read on everything, unless you choose" open=open>
            <fieldset id="permissions" tabindex="-1" aria-describedby=described_by>
                <legend class="visually-hidden">"Data to ask for"</legend>
                <p class="hint">"Left alone, the invitation asks to read everything. Choose one or more, and it asks for those alone."</p>
                {error.map(|error| view! { <p class="error" id="permissions-error">{error}</p> })}
                <div class="permissions">{selects.into_iter().collect_view()}</div>
            </fieldset>
        </Group>
    }
}

#[component]
fn Permission(resource: &'static str, label: &'static str, level: String) -> impl IntoView {
    const LEVELS: [(&str, &str); 3] = [("", "Not asked"), ("read", "Read"), ("read_write", "Read and write")];
    let id = format!("permission.{resource}");
    let options = LEVELS.map(|(value, label)| view! { <option value=value selected=value == level>{label}</option> });
    view! {
        <div class="permission">
            <label for=id.clone()>{label}</label>
            <select id=id.clone() name=id>{options.into_iter().collect_view()}</select>
        </div>
    }
}

#[component]
fn Addresses(draft: Draft, errors: FieldErrors) -> impl IntoView {
    const FIELDS: [&str; 3] = ["success_redirect_url", "failure_redirect_url", "callback_url"];
    let open = any_wrong(&errors, &FIELDS) || !draft.callback_url.is_empty();
    let error = move |field: &str| errors.get(field).cloned();
    view! {
        <Group title="Where the fleet goes afterwards" about="To Onramp’s own pages" open=open>
            <Field name="success_redirect_url" label=label("success_redirect_url") kind="url" value=draft.success_redirect_url hint="Where the fleet’s browser goes once a provider is linked." error=error("success_redirect_url")/>
            <Field name="failure_redirect_url" label=label("failure_redirect_url") kind="url" value=draft.failure_redirect_url hint="Where it goes after declining, giving up or an error." error=error("failure_redirect_url")/>
            <Field name="callback_url" label=label("callback_url") kind="url" value=draft.callback_url hint="Catena posts this invitation’s events here too. Onramp doesn’t need it." error=error("callback_url")/>
        </Group>
    }
}
