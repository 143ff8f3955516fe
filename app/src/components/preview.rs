//! What Catena will do with an invitation, ready for display: the same sentences while someone types and on the page that
//! asks for confirmation.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use domain::{
    fleet::path_of,
    invitation::{
        existing::{ExistingInvitation, InvitationState},
        expiry_hint::{ExpiryHint, OffHours},
        request::{hours, label},
        upsert_forecast::{Preview, UpsertForecast},
    },
    text::{self, one_line},
    timestamp,
};

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewLine {
    /// Its importance, as a CSS class: `new`, `known`, `warning`, or `problem`.
    pub tone: String,
    /// The sentence.
    pub text: String,
    /// Address of the fleet's page, if it has one.
    pub fleet: Option<String>,
}

/// The whole preview. Contains none of Catena's ids and no magic link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewView {
    /// The sentences.
    pub lines: Vec<PreviewLine>,
    /// What reading it agrees to; a form carries this along.
    pub agreed: String,
    /// A better number of hours, with the label of the button that applies it.
    pub better: Option<(u32, String)>,
}

impl PreviewView {
    /// Formats `preview` as of `now`.
    pub fn new(preview: &Preview, now: OffsetDateTime) -> Self {
        let mut lines = vec![forecast_line(preview, now)];
        for similar in &preview.context.similar {
            lines.push(PreviewLine {
                tone: "warning".into(),
                text: format!("“{similar}” already exists and differs only in capitalization. Catena may or may not treat them as the same fleet, so use one spelling."),
                fleet: Some(path_of(similar)),
            });
        }
        if let Some(out) = &preview.context.expiry_hint {
            lines.push(line("warning", expiry_sentence(out)));
        }
        let better = preview.context.expiry_hint.as_ref().and_then(|out| out.better.as_ref());
        let better = better.map(|(hours, moment)| (*hours, format!("Use {hours} hours: {moment}")));
        Self { lines, agreed: preview.agreement_by_reading(), better }
    }

    /// What is wrong with fields while they are being typed, or what will be changed in them. Ignores empty fields.
    pub fn typed(fleet_ref: &str, fleet_name: &str, expires_in_hours: &str) -> Vec<PreviewLine> {
        let mut lines = Vec::new();
        if let (false, Err(problem)) = (one_line(fleet_ref).is_empty(), text::fleet_ref(fleet_ref)) {
            lines.push(line("problem", format!("{}: {problem}", label("fleet_ref"))));
        }
        match text::fleet_name(fleet_name) {
            _ if one_line(fleet_name).is_empty() => {}
            Err(problem) => lines.push(line("problem", format!("{}: {problem}", label("fleet_name")))),
            Ok(name) if name.for_catena != name.display => lines.push(line(
                "known",
                format!("Catena accepts only letters, digits, and spaces in a name, so it gets “{}”. Onramp keeps the name as you typed it.", name.for_catena),
            )),
            Ok(_) => {}
        }
        if let Err(problem) = hours(expires_in_hours) {
            lines.push(line("problem", format!("{}: {problem}", label("expires_in_hours"))));
        }
        lines
    }
}

fn line(tone: &str, text: impl Into<String>) -> PreviewLine {
    PreviewLine { tone: tone.into(), text: text.into(), fleet: None }
}

fn forecast_line(preview: &Preview, now: OffsetDateTime) -> PreviewLine {
    let (tone, text) = match &preview.forecast {
        UpsertForecast::New { after: None } => ("new", "There is no invitation for this reference yet. Catena creates a new one.".to_owned()),
        UpsertForecast::New { after: Some(ExistingInvitation { state: InvitationState::Deleted, .. }) } => {
            ("new", "The last invitation for this reference was deleted. Catena creates a new one with a different link.".to_owned())
        }
        UpsertForecast::New { after: Some(known) } => (
            "new",
            format!(
                "The last invitation for this reference expired {}. Catena creates a new one with a different link.",
                timestamp::relative(known.expires_at, now)
            ),
        ),
        UpsertForecast::Unknown => (
            "known",
            "Onramp couldn’t check whether this reference already has an invitation. It checks again when you submit the form.".to_owned(),
        ),
        UpsertForecast::Refresh(known) | UpsertForecast::Unpredictable(known) => refresh_sentence(known),
    };
    let fleet = preview.context.has_page.then(|| path_of(&preview.fleet_ref));
    PreviewLine { tone: tone.into(), text, fleet }
}

