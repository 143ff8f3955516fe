//! Handing a magic link over: showing it, its QR code, ready texts, and e-mail. Whatever gives the link away is a form, and
//! stands on the timeline before the link leaves.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    domain::{
        handover::{Shown, occasion},
        lifecycle::{Stage, fold},
        message::{
            Language, Message, MessageState, Occasion, Told, holds_link_once, mailto, message, sms_uri, with_link,
        },
        moment::{display, micros, relative},
    },
    pages::{BODY_MAX, Choice, LetterForm, LinkView, SharePage, ShareView},
};
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use leptos::view;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tower_sessions::Session;
use uuid::Uuid;

use super::{errors::PageError, invitations::status, render::page, visitor::Viewer};
use crate::{
    asked,
    courier::{CourierError, Letter},
    mail::is_address,
    onramp::Onramp,
    qr,
    store::{FleetRow, InvitationRow, MessageRow},
};

/// How long a link that somebody had shown stays visible to them.
const SHOWN_FOR: Duration = Duration::minutes(10);
/// Under which key a session holds the links that were shown.
const SHOWN: &str = "shown_links";
/// The most characters of a subject.
const SUBJECT_MAX: usize = 200;

/// Said of a link that has run out.
const RAN_OUT: &str = "The link has run out. Invite the fleet again first.";

/// A link that somebody had shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ShownLink {
    invitation: Uuid,
    /// The end of the round: another round has another link.
    expires_at: i64,
    until: i64,
}

/// Notes that the visitor gets the link to see, and lets them see it for a while.
pub(super) async fn show_link(onramp: &Onramp, session: &Session, id: Uuid, actor: &str) -> Result<(), PageError> {
    let invitation = onramp.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    if invitation.sealed_link.is_none() || is_shown(onramp, session, &invitation).await? {
        return Ok(());
    }
    onramp.courier.note_shown(std::slice::from_ref(&invitation), Shown::OnPage, actor).await?;
    let now = onramp.clock.now();
    let mut shown: Vec<ShownLink> = session.get(SHOWN).await?.unwrap_or_default();
    shown.retain(|link| link.until > micros(now) && link.invitation != id);
    shown.push(ShownLink { invitation: id, expires_at: micros(invitation.expires_at), until: micros(now + SHOWN_FOR) });
    session.insert(SHOWN, shown).await?;
    Ok(())
}

async fn is_shown(onramp: &Onramp, session: &Session, invitation: &InvitationRow) -> Result<bool, PageError> {
    let now = micros(onramp.clock.now());
    let shown: Vec<ShownLink> = session.get(SHOWN).await?.unwrap_or_default();
    let this = |link: &ShownLink| {
        link.invitation == invitation.id && link.expires_at == micros(invitation.expires_at) && link.until > now
    };
    Ok(shown.iter().any(this))
}

/// The link as far as the visitor may see it now.
pub(super) async fn link_view(
    onramp: &Onramp,
    session: &Session,
    viewer: &Viewer,
    invitation: &InvitationRow,
) -> Result<LinkView, PageError> {
    if !viewer.staff.role.may_invite() {
        return Ok(LinkView::Forbidden);
    }
    if invitation.sealed_link.is_none() {
        return Ok(LinkView::Unknown);
    }
    if !is_shown(onramp, session, invitation).await? {
        return Ok(LinkView::Hidden);
    }
    let link = onramp.courier.link(invitation)?;
    Ok(link.map_or(LinkView::Unknown, |link| LinkView::Shown(link.to_string())))
}

#[derive(Deserialize)]
pub(super) struct ShowForm {
    back: Option<String>,
}

/// Shows the link: noted, then seen on the page that one comes back to.
pub(super) async fn show(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
    Form(form): Form<ShowForm>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let id = read_id(&id)?;
    show_link(&onramp, &session, id, &viewer.staff.email).await?;
    let back = match form.back {
        Some(choices) => format!("/invitations/{id}/share?{}", Chosen::read(&choices).query()),
        None => format!("/invitations/{id}"),
    };
    Ok(Redirect::to(&back).into_response())
}

/// The link as a QR code to download.
pub(super) async fn download_qr(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let Found { invitation, over, .. } = find(&onramp, &id).await?;
    let Some(link) = onramp.courier.link(&invitation)?.filter(|_| over.is_none()) else {
        return Ok(Redirect::to(&format!("/invitations/{}/share", invitation.id)).into_response());
    };
    onramp.courier.note_shown(std::slice::from_ref(&invitation), Shown::AsQrCode, &viewer.staff.email).await?;
    let name = format!("attachment; filename=\"magic-link-{}.svg\"", invitation.id);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, qr::svg(&link)).into_response())
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    language: Option<String>,
    occasion: Option<String>,
}

impl Chosen {
    fn read(query: &str) -> Self {
        let value = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(field, _)| field == name)
                .map(|(_, value)| value.into_owned())
        };
        Self { language: value("language"), occasion: value("occasion") }
    }

    /// What was chosen, as far as it is to be chosen from.
    fn query(&self) -> String {
        let language = self.language.as_deref().and_then(Language::from_code).map(Language::code);
        let occasion = self.occasion.as_deref().and_then(Occasion::from_name).map(Occasion::name);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(language.map(|code| ("language", code)));
        query.extend_pairs(occasion.map(|name| ("occasion", name)));
        query.finish()
    }
}

