//! Handing a magic link over: showing it, its QR code, ready texts, and e-mail. Whatever gives the link away is a form, and
//! stands on the timeline before the link leaves.

use std::collections::BTreeMap;

use app::pages::{BODY_MAX, Choice, EmailForm, LinkView, SharePage, ShareView};
use axum::{
    Form,
    extract::{Path, RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    link::{
        audit::{Shown, occasion},
        message::{
            Language, Message, MessageContext, MessageState, Occasion, holds_link_once, mailto, message, sms_uri,
            with_link,
        },
    },
    onboarding::{lifecycle::fold, stage::Stage},
    timestamp::{display, relative},
};
use leptos::view;
use serde::Deserialize;
use time::OffsetDateTime;
use tower_sessions::Session;
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    mail::is_address,
    services::{
        invitations::request,
        links::{
            delivery::{EmailDraft, LinkDeliveryError},
            qr,
        },
    },
    state::AppState,
    store::{FleetRow, InvitationRow, MessageRow},
    web::{
        errors::PageError,
        extract::{magic_link, session::Viewer},
        invitations::status,
        render::page,
    },
};

/// The most characters of a subject.
const SUBJECT_MAX: usize = 200;

/// Said of a link that has run out.
const RAN_OUT: &str = "The link has run out. Invite the fleet again first.";

#[derive(Deserialize)]
pub(crate) struct ShowForm {
    back: Option<String>,
}

/// Shows the link: noted, then seen on the page that one comes back to.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
    Form(form): Form<ShowForm>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let id = read_id(&id)?;
    magic_link::show(&state, &session, id, &viewer.staff.email).await?;
    let back = match form.back {
        Some(choices) => format!("/invitations/{id}/share?{}", Chosen::read(&choices).query()),
        None => format!("/invitations/{id}"),
    };
    Ok(Redirect::to(&back).into_response())
}

/// The link as a QR code to download.
pub(crate) async fn download_qr(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let Found { invitation, over, .. } = find(&state, &id).await?;
    let Some(link) = state.links.link(&invitation)?.filter(|_| over.is_none()) else {
        return Ok(Redirect::to(&format!("/invitations/{}/share", invitation.id)).into_response());
    };
    state.links.note_shown(std::slice::from_ref(&invitation), Shown::AsQrCode, &viewer.staff.email).await?;
    let name = format!("attachment; filename=\"magic-link-{}.svg\"", invitation.id);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, qr::svg(&link)).into_response())
}

/// The text that was chosen, as far as it is to be chosen from; the rest is Onramp's choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Chosen {
    language: Option<Language>,
    occasion: Option<Occasion>,
}

impl Chosen {
    fn read(query: &str) -> Self {
        let value = |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(field, _)| field == name);
        Self {
            language: value("language").and_then(|(_, code)| Language::from_code(&code)),
            occasion: value("occasion").and_then(|(_, name)| Occasion::from_name(&name)),
        }
    }

    fn query(self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.language.map(|language| ("language", language.code())));
        query.extend_pairs(self.occasion.map(|occasion| ("occasion", occasion.name())));
        query.finish()
    }
}

pub(crate) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    session: Session,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let found = find(&state, &id).await?;
    let chosen = Chosen::read(&query.unwrap_or_default());
    render(&state, &session, viewer, found, chosen, Typed::default(), StatusCode::OK).await
}

/// What the form of an e-mail carries.
struct SendForm {
    once: String,
    chosen: Chosen,
    letter: EmailDraft,
}

impl SendForm {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut fields: BTreeMap<String, String> = fields.into_iter().collect();
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (language, occasion) = (take("language"), take("occasion"));
        Self {
            once: take("once"),
            chosen: Chosen { language: Language::from_code(&language), occasion: Occasion::from_name(&occasion) },
            letter: EmailDraft {
                to: take("to").trim().to_owned(),
                subject: take("subject").trim().to_owned(),
                // Browsers end lines as mail does; the text is kept as it is written here.
                body: take("body").replace("\r\n", "\n"),
            },
        }
    }
}

