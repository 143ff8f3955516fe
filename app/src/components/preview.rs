//! What is worth knowing of an invitation before it is sent, ready to print: the same sentences while someone types and on the
//! page that asks once more.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use domain::{
    fleet::{check_fleet_ref, name_for_catena, path_of},
    invitation::{
        existing::{ExistingInvitation, InvitationState},
        expiry_hint::{ExpiryHint, OffHours},
        request::{hours, name},
        upsert_forecast::{Preview, UpsertForecast},
    },
    timestamp,
};

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewLine {
    /// How much it matters, in the style sheet's word: `new`, `known`, `warning` or `problem`.
    pub tone: String,
    /// What it is.
    pub text: String,
    /// Address of the fleet's page, where there is one to look at.
    pub fleet: Option<String>,
}

/// All there is to know. Holds no id and no link of Catena's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewView {
    /// What to know.
    pub lines: Vec<PreviewLine>,
    /// What someone who has read it has agreed to, as a form carries it.
    pub agreed: String,
    /// A better number of hours, and what a button that takes it says.
    pub better: Option<(u32, String)>,
}

impl PreviewView {
    /// Puts into words what is known of an invitation, as of `now`.
    pub fn new(preview: &Preview, now: OffsetDateTime) -> Self {
        let mut lines = vec![forecast_line(preview, now)];
        for similar in &preview.context.similar {
            lines.push(PreviewLine {
                tone: "warning".into(),
                text: format!("“{similar}” is known here and differs in nothing but capitals. Whether Catena tells the two apart is not known: use one spelling."),
                fleet: Some(path_of(similar)),
            });
        }
        if let Some(out) = &preview.context.expiry_hint {
            lines.push(line("warning", expiry_sentence(out)));
        }
        let better = preview.context.expiry_hint.as_ref().and_then(|out| out.better.as_ref());
        let better = better.map(|(hours, moment)| (*hours, format!("Take {hours} hours: {moment}")));
        Self { lines, agreed: preview.agreement_by_reading(), better }
    }

    /// What is wrong, or will be changed, in fields as they are being typed. Empty ones are not spoken of.
    pub fn typed(fleet_ref: &str, fleet_name: &str, expires_in_hours: &str) -> Vec<PreviewLine> {
        let mut lines = Vec::new();
        if let (false, Err(problem)) = (fleet_ref.trim().is_empty(), check_fleet_ref(fleet_ref)) {
            lines.push(line("problem", format!("Reference: {problem}")));
        }
        let typed_name = fleet_name.split_whitespace().collect::<Vec<_>>().join(" ");
        match name(&typed_name) {
            _ if typed_name.is_empty() => {}
            Err(problem) => lines.push(line("problem", format!("Fleet’s name: {problem}"))),
            Ok(cleaned) if cleaned != typed_name => lines.push(line(
                "known",
                format!("Catena takes letters, digits and spaces in a name, so it gets “{}”. Here the name stays as you typed it.", name_for_catena(&typed_name)),
            )),
            Ok(_) => {}
        }
        if let Err(problem) = hours(expires_in_hours) {
            lines.push(line("problem", format!("Hours the link works: {problem}")));
        }
        lines
    }
}

fn line(tone: &str, text: impl Into<String>) -> PreviewLine {
    PreviewLine { tone: tone.into(), text: text.into(), fleet: None }
}

fn forecast_line(preview: &Preview, now: OffsetDateTime) -> PreviewLine {
    let (tone, text) = match &preview.forecast {
        UpsertForecast::New { after: None } => ("new", "No invitation of this reference is known: Catena makes a new one.".to_owned()),
        UpsertForecast::New { after: Some(ExistingInvitation { state: InvitationState::Deleted, .. }) } => {
            ("new", "The last invitation of this reference was deleted: Catena makes a new one, with another link.".to_owned())
        }
        UpsertForecast::New { after: Some(known) } => (
            "new",
            format!(
                "The last invitation of this reference ran out {}: Catena makes a new one, with another link.",
                timestamp::relative(known.expires_at, now)
            ),
        ),
        UpsertForecast::Unknown => (
            "known",
            "Whether this reference has an invitation already could not be found out just now. It shows when the form is sent.".to_owned(),
        ),
        UpsertForecast::Refresh(known) | UpsertForecast::Unpredictable(known) => refresh_words(known),
    };
    let fleet = preview.context.has_page.then(|| path_of(&preview.fleet_ref));
    PreviewLine { tone: tone.into(), text, fleet }
}

