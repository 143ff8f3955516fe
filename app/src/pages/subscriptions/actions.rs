//! What can be done with a subscription: switch, fetch dead letters, replace the secret, delete.

use leptos::prelude::*;

use super::{
    action_buttons::ActionButton,
    data::{Confirmation, SubscriptionDetail},
    list::SubscriptionRow,
};
use crate::components::Field;

/// Everything that can be done with a subscription.
#[component]
pub(super) fn Actions(detail: SubscriptionDetail) -> impl IntoView {
    let ours = detail.is_ours();
    let SubscriptionRow { id, event_name, status, dead, .. } = detail.row.clone();
    let active = status == "active";
    let waiting = dead.map_or(0, |dead| dead.count);
    let switch = if active {
        view! { <ActionButton id=id.clone() action="pause" label="Pause" about=event_name.clone()/> }.into_any()
    } else {
        view! { <ActionButton id=id.clone() action="activate" label="Activate" about=event_name.clone()/> }.into_any()
    };
    let about_switch = if active {
        "Catena stops delivering and may not keep events for later, so expect to miss some."
    } else {
        "Catena resumes delivery. Events waiting in the queue arrive only when you fetch them."
    };
    let about_replay = match waiting {
        0 => "No events are known to be waiting in the queue.".to_owned(),
        1 => "Catena sends the queued event again.".to_owned(),
        count => format!("Catena sends all {count} queued events again, in any order."),
    };
    view! {
        <section class="card" aria-labelledby="moves">
            <h2 id="moves">"Actions"</h2>
            {(!ours).then(|| view! { <p>"Onramp didn’t create this subscription. Another system of yours may rely on it."</p> })}
            <div class="moves">
                <div>{switch}<p class="hint">{about_switch}</p></div>
                <div>
                    <ActionButton id=id.clone() action="replay" label="Fetch dead letters" about=event_name.clone()/>
                    <p class="hint">{about_replay}" Events that already arrived have no effect."</p>
                </div>
            </div>
        </section>
        {ours.then(|| view! { <Rotate id=id.clone()/> })}
        <Delete id=id event_name=event_name ours=ours waiting=waiting confirmation=detail.confirmation/>
    }
}

#[component]
fn Rotate(id: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="rotate">
            <h2 id="rotate">"Replace secret"</h2>
            <p>"Catena starts signing with a new secret immediately. The old one stays valid for 14 days, as long as Catena keeps dead letters, so no delivery is lost."</p>
            <form method="post" action=format!("/subscriptions/{id}/rotate")>
                <div class="field">
                    <input type="checkbox" id="leaked" name="leaked" value="yes" aria-describedby="leaked-hint"/>
                    <label for="leaked">"Someone else may know the old secret"</label>
                    <p class="hint" id="leaked-hint">"The old secret then stays valid for only 10 minutes, enough for deliveries in transit. Fetch dead letters first."</p>
                </div>
                <p class="actions"><button class="button">"Replace secret"</button></p>
            </form>
        </section>
    }
}

#[component]
fn Delete(id: String, event_name: String, ours: bool, waiting: u64, confirmation: Confirmation) -> impl IntoView {
    let lost = match waiting {
        0 => "Its log and queue are lost permanently.".to_owned(),
        1 => "Its log and the 1 event waiting in its queue are lost permanently.".to_owned(),
        count => format!("Its log and the {count} events waiting in its queue are lost permanently."),
    };
    let warning = if ours {
        "Onramp no longer receives this event unless another subscription delivers it."
    } else {
        "Onramp didn’t create this subscription. Another system of yours may rely on it, and it can’t be restored."
    };
    view! {
        <section class="card" aria-labelledby="delete">
            <h2 id="delete">"Delete"</h2>
            <p>{warning}" "{lost}</p>
            <form class="narrow-form" method="post" action=format!("/subscriptions/{id}/delete")>
                <Field
                    name="confirm"
                    label="Event name"
                    value=confirmation.typed
                    error=confirmation.error
                    hint=format!("Type {event_name} to confirm.")
                    required=true
                />
                <p class="actions"><button class="button danger">"Delete subscription"</button></p>
            </form>
        </section>
    }
}
