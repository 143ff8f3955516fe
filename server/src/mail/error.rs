//! Why a mail did not go out, and what to do about it.

use std::fmt;

/// What the mail server was asked when it refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To talk with us at all.
    Greeting,
    /// To let us sign in.
    SignIn,
    /// To take a mail from this sender.
    Sender,
    /// To take a mail for this recipient.
    Recipient,
    /// To take this text.
    Content,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "to talk with Onramp",
            Self::SignIn => "the sign-in",
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Content => "the message",
        })
    }
}

/// Why a mail was not handed over. No variant holds a link, a password, or more of the server's words than a line: it may be
/// logged and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The recipient's address is none that a mail can be sent to. Nothing left the house.
    #[error("the recipient's address is not one that mail can be sent to")]
    Address,
    /// The server refuses for good (5xx).
    #[error("the mail server refuses {step}: {said}")]
    Refused {
        /// What it was asked.
        step: Step,
        /// Its status and sentence.
        said: String,
    },
    /// The server refuses for the time being (4xx).
    #[error("the mail server refuses {step} for now: {said}")]
    Deferred {
        /// What it was asked.
        step: Step,
        /// Its status and sentence.
        said: String,
    },
    /// The server refuses user or password, or wants them and has none.
    #[error("the mail server refuses the sign-in: {said}")]
    SignIn {
        /// Its status and sentence, or what it lacks.
        said: String,
    },
    /// The connection can't be encrypted, so nothing was sent over it.
    #[error("no encrypted connection with the mail server: {reason}")]
    NotEncrypted {
        /// The network's own words.
        reason: String,
    },
    /// No connection, or one that broke before the message was handed over.
    #[error("the mail server could not be reached: {reason}")]
    Unreachable {
        /// The network's own words.
        reason: String,
    },
    /// No answer in time, before the message was handed over.
    #[error("the mail server did not answer in time")]
    TimedOut,
    /// The message was handed over and no answer came: the server may have taken it.
    #[error("the mail server took the message and did not say whether it will send it")]
    Unknown,
}

impl MailError {
    /// One sentence for operations staff: what to do now.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Address => "Correct the recipient's e-mail address.",
            Self::Refused { step: Step::Recipient, .. } => {
                "Check the recipient's e-mail address; if it is right, ask whoever runs your mail server why it takes no mail for it."
            }
            Self::Refused { step: Step::Sender, .. } => {
                "Ask whoever runs Onramp to check ONRAMP_MAIL_FROM: the mail server must know this sender."
            }
            Self::Refused { step: Step::Content, .. } => {
                "Send the link another way, and ask whoever runs your mail server why it takes no such message."
            }
            Self::Refused { step: Step::Greeting | Step::SignIn, .. } => {
                "Ask whoever runs Onramp to check host and port in ONRAMP_SMTP_URL."
            }
            Self::Deferred { .. } => {
                "Try again in a quarter of an hour: mail servers often refuse for a while whom they don't know yet."
            }
            Self::SignIn { .. } => "Ask whoever runs Onramp to check user and password in ONRAMP_SMTP_URL.",
            Self::NotEncrypted { .. } => {
                "Ask whoever runs Onramp to check host and port in ONRAMP_SMTP_URL, and the server's certificate: smtps:// mostly \
                 has port 465, smtp:// port 587."
            }
            Self::Unreachable { .. } | Self::TimedOut => {
                "Try again in a minute; if it stays so, ask whoever runs Onramp to check host and port in ONRAMP_SMTP_URL."
            }
            Self::Unknown => "Ask the recipient whether it came before you send it again.",
        }
    }

    /// What happened and what to do, in sentences for operations staff.
    pub fn explain(&self) -> String {
        // The server's sentence often ends with a full stop of its own.
        let what = self.to_string();
        format!("{}. {}", what.trim_end_matches('.'), self.advice())
    }

    /// Whether the mail may have gone out although there is an error: sending it again may send it twice.
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether it says nothing about this one mail: another one would not go out now either.
    pub fn concerns_all(&self) -> bool {
        match self {
            Self::Refused { step, .. } => matches!(step, Step::Greeting | Step::SignIn | Step::Sender),
            Self::Deferred { step, .. } => *step != Step::Recipient,
            Self::SignIn { .. } | Self::NotEncrypted { .. } | Self::Unreachable { .. } | Self::TimedOut => true,
            Self::Address | Self::Unknown => false,
        }
    }

    /// Whether the same mail may go out later without anybody correcting anything. Never where it may have gone out already.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Deferred { .. } | Self::Unreachable { .. } | Self::TimedOut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_is_sentences() {
        let refused = |step| MailError::Refused { step, said: "550 5.1.1 No such user.".into() };
        let text = refused(Step::Recipient).explain();
        assert!(text.starts_with("the mail server refuses the recipient: 550 5.1.1 No such user. Check the"), "{text}");
        assert!(refused(Step::Sender).explain().contains("ONRAMP_MAIL_FROM"));
        assert!(MailError::SignIn { said: "535 no".into() }.explain().contains("ONRAMP_SMTP_URL"));
    }

    #[test]
    fn what_may_have_been_sent_is_not_for_trying_again_by_itself() {
        let said = String::new;
        let all = [
            MailError::Address,
            MailError::Refused { step: Step::Content, said: said() },
            MailError::Deferred { step: Step::Content, said: said() },
            MailError::SignIn { said: said() },
            MailError::NotEncrypted { reason: said() },
            MailError::Unreachable { reason: said() },
            MailError::TimedOut,
            MailError::Unknown,
        ];
        let transient: Vec<bool> = all.iter().map(MailError::is_transient).collect();
        assert_eq!(transient, [false, false, true, false, false, true, true, false]);
        let maybe: Vec<bool> = all.iter().map(MailError::may_have_been_sent).collect();
        assert_eq!(maybe, [false, false, false, false, false, false, false, true]);
        let for_all: Vec<bool> = all.iter().map(MailError::concerns_all).collect();
        assert_eq!(for_all, [false, false, true, true, true, true, true, false]);
    }

    #[test]
    fn what_is_said_of_one_recipient_says_nothing_of_the_others() {
        let said = String::new;
        for (step, of_all) in [(Step::Sender, true), (Step::Greeting, true), (Step::Recipient, false)] {
            assert_eq!(MailError::Refused { step, said: said() }.concerns_all(), of_all, "{step}");
            assert_eq!(MailError::Deferred { step, said: said() }.concerns_all(), of_all, "{step}");
        }
    }
}
