//! Reading a JSON body field by field, so that a 422 names everything that is wrong with it at once.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use super::errors::{ApiError, Problem};

/// Why a value is refused: a sentence and a word for programs.
pub(super) type Refusal = (&'static str, &'static str);

/// A check gives the value as it will be kept (the server rewrites some, CONTRACT.md 13, trap 17) or refuses it.
pub(super) type Check = fn(&str) -> Result<String, Refusal>;

const NOT_TEXT: Refusal = ("Input should be a valid string", "string_type");
const MISSING: Refusal = ("Field required", "missing");

/// A body on its way to a value. Unknown fields are ignored.
pub(super) struct Fields {
    object: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields {
    /// Parses a body, which must be a JSON object.
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self { object, problems: Vec::new() }),
            Ok(_) => Err(ApiError::invalid("body", "", "Input should be a valid dictionary", "dict_type")),
            Err(_) => Err(ApiError::invalid("body", "", "JSON decode error", "json_invalid")),
        }
    }

    /// Notes a problem with the field `name`.
    pub(super) fn refuse(&mut self, name: &str, (message, error_type): Refusal) {
        let input = match self.object.get(name) {
            None => String::new(),
            Some(_) if name == "secret" => "*****".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        self.problems.push(Problem { path: format!("body.{name}"), input, message: message.into(), error_type });
    }

    /// The field's value, unless it is missing or null.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.object.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// An optional text that passes `check`.
    pub(super) fn text(&mut self, name: &str, check: Check) -> Option<String> {
        let outcome = match self.value(name)? {
            Value::String(text) => check(&text),
            _ => Err(NOT_TEXT),
        };
        outcome.map_err(|refusal| self.refuse(name, refusal)).ok()
    }

    /// A text that must be there; empty when it was refused.
    pub(super) fn required(&mut self, name: &str, check: Check) -> String {
        if !self.object.contains_key(name) {
            self.refuse(name, MISSING);
        } else if self.value(name).is_none() {
            self.refuse(name, NOT_TEXT);
        }
        self.text(name, check).unwrap_or_default()
    }

    /// An optional integer within `range`.
    pub(super) fn integer(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let refusal = match self.value(name)?.as_i64() {
            Some(number) if range.contains(&number) => return Some(number),
            Some(number) if number > *range.end() => {
                ("Input should be less than or equal to the limit", "less_than_equal")
            }
            Some(_) => ("Input should be greater than or equal to the limit", "greater_than_equal"),
            None => ("Input should be a valid integer", "int_type"),
        };
        self.refuse(name, refusal);
        None
    }

    /// An optional array of texts.
    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.list(name, ("Input should be a list of valid strings", "list_type"))
    }

    /// An optional array of UUIDs.
    pub(super) fn uuids(&mut self, name: &str) -> Option<Vec<Uuid>> {
        self.list(name, ("Input should be a list of valid UUIDs", "uuid_parsing"))
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str, refusal: Refusal) -> Option<Vec<T>> {
        let list = serde_json::from_value(self.value(name)?).ok();
        if list.is_none() {
            self.refuse(name, refusal);
        }
        list
    }

    /// Takes over the problems found in the object inside the field `name`.
    pub(super) fn within(&mut self, name: &str, inner: Self) {
        self.problems.extend(inner.problems.into_iter().map(|mut problem| {
            problem.path = problem.path.replacen("body", &format!("body.{name}"), 1);
            problem
        }));
    }

    /// The object inside the field `name`, to be read like a body.
    pub(super) fn object(&mut self, name: &str) -> Option<Self> {
        if let Value::Object(object) = self.value(name)? {
            return Some(Self { object, problems: Vec::new() });
        }
        self.refuse(name, ("Input should be a valid dictionary", "dict_type"));
        None
    }

    /// Names of the fields that are there.
    pub(super) fn names(&self) -> Vec<String> {
        self.object.keys().cloned().collect()
    }

    /// `value`, or the 422 with every problem found.
    pub(super) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.problems.is_empty() { Ok(value) } else { Err(ApiError::Invalid(self.problems)) }
    }
}

/// Any text.
#[expect(clippy::unnecessary_wraps, reason = "a Check among others")]
pub(super) fn any(text: &str) -> Result<String, Refusal> {
    Ok(text.to_owned())
}

/// A `fleet_ref`: letters, digits, space, `-`, `_`. The older text's rule; a choice to keep it, so that a client that
/// leaves the safe set is noticed here (CONTRACT.md 13, trap 8).
pub(super) fn fleet_ref(text: &str) -> Result<String, Refusal> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if !text.trim().is_empty() && text.chars().all(safe) {
        Ok(text.to_owned())
    } else {
        Err(("Value may hold letters, digits, spaces, - and _ only", "string_pattern_mismatch"))
    }
}

/// A `fleet_name`: letters, digits and spaces (CONTRACT.md 13, trap 7).
pub(super) fn fleet_name(text: &str) -> Result<String, Refusal> {
    if !text.trim().is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        Ok(text.to_owned())
    } else {
        Err(("Value may hold letters, digits and spaces only", "string_pattern_mismatch"))
    }
}

/// An e-mail address, loosely; the domain comes back in lower case.
pub(super) fn email(text: &str) -> Result<String, Refusal> {
    let refusal = ("value is not a valid email address", "value_error");
    let (name, domain) = text.rsplit_once('@').ok_or(refusal)?;
    let clean = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@' || c == ',');
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if clean(name) && clean(domain) && dotted { Ok(format!("{name}@{}", domain.to_lowercase())) } else { Err(refusal) }
}

/// A phone number with its country's `+` prefix; comes back as a `tel:` address (CONTRACT.md 13, trap 17).
pub(super) fn phone(text: &str) -> Result<String, Refusal> {
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

/// An assigned ISO 3166 alpha-3 code; comes back in capitals.
pub(super) fn country(text: &str) -> Result<String, Refusal> {
    let code = text.to_ascii_uppercase();
    let assigned = code.len() == 3 && COUNTRIES.split_ascii_whitespace().any(|known| known == code);
    if assigned { Ok(code) } else { Err(("Invalid country alpha3 code", "country_alpha3")) }
}

/// An http or https URL of 1 to 2083 characters; comes back normalised: lower-case host, `/` after a bare host.
pub(super) fn web_url(text: &str) -> Result<String, Refusal> {
    if text.is_empty() || text.chars().count() > 2_083 {
        return Err(("URL should have 1 to 2083 characters", "url_too_long"));
    }
    let url = Url::parse(text).map_err(|_| ("Input should be a valid URL", "url_parsing"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url.into()),
        _ => Err(("URL scheme should be 'http' or 'https'", "url_scheme")),
    }
}

/// An https URL: what `callback_url` wants.
pub(super) fn https_url(text: &str) -> Result<String, Refusal> {
    let url = web_url(text)?;
    if url.starts_with("https:") { Ok(url) } else { Err(("URL scheme should be 'https'", "url_scheme")) }
}

/// An https URL, or an http one of this very machine. The real Catena wants https everywhere; a sandbox runs beside a
/// receiver that has no certificate, and the loopback exception lets nothing leave the machine in the clear.
pub(super) fn webhook_url(text: &str) -> Result<String, Refusal> {
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
