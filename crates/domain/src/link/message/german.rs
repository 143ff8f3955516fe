//! German. After the greeting, which ends with a comma, a text goes on with a small letter unless a name or a noun begins it.

use crate::link::message::texts::{OccasionTexts, Texts, always, phrase};

pub(super) const TEXTS: Texts = Texts {
    greeting: phrase("Sehr geehrtes Team von [name],", "Sehr geehrte Damen und Herren,"),
    sms_greeting: phrase("Guten Tag [name],", "Guten Tag,"),
    notes: "Der Link funktioniert bis zum [until]. Er ist nur für Sie bestimmt; bitte geben Sie ihn nicht weiter.",
    later: "Die Weitergabe der Daten können Sie später wieder beenden.",
    closing: phrase("Mit freundlichen Grüßen\n[name]", "Mit freundlichen Grüßen"),
    invitation: OccasionTexts {
        subject: phrase(
            "[name] bittet Sie, Ihren Telematikanbieter zu verbinden",
            "Bitte verbinden Sie Ihren Telematikanbieter",
        ),
        who: phrase("[name] möchte Daten Ihrer Fahrzeuge erhalten.", "wir möchten Daten Ihrer Fahrzeuge erhalten."),
        request: "[who] Um sie freizugeben, verbinden Sie bitte über den folgenden Link Ihren Telematikanbieter. \
                  Das dauert nur wenige Minuten; halten Sie dafür bitte Ihre Zugangsdaten beim Anbieter bereit.",
        sms: phrase(
            "[name] bittet Sie, Ihren Telematikanbieter zu verbinden; das dauert nur wenige Minuten:",
            "bitte verbinden Sie Ihren Telematikanbieter; das dauert nur wenige Minuten:",
        ),
    },
    not_opened: OccasionTexts {
        subject: phrase(
            "Erinnerung von [name]: Bitte verbinden Sie Ihren Telematikanbieter",
            "Erinnerung: Bitte verbinden Sie Ihren Telematikanbieter",
        ),
        who: phrase("[name] möchte Sie daran erinnern,", "wir möchten Sie daran erinnern,"),
        request: "[who] Ihren Telematikanbieter zu verbinden, damit Daten Ihrer Fahrzeuge weitergegeben werden können. \
                  Das dauert über den folgenden Link nur wenige Minuten; \
                  halten Sie dafür bitte Ihre Zugangsdaten beim Anbieter bereit.",
        sms: phrase(
            "[name] möchte Sie daran erinnern, Ihren Telematikanbieter zu verbinden:",
            "wir möchten Sie daran erinnern, Ihren Telematikanbieter zu verbinden:",
        ),
    },
    not_finished: OccasionTexts {
        subject: always("Nur noch ein Schritt: Verbinden Sie Ihren Telematikanbieter"),
        who: phrase("[name] dankt Ihnen für den ersten Schritt.", "vielen Dank für den ersten Schritt."),
        request: "[who] Damit Daten Ihrer Fahrzeuge weitergegeben werden können, fehlt nur noch die Verbindung zu Ihrem \
                  Telematikanbieter. Bitte öffnen Sie den folgenden Link und melden Sie sich bei Ihrem Anbieter an. \
                  Das dauert nur wenige Minuten.",
        sms: phrase(
            "zur Datenfreigabe für [name] fehlt nur noch die Verbindung zu Ihrem Telematikanbieter:",
            "zur Datenfreigabe fehlt nur noch die Verbindung zu Ihrem Telematikanbieter:",
        ),
    },
    sign_in_again: OccasionTexts {
        subject: always("Bitte melden Sie sich erneut bei Ihrem Telematikanbieter an"),
        who: phrase(
            "Deshalb erhält [name] zurzeit keine Daten Ihrer Fahrzeuge.",
            "Deshalb werden zurzeit keine Daten Ihrer Fahrzeuge weitergegeben.",
        ),
        request: "Ihr Telematikanbieter nimmt die Zugangsdaten, mit denen er verbunden wurde, nicht mehr an, \
                  zum Beispiel weil das Passwort geändert wurde. [who] Bitte öffnen Sie denselben Link noch einmal und \
                  melden Sie sich mit Ihren aktuellen Zugangsdaten an. Das dauert nur wenige Minuten.",
        sms: phrase(
            "[name] erhält keine Daten mehr; bitte melden Sie sich erneut bei Ihrem Telematikanbieter an:",
            "es kommen keine Daten mehr an; bitte melden Sie sich erneut bei Ihrem Telematikanbieter an:",
        ),
    },
};
