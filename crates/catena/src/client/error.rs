//! What can go wrong between Onramp and Catena, and what to do about it.

use std::{fmt, time::Duration};

/// Which of Catena's two hosts a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The API.
    Api,
    /// The auth server, which gives tokens.
    Auth,
}

impl Side {
    /// The setting that says where this host is.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Api => "CATENA_API_URL",
            Self::Auth => "CATENA_AUTH_URL",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "Catena's API",
            Self::Auth => "Catena's auth server",
        })
    }
}

/// One field that Catena refused (CONTRACT.md 3, status 422). What was sent is not repeated here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where the field stands, as Catena says it: `body.expires_in_hours`. Empty when Catena named no field.
    pub path: String,
    /// Why, in Catena's words.
    pub message: String,
}

impl FieldProblem {
    /// The field's name without the part of the request it stands in: `expires_in_hours`.
    pub fn field(&self) -> &str {
        self.path.split_once('.').map_or(&*self.path, |(_part, field)| field)
    }
}

/// Why a call gave no answer that can be used. No variant holds a secret, a URL or an id: it may be logged and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatenaError {
    /// The client can't be made of these settings.
    #[error("{name}: {problem}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// No connection, or one that broke.
    #[error("{side} could not be reached: {reason}")]
    Unreachable {
        /// The host that was called.
        side: Side,
        /// The network's own words.
        reason: String,
    },
    /// No answer in time. Whether Catena did what was asked is not known.
    #[error("{side} did not answer in time")]
    TimedOut {
        /// The host that was called.
        side: Side,
    },
    /// Something answered, but not in JSON: mostly a gateway's or a proxy's page.
    #[error("{side} answered with status {status} and something that is not JSON")]
    NotJson {
        /// The host that was called.
        side: Side,
        /// The HTTP status.
        status: u16,
    },
    /// The API refuses a token that was just given.
    #[error("Catena's API does not accept the token")]
    Unauthorized,
    /// The auth server gives no token for these credentials.
    #[error("Catena's auth server refused the credentials: {problem}")]
    BadCredentials {
        /// OAuth's word for it, with a description where there is one: `invalid_client`.
        problem: String,
    },
    /// The client may not do this.
    #[error("Catena does not allow this{}", .scope.map(|scope| format!(" (it takes the scope {scope})")).unwrap_or_default())]
    Forbidden {
        /// The scope which the call needs, where one is known.
        scope: Option<&'static str>,
    },
    /// Catena knows no such record.
    #[error("Catena knows no such record")]
    NotFound,
    /// The record's state does not allow this.
    #[error("Catena reports a conflict{}", said(.detail.as_deref()))]
    Conflict {
        /// Catena's words, where it says any.
        detail: Option<String>,
    },
    /// Catena refuses what was sent.
    #[error("Catena refuses what was sent: {}", listed(.fields))]
    Invalid {
        /// What is wrong, field by field; empty when Catena does not say.
        fields: Vec<FieldProblem>,
    },
    /// Catena refuses the request as a whole (400, 405 and their like).
    #[error("Catena refuses the request with status {status}{}", said(.detail.as_deref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Catena's words, where it says any.
        detail: Option<String>,
    },
    /// Onramp is stopping, so this call, which was waiting, was not made or not made again.
    #[error("Onramp is stopping")]
    Cancelled,
    /// Too many calls.
    #[error("Catena wants fewer calls{}", .retry_after.map(|wait| format!(" and a pause of {} s", wait.as_secs())).unwrap_or_default())]
    RateLimited {
        /// How long Catena wants to be left alone, where it says so.
        retry_after: Option<Duration>,
    },
    /// Catena failed. Whether it did what was asked is not known.
    #[error("{side} failed with status {status}")]
    Server {
        /// The host that was called.
        side: Side,
        /// The HTTP status.
        status: u16,
    },
    /// An answer that the contract does not know.
    #[error("{side} answered with status {status} in an unexpected way: {problem}")]
    UnexpectedAnswer {
        /// The host that was called.
        side: Side,
        /// The HTTP status.
        status: u16,
        /// What is unexpected, without anything of the answer's content.
        problem: String,
    },
}

