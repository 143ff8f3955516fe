//! English.

use crate::link::message::texts::{OccasionTexts, Texts, always, phrase};

pub(super) const TEXTS: Texts = Texts {
    greeting: phrase("Hello [name],", "Hello,"),
    sms_greeting: phrase("Hello [name],", "Hello,"),
    notes: "The link works until [until]. It is meant for you alone, so please do not pass it on.",
    later: "If you wish, you can stop sharing the data later.",
    closing: phrase("Kind regards,\n[name]", "Kind regards"),
    invitation: OccasionTexts {
        subject: phrase(
            "[name] asks you to connect your telematics provider",
            "Please connect your telematics provider",
        ),
        who: phrase(
            "[name] would like to receive data from your vehicles.",
            "We would like to receive data from your vehicles.",
        ),
        request: "[who] To share it, please connect your telematics provider with the link below. \
                  It takes a few minutes; please have your sign-in details for the provider at hand.",
        sms: phrase(
            "[name] asks you to connect your telematics provider; it takes a few minutes:",
            "please connect your telematics provider; it takes a few minutes:",
        ),
    },
    not_opened: OccasionTexts {
        subject: phrase(
            "Reminder from [name]: please connect your telematics provider",
            "Reminder: please connect your telematics provider",
        ),
        who: phrase(
            "[name] would like to remind you to connect your telematics provider,",
            "This is a short reminder to connect your telematics provider,",
        ),
        request: "[who] so that data from your vehicles can be shared. \
                  It takes a few minutes with the link below; please have your sign-in details for the provider at hand.",
        sms: phrase(
            "a reminder from [name] to connect your telematics provider; it takes a few minutes:",
            "a short reminder to connect your telematics provider; it takes a few minutes:",
        ),
    },
    not_finished: OccasionTexts {
        subject: always("One step left: connect your telematics provider"),
        who: phrase("[name] thanks you for getting started.", "Thank you for getting started."),
        request: "[who] The one step left is to connect your telematics provider, so that data from your vehicles can be shared. \
                  Please open the link below and sign in to your provider. It takes a few minutes.",
        sms: phrase(
            "to share your data with [name] you only need to connect your telematics provider:",
            "to share your data you only need to connect your telematics provider:",
        ),
    },
    sign_in_again: OccasionTexts {
        subject: always("Please sign in to your telematics provider again"),
        who: phrase(
            "[name] is therefore not receiving data from your vehicles.",
            "Data from your vehicles is therefore not being shared.",
        ),
        request: "Your telematics provider no longer accepts the sign-in details that were used to connect it, \
                  for example because the password has changed. [who] \
                  Please open the same link again and sign in with your current details. It takes a few minutes.",
        sms: phrase(
            "[name] no longer receives your data; please sign in to your telematics provider again:",
            "your data no longer arrives; please sign in to your telematics provider again:",
        ),
    },
};
