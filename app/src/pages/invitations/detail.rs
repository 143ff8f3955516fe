//! One invitation: its link, the fleet's status, and the timeline.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::share::ShowLink;
use crate::{
    components::{Document, ExactTime, Notice, NoticeKind, OnboardingStatus, OnboardingView, Visit},
    islands::{CopyButton, LivePart},
    pages::invitations::{
        renew::{RenewSection, RenewView},
        response_diff::{DifferenceRow, ResponseDiff},
    },
};
use domain::{fleet::path_of, onboarding::stage::Stage, timestamp};

/// The magic link, as far as the visitor may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkView {
    /// The role may not see it.
    Forbidden,
    /// Onramp doesn't know it: the invitation was created elsewhere.
    Unknown,
    /// It is shown on request; the timeline notes that.
    Hidden,
    /// The visitor has just had it shown.
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
    /// The invitation's own stage.
    pub status: Stage,
    /// When it was created, UTC.
    pub created_at: OffsetDateTime,
    /// When its link expires, UTC.
    pub expires_at: OffsetDateTime,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// What else was requested: label and value.
    pub requested: Vec<(String, String)>,
    /// What Catena stored differently.
    pub differences: Vec<DifferenceRow>,
    /// How it can be renewed or deleted, if the visitor may.
    pub renew: Option<RenewView>,
    /// Our id of the fleet's latest invitation, unless this is it.
    pub newer: Option<Uuid>,
    /// The fleet's onboarding.
    pub onboarding: OnboardingView,
    /// Address of updates about it.
    pub live_url: String,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// When this fleet alone was last checked with Catena, UTC.
    pub checked_at: Option<OffsetDateTime>,
    /// Whether the visitor may start a check.
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
    // What helps a stuck fleet goes next to its link; otherwise it goes to the side.
    let (urgent, other) = match detail.renew {
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
                    <p class="lead">"Reference "<a href=fleet_page><code translate="no" data-testid="fleet-ref">{detail.fleet_ref}</code></a></p>
                </div>
            </div>
            {detail.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {detail.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {detail.newer.map(|id| view! {
                <p class="notice">"This fleet has a newer invitation. "<a href=format!("/invitations/{id}")>"Open it"</a></p>
            })}
            <div class="invitation">
                <section class="card link" aria-labelledby="link">
                    <h2 id="link">"Magic link"</h2>
                    <MagicLink id=detail.id link=detail.magic_link over=over/>
                </section>
                {urgent.map(|view| view! { <RenewSection view=view/> })}
                <ResponseDiff rows=detail.differences/>
                <LivePart url=Some(detail.live_url)><OnboardingStatus onboarding=detail.onboarding/></LivePart>
                <div class="side">
                    <section class="card facts" aria-labelledby="invitation">
                        <h2 id="invitation">"Invitation"</h2>
                        <dl>
                            <div>
                                <dt>"Created"</dt>
                                <dd><ExactTime at=detail.created_at/></dd>
                            </div>
                            {detail
                                .requested
                                .into_iter()
                                .map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
                                .collect_view()}
                        </dl>
                        {detail.may_operate.then(|| view! { <Check id=detail.id checked_at=detail.checked_at now=detail.now/> })}
                    </section>
                    {other.map(|view| view! { <RenewSection view=view/> })}
                </div>
            </div>
        </Document>
    }
}

/// Lets staff check with Catena if they suspect that webhooks were lost.
#[component]
fn Check(id: Uuid, checked_at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let hint = match checked_at {
        Some(at) => format!("Last checked {}.", timestamp::relative(at, now)),
        None => "Looks for updates no webhook reported.".to_owned(),
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
        view! { <a class="button" href=format!("/invitations/{id}/share")>"Share link"</a> }
    });
    let over_hint = "This link no longer works. Invite the fleet again to get a new one.";
    match link {
        LinkView::Forbidden => {
            view! { <p class="hint">"Only operators and administrators can see the magic link."</p> }.into_any()
        }
        LinkView::Unknown => view! {
            <p class="hint">"Onramp doesn’t have this link because the invitation was created elsewhere. Refresh the invitation to get it."</p>
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
                "Send it only to the fleet: anyone who has it can act as the fleet."
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
