//! E-mail to one recipient, handed to the partner's own mail server over SMTP.
//!
//! `settings` says which server and which sender; `address` decides which addresses can get mail; `compose` makes the message;
//! `mailer` submits it step by step, so that a failed mail that was certainly not sent can be told from one that may have
//! been; `error` says what went wrong and what to do; `smtp_reply` removes secrets from the server's replies.
//!
//! The text of a mail holds a link that works for whoever has it, so nothing here prints or logs a mail. Errors hold no
//! secrets; the caller logs them.

mod address;
mod compose;
mod error;
mod mailer;
mod settings;
mod smtp_reply;

pub use address::is_address;
pub use error::{MailError, Step};
pub use mailer::Mailer;
pub use settings::{InvalidMailSetting, MailSettings};

/// A plain-text mail. It has no `Debug`, because its text holds a secret link.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The recipient's address, which [`is_address`] accepts.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Lines separated by `\n`.
    pub text: String,
}
