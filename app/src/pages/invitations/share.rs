//! Sharing the magic link: on screen, as a QR code, in a prepared message, or by e-mail.

use std::collections::BTreeMap;

use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    components::{Document, ErrorSummary, Field, Notice, NoticeKind, TextArea, Visit},
    islands::CopyButton,
};
use domain::{
    fleet::path_of,
    link::message::{LINK, Message},
};

/// Maximum length of a message, in characters.
pub const BODY_MAX: u32 = 5_000;

/// An option of a select field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its value in the URL.
    pub word: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Whether it is selected.
    pub chosen: bool,
}

/// The form that sends the e-mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmailForm {
    /// Idempotency key: the same form submitted twice sends one e-mail.
    pub once: String,
    /// E-mail address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text, with a placeholder for the link.
    pub body: String,
    /// Errors by field.
    pub errors: BTreeMap<&'static str, String>,
}

/// The data of the page.
#[derive(Debug, Clone)]
pub struct ShareView {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// Why the link no longer works, if it doesn't.
    pub over: Option<&'static str>,
    /// When the link expires, as a sentence.
    pub expiry: String,
    /// The link, once the visitor has had it shown.
    pub link: Option<String>,
    /// The link as a QR code, in SVG.
    pub qr: Option<String>,
    /// Languages to choose from.
    pub languages: Vec<Choice>,
    /// Occasions to choose from.
    pub occasions: Vec<Choice>,
    /// The message in that language for that occasion; contains the link once it was shown.
    pub message: Message,
    /// `mailto:` address with the message, once the link was shown.
    pub mailto: Option<String>,
    /// `sms:` address with the message, once the link was shown.
    pub sms: Option<String>,
    /// The e-mail form; none without a mail server.
    pub email_form: Option<EmailForm>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
}

impl ShareView {
    fn chosen(choices: &[Choice]) -> &'static str {
        choices.iter().find(|choice| choice.chosen).map_or("", |choice| choice.word)
    }

    fn here(&self) -> String {
        let (language, occasion) = (Self::chosen(&self.languages), Self::chosen(&self.occasions));
        format!("language={language}&occasion={occasion}")
    }
}

