//! Who may see a magic link, and for how long: whoever asked to see it, for a while, and never without a record on the timeline.

use app::pages::LinkView;
use axum::extract::{FromRequestParts, State};
use domain::{link::audit::Shown, timestamp::micros};
use platform::clock::SharedClock;
use serde::{Deserialize, Serialize};
use time::Duration;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    services::links::delivery::LinkDelivery,
    state::AppState,
    store::InvitationRow,
    web::{errors::PageError, extract::session::Viewer},
};

/// How long a link stays visible to whoever asked to see it.
const SHOWN_FOR: Duration = Duration::minutes(10);
/// The session key with the links that were shown.
const SHOWN: &str = "shown_links";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ShownLink {
    invitation: Uuid,
    /// The end of the round, in microseconds: another round has another link.
    expires_at: i64,
    /// Until when it may be shown again, in microseconds.
    until: i64,
}

/// The magic links that the visitor has asked to see in this session.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct ShownLinks {
    session: Session,
    #[from_request(via(State))]
    links: LinkDelivery,
    #[from_request(via(State))]
    clock: SharedClock,
}

impl ShownLinks {
    /// Records that `viewer` gets to see the link, and lets them see it for a while.
    pub(crate) async fn show(&self, viewer: &Viewer, invitation: &InvitationRow) -> Result<(), PageError> {
        if invitation.sealed_link.is_none() || self.is_shown(invitation).await? {
            return Ok(());
        }
        let invitations = std::slice::from_ref(invitation);
        self.links.record_shown(invitations, Shown::OnPage, &viewer.staff.email).await?;
        let now = self.clock.now();
        let mut shown: Vec<ShownLink> = self.session.get(SHOWN).await?.unwrap_or_default();
        shown.retain(|link| link.until > micros(now) && link.invitation != invitation.id);
        shown.push(ShownLink {
            invitation: invitation.id,
            expires_at: micros(invitation.expires_at),
            until: micros(now + SHOWN_FOR),
        });
        self.session.insert(SHOWN, shown).await?;
        Ok(())
    }

    async fn is_shown(&self, invitation: &InvitationRow) -> Result<bool, PageError> {
        let now = micros(self.clock.now());
        let shown: Vec<ShownLink> = self.session.get(SHOWN).await?.unwrap_or_default();
        Ok(shown.iter().any(|link| {
            link.invitation == invitation.id && link.expires_at == micros(invitation.expires_at) && link.until > now
        }))
    }

    /// The link as far as `viewer` may see it now.
    pub(crate) async fn view(&self, viewer: &Viewer, invitation: &InvitationRow) -> Result<LinkView, PageError> {
        if !viewer.staff.role.may_invite() {
            return Ok(LinkView::Forbidden);
        }
        if invitation.sealed_link.is_none() {
            return Ok(LinkView::Unknown);
        }
        if !self.is_shown(invitation).await? {
            return Ok(LinkView::Hidden);
        }
        let link = self.links.link(invitation)?;
        Ok(link.map_or(LinkView::Unknown, |link| LinkView::Shown(link.to_string())))
    }
}
