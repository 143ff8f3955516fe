//! The form that invites a fleet.

use leptos::prelude::*;

use super::{
    confirm::{Confirm, ConfirmPanel},
    country_field::CountryField,
    permission_choice::PermissionChoice,
    provider_choice::{OfferedProvider, ProviderChoice},
};
use crate::{
    components::{Document, ErrorSummary, Field, Notice, NoticeKind, Visit},
    islands::InvitationPreview,
};
use domain::invitation::{
    callback_policy::CallbackPolicy,
    permissions::Preset,
    request::{Draft, EXPIRY_DEFAULT, EXPIRY_HOURS, FieldErrors, LABELS, label},
};

/// What was typed, its errors, and the choices.
#[derive(Debug, Clone, Default)]
pub struct InvitationForm {
    /// Idempotency key: the same form submitted twice takes effect once.
    pub once: String,
    /// What was typed; its permissions are those of the table, whether or not the preset uses them.
    pub draft: Draft,
    /// How the requested data was chosen.
    pub preset: Preset,
    /// Errors by field name.
    pub errors: FieldErrors,
    /// Why Catena created no invitation, and what to do.
    pub problem: Option<String>,
    /// A question to answer first.
    pub confirm: Option<Confirm>,
    /// The providers to choose from; empty if Catena's list isn't available.
    pub providers: Vec<OfferedProvider>,
    /// Whether a callback address can be offered.
    pub callback: CallbackPolicy,
}

/// The form that invites a fleet.
#[component]
pub fn NewInvitationPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: InvitationForm,
) -> impl IntoView {
    let InvitationForm { once, draft, preset, errors, problem, confirm, providers, callback } = form;
    let title = match (&confirm, errors.is_empty()) {
        (_, false) => "Error: New invitation",
        (Some(_), true) => "Please confirm: New invitation",
        (None, true) => "New invitation",
    };
    let summary = summary(&errors);
    let takes_focus = errors.is_empty() && confirm.is_none();
    view! {
        <Document visit=visit title=title islands=true>
            <div class="medium">
                <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                <h1>"New invitation"</h1>
                <p class="lead">
                    "You get a magic link to send to the fleet. If the reference already has an invitation, that one is refreshed instead; Onramp asks you first. Only the reference is required."
                </p>
                {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
                <ErrorSummary errors=summary/>
                <form method="post" action="/invitations/new" novalidate=true>
                    <input type="hidden" name="once" value=once/>
                    {confirm.map(|confirm| view! { <ConfirmPanel confirm=confirm/> })}
                    <Essentials draft=draft.clone() errors=errors.clone() takes_focus=takes_focus/>
                    <MoreAboutTheFleet draft=draft.clone() errors=errors.clone()/>
                    <Providers offered=providers value=draft.limit_tsps.clone() error=errors.get("limit_tsps").cloned()/>
                    <Permissions preset=preset draft=draft.clone() error=errors.get("permissions").cloned()/>
                    <Addresses draft=draft errors=errors callback=callback/>
                    <div class="actions">
                        <button class="button primary">"Create invitation"</button>
                        <a class="button quiet" href="/invitations">"Cancel"</a>
                    </div>
                </form>
            </div>
        </Document>
    }
}

fn summary(errors: &FieldErrors) -> Vec<(String, String, String)> {
    let place = |name: &str| LABELS.iter().position(|(field, _)| *field == name).unwrap_or(LABELS.len());
    let mut fields: Vec<&String> = errors.keys().collect();
    fields.sort_by_key(|field| place(field));
    fields.into_iter().map(|field| (field.clone(), label(field).to_owned(), errors[field].clone())).collect()
}

#[component]
fn Essentials(draft: Draft, errors: FieldErrors, takes_focus: bool) -> impl IntoView {
    let error = |field: &str| errors.get(field).cloned();
    view! {
        <fieldset class="card fields">
            <legend class="visually-hidden">"The fleet"</legend>
            <Field
                name="fleet_ref"
                label=label("fleet_ref")
                value=draft.fleet_ref
                hint="The fleet’s name in your own systems: letters, digits, spaces, “-”, and “_”."
                error=error("fleet_ref")
                required=true
                autofocus=takes_focus
            />
            <Field name="fleet_name" label=label("fleet_name") value=draft.fleet_name hint="As people write it, for example, J.B. Hunt." error=error("fleet_name")/>
            <Field name="fleet_email" label=label("fleet_email") kind="email" value=draft.fleet_email error=error("fleet_email")/>
            <Field
                name="expires_in_hours"
                label=label("expires_in_hours")
                value=draft.expires_in_hours
                hint=format!("From {} to {} (28 days). Leave empty for {EXPIRY_DEFAULT}.", EXPIRY_HOURS.start(), EXPIRY_HOURS.end())
                error=error("expires_in_hours")
                inputmode="numeric"
            />
            <InvitationPreview/>
        </fieldset>
    }
}

/// Fields that most invitations don't need. Closed unless one of them has a value or an error.
#[component]
fn Group(
    /// What the fields are about.
    title: &'static str,
    /// Their purpose or current choice.
    #[prop(into)]
    about: String,
    /// Whether the group is open at first.
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
        <Group title="More about the fleet" about="Phone, website, country, regulatory ID" open=open>
            <Field name="fleet_phone" label=label("fleet_phone") kind="tel" value=draft.fleet_phone hint="With “+” and the country code, such as +1 415 555 1234." error=error("fleet_phone")/>
            <Field name="fleet_website" label=label("fleet_website") kind="url" value=draft.fleet_website error=error("fleet_website")/>
            <CountryField label=label("fleet_country_code") value=draft.fleet_country_code error=error("fleet_country_code")/>
            <Field name="fleet_regulatory_id" label=label("fleet_regulatory_id") value=draft.fleet_regulatory_id hint="For example, a DOT number." error=error("fleet_regulatory_id")/>
            <Field name="fleet_regulatory_id_type" label=label("fleet_regulatory_id_type") value=draft.fleet_regulatory_id_type hint="For example, DOT, MC, or EASA." error=error("fleet_regulatory_id_type")/>
        </Group>
    }
}

