//! The fields that a column of a file can hold, and the names that people give such columns.

use serde::{Deserialize, Serialize};

use crate::invitation::request::label;

/// A field that a column can hold. A callback isn't one: its events would arrive twice (WEBHOOKS.md 5.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Our reference for the fleet; the only required one.
    FleetRef,
    /// The fleet's name.
    FleetName,
    /// Contact e-mail.
    FleetEmail,
    /// Contact phone.
    FleetPhone,
    /// Website.
    FleetWebsite,
    /// Country.
    FleetCountryCode,
    /// Regulatory id.
    FleetRegulatoryId,
    /// Kind of the regulatory id.
    FleetRegulatoryIdType,
    /// Hours until the link expires.
    ExpiresInHours,
    /// Providers to offer.
    LimitTsps,
    /// Where the fleet lands on success.
    SuccessRedirectUrl,
    /// Where the fleet lands otherwise.
    FailureRedirectUrl,
}

use Column as C;

/// The field's name, and the header names it is recognized by: lower-case letters and digits only.
const COLUMNS: [(Column, &str, &[&str]); 12] = [
    (
        C::FleetRef,
        "fleet_ref",
        &[
            "fleetref",
            "ref",
            "reference",
            "fleetreference",
            "fleetid",
            "externalid",
            "customerid",
            "accountid",
            "customernumber",
            "accountnumber",
            "id",
        ],
    ),
    (
        C::FleetName,
        "fleet_name",
        &[
            "fleetname",
            "name",
            "company",
            "companyname",
            "carrier",
            "carriername",
            "customer",
            "customername",
            "legalname",
            "fleet",
        ],
    ),
    (C::FleetEmail, "fleet_email", &["fleetemail", "email", "emailaddress", "mail", "contactemail"]),
    (
        C::FleetPhone,
        "fleet_phone",
        &["fleetphone", "phone", "phonenumber", "telephone", "tel", "mobile", "contactphone"],
    ),
    (C::FleetWebsite, "fleet_website", &["fleetwebsite", "website", "web", "homepage", "site", "url"]),
    (C::FleetCountryCode, "fleet_country_code", &["fleetcountrycode", "countrycode", "country"]),
    (
        C::FleetRegulatoryId,
        "fleet_regulatory_id",
        &[
            "fleetregulatoryid",
            "regulatoryid",
            "dot",
            "dotnumber",
            "dotno",
            "usdot",
            "usdotnumber",
            "mc",
            "mcnumber",
            "easa",
        ],
    ),
    (
        C::FleetRegulatoryIdType,
        "fleet_regulatory_id_type",
        &["fleetregulatoryidtype", "regulatoryidtype", "regulatorytype", "idtype"],
    ),
    (C::ExpiresInHours, "expires_in_hours", &["expiresinhours", "hours", "expiryhours", "validhours"]),
    (C::LimitTsps, "limit_tsps", &["limittsps", "tsps", "tsp", "providers", "provider"]),
    (C::SuccessRedirectUrl, "success_redirect_url", &["successredirecturl", "successurl", "successpage"]),
    (C::FailureRedirectUrl, "failure_redirect_url", &["failureredirecturl", "failureurl", "failurepage"]),
];

impl Column {
    /// All of them, in the order of the form.
    pub fn all() -> impl Iterator<Item = Self> {
        COLUMNS.iter().map(|(column, ..)| *column)
    }

    /// The field's name in the contract.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// For people.
    pub fn label(self) -> &'static str {
        label(self.name())
    }

    /// The header names it is recognized by, the surest first: lower-case letters and digits only.
    pub(super) fn header_names(self) -> &'static [&'static str] {
        self.entry().2
    }

    fn entry(self) -> &'static (Self, &'static str, &'static [&'static str]) {
        // Every column is in the table; a test checks.
        COLUMNS.iter().find(|(column, ..)| *column == self).unwrap_or(&COLUMNS[0])
    }
}
