//! The pages after the consent: choose a provider, connect it, request a missing one, finish.

use app::components::TextArea;
use leptos::prelude::*;

use crate::pages::connect::frame::{Frame, Shell, Step, problem_notice};

/// A telematics provider.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    /// Its short name in URLs and forms.
    pub slug: String,
    pub name: String,
}

/// The list of providers.
#[component]
pub(crate) fn ProvidersPage(
    frame: Frame,
    /// The providers that the invitation allows.
    providers: Vec<Provider>,
    /// What is wrong with the choice.
    problem: Option<String>,
) -> impl IntoView {
    let (choose, leave, request) = (frame.action("choose"), frame.action("leave"), frame.link("request"));
    let (invite, invite_again) = (frame.invite_field(), frame.invite_field());
    let none = providers.is_empty();
    let choices: Vec<_> = providers
        .into_iter()
        .map(|provider| {
            let id = format!("tsp-{}", provider.slug);
            view! {
                <li>
                    <input type="radio" name="tsp" id=id.clone() value=provider.slug required/>
                    <label for=id>{provider.name}</label>
                </li>
            }
        })
        .collect();
    let form = (!none).then(|| {
        view! {
            <form method="post" action=choose>
                {invite}
                <fieldset>
                    <legend>"Who provides your telematics?"</legend>
                    <ul class="choices">{choices}</ul>
                </fieldset>
                <button class="button primary" type="submit">"Continue"</button>
            </form>
        }
    });
    view! {
        <Shell frame heading="Choose your provider" step=Step::Provider>
            {problem_notice(problem)}
            {none.then(|| view! { <p>"None of the providers that this invitation allows is available."</p> })}
            {form}
            <p><a href=request>"My provider is not listed"</a></p>
            <form method="post" action=leave>
                {invite_again}
                <button class="button" type="submit">"Come back later"</button>
            </form>
        </Shell>
    }
}

/// The pretend sign-in at a provider.
#[component]
pub(crate) fn CredentialsPage(
    frame: Frame,
    provider: Provider,
    /// What is wrong with the credentials.
    problem: Option<String>,
) -> impl IntoView {
    let (connect, back) = (frame.action("credentials"), frame.link("providers"));
    let invite = frame.invite_field();
    let wrong = problem.is_some().then_some("true");
    let hint = if problem.is_some() { "problem api-key-hint" } else { "api-key-hint" };
    view! {
        <Shell frame heading=format!("Connect {}", provider.name) step=Step::Connect>
            {problem_notice(problem)}
            <form method="post" action=connect>
                {invite}
                <input type="hidden" name="tsp" value=provider.slug/>
                <div class="field">
                    <label for="api-key">"API key"</label>
                    <input id="api-key" name="api_key" autocomplete="off" aria-describedby=hint aria-invalid=wrong/>
                    <p class="hint" id="api-key-hint">"This is only a simulation. Any text works, and it isn't stored."</p>
                </div>
                <div class="field">
                    <input type="checkbox" id="already-linked" name="already_linked" value="yes" aria-describedby="already-linked-hint"/>
                    <label for="already-linked">"This provider link already exists"</label>
                    <p class="hint" id="already-linked-hint">
                        "As if the fleet had already linked this provider for another partner. No connection.created is sent, and no key is needed."
                    </p>
                </div>
                <button class="button primary" type="submit">"Connect"</button>
            </form>
            <p><a href=back>"Choose another provider"</a></p>
        </Shell>
    }
}

/// The connected providers, and the button to finish.
#[component]
pub(crate) fn ConnectedPage(
    frame: Frame,
    /// The connected providers, and whether each needs a new sign-in.
    connected: Vec<(Provider, bool)>,
) -> impl IntoView {
    let (finish, another) = (frame.action("finish"), frame.link("providers"));
    let invite = frame.invite_field();
    let partner = frame.partner.clone();
    let items: Vec<_> = connected
        .into_iter()
        .map(|(provider, stale)| {
            let again = stale.then(|| {
                let link = format!("{}&tsp={}", frame.link("credentials"), provider.slug);
                view! { " (stopped working) "<a href=link>"Sign in again"</a> }
            });
            view! { <li>{provider.name}{again}</li> }
        })
        .collect();
    view! {
        <Shell frame heading="Your providers" step=Step::Finish>
            <p>"Connected, and shared with "<strong>{partner}</strong>":"</p>
            <ul>{items}</ul>
            <form method="post" action=finish>
                {invite}
                <button class="button primary" type="submit">"Finish"</button>
            </form>
            <p><a href=another>"Connect another provider"</a></p>
        </Shell>
    }
}

/// What was typed into the form to request an integration.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestValues {
    pub provider: String,
    pub contact_name: String,
    pub contact_email: String,
    pub notes: String,
}

/// The form to request a missing integration.
#[component]
pub(crate) fn RequestPage(
    frame: Frame,
    values: RequestValues,
    /// What is wrong with it.
    problem: Option<String>,
) -> impl IntoView {
    let (request, back) = (frame.action("request"), frame.link("providers"));
    let invite = frame.invite_field();
    let (wrong, described) = if problem.is_some() { (Some("true"), Some("problem")) } else { (None, None) };
    view! {
        <Shell frame heading="Request an integration" step=Step::Provider>
            {problem_notice(problem)}
            <form method="post" action=request>
                {invite}
                <div class="field">
                    <label for="provider">"Your provider"</label>
                    <input id="provider" name="provider" maxlength="200" value=values.provider aria-invalid=wrong aria-describedby=described/>
                </div>
                <div class="field">
                    <label for="contact-name">"Your name (optional)"</label>
                    <input id="contact-name" name="contact_name" maxlength="200" autocomplete="name" value=values.contact_name/>
                </div>
                <div class="field">
                    <label for="contact-email">"Your e-mail address (optional)"</label>
                    <input id="contact-email" name="contact_email" type="email" maxlength="200" autocomplete="email" value=values.contact_email/>
                </div>
                <div class="field">
                    <label for="notes">"Notes (optional)"</label>
                    <TextArea id="notes" name="notes" maxlength=2000 value=values.notes/>
                </div>
                <button class="button primary" type="submit">"Request this integration"</button>
            </form>
            <p><a href=back>"Back to the list"</a></p>
        </Shell>
    }
}