#[component]
fn Providers(offered: Vec<OfferedProvider>, value: String, error: Option<String>) -> impl IntoView {
    let open = error.is_some() || !value.is_empty();
    let about = if value.is_empty() { "All providers" } else { "Selected providers only" };
    view! {
        <Group title="Providers" about=about open=open>
            <ProviderChoice label=label("limit_tsps") offered=offered value=value error=error/>
        </Group>
    }
}

#[component]
fn Permissions(preset: Preset, draft: Draft, error: Option<String>) -> impl IntoView {
    let open = error.is_some() || preset != Preset::Everything;
    view! {
        <Group title=label("permissions") about=preset.label() open=open>
            <PermissionChoice preset=preset levels=draft.permissions error=error/>
        </Group>
    }
}

#[component]
fn Addresses(draft: Draft, errors: FieldErrors, callback: CallbackPolicy) -> impl IntoView {
    const FIELDS: [&str; 3] = ["success_redirect_url", "failure_redirect_url", "callback_url"];
    let open = any_wrong(&errors, &FIELDS) || !draft.callback_url.is_empty();
    let error = move |field: &str| errors.get(field).cloned();
    // A typed address stays visible even if it has to be removed.
    let shows_callback = callback.offers() || !draft.callback_url.is_empty();
    let explanation = callback.explanation();
    let callback = if shows_callback {
        let hint = format!(
            "{explanation} Catena signs these webhooks with a secret that it doesn’t share, so the receiving system can’t verify them."
        );
        view! { <Field name="callback_url" label=label("callback_url") kind="url" value=draft.callback_url hint=hint error=error("callback_url")/> }
            .into_any()
    } else {
        view! { <p class="hint" data-testid="no-callback">"No callback address. "{explanation}</p> }.into_any()
    };
    view! {
        <Group title="Where the fleet goes next" about="To Onramp’s own pages" open=open>
            <Field name="success_redirect_url" label=label("success_redirect_url") kind="url" value=draft.success_redirect_url hint="Where the fleet’s browser goes after linking a provider." error=error("success_redirect_url")/>
            <Field name="failure_redirect_url" label=label("failure_redirect_url") kind="url" value=draft.failure_redirect_url hint="Where it goes after declining, giving up, or an error." error=error("failure_redirect_url")/>
            {callback}
        </Group>
    }
}
