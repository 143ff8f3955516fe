//! The page that shares a magic link: the link, its QR code, texts to copy, and the form of an e-mail. Everything that discloses
//! the link is a form post, and is recorded on the timeline first.

use std::{collections::BTreeMap, sync::Arc};

use app::pages::{Choice, EmailForm, LinkView, SharePage, ShareView};
use axum::{
    Form,
    extract::{FromRequestParts, RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    invitation::status::status,
    link::{
        audit::{Shown, occasion},
        message::{Language, Message, MessageContext, Occasion, mailto, message, sms_uri, with_link},
    },
    onboarding::{lifecycle::fold, stage::Stage},
    timestamp::{display, relative},
};
use leptos::view;
use platform::{clock::SharedClock, random::SharedRandom};
use serde::Deserialize;
use time::OffsetDateTime;
use url::form_urlencoded;

use crate::{
    config::Settings,
    security::idempotency::IdempotencyKeys,
    services::{
        invitations::renew::last_request,
        links::{
            delivery::{EmailDraft, LinkDelivery},
            qr,
        },
    },
    state::AppState,
    store::{FleetRow, InvitationRow, SharedStore, StoreError},
    web::{
        errors::PageError,
        extract::{
            magic_link::ShownLinks,
            path::InvitationPath,
            session::{Inviter, Viewer},
        },
        render::page,
    },
};

/// Why an expired link can't be shared.
const EXPIRED: &str = "The link has expired. Invite the fleet again first.";

#[derive(Deserialize)]
pub(crate) struct ShowInput {
    back: Option<String>,
}

/// Shows the link: records it, and redirects back to the page that shows it.
pub(crate) async fn show(
    Inviter(viewer): Inviter,
    InvitationPath { invitation, .. }: InvitationPath,
    links: ShownLinks,
    Form(input): Form<ShowInput>,
) -> Result<Redirect, PageError> {
    links.show(&viewer, &invitation).await?;
    let id = invitation.id;
    let back = match input.back {
        Some(choice) => format!("/invitations/{id}/share?{}", Chosen::read(&choice).query()),
        None => format!("/invitations/{id}"),
    };
    Ok(Redirect::to(&back))
}

/// The link as a QR code to download.
pub(crate) async fn download_qr(
    Inviter(viewer): Inviter,
    State(links): State<LinkDelivery>,
    State(clock): State<SharedClock>,
    InvitationPath { invitation, .. }: InvitationPath,
) -> Result<Response, PageError> {
    let over = why_over(&invitation, clock.now());
    let Some(link) = links.link(&invitation)?.filter(|_| over.is_none()) else {
        return Ok(Redirect::to(&format!("/invitations/{}/share", invitation.id)).into_response());
    };
    links.record_shown(std::slice::from_ref(&invitation), Shown::AsQrCode, &viewer.staff.email).await?;
    let name = format!("attachment; filename=\"magic-link-{}.svg\"", invitation.id);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, qr::svg(&link)).into_response())
}

/// The chosen text. Onramp decides what was not chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) language: Option<Language>,
    pub(super) occasion: Option<Occasion>,
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

/// What the page needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    pub(super) clock: SharedClock,
    #[from_request(via(State))]
    random: SharedRandom,
    #[from_request(via(State))]
    pub(super) links: LinkDelivery,
    #[from_request(via(State))]
    pub(super) idempotency: Arc<IdempotencyKeys>,
    shown_links: ShownLinks,
}

pub(crate) async fn get(
    Inviter(viewer): Inviter,
    parts: Parts,
    path: InvitationPath,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let chosen = Chosen::read(&query.unwrap_or_default());
    parts.show(viewer, path, chosen, EmailEntry::default()).await
}

/// The e-mail form as it is shown again.
pub(super) struct EmailEntry {
    pub(super) status: StatusCode,
    /// What was typed; otherwise the prepared text.
    pub(super) draft: Option<EmailDraft>,
    /// The form's key, if the same e-mail must not be sent twice; otherwise a new one.
    pub(super) once: Option<String>,
    pub(super) errors: BTreeMap<&'static str, String>,
    pub(super) problem: Option<String>,
}

impl Default for EmailEntry {
    fn default() -> Self {
        Self { status: StatusCode::OK, draft: None, once: None, errors: BTreeMap::new(), problem: None }
    }
}