fn refresh_words(known: &ExistingInvitation) -> (&'static str, String) {
    let until = timestamp::display(known.expires_at);
    match known.state {
        InvitationState::Accepted => (
            "known",
            "The fleet has accepted its invitation already. Catena refreshes it instead of making a new one: it stays accepted, its link works longer, and the tokens that it held so far end. That is also the way to a link for signing in to a provider again.".to_owned(),
        ),
        InvitationState::Unrecognized => (
            "warning",
            "Catena reports a status for this fleet’s invitation that Onramp doesn’t know. What a new request does to it can’t be predicted: ask Catena first.".to_owned(),
        ),
        InvitationState::Declined => (
            "warning",
            format!(
                "The fleet declined{}. Catena would open that invitation again: talk to the fleet first.",
                known.decline_reason.as_ref().map(|reason| format!(" and wrote: “{reason}”")).unwrap_or_default()
            ),
        ),
        _ => (
            "known",
            format!("This reference has an active invitation, until {until}. Catena refreshes it instead of making a new one: only its expiry moves, counted from now, and to no earlier moment."),
        ),
    }
}

fn expiry_sentence(hint: &ExpiryHint) -> String {
    let when = match hint.reason {
        OffHours::Night => "at night there",
        OffHours::Weekend => "over the weekend there",
    };
    format!("The link would run out {when}: {}.", hint.local_time)
}

/// The sentences, one below the other.
#[component]
pub fn PreviewLines(
    /// What to know.
    lines: Vec<PreviewLine>,
) -> impl IntoView {
    lines.into_iter().map(preview_line).collect_view()
}

/// All of it as a part of the form: the sentences, what whoever reads them agrees to, and a button with the better number of
/// hours.
#[component]
pub fn PreviewPart(
    /// What to know.
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
            {line.fleet.map(|href| view! { " "<a href=href>"See the fleet"</a> })}
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
            (UpsertForecast::New { after: None }, "new", "Catena makes a new one"),
            (UpsertForecast::New { after: Some(known(InvitationState::Expired)) }, "new", "ran out"),
            (UpsertForecast::New { after: Some(known(InvitationState::Deleted)) }, "new", "was deleted"),
            (UpsertForecast::Refresh(known(InvitationState::Active)), "known", "only its expiry moves"),
            (UpsertForecast::Refresh(known(InvitationState::Accepted)), "known", "stays accepted"),
            (UpsertForecast::Refresh(known(InvitationState::Declined)), "warning", "“Not now”"),
            (UpsertForecast::Unpredictable(known(InvitationState::Unrecognized)), "warning", "can’t be predicted"),
            (UpsertForecast::Unknown, "known", "could not be found out"),
        ];
        for (forecast, tone, says) in table {
            let view = PreviewView::new(&preview(forecast), from_micros(0));
            assert_eq!(view.lines[0].tone, tone, "{says}");
            assert!(view.lines[0].text.contains(says), "{}", view.lines[0].text);
            assert_eq!(view.lines[0].fleet.as_deref(), Some("/fleets/FLEET%2042"));
        }
    }

    #[test]
    fn what_is_typed_is_spoken_of_only_where_there_is_something_to_say() {
        let says = |fleet_ref: &str, name: &str, hours: &str| {
            PreviewView::typed(fleet_ref, name, hours).into_iter().map(|line| line.text).collect::<Vec<_>>().join("|")
        };
        assert_eq!(says("", "", ""), "");
        assert_eq!(says("FLEET-42", "Acme  Trucking", "24"), "");
        assert!(says("a/b", "", "").contains("letters, digits"));
        assert!(says("", "J.B. Hunt", "").contains("“JB Hunt”"));
        assert!(says("", "&&", "").contains("nothing of this name is left"));
        assert!(says("", "", "673").contains("1 to 672"));
    }
}
