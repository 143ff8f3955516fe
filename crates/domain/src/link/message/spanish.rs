//! Spanish, for a company and therefore with "ustedes", the plural of "usted". The SMS do without á, í, ó and ú, which
//! would double their cost.

use crate::link::message::texts::{OccasionTexts, Texts, always, phrase};

pub(super) const TEXTS: Texts = Texts {
    greeting: phrase("Estimado equipo de [name]:", "Estimado equipo:"),
    sms_greeting: phrase("Hola, [name]:", "Hola:"),
    notes: "El enlace funciona hasta el [until]. Es personal: les rogamos que no lo reenvíen a nadie.",
    later: "Si lo desean, más adelante podrán dejar de compartir los datos.",
    closing: phrase("Un cordial saludo,\n[name]", "Un cordial saludo"),
    invitation: OccasionTexts {
        subject: phrase(
            "[name] les pide que conecten su proveedor de telemática",
            "Les pedimos que conecten su proveedor de telemática",
        ),
        who: phrase(
            "[name] les pide que compartan los datos de sus vehículos.",
            "Les pedimos que compartan con nosotros los datos de sus vehículos.",
        ),
        request: "[who] Para ello, conecten su proveedor de telemática con el siguiente enlace. \
                  Les llevará solo unos minutos; tengan a mano sus datos de acceso al proveedor.",
        sms: phrase(
            "[name] les pide compartir los datos de su flota; se hace en pocos minutos:",
            "les pedimos compartir los datos de su flota; se hace en pocos minutos:",
        ),
    },
    not_opened: OccasionTexts {
        subject: phrase(
            "Recordatorio de [name]: conecten su proveedor de telemática",
            "Recordatorio: conecten su proveedor de telemática",
        ),
        who: phrase(
            "[name] les recuerda que aún no han conectado su proveedor de telemática.",
            "Les recordamos que aún no han conectado su proveedor de telemática.",
        ),
        request: "[who] Con el siguiente enlace pueden hacerlo en unos minutos y compartir así los datos de sus vehículos. \
                  Tengan a mano sus datos de acceso al proveedor.",
        sms: phrase(
            "[name] les recuerda que pueden compartir los datos de su flota en pocos minutos:",
            "les recordamos que pueden compartir los datos de su flota en pocos minutos:",
        ),
    },
    not_finished: OccasionTexts {
        subject: always("Falta un solo paso: conectar su proveedor de telemática"),
        who: phrase("[name] les agradece que hayan dado el primer paso.", "Gracias por haber dado el primer paso."),
        request: "[who] Solo falta conectar su proveedor de telemática para compartir los datos de sus vehículos. \
                  Abran el siguiente enlace e inicien sesión con su proveedor; les llevará solo unos minutos.",
        sms: phrase(
            "para compartir los datos de su flota con [name] solo falta un paso:",
            "para compartir los datos de su flota solo falta un paso:",
        ),
    },
    sign_in_again: OccasionTexts {
        subject: always("Vuelvan a iniciar sesión con su proveedor de telemática"),
        who: phrase(
            "Por eso, [name] ya no recibe los datos de sus vehículos.",
            "Por eso, los datos de sus vehículos ya no se comparten.",
        ),
        request: "Su proveedor de telemática ya no acepta los datos de acceso con los que se conectó, \
                  por ejemplo, porque ha cambiado la contraseña. [who] \
                  Abran de nuevo el mismo enlace e inicien sesión con sus datos actuales; les llevará solo unos minutos.",
        sms: phrase(
            "[name] ya no recibe los datos de su flota; vuelvan a conectar su proveedor:",
            "ya no se reciben los datos de su flota; vuelvan a conectar su proveedor:",
        ),
    },
};