/// Why the link of an invitation can't be shared, if so.
pub(super) fn why_over(invitation: &InvitationRow, now: OffsetDateTime) -> Option<&'static str> {
    match status(invitation.stage, invitation.expires_at, now) {
        _ if invitation.sealed_link.is_none() => Some(
            "Onramp doesn’t have the link of this invitation, because it was created elsewhere. Refresh the invitation to \
             get it.",
        ),
        Stage::Deleted => Some("The invitation was deleted: its link no longer works."),
        Stage::Declined => Some("The fleet declined. Open the invitation again before you share its link once more."),
        Stage::Expired => Some(EXPIRED),
        // An expired link leads nowhere, even if the fleet accepted.
        _ if invitation.expires_at <= now => Some(EXPIRED),
        _ => None,
    }
}

/// A text, and whom to send it to.
struct Prepared {
    /// Empty if unknown, as `phone`.
    email: String,
    phone: String,
    language: Language,
    occasion: Occasion,
    text: Message,
}

impl Parts {
    pub(super) async fn show(
        &self,
        viewer: Viewer,
        path: InvitationPath,
        chosen: Chosen,
        entry: EmailEntry,
    ) -> Result<Response, PageError> {
        let InvitationPath { invitation, fleet } = path;
        let now = self.clock.now();
        let Prepared { email, phone, language, occasion, text } = self.prepare(&invitation, &fleet, chosen).await?;
        let status = entry.status;
        let problem = entry.problem.clone();
        let email_form = self.email_form(entry, &email, &text);
        let over = why_over(&invitation, now);
        let link = match self.shown_links.view(&viewer, &invitation).await? {
            LinkView::Shown(link) if over.is_none() => Some(link),
            _ => None,
        };
        let filled = |text: &str| link.as_ref().map_or_else(|| text.to_owned(), |link| with_link(text, link));
        let text = Message { body: filled(&text.body), sms: filled(&text.sms), ..text };
        let (until, from_now) = (display(invitation.expires_at), relative(invitation.expires_at, now));
        let share = ShareView {
            id: invitation.id,
            fleet_ref: fleet.fleet_ref,
            fleet_name: fleet.name,
            over,
            expiry: format!("The link works until {until}, {from_now}."),
            qr: link.as_deref().map(qr::svg),
            languages: languages(language),
            occasions: occasions(occasion),
            mailto: link.as_ref().map(|_| mailto(Some(&email), &text.subject, &text.body)),
            sms: link.as_ref().map(|_| sms_uri(Some(&phone), &text.sms)),
            link,
            message: text,
            email_form,
            problem,
        };
        let Viewer { visit, nonce, .. } = viewer;
        Ok(page(status, &nonce, || view! { <SharePage visit=visit share=share/> }))
    }

    /// The chosen text, or what fits the fleet best.
    async fn prepare(
        &self,
        invitation: &InvitationRow,
        fleet: &FleetRow,
        chosen: Chosen,
    ) -> Result<Prepared, StoreError> {
        let request = last_request(invitation, fleet).unwrap_or_default();
        let country = &request.fleet_country_code;
        let language = chosen.language.unwrap_or_else(|| Language::of_country(Some(country)));
        let occasion = match chosen.occasion {
            Some(occasion) => occasion,
            None => occasion(&fold(self.store.facts_of(fleet.key).await?)),
        };
        let context = MessageContext {
            fleet: fleet.name.as_deref(),
            sender: self.settings.sender_name.as_deref(),
            until: invitation.expires_at,
        };
        let text = message(language, occasion, &context);
        // A number from before it was checked by its country's plan may be a stranger's.
        let phone = domain::text::phone(&request.fleet_phone).unwrap_or_default();
        Ok(Prepared { email: request.fleet_email, phone, language, occasion, text })
    }

    /// The form of an e-mail; `None` without a mail server.
    fn email_form(&self, entry: EmailEntry, to: &str, text: &Message) -> Option<EmailForm> {
        let draft = entry.draft.unwrap_or_else(|| EmailDraft {
            to: to.to_owned(),
            subject: text.subject.clone(),
            body: text.body.clone(),
        });
        let once = entry.once.unwrap_or_else(|| self.random.uuid_v7(self.clock.now()).to_string());
        let EmailDraft { to, subject, body } = draft;
        self.links.can_mail().then_some(EmailForm { once, to, subject, body, errors: entry.errors })
    }
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
