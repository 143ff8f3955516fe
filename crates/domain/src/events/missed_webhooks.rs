//! Missed webhooks: facts that a check had to find although a webhook should have reported them.

use time::OffsetDateTime;

use crate::events::fact::Kind;

/// How long a missed webhook stays worth a warning.
pub const HOLES_MATTER_FOR: time::Duration = time::Duration::DAY;

/// When webhooks could first have reported something about a fleet. Times are UTC.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// When we first knew the fleet; none if only the check knows it.
    pub known_since: Option<OffsetDateTime>,
    /// When our first subscription was created, if there is one.
    pub subscribed_since: Option<OffsetDateTime>,
    /// When Catena was asked.
    pub asked_at: OffsetDateTime,
}

/// Whether a fact that a check found first is a hole: something a webhook should have reported. Not a hole is what no event
/// reports, an expiry, which our own clock notices, and what happened before we were subscribed, such as everything in an
/// account older than this Onramp.
pub fn is_hole(kind: &Kind, at: OffsetDateTime, watch: Watch) -> bool {
    let reported = !matches!(kind, Kind::ConnectionRecovered | Kind::InvitationRefreshed | Kind::InvitationExpired);
    let subscribed = watch.subscribed_since.is_some_and(|since| at >= since);
    reported
        && match watch.known_since {
            Some(since) => at >= since || subscribed,
            // A fact without a time of its own has the time of the request, which proves nothing here.
            None => subscribed && at < watch.asked_at,
        }
}

/// The warning when checks found `holes` facts during [`HOLES_MATTER_FOR`]: silent self-repair would hide a broken delivery.
/// `holes` is a count in words, such as `3` or `1000 or more`; none if there were none.
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
