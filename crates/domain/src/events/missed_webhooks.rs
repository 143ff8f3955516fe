//! What a person should look at, although no page asks for it.

use time::OffsetDateTime;

use crate::events::fact::Kind;

/// How long a fact that a check had to find stays worth a look.
pub const HOLES_MATTER_FOR: time::Duration = time::Duration::DAY;

/// Since when webhooks could have told us of a fleet. Moments are UTC.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// When we first knew the fleet; none if it is known by the check alone.
    pub known_since: Option<OffsetDateTime>,
    /// When the first of our subscriptions was made, if there is any.
    pub subscribed_since: Option<OffsetDateTime>,
    /// When Catena was asked.
    pub asked_at: OffsetDateTime,
}

/// Whether a fact that a check found first is a hole: something that a webhook should have told. What no event reports is
/// none, nor is an expiry, which our own clock notices; nor what happened before we could hear of it, such as everything in
/// an account that is older than this Onramp.
pub fn is_hole(kind: &Kind, at: OffsetDateTime, watch: Watch) -> bool {
    let reported = !matches!(kind, Kind::ConnectionRecovered | Kind::InvitationRefreshed | Kind::InvitationExpired);
    let subscribed = watch.subscribed_since.is_some_and(|since| at >= since);
    reported
        && match watch.known_since {
            Some(since) => at >= since || subscribed,
            // What carries no time of its own counts from the moment of the question, which says nothing here.
            None => subscribed && at < watch.asked_at,
        }
}

/// What to say when `holes` facts had to be found by asking during [`HOLES_MATTER_FOR`]: silent self-repair would hide a broken
/// delivery. `holes` is a count in words, such as `3` or `1000 or more`; none where there was nothing to find.
pub fn webhooks_may_not_arrive(holes: Option<&str>) -> Option<String> {
    let what = match holes? {
        "1" => "1 fact".to_owned(),
        many => format!("{many} facts"),
    };
    Some(format!("{what} had to be found by asking Catena in the last 24 hours: webhooks may not arrive."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    fn at(seconds: i64) -> OffsetDateTime {
        from_micros(seconds * 1_000_000)
    }

    #[test]
    fn only_what_a_webhook_could_have_told_is_a_hole() {
        let watch = |known: Option<i64>, subscribed: Option<i64>| Watch {
            known_since: known.map(at),
            subscribed_since: subscribed.map(at),
            asked_at: at(100),
        };
        let table = [
            ("invited here, accepted unheard", Kind::InvitationAccepted, 20, watch(Some(10), Some(5)), true),
            ("the same without any subscription", Kind::InvitationAccepted, 20, watch(Some(10), None), true),
            (
                "older than the fleet here and than the subscriptions",
                Kind::InvitationAccepted,
                3,
                watch(Some(10), Some(5)),
                false,
            ),
            ("made elsewhere while we were subscribed", Kind::InvitationCreated, 20, watch(None, Some(5)), true),
            ("made elsewhere before", Kind::InvitationCreated, 3, watch(None, Some(5)), false),
            ("made elsewhere, nothing subscribed", Kind::InvitationCreated, 20, watch(None, None), false),
            (
                "an end of unknown age of a fleet found just now",
                Kind::AgreementDeleted,
                100,
                watch(None, Some(5)),
                false,
            ),
            ("an end of unknown age of a fleet of ours", Kind::AgreementDeleted, 100, watch(Some(10), Some(5)), true),
            ("no event reports a recovery", Kind::ConnectionRecovered, 20, watch(Some(10), Some(5)), false),
            ("nor a refresh", Kind::InvitationRefreshed, 20, watch(Some(10), Some(5)), false),
            ("our own clock notices an expiry", Kind::InvitationExpired, 20, watch(Some(10), Some(5)), false),
        ];
        for (name, kind, happened, watch, want) in table {
            assert_eq!(is_hole(&kind, at(happened), watch), want, "{name}");
        }
    }

    #[test]
    fn holes_are_said_with_their_number_and_nothing_is_said_of_none() {
        assert_eq!(webhooks_may_not_arrive(None), None);
        let one = webhooks_may_not_arrive(Some("1")).unwrap();
        assert!(one.starts_with("1 fact had to be found"), "{one}");
        let many = webhooks_may_not_arrive(Some("1000 or more")).unwrap();
        assert!(many.starts_with("1000 or more facts had to be found"), "{many}");
    }
}