/// What somebody typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    letter: Option<EmailDraft>,
    /// Kept, so that the same letter leaves once; none for a letter that may be tried again.
    once: Option<String>,
    errors: BTreeMap<&'static str, String>,
    problem: Option<String>,
}

pub(crate) async fn send(
    State(state): State<AppState>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let mut press = state.idempotency.turn(&viewer.staff.email, &format!("/invitations/{id}/send"), &typed).await;
    if let Some(there) = press.as_deref() {
        return Ok(Redirect::to(there).into_response());
    }
    let found = find(&state, &id).await?;
    let SendForm { once, chosen, letter } = SendForm::read(typed);
    let errors = check(&letter);
    if found.over.is_some() || !errors.is_empty() {
        let typed = Typed { letter: Some(letter), once: Some(once), errors, problem: None };
        return render(&state, &session, viewer, found, chosen, typed, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let occasion = chosen.occasion.unwrap_or(Occasion::Invitation);
    let now = state.clock.now();
    let message = MessageRow {
        id: state.random.uuid_v7(now),
        key: format!("letter:{}:{once}", found.invitation.digest),
        fleet: found.fleet.key,
        invitation: found.invitation.digest.clone(),
        expires_at: found.invitation.expires_at,
        occasion: occasion.name().to_owned(),
        recipient: Some(letter.to.clone()),
        language: chosen.language.unwrap_or(Language::English).code().to_owned(),
        state: MessageState::Sending,
        since: None,
        made_at: now,
        decided_at: Some(now),
        decided_by: Some(viewer.staff.email.clone()),
        ended_at: None,
        problem: None,
    };
    let error = match state.links.send(&message, &found.invitation, occasion, &letter).await {
        Ok(()) => {
            let there = press.insert(format!("/invitations/{}?done=sent", found.invitation.id));
            return Ok(Redirect::to(there).into_response());
        }
        // Sent again from a page of before: the first time counts.
        Err(LinkDeliveryError::SentBefore) => {
            let there = format!("/invitations/{}?done=sent-before", found.invitation.id);
            return Ok(Redirect::to(&there).into_response());
        }
        Err(error) => error,
    };
    tracing::warn!(%error, "an e-mail with a magic link did not go its way");
    let (code, once) = match &error {
        LinkDeliveryError::UnderWay => (StatusCode::CONFLICT, Some(once)),
        LinkDeliveryError::InDoubt => (StatusCode::CONFLICT, None),
        LinkDeliveryError::NotNoted(_) | LinkDeliveryError::Store(_) => (StatusCode::BAD_GATEWAY, Some(once)),
        _ => (StatusCode::BAD_GATEWAY, None),
    };
    let typed = Typed { letter: Some(letter), once, errors: BTreeMap::new(), problem: Some(error.explain()) };
    render(&state, &session, viewer, found, chosen, typed, code).await
}

fn check(letter: &EmailDraft) -> BTreeMap<&'static str, String> {
    let mut errors = BTreeMap::new();
    if letter.to.is_empty() {
        errors.insert("to", "Enter the e-mail address of the person at the fleet.".to_owned());
    } else if !is_address(&letter.to) {
        errors.insert("to", "Enter one e-mail address, such as ops@acme.example.".to_owned());
    }
    if letter.subject.is_empty() {
        errors.insert("subject", "Enter a subject.".to_owned());
    } else if letter.subject.chars().count() > SUBJECT_MAX || letter.subject.chars().any(char::is_control) {
        errors.insert("subject", format!("Enter one line of at most {SUBJECT_MAX} characters."));
    }
    if letter.body.chars().count() > BODY_MAX as usize {
        errors.insert("body", format!("Enter at most {BODY_MAX} characters."));
    } else if !holds_link_once(&letter.body) {
        errors.insert("body", "Write {link} once, where the link goes.".to_owned());
    }
    errors
}

struct Found {
    invitation: InvitationRow,
    fleet: FleetRow,
    /// Why its link is of no use.
    over: Option<&'static str>,
    /// What the fleet should do next.
    occasion: Occasion,
    now: OffsetDateTime,
}

fn read_id(id: &str) -> Result<Uuid, PageError> {
    Uuid::parse_str(id).map_err(|_| PageError::NoSuchInvitation)
}

async fn find(state: &AppState, id: &str) -> Result<Found, PageError> {
    let id = read_id(id)?;
    let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = state.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let now = state.clock.now();
    let occasion = occasion(&fold(state.store.facts_of(fleet.key).await?));
    let over = match status(invitation.stage, invitation.expires_at, now) {
        _ if invitation.sealed_link.is_none() => {
            Some("The link of this invitation isn’t known here: it was made elsewhere. Refreshing it tells the link.")
        }
        Stage::Deleted => Some("The invitation was deleted: its link no longer works."),
        Stage::Declined => {
            Some("The fleet declined. Open the invitation again before you hand its link over once more.")
        }
        Stage::Expired => Some(RAN_OUT),
        // An accepted one too: what has run out leads nowhere, whatever became of it.
        _ if invitation.expires_at <= now => Some(RAN_OUT),
        _ => None,
    };
    Ok(Found { invitation, fleet, over, occasion, now })
}

async fn render(
    state: &AppState,
    session: &Session,
    viewer: Viewer,
    found: Found,
    chosen: Chosen,
    typed: Typed,
    code: StatusCode,
) -> Result<Response, PageError> {
    let Found { invitation, fleet, over, occasion, now } = found;
    let asked =
        invitation.asked.as_deref().and_then(|asked| request::to_draft(&fleet.fleet_ref, fleet.name.as_deref(), asked));
    let (email, phone, country) =
        asked.map(|draft| (draft.fleet_email, draft.fleet_phone, draft.fleet_country_code)).unwrap_or_default();
    let language = chosen.language.unwrap_or_else(|| Language::of_country(Some(&country)));
    let occasion = chosen.occasion.unwrap_or(occasion);
    let told = MessageContext {
        fleet: fleet.name.as_deref(),
        sender: state.settings.sender_name.as_deref(),
        until: invitation.expires_at,
    };
    let text = message(language, occasion, &told);
    let letter = typed.letter.unwrap_or_else(|| EmailDraft {
        to: email.clone(),
        subject: text.subject.clone(),
        body: text.body.clone(),
    });
    let email_form = state.links.can_mail().then(|| EmailForm {
        once: typed.once.unwrap_or_else(|| state.random.uuid_v7(now).to_string()),
        to: letter.to,
        subject: letter.subject,
        body: letter.body,
        errors: typed.errors,
    });
    let link = match magic_link::view(state, session, &viewer, &invitation).await? {
        LinkView::Shown(link) if over.is_none() => Some(link),
        _ => None,
    };
    let filled = |text: &str| link.as_ref().map_or_else(|| text.to_owned(), |link| with_link(text, link));
    let text = Message { body: filled(&text.body), sms: filled(&text.sms), ..text };
    let share = ShareView {
        id: invitation.id,
        fleet_ref: fleet.fleet_ref,
        fleet_name: fleet.name,
        over,
        expiry: format!(
            "The link works until {}, {}.",
            display(invitation.expires_at),
            relative(invitation.expires_at, now)
        ),
        qr: link.as_deref().map(qr::svg),
        languages: languages(language),
        occasions: occasions(occasion),
        mailto: link.as_ref().map(|_| mailto(Some(&email), &text.subject, &text.body)),
        sms: link.as_ref().map(|_| sms_uri(Some(&phone), &text.sms)),
        link,
        message: text,
        email_form,
        problem: typed.problem,
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(code, &nonce, || view! { <SharePage visit=visit share=share/> }))
}

fn languages(chosen: Language) -> Vec<Choice> {
    let choice =
        |language: Language| Choice { word: language.code(), label: language.name(), chosen: language == chosen };
    Language::ALL.into_iter().map(choice).collect()
}

fn occasions(chosen: Occasion) -> Vec<Choice> {
    let choice =
        |occasion: Occasion| Choice { word: occasion.name(), label: occasion.label(), chosen: occasion == chosen };
    Occasion::ALL.into_iter().map(choice).collect()
}
