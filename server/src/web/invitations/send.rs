//! Sending a magic link by e-mail.

use std::collections::BTreeMap;

use app::pages::BODY_MAX;
use axum::{
    Form,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    link::message::{Language, Occasion, holds_link_once},
    text,
};

use super::share::{Chosen, EmailEntry, Parts, why_over};
use crate::{
    security::idempotency::Submission,
    services::links::delivery::{EmailDraft, LinkDeliveryError, StaffEmail},
    web::{
        errors::PageError,
        extract::{path::InvitationPath, session::Inviter},
    },
};

/// The longest subject, in characters.
const SUBJECT_MAX: usize = 200;

/// What the form of an e-mail carries.
struct ShareInput {
    once: String,
    chosen: Chosen,
    draft: EmailDraft,
}

impl ShareInput {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut fields: BTreeMap<String, String> = fields.into_iter().collect();
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (language, occasion, to) = (take("language"), take("occasion"), take("to"));
        Self {
            once: take("once"),
            chosen: Chosen { language: Language::from_code(&language), occasion: Occasion::from_name(&occasion) },
            draft: EmailDraft {
                to: text::email(&to).unwrap_or(to),
                subject: text::one_line(&take("subject")),
                body: text::lines(&take("body")),
            },
        }
    }
}

pub(crate) async fn post(
    Inviter(viewer): Inviter,
    parts: Parts,
    path: InvitationPath,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let id = path.invitation.id;
    let ticket = match parts.idempotency.begin(viewer.staff.id, &format!("/invitations/{id}/send"), &fields).await {
        Submission::New(ticket) => ticket,
        Submission::Repeated { location } => return Ok(Redirect::to(&location).into_response()),
    };
    let ShareInput { once, chosen, draft } = ShareInput::read(fields);
    let errors = check(&draft);
    if why_over(&path.invitation, parts.clock.now()).is_some() || !errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let entry = EmailEntry { status, draft: Some(draft), once: Some(once), errors, problem: None };
        return parts.show(viewer, path, chosen, entry).await;
    }
    let email = StaffEmail {
        once: &once,
        occasion: chosen.occasion.unwrap_or(Occasion::Invitation),
        language: chosen.language.unwrap_or(Language::English),
        draft: &draft,
        actor: &viewer.staff.email,
    };
    match parts.links.send(&path.invitation, email).await {
        Ok(()) => {
            let location = ticket.complete(format!("/invitations/{id}?done=sent"));
            Ok(Redirect::to(&location).into_response())
        }
        // The form was sent before, and is no longer among the remembered ones.
        Err(LinkDeliveryError::AlreadySent) => {
            Ok(Redirect::to(&format!("/invitations/{id}?done=sent-before")).into_response())
        }
        Err(error) => {
            tracing::warn!(%error, "failed to send a magic link by e-mail");
            parts.show(viewer, path, chosen, EmailEntry::after(&error, draft, once)).await
        }
    }
}

fn check(draft: &EmailDraft) -> BTreeMap<&'static str, String> {
    let mut errors = BTreeMap::new();
    if text::one_line(&draft.to).is_empty() {
        errors.insert("to", "Enter the e-mail address of the person at the fleet.".to_owned());
    } else if let Err(problem) = text::email(&draft.to) {
        errors.insert("to", problem.to_string());
    }
    if draft.subject.is_empty() {
        errors.insert("subject", "Enter a subject.".to_owned());
    } else if draft.subject.chars().count() > SUBJECT_MAX {
        errors.insert("subject", format!("Enter one line of at most {SUBJECT_MAX} characters."));
    }
    if draft.body.chars().count() > BODY_MAX as usize {
        errors.insert("body", format!("Enter at most {BODY_MAX} characters."));
    } else if !holds_link_once(&draft.body) {
        errors.insert("body", "Write {link} once, where the link goes.".to_owned());
    }
    errors
}

impl EmailEntry {
    /// The form again after a failure.
    fn after(error: &LinkDeliveryError, draft: EmailDraft, once: String) -> Self {
        let (status, once) = match error {
            LinkDeliveryError::BeingSent => (StatusCode::CONFLICT, Some(once)),
            LinkDeliveryError::Unsure => (StatusCode::CONFLICT, None),
            LinkDeliveryError::NotRecorded(_) | LinkDeliveryError::Store(_) => (StatusCode::BAD_GATEWAY, Some(once)),
            _ => (StatusCode::BAD_GATEWAY, None),
        };
        Self { status, draft: Some(draft), once, errors: BTreeMap::new(), problem: Some(error.explain()) }
    }
}
