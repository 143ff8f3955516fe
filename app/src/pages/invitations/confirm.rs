//! The question that stands above a form when sending it would do more than make a new invitation.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{PreviewLines, PreviewView};
use domain::invitation::{existing::InvitationState, expiry_hint::ExpiryHint, upsert_forecast::Preview};

/// What is asked before the form does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question in a few words.
    pub title: String,
    /// What there is to know.
    pub preview: PreviewView,
    /// What the button says.
    pub button: String,
    /// What pressing it agrees to.
    pub agreed: String,
}

impl Confirm {
    /// The question about what this preview would do, as of `now`. The gravest part gives its title.
    pub fn new(preview: &Preview, now: OffsetDateTime) -> Self {
        let state = preview.existing().map(|existing| existing.state);
        let (title, button) = match (state, &preview.context.expiry_hint) {
            (Some(InvitationState::Declined), _) => {
                ("The fleet declined. Open its invitation again?", "Open the declined one again".to_owned())
            }
            (Some(InvitationState::Unrecognized), _) => (
                "This fleet’s invitation has a status that Onramp doesn’t know. Send the request?",
                "Send it anyway".into(),
            ),
            (Some(InvitationState::Accepted), _) => {
                ("The fleet has accepted already. Refresh its invitation?", "Refresh it".into())
            }
            (Some(_), _) => ("This fleet has an invitation already. Refresh it?", "Refresh it".into()),
            (None, _) if !preview.context.similar.is_empty() => {
                ("Is this another fleet?", "Yes, create the invitation".into())
            }
            (None, Some(ExpiryHint { hours, .. })) => {
                ("The link would run out at a bad moment", format!("Keep {hours} hours"))
            }
            (None, None) => ("Create the invitation?", "Create it".into()),
        };
        let (preview, agreed) = (PreviewView::new(preview, now), preview.agreement());
        Self { title: title.into(), preview, button, agreed }
    }
}

/// The question, inside the form that it is about: its buttons send the form.
#[component]
pub(super) fn ConfirmPanel(
    /// The question.
    confirm: Confirm,
) -> impl IntoView {
    let Confirm { title, preview, button, agreed } = confirm;
    let PreviewView { lines, agreed: seen, better } = preview;
    view! {
        // Enter in a field presses the first button of a form. That must not be an agreement.
        <button class="visually-hidden" tabindex="-1" aria-hidden="true">"Look again"</button>
        <section class="notice confirm" id="confirm" tabindex="-1" autofocus=true aria-labelledby="confirm-title" data-testid="confirm">
            <h2 id="confirm-title">{title}</h2>
            <PreviewLines lines=lines/>
            <div class="actions">
                {better.map(|(hours, says)| view! {
                    <button class="button" name="better" value=format!("{hours},{seen}")>{says}</button>
                })}
                <button class="button primary" name="agreed" value=agreed>{button}</button>
            </div>
        </section>
    }
}
