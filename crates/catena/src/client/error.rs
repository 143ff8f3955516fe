//! What can go wrong between Onramp and Catena, and what to do about it.

use std::{fmt, time::Duration};

/// Which of Catena's two hosts a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The API.
    Api,
    /// The auth server, which issues tokens.
    Auth,
}

impl Side {
    /// The name of the setting that holds this host's address.
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

/// One field that Catena rejected (CONTRACT.md 3, status 422). Doesn't repeat the value that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The path of the field as Catena gives it: `body.expires_in_hours`. Empty if Catena named no field.
    pub path: String,
    /// Why, in Catena's words.
    pub message: String,
}

impl FieldProblem {
    /// The field's name without the part of the request: `expires_in_hours`.
    pub fn field(&self) -> &str {
        self.path.split_once('.').map_or(&*self.path, |(_part, field)| field)
    }
}

/// Why a call failed. No variant holds a secret, a URL, or an id: it may be logged and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatenaError {
    /// The client can't be created with these settings.
    #[error("{name}: {problem}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// No connection could be made, or it broke.
    #[error("{side} can't be reached: {reason}")]
    Unreachable {
        /// The host that was called.
        side: Side,
        /// The network's own words.
        reason: String,
    },
    /// There was no answer within [`CatenaSettings::timeout`](crate::CatenaSettings::timeout). Whether Catena did what was asked is
    /// unknown.
    #[error("{side} did not answer in time")]
    TimedOut {
        /// The host that was called.
        side: Side,
    },
    /// The answer is not JSON: usually the page of a gateway or a proxy.
    #[error("{side} answered with status {status} and something that is not JSON")]
    NotJson {
        /// The host that was called.
        side: Side,
        /// The HTTP status.
        status: u16,
    },
    /// The API rejects a token that was just issued.
    #[error("Catena's API does not accept the token")]
    Unauthorized,
    /// The auth server issues no token for these credentials.
    #[error("Catena's auth server rejected the credentials: {problem}")]
    BadCredentials {
        /// The OAuth error code, `invalid_client` for example, with its description if there is one.
        problem: String,
    },
    /// The client may not do this.
    #[error("Catena does not allow this{}", .scope.map(|scope| format!(" (it needs the scope {scope})")).unwrap_or_default())]
    Forbidden {
        /// The scope that the call needs, if it needs one.
        scope: Option<&'static str>,
    },
    /// Catena doesn't know the record.
    #[error("Catena doesn't know this record")]
    NotFound,
    /// The record's state doesn't allow this, or the same record already exists.
    #[error("Catena reports a conflict{}", said(.detail.as_deref()))]
    Conflict {
        /// Catena's explanation, if it gives one.
        detail: Option<String>,
    },
    /// Catena rejects values that were sent.
    #[error("Catena rejects what was sent: {}", listed(.fields))]
    Invalid {
        /// What is wrong, field by field; empty if Catena doesn't say.
        fields: Vec<FieldProblem>,
    },
    /// Catena rejects the request as a whole (400, 405, and the like).
    #[error("Catena rejects the request with status {status}{}", said(.detail.as_deref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Catena's explanation, if it gives one.
        detail: Option<String>,
    },
    /// Onramp is stopping, so this call, which was waiting, was not made or not retried.
    #[error("Onramp is stopping")]
    Cancelled,
    /// Too many calls.
    #[error("Catena limits the number of calls{}", .retry_after.map(|wait| format!(" and wants a pause of {} s", wait.as_secs())).unwrap_or_default())]
    RateLimited {
        /// How long to wait before the next call, if Catena says.
        retry_after: Option<Duration>,
    },
    /// Catena failed. Whether it did what was asked is unknown.
    #[error("{side} failed with status {status}")]
    Server {
        /// The host that was called.
        side: Side,
        /// The HTTP status.
        status: u16,
    },
    /// The answer is not one that the contract allows.
    #[error("{side} answered with status {status} in an unexpected way: {problem}")]
    UnexpectedAnswer {
        /// The host that was called.
        side: Side,
        /// The HTTP status.
        status: u16,
        /// What is unexpected about it, without any of the answer's content.
        problem: String,
    },
}

impl CatenaError {
    /// One sentence for staff: what to do now.
    pub fn advice(&self) -> String {
        match self {
            Self::Setting { name, .. } => format!("Correct {name} and start Onramp again."),
            Self::Unreachable { side, .. } | Self::TimedOut { side: side @ Side::Auth } => {
                let setting = side.setting();
                format!("Try again in a minute; if that doesn't help, check {setting} and this server's internet connection.")
            }
            Self::TimedOut { side: Side::Api } => {
                "Wait a minute, check whether it was done anyway, then try again.".into()
            }
            Self::NotJson { status: 500.., .. } | Self::Server { .. } => "The problem is on Catena's side: wait a minute, check \
                 whether it was done anyway, then try again."
                .into(),
            Self::NotJson { side, .. } => {
                format!("Check {}: what answers there is not Catena, or a proxy answers in its place.", side.setting())
            }
            Self::Unauthorized => "Check that CATENA_API_URL and CATENA_AUTH_URL belong to the same Catena environment; \
                                   if they do, ask Catena why its API rejects your client's tokens."
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
            Self::Conflict { .. } => "Reload the page and look at the record's state: it has changed, or the same record already exists.".into(),
            Self::Invalid { .. } => "Correct the fields that Catena names and send it again.".into(),
            Self::Refused { .. } => "Reload the page and try again; if that doesn't help, report it with the status and Catena's explanation.".into(),
            Self::Cancelled => "Try again once Onramp is running again.".into(),
            Self::RateLimited { retry_after: Some(wait) } => format!("Try again in {} seconds.", wait.as_secs().max(1)),
            Self::RateLimited { retry_after: None } => "Try again in a few minutes.".into(),
            Self::UnexpectedAnswer { side, .. } => {
                format!("Check {}; if it is right, Catena has changed its API and Onramp needs an update.", side.setting())
            }
        }
    }

    /// What happened and what to do about it, in sentences for staff.
    pub fn explain(&self) -> String {
        format!("{self}. {}", self.advice())
    }

    /// Whether the answer, Catena's or a gateway's, says that the path or its method is not served.
    pub(crate) fn is_about_the_path(&self) -> bool {
        matches!(
            self,
            Self::NotFound | Self::Refused { status: 405, .. } | Self::NotJson { side: Side::Api, status: 404 | 405 }
        )
    }

    /// Whether the call may have taken effect although it failed. If so, check before making it again.
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
        return "it doesn't say why".into();
    }
    let one = |problem: &FieldProblem| match problem.field() {
        "" => problem.message.clone(),
        field => format!("{field}: {}", problem.message),
    };
    fields.iter().map(one).collect::<Vec<_>>().join("; ")
}
