//! E-mail to one recipient, handed to the partner's own mail server over SMTP.
//!
//! `settings` says where that server is and who writes; `address` says to whom can be written at all; `compose` makes the
//! message; `mailer` hands it over, step by step, so that it can tell what surely was not sent from what may have been;
//! `error` says what went wrong and what to do; `said` cuts the server's own words to what may be repeated.
//!
//! A mail's text holds a link that whoever has it may use, so nothing here prints or logs a mail. Errors hold no secret; the
//! caller logs them, once. Depends on `clock` and `secret`, on nothing else of ours.

mod address;
mod compose;
mod error;
mod mailer;
mod said;
mod settings;

pub use address::is_address;
pub use error::{MailError, Step};
pub use mailer::Mailer;
pub use settings::{MailSettings, WrongMailSetting};

/// A plain-text mail. It has no `Debug`, because its text holds a secret link.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The recipient's address: what [`is_address`] accepts.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The text, with `\n` between lines.
    pub text: String,
}
