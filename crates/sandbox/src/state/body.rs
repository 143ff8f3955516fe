//! Reading a JSON body field by field, so that a 422 names everything that is wrong with it at once.

use domain::timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use time::{Date, OffsetDateTime, macros::format_description};
use url::Url;
use uuid::Uuid;

use crate::state::error::{ApiError, Problem};

/// Why a value is refused: a sentence and a word for programs.
pub(crate) type Refusal = (&'static str, &'static str);

/// A check gives the value as it will be kept (the server rewrites some, CONTRACT.md 13, trap 17) or refuses it.
pub(crate) type Check = fn(&str) -> Result<String, Refusal>;

const NOT_TEXT: Refusal = ("Input should be a valid string", "string_type");
const MISSING: Refusal = ("Field required", "missing");

/// What an update says about a field that may be null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Update<T> {
    /// Nothing.
    Left,
    /// This, null included.
    Given(Option<T>),
}

impl<T> Update<T> {
    /// Makes the field what the update says.
    pub(crate) fn apply(self, field: &mut Option<T>) {
        if let Self::Given(value) = self {
            *field = value;
        }
    }
}

/// A body on its way to a value. Unknown fields are ignored.
pub(crate) struct Fields {
    object: Map<String, Value>,
    problems: Vec<Problem>,
}

