//! One invitation: its link, where the fleet stands, what happened.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    components::{Document, Notice, NoticeKind, OnboardingView, Visit},
    domain::{lifecycle::Stage, moment},
    islands::{CopyButton, LiveOnboarding},
};

/// One invitation.
#[derive(Debug, Clone)]
pub struct InvitationDetail {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// The magic link; none where the visitor's role may not see it.
    pub magic_link: Option<String>,
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
    let over = detail.expires_at <= detail.now || matches!(detail.status, Stage::Expired | Stage::Deleted);
    let renew = (over || detail.status == Stage::Declined).then(|| renewal(&detail.fleet_ref));
    view! {
        <Document visit=visit title=title.clone() islands=true>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/invitations">"Invitations"</a></p>
                    <h1>{title}</h1>
                    <p class="lead">"Reference "<code data-testid="fleet-ref">{detail.fleet_ref}</code></p>
                </div>
            </div>
            {detail.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {detail.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <div class="invitation">
                <section class="card link" aria-labelledby="link">
                    <h2 id="link">"Magic link"</h2>
                    {match detail.magic_link {
                        Some(link) => view! { <MagicLink link=link over=over renew=renew/> }.into_any(),
                        None => view! { <p class="hint">"Only operators and administrators see the magic link."</p> }.into_any(),
                    }}
                </section>
                <LiveOnboarding initial=detail.onboarding live_url=detail.live_url/>
                <section class="card facts" aria-labelledby="invitation">
                    <h2 id="invitation">"Invitation"</h2>
                    <dl>
                        <div>
                            <dt>"Created"</dt>
                            <dd><time datetime=moment::rfc3339(detail.created_at)>{moment::display(detail.created_at)}</time></dd>
                        </div>
                        {detail
                            .asked
                            .into_iter()
                            .map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
                            .collect_view()}
                    </dl>
                    {detail.may_operate.then(|| view! { <Check id=detail.id checked_at=detail.checked_at now=detail.now/> })}
                </section>
            </div>
        </Document>
    }
}

/// Address of the form that invites the same reference again.
fn renewal(fleet_ref: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("fleet_ref", fleet_ref).finish();
    format!("/invitations/new?{query}")
}

/// Webhooks may have been lost: staff who doubt have Catena asked.
#[component]
fn Check(id: Uuid, checked_at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let hint = match checked_at {
        Some(at) => format!("Last asked {}.", moment::relative(at, now)),
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
fn MagicLink(link: String, over: bool, renew: Option<String>) -> impl IntoView {
    let hint = if over {
        "This link no longer works. Inviting the same reference again makes one that does."
    } else {
        "Send it to the fleet and to nobody else: whoever holds it can act as the fleet."
    };
    view! {
        <div class="copy-row">
            <input id="magic-link" data-testid="magic-link" readonly value=link aria-label="Magic link" aria-describedby="magic-link-hint"/>
            <CopyButton text_of="magic-link".into() label="Copy link".into()/>
        </div>
        <p class="hint" id="magic-link-hint">{hint}</p>
        {renew.map(|href| view! { <p class="actions"><a class="button" href=href>"Invite again"</a></p> })}
    }
}