fn refresh_sentence(known: &ExistingInvitation) -> (&'static str, String) {
    let until = timestamp::display(known.expires_at);
    match known.state {
        InvitationState::Accepted => (
            "known",
            "The fleet has already accepted its invitation. Catena refreshes it instead of creating a new one: it stays accepted, its link is valid longer, and its previous tokens stop working. This is also how a fleet gets a link to sign in to its provider again.".to_owned(),
        ),
        InvitationState::Unrecognized => (
            "warning",
            "Catena reports a status for this fleet’s invitation that Onramp doesn’t know. What a new request does to it can’t be predicted: ask Catena first.".to_owned(),
        ),
        InvitationState::Declined => (
            "warning",
            format!(
                "The fleet declined{}. Catena would reopen that invitation, so talk to the fleet first.",
                known.decline_reason.as_ref().map(|reason| format!(" and wrote: “{reason}”")).unwrap_or_default()
            ),
        ),
        _ => (
            "known",
            format!("This reference has an active invitation until {until}. Catena refreshes it instead of creating a new one: the expiry is counted from now and never moves earlier. Nothing else changes."),
        ),
    }
}

fn expiry_sentence(hint: &ExpiryHint) -> String {
    let when = match hint.reason {
        OffHours::Night => "at night there",
        OffHours::Weekend => "over the weekend there",
    };
    format!("The link would expire {when}: {}.", hint.local_time)
}

/// The sentences of a preview.
#[component]
pub fn PreviewLines(
    /// The sentences.
    lines: Vec<PreviewLine>,
) -> impl IntoView {
    lines.into_iter().map(preview_line).collect_view()
}

/// The preview as part of a form: the sentences, what reading them agrees to, and a button with the better number of hours.
#[component]
pub fn PreviewPart(
    /// The preview.
    preview: PreviewView,
) -> impl IntoView {
    let PreviewView { lines, agreed, better } = preview;
    view! {
        <PreviewLines lines=lines/>
        <input type="hidden" name="agreed" value=agreed/>
        {better.map(|(hours, says)| view! { <button type="button" class="button better" data-hours=hours>{says}</button> })}
    }
}

fn preview_line(line: PreviewLine) -> impl IntoView {
    view! {
        <p class=format!("preview-line {}", line.tone)>
            {line.text}
            {line.fleet.map(|href| view! { " "<a href=href>"View fleet"</a> })}
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{invitation::upsert_forecast::ReferenceContext, timestamp::from_micros};

    fn preview(forecast: UpsertForecast) -> Preview {
        let context = ReferenceContext { has_page: true, ..ReferenceContext::default() };
        Preview { fleet_ref: "FLEET 42".into(), forecast, context }
    }

    fn known(state: InvitationState) -> ExistingInvitation {
        let decline_reason = Some("Not now".into());
        ExistingInvitation { state, created_at: from_micros(0), expires_at: from_micros(9), decline_reason }
    }

    #[test]
    fn each_forecast_says_what_catena_will_do() {
        let table = [
            (UpsertForecast::New { after: None }, "new", "Catena creates a new one"),
            (UpsertForecast::New { after: Some(known(InvitationState::Expired)) }, "new", "expired"),
            (UpsertForecast::New { after: Some(known(InvitationState::Deleted)) }, "new", "was deleted"),
            (UpsertForecast::Refresh(known(InvitationState::Active)), "known", "Nothing else changes"),
            (UpsertForecast::Refresh(known(InvitationState::Accepted)), "known", "stays accepted"),
            (UpsertForecast::Refresh(known(InvitationState::Declined)), "warning", "“Not now”"),
            (UpsertForecast::Unpredictable(known(InvitationState::Unrecognized)), "warning", "can’t be predicted"),
            (UpsertForecast::Unknown, "known", "couldn’t check"),
        ];
        for (forecast, tone, says) in table {
            let view = PreviewView::new(&preview(forecast), from_micros(0));
            assert_eq!(view.lines[0].tone, tone, "{says}");
            assert!(view.lines[0].text.contains(says), "{}", view.lines[0].text);
            assert_eq!(view.lines[0].fleet.as_deref(), Some("/fleets/FLEET%2042"));
        }
    }

    #[test]
    fn typed_values_are_mentioned_only_if_there_is_something_to_say() {
        let says = |fleet_ref: &str, name: &str, hours: &str| {
            PreviewView::typed(fleet_ref, name, hours).into_iter().map(|line| line.text).collect::<Vec<_>>().join("|")
        };
        assert_eq!(says("", "", ""), "");
        assert_eq!(says("FLEET-42", "Acme  Trucking", "24"), "");
        assert!(says("a/b", "", "").contains("letters, digits"));
        assert!(says("", "J.B. Hunt", "").contains("“JB Hunt”"));
        assert!(says("", "&&", "").contains("this name has none"));
        assert!(says("", "", "673").contains("1 to 672"));
    }
}
