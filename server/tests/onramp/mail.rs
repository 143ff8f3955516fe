//! The mailer against a mail server that accepts mail, refuses it, or stops replying.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use platform::clock::ManualClock;
use server::mail::{Mail, MailError, MailSettings, Mailer, Step, is_address};
use time::macros::datetime;

use crate::smtp::{Behaviour, Smtp};

const LINK: &str = "https://connect.example/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b&name=M%C3%BCller";
const PASSWORD: &str = "hunter2-hunter2";
/// Far more than a conversation on the loopback takes, far less than anybody wants to wait for in a test.
const SHORT: Duration = Duration::from_secs(2);

fn settings(url: &str) -> MailSettings {
    let mut settings = MailSettings::new(url, "Müller & Söhne GmbH <onboarding@acme.example>").unwrap();
    settings.timeout = SHORT;
    settings
}

fn mailer(settings: &MailSettings) -> Mailer {
    Mailer::new(settings, Arc::new(ManualClock::at(datetime!(2026-03-02 15:31:06 UTC))))
}

fn mail() -> Mail {
    Mail {
        to: "ops@fleet.example".into(),
        subject: "Grüße: your link to connect your trucks with Müller & Söhne GmbH".into(),
        text: format!("Grüß Gott,\n\nopen this link:\n{LINK}\n.\n.. and that is all.\n\nMüller & Söhne"),
    }
}

async fn send_to(smtp: &Smtp) -> Result<(), MailError> {
    mailer(&settings(&smtp.url())).send(&mail(), "0195").await
}

async fn send_signed_in(smtp: &Smtp) -> Result<(), MailError> {
    let url = format!("smtp://ops%40acme.example:{PASSWORD}@127.0.0.1:{}", smtp.port());
    mailer(&settings(&url)).send(&mail(), "0195").await
}

/// The error, once it was looked at from all sides that are logged or shown.
fn error(outcome: Result<(), MailError>) -> MailError {
    let error = outcome.unwrap_err();
    let text = format!("{error} {error:?} {}", error.explain());
    for secret in [LINK, "019caf10-331c-7fc1", PASSWORD] {
        assert!(!text.contains(secret), "{secret} in: {text}");
    }
    assert!(!text.contains('\n'), "{text}");
    error
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let smtp = Smtp::start().await;
    send_to(&smtp).await.unwrap();
    let received = smtp.until(1).await.remove(0);
    let Mail { to, subject, text } = mail();
    assert_eq!((received.to, received.subject, received.text), (to, subject, text));
    assert_eq!(received.from, "onboarding@acme.example");
    assert_eq!(received.sign_in, None);
}

#[tokio::test]
async fn no_byte_of_a_mail_commands_a_terminal() {
    let smtp = Smtp::start().await;
    // In plain letters, and with one that has to be encoded.
    for word in ["Hello", "Grüße"] {
        let text = format!("{word}\0 \u{1b}[31mred\u{7}\u{8}\u{b}\u{c}\u{7f}\u{9b}31m\n\tindented\r\nend");
        let mail = Mail { subject: format!("{word}\0\u{1b}[31m\u{9b}"), text, ..mail() };
        mailer(&settings(&smtp.url())).send(&mail, "0195").await.unwrap();
    }
    for received in smtp.until(2).await {
        for text in [&received.raw, &received.subject, &received.text] {
            let odd = text.chars().find(|letter| letter.is_control() && !matches!(letter, '\r' | '\n' | '\t'));
            assert_eq!(odd, None, "{text:?}");
        }
        assert!(
            received.text.contains(" [31mred") && received.text.ends_with("\n\tindented\nend"),
            "{:?}",
            received.text
        );
    }
}

#[tokio::test]
async fn a_mail_that_is_sent_again_is_recognised_by_its_id_and_dated_by_the_clock() {
    let smtp = Smtp::start().await;
    send_to(&smtp).await.unwrap();
    send_to(&smtp).await.unwrap();
    for received in smtp.until(2).await {
        let head = received.raw.split("\n\n").next().unwrap();
        assert!(head.contains("Message-ID: <0195@acme.example>"), "{head}");
        assert!(head.contains("Date: Mon, 02 Mar 2026 15:31:06 +0000"), "{head}");
        assert!(!head.to_ascii_lowercase().contains("auto-submitted"), "people send these mails: {head}");
    }
}

#[tokio::test]
async fn user_and_password_reach_the_server_as_they_are() {
    let smtp = Smtp::start().await;
    send_signed_in(&smtp).await.unwrap();
    assert_eq!(smtp.until(1).await[0].sign_in.as_deref(), Some("ops@acme.example hunter2-hunter2"));
}

#[tokio::test]
async fn the_log_holds_neither_link_nor_password_at_any_level() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    // For this thread alone, which is the test's own.
    let _kept = tracing::subscriber::set_default(lines.with_writer(Arc::new(file.reopen().unwrap())).finish());
    let smtp = Smtp::start().await;
    send_signed_in(&smtp).await.unwrap();
    // If a test on another thread, which has no subscriber, reached the line first, tracing may have turned it off.
    tracing::callsite::rebuild_interest_cache();
    send_signed_in(&smtp).await.unwrap();
    smtp.answer(Behaviour::AtContent(format!("554 5.7.1 <{LINK}> is blocked")));
    error(send_signed_in(&smtp).await);
    let log = std::fs::read_to_string(file.path()).unwrap();
    assert!(log.contains("a mail was submitted mail=\"0195\""), "{log}");
    let encoded = STANDARD.encode(format!("\0ops@acme.example\0{PASSWORD}"));
    for secret in ["connect.example", "019caf10-331c-7fc1", PASSWORD, &encoded, "ops@fleet.example"] {
        assert!(!log.contains(secret), "{secret} in: {log}");
    }
}