impl CatenaError {
    /// One sentence for operations staff: what to do now.
    pub fn advice(&self) -> String {
        match self {
            Self::Setting { name, .. } => format!("Correct {name} and start Onramp again."),
            Self::Unreachable { side, .. } | Self::TimedOut { side: side @ Side::Auth } => {
                let setting = side.setting();
                format!("Try again in a minute; if it stays so, check {setting} and this server's way to the internet.")
            }
            Self::TimedOut { side: Side::Api } => {
                "Wait a minute, look whether it was done all the same, then try again.".into()
            }
            Self::NotJson { status: 500.., .. } | Self::Server { .. } => "The trouble is on Catena's side: wait a minute, \
                 look whether it was done all the same, then try again."
                .into(),
            Self::NotJson { side, .. } => {
                format!("Check {}: what answers there is not Catena, or a proxy in between answers for it.", side.setting())
            }
            Self::Unauthorized => "Check that CATENA_API_URL and CATENA_AUTH_URL belong to the same Catena environment; \
                                   if they do, ask Catena why its API refuses your client's tokens."
                .into(),
            Self::BadCredentials { .. } => {
                "Check CATENA_CLIENT_ID, CATENA_CLIENT_SECRET and CATENA_AUTH_URL; if they are right, ask Catena whether the client is enabled."
                    .into()
            }
            Self::Forbidden { scope: Some(scope) } => {
                format!("Ask Catena to grant the scope {scope} to the client named in CATENA_CLIENT_ID.")
            }
            Self::Forbidden { scope: None } => {
                "Ask Catena whether the client named in CATENA_CLIENT_ID is allowed to do this.".into()
            }
            Self::NotFound => "Reload the page: the record may have been deleted at Catena.".into(),
            Self::Conflict { .. } => "Reload the page and look at the record's state: it has changed, or the same exists already.".into(),
            Self::Invalid { .. } => "Correct the fields that Catena names and send again.".into(),
            Self::Refused { .. } => "Reload the page and try again; if it stays so, report it with the status and Catena's words.".into(),
            Self::Cancelled => "Try again once Onramp runs again.".into(),
            Self::RateLimited { retry_after: Some(wait) } => format!("Try again in {} seconds.", wait.as_secs().max(1)),
            Self::RateLimited { retry_after: None } => "Try again in a few minutes.".into(),
            Self::UnexpectedAnswer { side, .. } => {
                format!("Check {}; if it is right, Catena has changed its answers and Onramp needs an update.", side.setting())
            }
        }
    }

    /// What happened and what to do, in sentences for operations staff.
    pub fn explain(&self) -> String {
        format!("{self}. {}", self.advice())
    }

    /// Whether the answer says that the path or its method is not served, whoever gave it.
    pub(crate) fn is_about_the_path(&self) -> bool {
        matches!(
            self,
            Self::NotFound | Self::Refused { status: 405, .. } | Self::NotJson { side: Side::Api, status: 404 | 405 }
        )
    }

    /// Whether the call may have taken effect although it failed: worth a look before it is repeated by hand.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::TimedOut { side } | Self::Server { side, .. } | Self::Unreachable { side, .. } => *side == Side::Api,
            Self::NotJson { side, status } => *side == Side::Api && (*status < 300 || *status >= 500),
            Self::UnexpectedAnswer { side, status, .. } => *side == Side::Api && *status < 300,
            _ => false,
        }
    }
}

fn said(detail: Option<&str>) -> String {
    detail.map(|detail| format!(": {detail}")).unwrap_or_default()
}

fn listed(fields: &[FieldProblem]) -> String {
    if fields.is_empty() {
        return "it does not say why".into();
    }
    let one = |problem: &FieldProblem| match problem.field() {
        "" => problem.message.clone(),
        field => format!("{field}: {}", problem.message),
    };
    fields.iter().map(one).collect::<Vec<_>>().join("; ")
}
