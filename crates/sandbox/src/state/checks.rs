//! Checks of single values. Each returns the value as Catena would store it (CONTRACT.md 13, trap 17) or refuses it.

use domain::{text::is_mark, timestamp};
use time::{Date, macros::format_description};
use url::Url;

/// Why a value is refused: a sentence, and a code for programs.
pub(crate) type Refusal = (&'static str, &'static str);

/// A check of a text.
pub(crate) type Check = fn(&str) -> Result<String, Refusal>;

/// Accepts any text.
#[expect(clippy::unnecessary_wraps, reason = "it is one Check among others")]
pub(crate) fn any(text: &str) -> Result<String, Refusal> {
    Ok(text.to_owned())
}

/// A timestamp in RFC 3339.
pub(crate) fn datetime(text: &str) -> Result<String, Refusal> {
    match timestamp::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(("Input should be a valid datetime", "datetime_parsing")),
    }
}

/// A date: `2026-03-02`.
pub(crate) fn date(text: &str) -> Result<String, Refusal> {
    match Date::parse(text, format_description!("[year]-[month]-[day]")) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(("Input should be a valid date", "date_parsing")),
    }
}

/// A `fleet_ref`: letters, digits, spaces, `-`, `_`. This is the rule of the older documentation. A choice: the sandbox
/// enforces it, so that a client that leaves the safe set finds out here (CONTRACT.md 13, trap 8).
pub(crate) fn fleet_ref(text: &str) -> Result<String, Refusal> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if !text.trim().is_empty() && text.chars().all(safe) {
        Ok(text.to_owned())
    } else {
        Err(("Value may hold letters, digits, spaces, - and _ only", "string_pattern_mismatch"))
    }
}

/// A `fleet_name`: letters, digits, and spaces (CONTRACT.md 13, trap 7). A choice: accents and vowel signs are part of their
/// letters.
pub(crate) fn fleet_name(text: &str) -> Result<String, Refusal> {
    if !text.trim().is_empty() && text.chars().all(|c| c.is_alphanumeric() || is_mark(c) || c == ' ') {
        Ok(text.to_owned())
    } else {
        Err(("Value may hold letters, digits and spaces only", "string_pattern_mismatch"))
    }
}

/// An e-mail address, checked loosely. The domain is returned in lower case.
pub(crate) fn email(text: &str) -> Result<String, Refusal> {
    let refusal = ("value is not a valid email address", "value_error");
    let (name, domain) = text.rsplit_once('@').ok_or(refusal)?;
    let clean = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@' || c == ',');
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if clean(name) && clean(domain) && dotted { Ok(format!("{name}@{}", domain.to_lowercase())) } else { Err(refusal) }
}

/// A phone number with a `+` prefix. It is returned as a `tel:` URL (CONTRACT.md 13, trap 17).
pub(crate) fn phone(text: &str) -> Result<String, Refusal> {
    let refusal = ("value is not a valid phone number", "value_error");
    let number = text.strip_prefix("tel:").unwrap_or(text).strip_prefix('+').ok_or(refusal)?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let punctuation = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.');
    if (7..=15).contains(&digits.len()) && number.chars().all(punctuation) && !digits.starts_with('0') {
        Ok(format!("tel:+{digits}"))
    } else {
        Err(refusal)
    }
}

/// An assigned ISO 3166 alpha-3 code. It is returned in upper case.
pub(crate) fn country(text: &str) -> Result<String, Refusal> {
    let code = text.to_ascii_uppercase();
    let assigned = code.len() == 3 && COUNTRIES.split_ascii_whitespace().any(|known| known == code);
    if assigned { Ok(code) } else { Err(("Invalid country alpha3 code", "country_alpha3")) }
}

/// An http or https URL of 1 to 2083 characters. It is returned normalized: lower-case host, `/` after a bare host.
pub(crate) fn web_url(text: &str) -> Result<String, Refusal> {
    if text.is_empty() || text.chars().count() > 2_083 {
        return Err(("URL should have 1 to 2083 characters", "url_too_long"));
    }
    let url = Url::parse(text).map_err(|_| ("Input should be a valid URL", "url_parsing"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url.into()),
        _ => Err(("URL scheme should be 'http' or 'https'", "url_scheme")),
    }
}

/// An https URL, as `callback_url` requires.
pub(crate) fn https_url(text: &str) -> Result<String, Refusal> {
    let url = web_url(text)?;
    if url.starts_with("https:") { Ok(url) } else { Err(("URL scheme should be 'https'", "url_scheme")) }
}

/// An https URL, or an http URL of this machine. The real Catena requires https everywhere. The sandbox often runs next
/// to a receiver without a certificate, and http to a loopback address never leaves the machine.
pub(crate) fn webhook_url(text: &str) -> Result<String, Refusal> {
    let url = web_url(text)?;
    let loopback = Url::parse(&url).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    });
    if loopback || url.starts_with("https:") {
        Ok(url)
    } else {
        Err(("URL scheme should be 'https' (http is for loopback hosts only)", "url_scheme"))
    }
}

const COUNTRIES: &str = "\
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR \
BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP \
CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB \
GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN \
KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD \
MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN \
PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM \
SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR \
UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rewritten_or_refused_as_the_contract_says() {
        let table: [(Check, &str, Option<&str>); 18] = [
            (fleet_ref, "FLEET-42_b c", Some("FLEET-42_b c")),
            (fleet_ref, "a/b", None),
            (fleet_ref, " ", None),
            (fleet_name, "Acme Trucking 2", Some("Acme Trucking 2")),
            (fleet_name, "J.B. Hunt", None),
            (email, "ops@Acme.COM", Some("ops@acme.com")),
            (email, "ops@acme", None),
            (phone, "+1 (415) 555-1234", Some("tel:+14155551234")),
            (phone, "415-555-1234", None),
            (country, "usa", Some("USA")),
            (country, "US", None),
            (country, "XYZ", None),
            (web_url, "https://Acme.COM", Some("https://acme.com/")),
            (web_url, "ftp://acme.com", None),
            (https_url, "http://acme.com", None),
            (webhook_url, "http://127.0.0.1:9/hook", Some("http://127.0.0.1:9/hook")),
            (webhook_url, "http://acme.com/hook", None),
            (webhook_url, "https://acme.com/hook", Some("https://acme.com/hook")),
        ];
        for (check, text, want) in table {
            assert_eq!(check(text).ok().as_deref(), want, "{text}");
        }
    }

    #[test]
    fn the_countries_are_the_249_assigned_ones() {
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
    }
}