impl Fields {
    /// Parses a body, which must be a JSON object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self { object, problems: Vec::new() }),
            Ok(_) => Err(ApiError::invalid("body", "", "Input should be a valid dictionary", "dict_type")),
            Err(_) => Err(ApiError::invalid("body", "", "JSON decode error", "json_invalid")),
        }
    }

    /// Parses a body that must be an array of objects. [`Self::finish_each`] ends it.
    pub(crate) fn parse_each(body: &[u8]) -> Result<Vec<Self>, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Array(each)) => each.into_iter().enumerate().map(Self::element).collect(),
            Ok(_) => Err(ApiError::invalid("body", "", "Input should be a valid list", "list_type")),
            Err(_) => Err(ApiError::invalid("body", "", "JSON decode error", "json_invalid")),
        }
    }

    fn element((at, value): (usize, Value)) -> Result<Self, ApiError> {
        match value {
            Value::Object(object) => Ok(Self { object, problems: Vec::new() }),
            other => {
                let path = format!("body.{at}");
                Err(ApiError::invalid(&path, &other.to_string(), "Input should be a valid dictionary", "dict_type"))
            }
        }
    }

    /// The values, or the 422 with every problem found in any element.
    pub(crate) fn finish_each<T>(read: Vec<(Self, T)>) -> Result<Vec<T>, ApiError> {
        let mut problems = Vec::new();
        let mut values = Vec::new();
        for (at, (fields, value)) in read.into_iter().enumerate() {
            problems.extend(fields.problems_below(&format!("body.{at}")));
            values.push(value);
        }
        if problems.is_empty() { Ok(values) } else { Err(ApiError::Invalid(problems)) }
    }

    fn problems_below(self, path: &str) -> impl Iterator<Item = Problem> {
        self.problems.into_iter().map(move |mut problem| {
            problem.path = problem.path.replacen("body", path, 1);
            problem
        })
    }

    /// Refuses an explicit null where the contract allows none.
    pub(crate) fn not_null(&mut self, names: &[&str]) {
        for name in names {
            if self.object.get(*name).is_some_and(Value::is_null) {
                self.refuse(name, ("Input should not be null", "none_not_allowed"));
            }
        }
    }

    /// What an update says about the field, whose value `read` reads.
    pub(crate) fn update<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Update<T> {
        if self.object.contains_key(name) { Update::Given(read(self)) } else { Update::Left }
    }

    /// Notes a problem with the field `name`.
    pub(crate) fn refuse(&mut self, name: &str, (message, error_type): Refusal) {
        let input = match self.object.get(name) {
            None => String::new(),
            Some(_) if name == "secret" => "*****".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        self.problems.push(Problem { path: format!("body.{name}"), input, message: message.into(), error_type });
    }

    /// The field's value, unless it is missing or null.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        self.object.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// An optional text that passes `check`.
    pub(crate) fn text(&mut self, name: &str, check: Check) -> Option<String> {
        let outcome = match self.value(name)? {
            Value::String(text) => check(&text),
            _ => Err(NOT_TEXT),
        };
        outcome.map_err(|refusal| self.refuse(name, refusal)).ok()
    }

    /// A text that must be there; empty when it was refused.
    pub(crate) fn required(&mut self, name: &str, check: Check) -> String {
        if !self.object.contains_key(name) {
            self.refuse(name, MISSING);
        } else if self.value(name).is_none() {
            self.refuse(name, NOT_TEXT);
        }
        self.text(name, check).unwrap_or_default()
    }

    /// An optional text out of a closed list.
    pub(crate) fn word(&mut self, name: &str, words: &[&str]) -> Option<String> {
        let word = self.text(name, any)?;
        if words.contains(&word.as_str()) {
            return Some(word);
        }
        self.refuse(name, ("Input should be one of the listed words", "enum"));
        None
    }

    /// An optional truth value.
    pub(crate) fn truth(&mut self, name: &str) -> Option<bool> {
        let truth = self.value(name)?.as_bool();
        if truth.is_none() {
            self.refuse(name, ("Input should be a valid boolean", "bool_type"));
        }
        truth
    }

    /// An optional moment.
    pub(crate) fn moment(&mut self, name: &str) -> Option<OffsetDateTime> {
        timestamp::parse(&self.text(name, moment_text)?)
    }

    /// An optional UUID.
    pub(crate) fn uuid(&mut self, name: &str) -> Option<Uuid> {
        let uuid = self.text(name, any)?.parse().ok();
        if uuid.is_none() {
            self.refuse(name, ("Input should be a valid UUID", "uuid_parsing"));
        }
        uuid
    }

    /// An optional integer within `range`; one with a fraction of zero is one too.
    pub(crate) fn integer(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 1e15;
        #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
        let number = value.as_i64().or_else(|| value.as_f64().filter(whole).map(|number| number as i64));
        let refusal = match number {
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
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.list(name, ("Input should be a list of valid strings", "list_type"))
    }

    /// An optional array of texts that pass `check`.
    pub(crate) fn texts_of(&mut self, name: &str, check: Check) -> Option<Vec<String>> {
        let checked: Result<Vec<_>, _> = self.texts(name)?.iter().map(|text| check(text)).collect();
        checked.map_err(|refusal| self.refuse(name, refusal)).ok()
    }

    /// An optional array of UUIDs.
    pub(crate) fn uuids(&mut self, name: &str) -> Option<Vec<Uuid>> {
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
    pub(crate) fn within(&mut self, name: &str, inner: Self) {
        self.problems.extend(inner.problems_below(&format!("body.{name}")));
    }

    /// The object inside the field `name`, to be read like a body.
    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        if let Value::Object(object) = self.value(name)? {
            return Some(Self { object, problems: Vec::new() });
        }
        self.refuse(name, ("Input should be a valid dictionary", "dict_type"));
        None
    }

    /// The objects inside the array in the field `name`, each to be read like a body.
    pub(crate) fn objects(&mut self, name: &str) -> Option<Vec<Self>> {
        let Value::Array(each) = self.value(name)? else {
            self.refuse(name, ("Input should be a valid list", "list_type"));
            return None;
        };
        let read: Result<Vec<_>, _> = each.into_iter().enumerate().map(Self::element).collect();
        if read.is_err() {
            self.refuse(name, ("Input should be a list of valid dictionaries", "list_type"));
        }
        read.ok()
    }

    /// Names of the fields that are there.
    pub(crate) fn names(&self) -> Vec<String> {
        self.object.keys().cloned().collect()
    }

    /// `value`, or the 422 with every problem found.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.problems.is_empty() { Ok(value) } else { Err(ApiError::Invalid(self.problems)) }
    }
}

/// Any text.
#[expect(clippy::unnecessary_wraps, reason = "a Check among others")]
pub(crate) fn any(text: &str) -> Result<String, Refusal> {
    Ok(text.to_owned())
}

