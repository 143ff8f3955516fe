//! The form that adds a subscription beyond the recommended set.

use leptos::prelude::*;

use crate::components::{Document, ErrorSummary, Field, Notice, NoticeKind, Visit};
use domain::subscription::suggestions;

/// The form.
#[derive(Debug, Clone, Default)]
pub struct AddForm {
    /// The event's name, as typed.
    pub event_name: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What went wrong otherwise, and what to do.
    pub problem: Option<String>,
}

/// The form that adds a subscription.
#[component]
pub fn AddPage(
    /// The visit.
    visit: Visit,
    /// The form.
    form: AddForm,
) -> impl IntoView {
    let AddForm { event_name, error, problem } = form;
    let title = if error.is_some() { "Error: Add a subscription" } else { "Add a subscription" };
    let errors = error.clone().map(|error| ("event_name".to_owned(), "Event".to_owned(), error));
    view! {
        <Document visit=visit title=title>
            <div class="medium">
                <p class="crumbs"><a href="/subscriptions">"Subscriptions"</a></p>
                <h1>"Add a subscription"</h1>
                <p class="lead">"The subscription covers all fleets and posts to Onramp, signed with a secret that Onramp creates. For the events that onboarding needs, use the button on the list; Onramp only stores other events."</p>
                <ErrorSummary errors=errors.into_iter().collect()/>
                {problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
                <form class="card" method="post" action="/subscriptions/new">
                    <Field
                        name="event_name"
                        label="Event"
                        value=event_name
                        hint="For example, vehicle.added. A wildcard such as vehicle.* creates one subscription per action. Telematics events arrive by the thousands."
                        error=error
                        required=true
                        autofocus=true
                        suggestions=suggestions()
                    />
                    <p class="actions"><button class="button primary">"Add"</button><a class="button quiet" href="/subscriptions">"Cancel"</a></p>
                </form>
            </div>
        </Document>
    }
}
