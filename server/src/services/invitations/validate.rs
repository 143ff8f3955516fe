//! Validates a request for an invitation.

use domain::invitation::{
    permissions::Preset,
    request::{Checked, Draft, FieldErrors},
};

use crate::{services::invitations::callback_policy::CallbackPolicies, store::StoreError};

/// A request that was validated.
#[derive(Debug)]
pub enum Validated {
    Valid(Box<Checked>),
    Invalid(FieldErrors),
}

/// Validates what was typed, and what depends on the webhooks that Catena has: a callback address must not duplicate events.
pub async fn validate(draft: &Draft, preset: Preset, callbacks: &CallbackPolicies) -> Result<Validated, StoreError> {
    let effective = Draft { permissions: preset.levels(&draft.permissions), ..draft.clone() };
    let checked = effective.check();
    let mut errors = checked.as_ref().err().cloned().unwrap_or_default();
    if preset == Preset::Custom && draft.permissions.is_empty() {
        let sentence = "Choose a level for at least one kind of data, or “Read everything”.";
        errors.insert("permissions".into(), sentence.into());
    }
    if !draft.callback_url.trim().is_empty() && !errors.contains_key("callback_url") {
        let policy = callbacks.probe().await?;
        if !policy.offers() {
            errors.insert("callback_url".into(), format!("Leave it empty. {}", policy.explanation()));
        }
    }
    Ok(match checked {
        Ok(checked) if errors.is_empty() => Validated::Valid(Box::new(checked)),
        _ => Validated::Invalid(errors),
    })
}
