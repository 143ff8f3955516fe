//! The pages about subscriptions.

use app::pages::subscriptions::Confirmation;
use domain::subscription::Remedy;

use super::{
    html::{after, text},
    samples::subscriptions,
};

#[test]
fn each_problem_of_a_subscription_comes_with_its_fix() {
    let mut sentences = std::collections::BTreeSet::new();
    for trouble in subscriptions::TROUBLES {
        let page = subscriptions::one(Some(trouble), Confirmation::default(), true);
        let card = after(&page, "data-testid=\"attention\"", "</section>");
        assert!(sentences.insert(after(card, "<p>", "</p>").to_owned()), "{trouble:?} has words of its own");
        let move_of = |remedy| match remedy {
            Remedy::Activate => Some("/activate\""),
            Remedy::ActivateAndReplay => Some("/bring-back\""),
            Remedy::PointHere => Some("/point-here\""),
            Remedy::TakeOver => Some("/take-over\""),
            Remedy::Delete => Some("#delete\""),
            Remedy::Leave => None,
        };
        match move_of(trouble.remedy()) {
            Some(address) => assert!(card.contains(address), "{trouble:?}: {card}"),
            None => assert!(!card.contains("<form") && !card.contains("href="), "{trouble:?}: {card}"),
        }
    }
}

#[test]
fn metrics_missing_from_catena_are_not_made_up() {
    let page = subscriptions::one(None, Confirmation::default(), false);
    let rates = after(&page, "Success rate (from Catena)", "</tr>");
    assert_eq!(rates.matches("not available").count(), 4, "{rates}");
    let list = text(&subscriptions::list(&[], true));
    for says in [
        "96% 98.1 of 95% 3, at most 9 days left",
        "12 of 13 9 failures or more away",
        "grace period none",
        "not Onramp’s",
    ] {
        assert!(list.contains(says), "{says}: {list}");
    }
}
