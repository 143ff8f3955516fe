//! Why a mail was not sent, and what to do about it.

use std::fmt;

/// The step at which the mail server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Connecting.
    Greeting,
    /// Signing in.
    SignIn,
    /// Naming the sender (`MAIL FROM`).
    Sender,
    /// Naming the recipient (`RCPT TO`).
    Recipient,
    /// Submitting the message (`DATA`).
    Content,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "the connection",
            Self::SignIn => "the sign-in",
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Content => "the message",
        })
    }
}

/// Why a mail was not sent. Can be logged and shown: no variant holds a link or a password, and a reply of the server is cut to
/// one line without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Mail can't be sent to the recipient's address. The server was not contacted.
    #[error("mail can't be sent to the recipient's address")]
    Address,
    /// The server refuses permanently (5xx).
    #[error("the mail server refuses {step}: {reply}")]
    Refused {
        /// The step at which it refused.
        step: Step,
        /// Its reply: status and text.
        reply: String,
    },
    /// The server refuses for now (4xx).
    #[error("the mail server refuses {step} for now: {reply}")]
    Deferred {
        /// The step at which it refused.
        step: Step,
        /// Its reply: status and text.
        reply: String,
    },
    /// The server rejects the user or password, or requires them and none are set.
    #[error("the mail server refuses the sign-in: {reply}")]
    SignIn {
        /// Its reply, or which feature it lacks.
        reply: String,
    },
    /// The connection can't be encrypted, so no credentials and no mail were sent.
    #[error("no encrypted connection to the mail server: {reason}")]
    NotEncrypted {
        /// The cause, as the network or TLS library reports it.
        reason: String,
    },
    /// There is no connection, or it broke before the message was submitted.
    #[error("the mail server could not be reached: {reason}")]
    Unreachable {
        /// The cause, as the network or TLS library reports it.
        reason: String,
    },
    /// The server didn't reply in time, before the message was submitted.
    #[error("the mail server did not reply in time")]
    TimedOut,
    /// The message was submitted but no reply came, so the server may have accepted it.
    #[error("the mail server got the message but did not say whether it will send it")]
    Unknown,
}

impl MailError {
    /// One sentence for staff: what to do now.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Address => "Correct the recipient's e-mail address.",
            Self::Refused { step: Step::Recipient, .. } => {
                "Check the recipient's e-mail address. If it is correct, ask whoever runs your mail server why it rejects the address."
            }
            Self::Refused { step: Step::Sender, .. } => {
                "Ask whoever runs Onramp to check ONRAMP_MAIL_FROM: the mail server must accept this sender."
            }
            Self::Refused { step: Step::Content, .. } => {
                "Send the link another way, and ask whoever runs your mail server why it rejects the message."
            }
            Self::Refused { step: Step::Greeting | Step::SignIn, .. } => {
                "Ask whoever runs Onramp to check the host and port in ONRAMP_SMTP_URL."
            }
            Self::Deferred { .. } => "Try again in 15 minutes: mail servers often turn new senders away for a while.",
            Self::SignIn { .. } => "Ask whoever runs Onramp to check the user and password in ONRAMP_SMTP_URL.",
            Self::NotEncrypted { .. } => {
                "Ask whoever runs Onramp to check the host and port in ONRAMP_SMTP_URL, and the server's certificate: smtps:// \
                 usually means port 465, smtp:// port 587."
            }
            Self::Unreachable { .. } | Self::TimedOut => {
                "Try again in a minute. If it still fails, ask whoever runs Onramp to check the host and port in ONRAMP_SMTP_URL."
            }
            Self::Unknown => "Ask the recipient whether it arrived before you send it again.",
        }
    }

    /// What happened and what to do, in sentences for staff.
    pub fn explain(&self) -> String {
        // The server's reply often ends with a period already.
        let what = self.to_string();
        format!("{}. {}", what.trim_end_matches('.'), self.advice())
    }

    /// Whether the mail may have been sent despite the error, so that another attempt may send it twice.
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether every other mail would fail now too.
    pub fn affects_all(&self) -> bool {
        match self {
            Self::Refused { step, .. } => matches!(step, Step::Greeting | Step::SignIn | Step::Sender),
            Self::Deferred { step, .. } => *step != Step::Recipient,
            Self::SignIn { .. } | Self::NotEncrypted { .. } | Self::Unreachable { .. } | Self::TimedOut => true,
            Self::Address | Self::Unknown => false,
        }
    }

    /// Whether another attempt may succeed although nobody changes anything. False if the mail may have been sent already.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Deferred { .. } | Self::Unreachable { .. } | Self::TimedOut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_consists_of_sentences() {
        let refused = |step| MailError::Refused { step, reply: "550 5.1.1 No such user.".into() };
        let text = refused(Step::Recipient).explain();
        assert!(text.starts_with("the mail server refuses the recipient: 550 5.1.1 No such user. Check the"), "{text}");
        assert!(refused(Step::Sender).explain().contains("ONRAMP_MAIL_FROM"));
        assert!(MailError::SignIn { reply: "535 no".into() }.explain().contains("ONRAMP_SMTP_URL"));
    }

    #[test]
    fn only_what_was_certainly_not_sent_is_transient() {
        let text = String::new;
        let all = [
            MailError::Address,
            MailError::Refused { step: Step::Content, reply: text() },
            MailError::Deferred { step: Step::Content, reply: text() },
            MailError::SignIn { reply: text() },
            MailError::NotEncrypted { reason: text() },
            MailError::Unreachable { reason: text() },
            MailError::TimedOut,
            MailError::Unknown,
        ];
        let transient: Vec<bool> = all.iter().map(MailError::is_transient).collect();
        assert_eq!(transient, [false, false, true, false, false, true, true, false]);
        let maybe: Vec<bool> = all.iter().map(MailError::may_have_been_sent).collect();
        assert_eq!(maybe, [false, false, false, false, false, false, false, true]);
        let for_all: Vec<bool> = all.iter().map(MailError::affects_all).collect();
        assert_eq!(for_all, [false, false, true, true, true, true, true, false]);
    }

    #[test]
    fn a_refused_recipient_does_not_affect_other_mails() {
        let text = String::new;
        for (step, all) in [(Step::Sender, true), (Step::Greeting, true), (Step::Recipient, false)] {
            assert_eq!(MailError::Refused { step, reply: text() }.affects_all(), all, "{step}");
            assert_eq!(MailError::Deferred { step, reply: text() }.affects_all(), all, "{step}");
        }
    }
}
