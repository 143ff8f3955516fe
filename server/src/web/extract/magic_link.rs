//! Who may see a magic link, and for how long: whoever asked for it, for a while, and never without a trace on the timeline.

use app::pages::LinkView;
use domain::{link::audit::Shown, timestamp::micros};
use serde::{Deserialize, Serialize};
use time::Duration;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    state::AppState,
    store::InvitationRow,
    web::{errors::PageError, extract::session::Viewer},
};

/// How long a link that somebody had shown stays visible to them.
const SHOWN_FOR: Duration = Duration::minutes(10);
/// Under which key a session holds the links that were shown.
const SHOWN: &str = "shown_links";
/// A link that somebody had shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ShownLink {
    invitation: Uuid,
    /// The end of the round: another round has another link.
    expires_at: i64,
    until: i64,
}

/// Notes that the visitor gets the link to see, and lets them see it for a while.
pub(crate) async fn show(state: &AppState, session: &Session, id: Uuid, actor: &str) -> Result<(), PageError> {
    let invitation = state.store.invitation(id).await?.ok_or(PageError::NoSuchInvitation)?;
    if invitation.sealed_link.is_none() || is_shown(state, session, &invitation).await? {
        return Ok(());
    }
    state.links.note_shown(std::slice::from_ref(&invitation), Shown::OnPage, actor).await?;
    let now = state.clock.now();
    let mut shown: Vec<ShownLink> = session.get(SHOWN).await?.unwrap_or_default();
    shown.retain(|link| link.until > micros(now) && link.invitation != id);
    shown.push(ShownLink { invitation: id, expires_at: micros(invitation.expires_at), until: micros(now + SHOWN_FOR) });
    session.insert(SHOWN, shown).await?;
    Ok(())
}

async fn is_shown(state: &AppState, session: &Session, invitation: &InvitationRow) -> Result<bool, PageError> {
    let now = micros(state.clock.now());
    let shown: Vec<ShownLink> = session.get(SHOWN).await?.unwrap_or_default();
    let this = |link: &ShownLink| {
        link.invitation == invitation.id && link.expires_at == micros(invitation.expires_at) && link.until > now
    };
    Ok(shown.iter().any(this))
}

/// The link as far as the visitor may see it now.
pub(crate) async fn view(
    state: &AppState,
    session: &Session,
    viewer: &Viewer,
    invitation: &InvitationRow,
) -> Result<LinkView, PageError> {
    if !viewer.staff.role.may_invite() {
        return Ok(LinkView::Forbidden);
    }
    if invitation.sealed_link.is_none() {
        return Ok(LinkView::Unknown);
    }
    if !is_shown(state, session, invitation).await? {
        return Ok(LinkView::Hidden);
    }
    let link = state.links.link(invitation)?;
    Ok(link.map_or(LinkView::Unknown, |link| LinkView::Shown(link.to_string())))
}
