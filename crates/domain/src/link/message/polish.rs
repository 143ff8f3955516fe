//! Polish, with "Państwo". Names stand where they need no ending: as the subject, or after "firma". The SMS do without
//! letters that have a mark, which would double their cost. After the greeting a text goes on with a small letter.

use crate::link::message::texts::{OccasionTexts, Texts, always, phrase};

pub(super) const TEXTS: Texts = Texts {
    greeting: phrase("Szanowny Zespole firmy [name],", "Szanowni Państwo,"),
    sms_greeting: phrase("Do firmy [name]:", ""),
    notes: "Link działa do [until]. Jest przeznaczony wyłącznie dla Państwa, prosimy nie przekazywać go dalej.",
    later: "Udostępnianie danych mogą Państwo później zakończyć.",
    closing: phrase("Z poważaniem\n[name]", "Z poważaniem"),
    invitation: OccasionTexts {
        subject: phrase("[name] prosi o podłączenie dostawcy telematyki", "Prosimy o podłączenie dostawcy telematyki"),
        who: phrase(
            "[name] prosi o udostępnienie danych z Państwa pojazdów.",
            "prosimy o udostępnienie nam danych z Państwa pojazdów.",
        ),
        request: "[who] Wystarczy podłączyć dostawcę telematyki za pomocą poniższego linku. Zajmie to tylko kilka minut. \
                  Prosimy przygotować dane logowania do systemu dostawcy.",
        sms: phrase(
            "[name] prosi o dane telematyczne floty, to zajmie tylko kilka minut:",
            "prosimy o dane telematyczne floty, to zajmie tylko kilka minut:",
        ),
    },
    not_opened: OccasionTexts {
        subject: phrase(
            "[name] przypomina o podłączeniu dostawcy telematyki",
            "Przypominamy o podłączeniu dostawcy telematyki",
        ),
        who: phrase(
            "[name] uprzejmie przypomina o podłączeniu dostawcy telematyki,",
            "uprzejmie przypominamy o podłączeniu dostawcy telematyki,",
        ),
        request: "[who] które pozwoli udostępnić dane z Państwa pojazdów. Wystarczy otworzyć poniższy link, zajmie to tylko \
                  kilka minut. Prosimy przygotować dane logowania do systemu dostawcy.",
        sms: phrase(
            "[name] uprzejmie przypomina o danych telematycznych floty, to zajmie tylko kilka minut:",
            "uprzejmie przypominamy o danych telematycznych floty, to zajmie tylko kilka minut:",
        ),
    },
    not_finished: OccasionTexts {
        subject: always("Został jeszcze jeden krok: podłączenie dostawcy telematyki"),
        who: phrase("[name] dziękuje za wykonanie pierwszego kroku.", "dziękujemy za wykonanie pierwszego kroku."),
        request: "[who] Aby udostępnić dane z Państwa pojazdów, wystarczy jeszcze podłączyć dostawcę telematyki. \
                  Prosimy otworzyć poniższy link i zalogować się do systemu dostawcy. Zajmie to tylko kilka minut.",
        sms: phrase(
            "przekazanie danych floty firmie [name] wymaga jeszcze tylko jednego kroku:",
            "przekazanie danych floty wymaga jeszcze tylko jednego kroku:",
        ),
    },
    sign_in_again: OccasionTexts {
        subject: always("Prosimy o ponowne zalogowanie się do systemu dostawcy telematyki"),
        who: phrase(
            "W związku z tym [name] nie otrzymuje danych z Państwa pojazdów.",
            "W związku z tym dane z Państwa pojazdów nie są udostępniane.",
        ),
        request: "Państwa dostawca telematyki nie przyjmuje już danych logowania, których użyto do podłączenia, \
                  na przykład z powodu zmiany hasła. [who] Prosimy ponownie otworzyć ten sam link i zalogować się, \
                  podając aktualne dane. Zajmie to tylko kilka minut.",
        sms: phrase(
            "[name] nie otrzymuje danych floty, prosimy o ponowne logowanie w systemie telematyki:",
            "brak danych floty, prosimy o ponowne logowanie w systemie telematyki:",
        ),
    },
};