/// Shares the magic link.
#[component]
pub fn SharePage(
    /// The visit.
    visit: Visit,
    /// The data.
    share: ShareView,
) -> impl IntoView {
    let name = share.fleet_name.clone().unwrap_or_else(|| share.fleet_ref.clone());
    let failed = share.email_form.as_ref().is_some_and(|email_form| !email_form.errors.is_empty());
    let title = if failed { "Error: Share the link" } else { "Share the link" };
    let errors = share.email_form.iter().flat_map(|email_form| &email_form.errors);
    let errors: Vec<_> =
        errors.map(|(field, error)| ((*field).to_owned(), label(field).to_owned(), error.clone())).collect();
    let (id, over) = (share.id, share.over);
    let head = view! {
        <p class="crumbs"><a href="/invitations">"Invitations"</a>" / "<a href=format!("/invitations/{id}")>{name}</a></p>
        <h1>"Share the link"</h1>
        <p class="lead">"Reference "<a href=path_of(&share.fleet_ref)><code translate="no">{share.fleet_ref.clone()}</code></a>". "{share.expiry.clone()}</p>
    };
    view! {
        <Document visit=visit title=title islands=true>
            {head}
            <ErrorSummary errors=errors/>
            {share.problem.clone().map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {match over {
                Some(why) => view! {
                    <p class="notice" role="status">{why}" "<a href=format!("/invitations/{id}")>"Back to the invitation"</a></p>
                }.into_any(),
                None => view! { <ShareCards share=share/> }.into_any(),
            }}
        </Document>
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "to" => "To",
        "subject" => "Subject",
        _ => "Message",
    }
}

#[component]
fn ShareCards(share: ShareView) -> impl IntoView {
    let id = share.id;
    let email_form = share.email_form.clone();
    let (language, occasion) = (ShareView::chosen(&share.languages), ShareView::chosen(&share.occasions));
    view! {
        <div class="share">
            <LinkCard share=share.clone()/>
            <QrCard id=id qr=share.qr.clone()/>
            <TextCard share=share/>
            {match email_form {
                Some(email_form) => view! { <MailCard id=id email_form=email_form language=language occasion=occasion/> }.into_any(),
                None => view! {
                    <section class="card mail" aria-labelledby="mail">
                        <h2 id="mail">"Send by e-mail"</h2>
                        <p class="hint" data-testid="no-mail">"Onramp has no mail server. Ask whoever runs it to set "<code translate="no">"ONRAMP_SMTP_URL"</code>" and "<code translate="no">"ONRAMP_MAIL_FROM"</code>"."</p>
                    </section>
                }.into_any(),
            }}
        </div>
    }
}

/// A button that shows the link; the timeline notes that.
#[component]
pub(super) fn ShowLink(
    /// Our id of the invitation.
    id: Uuid,
    /// Query string of the share page, to return to it; none returns to the invitation's page.
    #[prop(optional_no_strip)]
    back: Option<String>,
) -> impl IntoView {
    view! {
        <form class="show-link" method="post" action=format!("/invitations/{id}/link")>
            {back.map(|back| view! { <input type="hidden" name="back" value=back/> })}
            <button class="button">"Show link"</button>
            <p class="hint">"Anyone who has the link can act as the fleet, so the timeline records who viewed it."</p>
        </form>
    }
}

#[component]
fn LinkCard(share: ShareView) -> impl IntoView {
    let back = share.here();
    view! {
        <section class="card" aria-labelledby="link">
            <h2 id="link">"Magic link"</h2>
            {match share.link {
                Some(link) => view! {
                    <div class="copy-row">
                        <input id="magic-link" data-testid="magic-link" readonly value=link aria-label="Magic link"/>
                        <CopyButton text_of="magic-link".into() label="Copy link".into()/>
                    </div>
                    <p class="hint">"Share it only with the fleet: anyone who has it can act as the fleet."</p>
                }.into_any(),
                None => view! { <ShowLink id=share.id back=Some(back)/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn QrCard(id: Uuid, qr: Option<String>) -> impl IntoView {
    view! {
        <section class="card qr" aria-labelledby="qr">
            <h2 id="qr">"QR code"</h2>
            <p class="hint">"For a phone camera: on paper, on a screen, or in a meeting. It contains the link itself."</p>
            {qr.map(|svg| view! { <div class="qr-code" role="img" aria-label="The magic link as a QR code" inner_html=svg></div> })}
            <form method="post" action=format!("/invitations/{id}/qr")>
                <button class="button">"Download SVG"</button>
            </form>
        </section>
    }
}

#[component]
fn Select(name: &'static str, label: &'static str, choices: Vec<Choice>) -> impl IntoView {
    let options = choices.into_iter().map(|choice| {
        view! { <option value=choice.word selected=choice.chosen>{choice.label}</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{options.collect_view()}</select>
        </div>
    }
}

#[component]
fn TextCard(share: ShareView) -> impl IntoView {
    let ShareView { id, languages, occasions, message, mailto, sms, link, .. } = share;
    let (action, copied) = (format!("/invitations/{id}/share"), message.clone());
    view! {
        <section class="card text" aria-labelledby="text">
            <h2 id="text">"Message"</h2>
            <form class="choices" method="get" action=action>
                <Select name="language" label="Language" choices=languages/>
                <Select name="occasion" label="For" choices=occasions/>
                <button class="button">"Show message"</button>
            </form>
            <h3 id="mail-text">"E-mail"</h3>
            <p class="subject"><span class="muted">"Subject: "</span><span translate="no" id="text-subject" data-testid="subject" data-copy=copied.subject>{message.subject}</span></p>
            <pre translate="no" class="ready" id="text-body" data-testid="body" tabindex="0" aria-labelledby="mail-text" data-copy=copied.body>{message.body}</pre>
            <p class="actions">
                <CopyButton text_of="text-subject".into() label="Copy subject".into()/>
                <CopyButton text_of="text-body".into() label="Copy text".into()/>
                {mailto.map(|href| view! { <a class="button" href=href data-testid="mailto">"Open in mail app"</a> })}
            </p>
            <h3 id="sms-text">"SMS"</h3>
            <pre translate="no" class="ready" id="text-sms" data-testid="sms" tabindex="0" aria-labelledby="sms-text" data-copy=copied.sms>{message.sms}</pre>
            <p class="actions">
                <CopyButton text_of="text-sms".into() label="Copy text".into()/>
                {sms.map(|href| view! { <a class="button" href=href data-testid="sms-link">"Open in messages app"</a> })}
            </p>
            {link.is_none().then(|| view! {
                <p class="hint">"The link replaces "<code translate="no">{LINK}</code>". "<a href="#link">"Show link"</a>" to include it in the text."</p>
            })}
        </section>
    }
}

#[component]
fn MailCard(id: Uuid, email_form: EmailForm, language: &'static str, occasion: &'static str) -> impl IntoView {
    let EmailForm { once, to, subject, body, errors } = email_form;
    let error = |field: &str| errors.get(field).cloned();
    let body_error = error("body");
    let invalid = body_error.is_some();
    let described_by = if invalid { "body-error body-hint" } else { "body-hint" };
    view! {
        <section class="card mail" aria-labelledby="mail">
            <h2 id="mail">"Send by e-mail"</h2>
            <form method="post" action=format!("/invitations/{id}/send") novalidate=true data-testid="mail">
                <input type="hidden" name="once" value=once/>
                <input type="hidden" name="language" value=language/>
                <input type="hidden" name="occasion" value=occasion/>
                <Field name="to" label="To" kind="email" value=to error=error("to") required=true/>
                <Field name="subject" label="Subject" value=subject error=error("subject") required=true/>
                <div class="field" class:invalid=invalid>
                    <label for="body">"Message"</label>
                    <TextArea id="body" name="body" maxlength=BODY_MAX value=body rows=12 described_by=described_by invalid=invalid/>
                    {body_error.map(|error| view! { <p class="error" id="body-error">{error}</p> })}
                    <p class="hint" id="body-hint">"The link replaces "<code translate="no">{LINK}</code>"."</p>
                </div>
                <button class="button primary">"Send e-mail"</button>
            </form>
        </section>
    }
}