#[tokio::test]
async fn what_is_no_address_never_reaches_the_server() {
    let smtp = Smtp::start().await;
    for to in ["", "ops", "ops@fleet.example\r\nRCPT TO:<eve@evil.example>", "ops@fleet.example, eve@evil.example"] {
        assert!(!is_address(to));
        let outcome = mailer(&settings(&smtp.url())).send(&Mail { to: to.into(), ..mail() }, "0195").await;
        assert_eq!(error(outcome), MailError::Address);
    }
    assert!(smtp.mails().await.is_empty());
}

#[tokio::test]
async fn an_unknown_recipient_is_refused_for_good_in_the_servers_words() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("550-5.1.1 No such\u{1b}[31m user\r\n550 5.1.1 here".into()));
    let error = error(send_to(&smtp).await);
    let reply = "550 5.1.1 No such [31m user here".into();
    assert_eq!(error, MailError::Refused { step: Step::Recipient, reply });
    assert!(!error.is_transient() && !error.may_have_been_sent());
    assert!(error.explain().contains("e-mail address"), "{}", error.explain());
    assert!(smtp.mails().await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_busy_may_take_the_same_mail_later() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtRecipient("451 4.7.1 Greylisted, come back later".into()));
    let error = error(send_to(&smtp).await);
    let reply = "451 4.7.1 Greylisted, come back later".into();
    assert_eq!(error, MailError::Deferred { step: Step::Recipient, reply });
    assert!(error.is_transient() && !error.may_have_been_sent());
    smtp.answer(Behaviour::Accept);
    send_to(&smtp).await.unwrap();
    assert_eq!(smtp.mails().await.len(), 1);
}

#[tokio::test]
async fn a_refusal_of_the_message_repeats_no_link() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtContent(format!("554 5.7.1 <{LINK}> is blocked, see https://help.example/spam")));
    let error = error(send_to(&smtp).await);
    let reply = "554 5.7.1 <…> is blocked, see https://help.example/spam".into();
    assert_eq!(error, MailError::Refused { step: Step::Content, reply });
    assert!(!error.may_have_been_sent());
}

#[tokio::test]
async fn a_long_answer_is_cut() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtContent(format!("552 {}", "no ".repeat(150))));
    let MailError::Refused { reply, .. } = error(send_to(&smtp).await) else { panic!("not refused") };
    assert_eq!(reply.chars().count(), 200);
}

#[tokio::test]
async fn a_refused_sign_in_points_to_the_setting_and_repeats_no_password() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::AtSignIn(format!("535 5.7.8 Wrong password {PASSWORD}")));
    let refused = error(send_signed_in(&smtp).await);
    assert_eq!(refused, MailError::SignIn { reply: "535 5.7.8 Wrong password …".into() });
    assert!(refused.explain().contains("ONRAMP_SMTP_URL"), "{}", refused.explain());
    assert!(!refused.is_transient() && !refused.may_have_been_sent());
    smtp.answer(Behaviour::AtSignIn("454 4.7.0 Directory unavailable".into()));
    assert!(error(send_signed_in(&smtp).await).is_transient(), "the server could not look");
    smtp.answer(Behaviour::AtRecipient("530 5.7.0 Sign in first".into()));
    assert_eq!(error(send_to(&smtp).await), MailError::SignIn { reply: "530 5.7.0 Sign in first".into() });
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_message_leaves_open_whether_it_was_sent() {
    let smtp = Smtp::start().await;
    for behaviour in [Behaviour::HangUpAfterContent, Behaviour::SilentAfterContent] {
        smtp.answer(behaviour);
        let error = error(send_to(&smtp).await);
        assert_eq!(error, MailError::Unknown);
        assert!(error.may_have_been_sent() && !error.is_transient());
    }
    assert_eq!(smtp.mails().await.len(), 2, "this server did take it");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_longer_than_the_time_for_a_sending() {
    let smtp = Smtp::start().await;
    smtp.answer(Behaviour::NeverAnswer);
    let mut settings = settings(&smtp.url());
    settings.timeout = Duration::from_millis(200);
    let outcome = tokio::time::timeout(SHORT, mailer(&settings).send(&mail(), "0195")).await.expect("an end");
    let error = error(outcome);
    assert_eq!(error, MailError::TimedOut);
    assert!(error.is_transient() && !error.may_have_been_sent());
    let usual = MailSettings::new(&smtp.url(), "onboarding@acme.example").unwrap().timeout;
    assert_eq!(usual, Duration::from_secs(20));
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = error(mailer(&settings(&format!("smtp://{nobody}"))).send(&mail(), "0195").await);
    let MailError::Unreachable { reason } = &error else { panic!("{error:?}") };
    assert!(reason.contains("refused"), "{reason}");
    assert!(error.is_transient() && !error.may_have_been_sent());
}

#[tokio::test]
async fn a_server_without_encryption_gets_neither_password_nor_mail() {
    let smtp = Smtp::start().await;
    // 0.0.0.0 is no address of the loopback, so a connection has to be encrypted; yet it leads there.
    for scheme in ["smtp", "smtps"] {
        let url = format!("{scheme}://user:{PASSWORD}@0.0.0.0:{}", smtp.port());
        let error = error(mailer(&settings(&url)).send(&mail(), "0195").await);
        assert!(matches!(error, MailError::NotEncrypted { .. }), "{scheme}: {error:?}");
        assert!(!error.is_transient() && !error.may_have_been_sent());
    }
    assert!(smtp.mails().await.is_empty());
}
