//! The question above a form whose submission would do more than create a new invitation.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{PreviewLines, PreviewView};
use domain::invitation::{existing::InvitationState, expiry_hint::ExpiryHint, upsert_forecast::Preview};

/// A question to answer before the form takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question, briefly.
    pub title: String,
    /// What Catena would do.
    pub preview: PreviewView,
    /// Label of the button.
    pub button: String,
    /// What the button agrees to.
    pub agreed: String,
}

impl Confirm {
    /// The question about `preview`, as of `now`. Its most serious part becomes the title.
    pub fn new(preview: &Preview, now: OffsetDateTime) -> Self {
        let state = preview.existing().map(|existing| existing.state);
        let (title, button) = match (state, &preview.context.expiry_hint) {
            (Some(InvitationState::Declined), _) => {
                ("The fleet declined. Reopen its invitation?", "Reopen declined invitation".to_owned())
            }
            (Some(InvitationState::Unrecognized), _) => {
                ("This fleet’s invitation has a status Onramp doesn’t know. Send the request?", "Send it anyway".into())
            }
            (Some(InvitationState::Accepted), _) => {
                ("The fleet has already accepted. Refresh its invitation?", "Refresh invitation".into())
            }
            (Some(_), _) => ("This fleet already has an invitation. Refresh it?", "Refresh invitation".into()),
            (None, _) if !preview.context.similar.is_empty() => {
                ("Is this a different fleet?", "Yes, it’s a different fleet".into())
            }
            (None, Some(ExpiryHint { hours, .. })) => {
                ("The link would expire at a bad time", format!("Keep {hours} hours"))
            }
            (None, None) => ("Create the invitation?", "Create anyway".into()),
        };
        let (preview, agreed) = (PreviewView::new(preview, now), preview.agreement());
        Self { title: title.into(), preview, button, agreed }
    }
}

/// The question, inside its form: the buttons submit the form.
#[component]
pub(super) fn ConfirmPanel(
    /// The question.
    confirm: Confirm,
) -> impl IntoView {
    let Confirm { title, preview, button, agreed } = confirm;
    let PreviewView { lines, agreed: seen, better } = preview;
    view! {
        // Enter in a field presses the form's first button, which must not count as agreement.
        <button class="visually-hidden" tabindex="-1" aria-hidden="true">"Check again"</button>
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
