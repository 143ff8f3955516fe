//! French. In the bodies a colon has the no-break space before it that French typography wants; in the SMS, where it would
//! double their cost, a space, and no ê, ç or ô for the same reason. No "de" before a name, which might ask for "d'".

use crate::link::message::texts::{OccasionTexts, Texts, always, phrase};

pub(super) const TEXTS: Texts = Texts {
    greeting: phrase("Bonjour [name],", "Bonjour,"),
    sms_greeting: phrase("Bonjour [name],", "Bonjour,"),
    notes: "Ce lien fonctionne jusqu'au [until]. Il vous est personnel, merci de ne pas le transmettre.",
    later: "Si vous le souhaitez, vous pourrez mettre fin au partage des données par la suite.",
    closing: phrase("Cordialement,\n[name]", "Cordialement"),
    invitation: OccasionTexts {
        subject: phrase(
            "[name] vous invite à connecter votre fournisseur de télématique",
            "Invitation à connecter votre fournisseur de télématique",
        ),
        who: phrase(
            "[name] souhaite recevoir les données de vos véhicules.",
            "Nous souhaitons recevoir les données de vos véhicules.",
        ),
        request: "[who] Pour les partager, il vous suffit de connecter votre fournisseur de télématique à l'aide du lien \
                  ci-dessous. Cela ne prend que quelques minutes. \
                  Pensez à vous munir de vos identifiants auprès de ce fournisseur.",
        sms: phrase(
            "[name] vous invite à connecter votre fournisseur de télématique en quelques minutes :",
            "merci de connecter votre fournisseur de télématique en quelques minutes :",
        ),
    },
    not_opened: OccasionTexts {
        subject: phrase(
            "[name] vous rappelle de connecter votre fournisseur de télématique",
            "Rappel\u{a0}: connectez votre fournisseur de télématique",
        ),
        who: phrase(
            "[name] se permet de vous rappeler que votre fournisseur de télématique n'est pas encore connecté.",
            "Nous nous permettons de vous rappeler que votre fournisseur de télématique n'est pas encore connecté.",
        ),
        request: "[who] Le lien ci-dessous vous permet de le faire en quelques minutes et de partager ainsi les données de \
                  vos véhicules. Pensez à vous munir de vos identifiants auprès de ce fournisseur.",
        sms: phrase(
            "[name] vous rappelle de connecter votre fournisseur de télématique, cela prend quelques minutes :",
            "pensez à connecter votre fournisseur de télématique, cela prend quelques minutes :",
        ),
    },
    not_finished: OccasionTexts {
        subject: always("Plus qu'une étape\u{a0}: connecter votre fournisseur de télématique"),
        who: phrase("[name] vous remercie d'avoir commencé la démarche.", "Merci d'avoir commencé la démarche."),
        request: "[who] Il ne reste plus qu'à connecter votre fournisseur de télématique pour partager les données de vos \
                  véhicules. Il suffit d'ouvrir le lien ci-dessous et de vous identifier auprès de votre fournisseur. \
                  Cela ne prend que quelques minutes.",
        sms: phrase(
            "pour partager vos données avec [name], il ne reste qu'à connecter votre fournisseur de télématique :",
            "pour partager vos données, il ne reste qu'à connecter votre fournisseur de télématique :",
        ),
    },
    sign_in_again: OccasionTexts {
        subject: always("Merci de vous reconnecter à votre fournisseur de télématique"),
        who: phrase(
            "De ce fait, [name] ne reçoit plus les données de vos véhicules.",
            "De ce fait, les données de vos véhicules ne sont plus partagées.",
        ),
        request: "Votre fournisseur de télématique n'accepte plus les identifiants avec lesquels il a été connecté, par \
                  exemple parce que le mot de passe a changé. [who] Merci d'ouvrir à nouveau le même lien et de vous \
                  connecter avec vos identifiants actuels. Cela ne prend que quelques minutes.",
        sms: phrase(
            "vos données n'arrivent plus chez [name], merci de vous reconnecter à votre fournisseur de télématique :",
            "vos données n'arrivent plus, merci de vous reconnecter à votre fournisseur de télématique :",
        ),
    },
};