pub(super) async fn get(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
    session: Session,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let found = find(&onramp, &id).await?;
    render(&onramp, &session, viewer, found, &chosen, Typed::default(), StatusCode::OK).await
}

#[derive(Deserialize)]
pub(super) struct SendForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    occasion: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body: String,
}

/// What somebody typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    letter: Option<Letter>,
    /// Kept, so that the same letter leaves once; none for a letter that may be tried again.
    once: Option<String>,
    errors: BTreeMap<&'static str, String>,
    problem: Option<String>,
}

pub(super) async fn send(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
    Form(form): Form<SendForm>,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let found = find(&onramp, &id).await?;
    let SendForm { once, language, occasion, to, subject, body } = form;
    let chosen = Chosen { language: Some(language), occasion: Some(occasion) };
    // Browsers end lines as mail does; the text is kept as it is written here.
    let letter =
        Letter { to: to.trim().to_owned(), subject: subject.trim().to_owned(), body: body.replace("\r\n", "\n") };
    let errors = check(&letter);
    if found.over.is_some() || !errors.is_empty() {
        let typed = Typed { letter: Some(letter), once: Some(once), errors, problem: None };
        return render(&onramp, &session, viewer, found, &chosen, typed, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let occasion = chosen.occasion.as_deref().and_then(Occasion::from_name).unwrap_or(Occasion::Invitation);
    let now = onramp.clock.now();
    let message = MessageRow {
        id: onramp.entropy.uuid_v7(now),
        key: format!("letter:{}:{once}", found.invitation.digest),
        fleet: found.fleet.key,
        invitation: found.invitation.digest.clone(),
        expires_at: found.invitation.expires_at,
        occasion: occasion.name().to_owned(),
        recipient: Some(letter.to.clone()),
        language: chosen.language.clone().unwrap_or_default(),
        state: MessageState::Sending,
        since: None,
        made_at: now,
        decided_at: Some(now),
        decided_by: Some(viewer.staff.email.clone()),
        ended_at: None,
        problem: None,
    };
    match onramp.courier.send(&message, &found.invitation, occasion, &letter).await {
        Ok(()) => Ok(Redirect::to(&format!("/invitations/{}?done=sent", found.invitation.id)).into_response()),
        // The button was pressed twice: the first time counts.
        Err(CourierError::SentBefore) => {
            Ok(Redirect::to(&format!("/invitations/{}?done=sent-before", found.invitation.id)).into_response())
        }
        Err(error) => {
            tracing::warn!(%error, "an e-mail with a magic link could not be sent");
            let typed =
                Typed { letter: Some(letter), once: None, errors: BTreeMap::new(), problem: Some(error.explain()) };
            render(&onramp, &session, viewer, found, &chosen, typed, StatusCode::BAD_GATEWAY).await
        }
    }
}

fn check(letter: &Letter) -> BTreeMap<&'static str, String> {
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

async fn find(onramp: &Onramp, id: &str) -> Result<Found, PageError> {
    let id = read_id(id)?;
    let invitation = onramp.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    let fleet = onramp.store.fleet(invitation.fleet).await?.ok_or(PageError::NoSuchInvitation)?;
    let now = onramp.clock.now();
    let occasion = occasion(&fold(onramp.store.facts_of(fleet.key).await?));
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
    onramp: &Onramp,
    session: &Session,
    viewer: Viewer,
    found: Found,
    chosen: &Chosen,
    typed: Typed,
    code: StatusCode,
) -> Result<Response, PageError> {
    let Found { invitation, fleet, over, occasion, now } = found;
    let asked =
        invitation.asked.as_deref().and_then(|asked| asked::to_draft(&fleet.fleet_ref, fleet.name.as_deref(), asked));
    let (email, phone, country) =
        asked.map(|draft| (draft.fleet_email, draft.fleet_phone, draft.fleet_country_code)).unwrap_or_default();
    let language = chosen.language.as_deref().and_then(Language::from_code);
    let language = language.unwrap_or_else(|| Language::of_country(Some(&country)));
    let occasion = chosen.occasion.as_deref().and_then(Occasion::from_name).unwrap_or(occasion);
    let told = Told {
        fleet: fleet.name.as_deref(),
        sender: onramp.settings.sender_name.as_deref(),
        until: invitation.expires_at,
    };
    let text = message(language, occasion, &told);
    let letter = typed.letter.unwrap_or_else(|| Letter {
        to: email.clone(),
        subject: text.subject.clone(),
        body: text.body.clone(),
    });
    let letter = onramp.courier.can_mail().then(|| LetterForm {
        once: typed.once.unwrap_or_else(|| onramp.entropy.uuid_v7(now).to_string()),
        to: letter.to,
        subject: letter.subject,
        body: letter.body,
        errors: typed.errors,
    });
    let link = match link_view(onramp, session, &viewer, &invitation).await? {
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
        runs_out: format!(
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
        letter,
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