fn moment_text(text: &str) -> Result<String, Refusal> {
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

/// A `fleet_ref`: letters, digits, space, `-`, `_`. The older text's rule; a choice to keep it, so that a client that
/// leaves the safe set is noticed here (CONTRACT.md 13, trap 8).
pub(crate) fn fleet_ref(text: &str) -> Result<String, Refusal> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if !text.trim().is_empty() && text.chars().all(safe) {
        Ok(text.to_owned())
    } else {
        Err(("Value may hold letters, digits, spaces, - and _ only", "string_pattern_mismatch"))
    }
}

/// A `fleet_name`: letters, digits and spaces (CONTRACT.md 13, trap 7).
pub(crate) fn fleet_name(text: &str) -> Result<String, Refusal> {
    if !text.trim().is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        Ok(text.to_owned())
    } else {
        Err(("Value may hold letters, digits and spaces only", "string_pattern_mismatch"))
    }
}

/// An e-mail address, loosely; the domain comes back in lower case.
pub(crate) fn email(text: &str) -> Result<String, Refusal> {
    let refusal = ("value is not a valid email address", "value_error");
    let (name, domain) = text.rsplit_once('@').ok_or(refusal)?;
    let clean = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@' || c == ',');
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if clean(name) && clean(domain) && dotted { Ok(format!("{name}@{}", domain.to_lowercase())) } else { Err(refusal) }
}

/// A phone number with its country's `+` prefix; comes back as a `tel:` address (CONTRACT.md 13, trap 17).
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

/// An assigned ISO 3166 alpha-3 code; comes back in capitals.
pub(crate) fn country(text: &str) -> Result<String, Refusal> {
    let code = text.to_ascii_uppercase();
    let assigned = code.len() == 3 && COUNTRIES.split_ascii_whitespace().any(|known| known == code);
    if assigned { Ok(code) } else { Err(("Invalid country alpha3 code", "country_alpha3")) }
}

/// An http or https URL of 1 to 2083 characters; comes back normalised: lower-case host, `/` after a bare host.
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

/// An https URL: what `callback_url` wants.
pub(crate) fn https_url(text: &str) -> Result<String, Refusal> {
    let url = web_url(text)?;
    if url.starts_with("https:") { Ok(url) } else { Err(("URL scheme should be 'https'", "url_scheme")) }
}

/// An https URL, or an http one of this very machine. The real Catena wants https everywhere; a sandbox runs beside a
/// receiver that has no certificate, and the loopback exception lets nothing leave the machine in the clear.
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
    fn null_is_left_out_for_some_fields_a_mistake_for_others_and_a_value_for_an_update() {
        let mut body = Fields::parse(br#"{"a": null, "b": 24.0, "c": 24.5, "d": [1], "e": "x"}"#).unwrap();
        assert_eq!((body.text("a", any), body.integer("b", 1..=30)), (None, Some(24)));
        assert_eq!(body.update("a", |body| body.text("a", any)), Update::Given(None));
        assert_eq!(body.update("z", |_| Some(1)), Update::Left);
        body.not_null(&["a", "z"]);
        assert_eq!((body.integer("c", 1..=30), body.truth("e"), body.objects("d").is_none()), (None, None, true));
        let Err(ApiError::Invalid(problems)) = body.finish(()) else { panic!("it has problems") };
        let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["body.a", "body.c", "body.e", "body.d"]);
    }

    #[test]
    fn a_list_names_the_element_that_is_wrong() {
        let read = Fields::parse_each(br#"[{"key": "k"}, {}]"#).unwrap().into_iter().map(|mut one| {
            let key = one.required("key", any);
            (one, key)
        });
        let Err(ApiError::Invalid(problems)) = Fields::finish_each(read.collect()) else { panic!("it has a problem") };
        assert_eq!((problems.len(), problems[0].path.as_str()), (1, "body.1.key"));
        assert!(Fields::parse_each(b"{}").is_err() && Fields::parse_each(b"[1]").is_err());
    }

    #[test]
    fn the_countries_are_the_249_assigned_ones() {
        assert_eq!(COUNTRIES.split_ascii_whitespace().count(), 249);
    }
}
