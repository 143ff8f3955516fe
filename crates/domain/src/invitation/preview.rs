//! What is worth a second look before an invitation is sent, and what a person has agreed to after that look. What nobody
//! has agreed to comes back once with its explanation; nothing happens by surprise.

use std::collections::BTreeSet;

use crate::invitation::{
    expiry_hint::Bad,
    upsert_forecast::{Known, Outlook, Standing},
};

/// A link that would run out at a bad moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunsOut {
    /// The hours that were asked for.
    pub hours: u32,
    /// The country whose clocks count, by its code.
    pub country: String,
    /// What is bad about it.
    pub bad: Bad,
    /// The moment as people there say it.
    pub said: String,
    /// Hours with which it would run out at a good moment, and that moment.
    pub better: Option<(u32, String)>,
}

/// What is known of an invitation before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The reference.
    pub fleet_ref: String,
    /// What Catena will do.
    pub outlook: Outlook,
    /// Whether the reference has a page here.
    pub has_page: bool,
    /// Known references that differ in nothing but case. Whether Catena tells them apart is not known (CONTRACT.md 13.8).
    pub similar: Vec<String>,
    /// Whether the link would run out at a bad moment.
    pub runs_out: Option<RunsOut>,
}

impl Preview {
    /// The invitation that goes on instead of a new one being made.
    pub fn refreshed(&self) -> Option<&Known> {
        if let Outlook::Refresh(known) = &self.outlook { Some(known) } else { None }
    }

    /// Whether the fleet refused and would be asked all the same (CONTRACT.md 13.5: ask before inviting who declined).
    pub fn reopens(&self) -> bool {
        self.refreshed().is_some_and(|known| known.standing == Standing::Declined)
    }

    /// All that takes an agreement, each as a word of its own.
    fn takes(&self) -> impl Iterator<Item = (bool, String)> {
        let fleet_ref = &self.fleet_ref;
        let refresh = self.refreshed().map(|known| agreement_to_refresh(fleet_ref, known.standing));
        let similar = self.similar.first().map(|_| format!("similar:{fleet_ref}"));
        let runs_out = self.runs_out.as_ref().map(|out| format!("hours:{}:{}", out.hours, out.country));
        let reopens = self.reopens();
        refresh
            .map(|word| (reopens, word))
            .into_iter()
            .chain(similar.into_iter().chain(runs_out).map(|word| (false, word)))
    }

    /// The agreement to all of it, as a form carries it.
    pub fn agreement(&self) -> String {
        self.takes().map(|(_, word)| word).collect::<Vec<_>>().join(",")
    }

    /// The agreement of someone who has seen it all while typing: to all but opening what a fleet refused, which takes a
    /// button of its own.
    pub fn agreement_by_sight(&self) -> String {
        self.takes().filter(|(explicit, _)| !explicit).map(|(_, word)| word).collect::<Vec<_>>().join(",")
    }

    /// Whether `agreed` leaves something open.
    pub fn asks(&self, agreed: &Agreed) -> bool {
        self.takes().any(|(_, word)| !agreed.0.contains(&word))
    }
}

/// The agreement to a refresh of the reference's invitation as it stands.
pub fn agreement_to_refresh(fleet_ref: &str, standing: Standing) -> String {
    format!("refresh:{fleet_ref}:{}", standing.name())
}

/// What a person has agreed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed(BTreeSet<String>);

impl Agreed {
    /// Reads what forms carry; of several, all count. References hold no comma (CONTRACT.md 13.8).
    pub fn read<'a>(carried: impl IntoIterator<Item = &'a str>) -> Self {
        let words = carried.into_iter().flat_map(|text| text.split(',')).filter(|word| !word.is_empty());
        Self(words.map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    fn preview(standing: Option<Standing>) -> Preview {
        let known = |standing| Known { standing, created_at: from_micros(0), expires_at: from_micros(9), reason: None };
        let outlook = standing.map_or(Outlook::New { after: None }, |standing| Outlook::Refresh(known(standing)));
        Preview { fleet_ref: "F 1".into(), outlook, has_page: true, similar: vec![], runs_out: None }
    }

    fn runs_out() -> RunsOut {
        RunsOut { hours: 24, country: "USA".into(), bad: Bad::Night, said: String::new(), better: None }
    }

    #[test]
    fn what_is_plainly_new_takes_no_agreement() {
        assert!(!preview(None).asks(&Agreed::default()));
        let unknown = Preview { outlook: Outlook::Unknown, ..preview(None) };
        assert!(!unknown.asks(&Agreed::default()));
    }

    #[test]
    fn whoever_saw_it_has_agreed_but_not_to_opening_what_was_declined() {
        for (standing, asks) in [(Standing::Active, false), (Standing::Accepted, false), (Standing::Declined, true)] {
            let preview =
                Preview { similar: vec!["f 1".into()], runs_out: Some(runs_out()), ..preview(Some(standing)) };
            assert!(preview.asks(&Agreed::default()));
            let sight = preview.agreement_by_sight();
            assert_eq!(preview.asks(&Agreed::read([sight.as_str()])), asks, "{standing:?}");
            let all = preview.agreement();
            assert!(!preview.asks(&Agreed::read(["", all.as_str()])), "{standing:?}");
        }
    }

    #[test]
    fn an_agreement_is_to_this_reference_in_this_standing_and_to_these_hours() {
        let agreed = |preview: &Preview| Agreed::read([preview.agreement().as_str()]);
        let seen = Preview { runs_out: Some(runs_out()), ..preview(Some(Standing::Active)) };
        let other_ref = Preview { fleet_ref: "F 2".into(), ..seen.clone() };
        let declined_meanwhile = Preview { runs_out: Some(runs_out()), ..preview(Some(Standing::Declined)) };
        let other_hours = Preview { runs_out: Some(RunsOut { hours: 25, ..runs_out() }), ..seen.clone() };
        for changed in [other_ref, declined_meanwhile, other_hours] {
            assert!(changed.asks(&agreed(&seen)), "{changed:?}");
        }
        assert!(!seen.asks(&agreed(&seen)));
    }
}
