//! Portuguese as in Brazil, with the third person and without "você", which reads politely in Portugal too. The SMS do
//! without ã, á and their like, which would double their cost.

use crate::link::message::texts::{OccasionTexts, Texts, always, phrase};

pub(super) const TEXTS: Texts = Texts {
    greeting: phrase("Olá, [name],", "Olá,"),
    sms_greeting: phrase("Mensagem para [name]:", ""),
    notes: "O link funciona até [until]. Ele é pessoal: por favor, não o repasse a outras pessoas.",
    later: "Se desejar, poderá encerrar o compartilhamento dos dados mais tarde.",
    closing: phrase("Atenciosamente,\n[name]", "Atenciosamente"),
    invitation: OccasionTexts {
        subject: phrase(
            "Convite de [name]: conecte seu provedor de telemática",
            "Convite: conecte seu provedor de telemática",
        ),
        who: phrase(
            "[name] gostaria de receber os dados dos veículos da sua frota.",
            "Gostaríamos de receber os dados dos veículos da sua frota.",
        ),
        request: "[who] Para compartilhá-los, basta conectar seu provedor de telemática pelo link abaixo. \
                  Leva poucos minutos; tenha em mãos seus dados de acesso ao provedor.",
        sms: phrase(
            "[name] pede que compartilhe os dados da sua frota; leva poucos minutos:",
            "pedimos que compartilhe os dados da sua frota; leva poucos minutos:",
        ),
    },
    not_opened: OccasionTexts {
        subject: phrase(
            "Lembrete de [name]: conecte seu provedor de telemática",
            "Lembrete: conecte seu provedor de telemática",
        ),
        who: phrase(
            "[name] lembra que seu provedor de telemática ainda não foi conectado.",
            "Lembramos que seu provedor de telemática ainda não foi conectado.",
        ),
        request: "[who] Pelo link abaixo, isso leva poucos minutos e permite compartilhar os dados dos veículos da sua frota. \
                  Tenha em mãos seus dados de acesso ao provedor.",
        sms: phrase(
            "[name] lembra que os dados da sua frota podem ser compartilhados em poucos minutos:",
            "lembramos que os dados da sua frota podem ser compartilhados em poucos minutos:",
        ),
    },
    not_finished: OccasionTexts {
        subject: always("Falta só um passo: conectar seu provedor de telemática"),
        who: phrase("[name] agradece pelo primeiro passo.", "Agradecemos pelo primeiro passo."),
        request: "[who] Falta apenas conectar seu provedor de telemática para compartilhar os dados dos veículos da sua frota. \
                  Abra o link abaixo e entre com seus dados de acesso ao provedor; leva poucos minutos.",
        sms: phrase(
            "para compartilhar os dados da sua frota com [name] falta apenas um passo:",
            "para compartilhar os dados da sua frota falta apenas um passo:",
        ),
    },
    sign_in_again: OccasionTexts {
        subject: always("Acesse novamente seu provedor de telemática"),
        who: phrase(
            "Por isso, [name] não recebe mais os dados dos veículos da sua frota.",
            "Por isso, os dados dos veículos da sua frota não são mais compartilhados.",
        ),
        request: "Seu provedor de telemática não aceita mais os dados de acesso usados na conexão, \
                  por exemplo, porque a senha mudou. [who] \
                  Abra novamente o mesmo link e entre com seus dados de acesso atuais; leva poucos minutos.",
        sms: phrase(
            "[name] deixou de receber os dados da sua frota; por favor, conecte novamente seu provedor:",
            "os dados da sua frota deixaram de chegar; por favor, conecte novamente seu provedor:",
        ),
    },
};
