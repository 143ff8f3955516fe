//! One invitation: its link, where the fleet stands, what happened.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::share::ShowLink;
use crate::{
    components::{Document, Notice, NoticeKind, OnboardingView, Visit},
    islands::{CopyButton, LiveOnboarding},
    pages::invitations::{
        renew::{AgainSection, RenewView},
        response_diff::{DifferenceRow, Kept},
    },
};
use domain::{fleet::path_of, onboarding::stage::Stage, timestamp};

/// The magic link, as far as a visitor may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkView {
    /// The role may not see it.
    Forbidden,
    /// It isn't known here: the invitation was made elsewhere.
    Unknown,
    /// It is shown on request, which is noted.
    Hidden,
    /// This person had it shown, a moment ago.
    Shown(String),
}

/// One invitation.
#[derive(Debug, Clone)]
pub struct InvitationDetail {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// The magic link, as far as this visitor may see it now.
    pub magic_link: LinkView,
    /// How the invitation itself stands.
    pub status: Stage,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// What was asked for besides: label and value.
    pub asked: Vec<(String, String)>,
    /// What Catena kept otherwise.
    pub kept: Vec<DifferenceRow>,
    /// What can be done with it, for who may.
    pub again: Option<RenewView>,
    /// Our id of the fleet's latest invitation, where this isn't it.
    pub newer: Option<Uuid>,
    /// Where the fleet's onboarding stands.
    pub onboarding: OnboardingView,
    /// Where news about it comes from.
    pub live_url: String,
    /// What has just been done.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// When Catena was last asked about this fleet alone, UTC.
    pub checked_at: Option<OffsetDateTime>,
    /// Whether the visitor may have Catena asked.
    pub may_operate: bool,
}

/// One invitation in detail.
#[component]
pub fn InvitationDetailPage(
    /// The visit.
    visit: Visit,
    /// The invitation.
    detail: InvitationDetail,
) -> impl IntoView {
    let title = detail.fleet_name.clone().unwrap_or_else(|| detail.fleet_ref.clone());
    let fleet_page = path_of(&detail.fleet_ref);
    // What helps a fleet that is stuck stands beside its link; the rest waits at the side.
    let (urgent, other) = match detail.again {
        Some(view) if view.is_urgent() => (Some(view), None),
        other => (None, other),
    };
    let over = detail.expires_at <= detail.now || matches!(detail.status, Stage::Expired | Stage::Deleted);
    view! {
        <Document visit=visit title=title.clone() islands=true>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                    <h1>{title}</h1>
                    <p class="lead">"Reference "<a href=fleet_page><code data-testid="fleet-ref">{detail.fleet_ref}</code></a></p>
                </div>
            </div>
            {detail.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {detail.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {detail.newer.map(|id| view! {
                <p class="notice">"This fleet has a newer invitation: "<a href=format!("/invitations/{id}")>"go to it"</a>"."</p>
            })}
            <div class="invitation">
                <section class="card link" aria-labelledby="link">
                    <h2 id="link">"Magic link"</h2>
                    <MagicLink id=detail.id link=detail.magic_link over=over/>
                </section>
                {urgent.map(|view| view! { <AgainSection view=view/> })}
                <Kept rows=detail.kept/>
                <LiveOnboarding initial=detail.onboarding live_url=detail.live_url/>
                <div class="side">
                    <section class="card facts" aria-labelledby="invitation">
                        <h2 id="invitation">"Invitation"</h2>
                        <dl>
                            <div>
                                <dt>"Created"</dt>
                                <dd><time datetime=timestamp::rfc3339(detail.created_at)>{timestamp::display(detail.created_at)}</time></dd>
                            </div>
                            {detail
                                .asked
                                .into_iter()
                                .map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
                                .collect_view()}
                        </dl>
                        {detail.may_operate.then(|| view! { <Check id=detail.id checked_at=detail.checked_at now=detail.now/> })}
                    </section>
                    {other.map(|view| view! { <AgainSection view=view/> })}
                </div>
            </div>
        </Document>
    }
}

/// Webhooks may have been lost: staff who doubt have Catena asked.
#[component]
fn Check(id: Uuid, checked_at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let hint = match checked_at {
        Some(at) => format!("Last asked {}.", timestamp::relative(at, now)),
        None => "Finds what no webhook told.".to_owned(),
    };
    view! {
        <form class="check" method="post" action=format!("/invitations/{id}/check")>
            <button class="button">"Check with Catena now"</button>
            <p class="hint" data-testid="checked">{hint}</p>
        </form>
    }
}

#[component]
fn MagicLink(id: Uuid, link: LinkView, over: bool) -> impl IntoView {
    let hand_over = (!over).then(|| {
        view! { <a class="button" href=format!("/invitations/{id}/share")>"Message, QR code, e-mail"</a> }
    });
    let over_hint = "This link no longer works. Inviting the fleet again makes one that does.";
    match link {
        LinkView::Forbidden => {
            view! { <p class="hint">"Only operators and administrators see the magic link."</p> }.into_any()
        }
        LinkView::Unknown => view! {
            <p class="hint">"The link isn’t known here: the invitation was made elsewhere. Refreshing it tells the link."</p>
        }
        .into_any(),
        LinkView::Hidden if over => view! { <p class="hint">{over_hint}</p> }.into_any(),
        LinkView::Hidden => view! {
            <div class="hand-over"><ShowLink id=id back=None/>{hand_over}</div>
        }
        .into_any(),
        LinkView::Shown(link) => {
            let hint = if over {
                over_hint
            } else {
                "Send it to the fleet and to nobody else: whoever holds it can act as the fleet."
            };
            view! {
                <div class="copy-row">
                    <input id="magic-link" data-testid="magic-link" readonly value=link aria-label="Magic link" aria-describedby="magic-link-hint"/>
                    <CopyButton text_of="magic-link".into() label="Copy link".into()/>
                </div>
                <p class="hint" id="magic-link-hint">{hint}</p>
                {hand_over.map(|link| view! { <p class="actions">{link}</p> })}
            }
            .into_any()
        }
    }
}
