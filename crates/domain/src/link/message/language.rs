//! The languages of the message texts, and which one a fleet is likely to read.

use crate::country;

/// A language with message texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// British spelling and dates, understood everywhere.
    English,
    /// Without words that only one side of the Atlantic uses.
    Spanish,
    /// As in France.
    French,
    /// As in Germany.
    German,
    /// As in Brazil.
    Portuguese,
    /// As in Poland.
    Polish,
}

impl Language {
    /// All of them, the one for everybody first.
    pub const ALL: [Self; 6] =
        [Self::English, Self::Spanish, Self::French, Self::German, Self::Portuguese, Self::Polish];

    /// ISO 639-1, as in HTML's `lang`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Portuguese => "pt",
            Self::Polish => "pl",
        }
    }

    /// The language with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// Its own name for itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::German => "Deutsch",
            Self::Portuguese => "Português",
            Self::Polish => "Polski",
        }
    }

    /// The language a fleet of this country (ISO 3166 alpha-3, in any case) most likely does business in: the official one most
    /// people share. English if that isn't one of ours, if there are several (Belgium, Luxembourg), or if it is unknown.
    pub fn of_country(code: Option<&str>) -> Self {
        let Some(country) = code.and_then(country::by_code) else {
            return Self::English;
        };
        let among = |list: &str| list.split(' ').any(|code| code == country.code);
        SPOKEN_IN.iter().find(|(_, countries)| among(countries)).map_or(Self::English, |(language, _)| *language)
    }
}

/// The countries for each language other than English.
const SPOKEN_IN: [(Language, &str); 5] = [
    (Language::Spanish, "ARG BOL CHL COL CRI CUB DOM ECU ESP GNQ GTM HND MEX NIC PAN PER PRI PRY SLV URY VEN"),
    (
        Language::French,
        "BDI BEN BFA BLM CAF CIV CMR COD COG COM DJI FRA GAB GIN GLP GUF HTI MAF MCO MDG MLI MTQ MYT NCL NER PYF REU SEN SPM TCD TGO WLF",
    ),
    (Language::German, "AUT CHE DEU LIE"),
    (Language::Portuguese, "AGO BRA CPV GNB MOZ PRT STP"),
    (Language::Polish, "POL"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_code_and_by_nothing_else() {
        let codes: Vec<_> = Language::ALL.into_iter().map(Language::code).collect();
        assert_eq!(codes, ["en", "es", "fr", "de", "pt", "pl"]);
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        for none in ["", "EN", "it", "Deutsch", "pt-BR"] {
            assert_eq!(Language::from_code(none), None, "{none}");
        }
    }

    #[test]
    fn names_are_in_the_language_itself() {
        let names: Vec<_> = Language::ALL.into_iter().map(Language::name).collect();
        assert_eq!(names, ["English", "Español", "Français", "Deutsch", "Português", "Polski"]);
    }

    #[test]
    fn a_fleet_is_written_to_in_the_language_of_its_country() {
        use Language as L;
        let table = [
            (None, L::English),
            (Some(""), L::English),
            (Some("XXX"), L::English),
            (Some("USA"), L::English),
            (Some("GBR"), L::English),
            (Some("MEX"), L::Spanish),
            (Some(" mex "), L::Spanish),
            (Some("ESP"), L::Spanish),
            (Some("BRA"), L::Portuguese),
            (Some("PRT"), L::Portuguese),
            (Some("FRA"), L::French),
            (Some("SEN"), L::French),
            (Some("DEU"), L::German),
            (Some("AUT"), L::German),
            (Some("CHE"), L::German),
            (Some("POL"), L::Polish),
            (Some("CAN"), L::English),
            (Some("BEL"), L::English),
            (Some("LUX"), L::English),
            (Some("MAR"), L::English),
            (Some("ITA"), L::English),
        ];
        for (code, want) in table {
            assert_eq!(Language::of_country(code), want, "{code:?}");
        }
    }

    #[test]
    fn every_country_of_the_table_exists_and_has_one_language() {
        let mut codes: Vec<&str> = SPOKEN_IN.iter().flat_map(|(_, countries)| countries.split(' ')).collect();
        for code in &codes {
            assert!(country::by_code(code).is_some(), "{code}");
        }
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
