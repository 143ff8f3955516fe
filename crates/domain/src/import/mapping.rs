//! Maps the columns of a file to the fields of a request.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    import::{
        cell::plain,
        columns::{Column, Column as C},
    },
    invitation::request::Draft,
};

/// The values of a row by field, as written, without empty cells.
pub type Values = BTreeMap<Column, String>;

/// What the columns mean, and what applies to all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The index of each field's column in the header.
    pub columns: BTreeMap<Column, usize>,
    /// Kind of the regulatory id if the row has none.
    pub regulatory_id_type: String,
    /// Hours until the link expires if the row has none.
    pub expires_in_hours: String,
    /// The resources to request read access to. Empty: everything (CONTRACT.md 13.10).
    pub resources: BTreeSet<String>,
}

impl Mapping {
    /// The most likely meaning of a header. Every column is used at most once.
    pub fn guess(header: &[String]) -> Self {
        let names: Vec<String> = header.iter().map(|name| bare(name)).collect();
        let mut columns = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for column in Column::all() {
            let free = |place: &usize| !taken.contains(place);
            let exact = |known: &&str| (0..names.len()).filter(free).find(|place| names[*place] == **known);
            let ending = |known: &&str| (0..names.len()).filter(free).find(|place| ends_in(&header[*place], known));
            let known = column.header_names();
            let place = known.iter().find_map(exact).or_else(|| {
                // A contact may be named after whose it is: "Dispatch e-mail".
                let is_contact = matches!(column, C::FleetEmail | C::FleetPhone);
                known.iter().filter(|_| is_contact).find_map(ending)
            });
            if let Some(place) = place {
                taken.insert(place);
                columns.insert(column, place);
            }
        }
        let kind = columns.get(&C::FleetRegulatoryId).map(|place| kind_of_id(&names[*place])).unwrap_or_default();
        Self { columns, regulatory_id_type: kind.to_owned(), ..Self::default() }
    }

    /// Sentences about what must change before rows can be read; the field names are those of the form.
    #[cfg(not(target_family = "wasm"))]
    pub fn check(&self, header: &[String]) -> crate::invitation::request::FieldErrors {
        let mut errors = BTreeMap::new();
        if !self.columns.contains_key(&C::FleetRef) {
            let sentence = "Choose the column with your reference for the fleet. Every invitation needs one.";
            errors.insert(C::FleetRef.name().to_owned(), sentence.to_owned());
        }
        for (column, place) in &self.columns {
            if *place >= header.len() {
                errors.insert(column.name().to_owned(), "Choose one of the file’s columns.".to_owned());
            }
        }
        // The rules of the form, applied to what holds for all rows.
        let all = Draft { fleet_ref: "x".into(), ..self.draft(&Values::new(), &Draft::default()) };
        for (field, sentence) in all.check().err().unwrap_or_default() {
            let own = match field.as_str() {
                "expires_in_hours" => "all_hours",
                "permissions" => "resources",
                // A kind without an id is just a default here.
                _ => continue,
            };
            errors.insert(own.to_owned(), sentence);
        }
        errors
    }

    /// Indexes of the columns that aren't used.
    pub fn ignored(&self, header: &[String]) -> Vec<usize> {
        (0..header.len()).filter(|place| !self.columns.values().any(|used| used == place)).collect()
    }

    /// The values of a row.
    pub fn values(&self, cells: &[String]) -> Values {
        let value =
            |place: &usize| cells.get(*place).map(|cell| plain(cell).into_owned()).filter(|cell| !cell.is_empty());
        self.columns.iter().filter_map(|(column, place)| Some((*column, value(place)?))).collect()
    }

    /// The request in a row; what neither it nor the mapping has comes from `base`.
    pub fn draft(&self, values: &Values, base: &Draft) -> Draft {
        let take =
            |column: Column, otherwise: &str| values.get(&column).cloned().unwrap_or_else(|| otherwise.to_owned());
        let id = take(C::FleetRegulatoryId, "");
        let kind_for_all = if id.is_empty() { "" } else { self.regulatory_id_type.as_str() };
        Draft {
            fleet_ref: take(C::FleetRef, ""),
            fleet_name: take(C::FleetName, ""),
            fleet_email: take(C::FleetEmail, ""),
            fleet_phone: take(C::FleetPhone, ""),
            fleet_website: take(C::FleetWebsite, ""),
            fleet_country_code: take(C::FleetCountryCode, ""),
            fleet_regulatory_id_type: take(C::FleetRegulatoryIdType, kind_for_all),
            fleet_regulatory_id: id,
            expires_in_hours: take(C::ExpiresInHours, &self.expires_in_hours),
            limit_tsps: take(C::LimitTsps, &base.limit_tsps),
            success_redirect_url: take(C::SuccessRedirectUrl, &base.success_redirect_url),
            failure_redirect_url: take(C::FailureRedirectUrl, &base.failure_redirect_url),
            permissions: self.resources.iter().map(|resource| (resource.clone(), "read".to_owned())).collect(),
            ..base.clone()
        }
    }
}

fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the last words of a name are a known one.
fn ends_in(name: &str, known: &str) -> bool {
    let starts =
        name.char_indices().filter(|(at, c)| c.is_alphanumeric() && !name[..*at].ends_with(char::is_alphanumeric));
    starts.map(|(at, _)| bare(&name[at..])).any(|end| end == known)
}

fn kind_of_id(bare_name: &str) -> &'static str {
    [("dot", "DOT"), ("easa", "EASA"), ("mc", "MC")]
        .into_iter()
        .find(|(part, _)| bare_name.contains(part))
        .map_or("", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invitation::request::{FieldErrors, label};

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_column_has_a_name_a_label_and_a_header_that_finds_it() {
        for column in Column::all() {
            let guessed = Mapping::guess(&header(&[column.name()]));
            assert_eq!(guessed.columns, [(column, 0)].into(), "{}", column.name());
            assert_ne!(column.label(), label(""), "{}", column.name());
            assert_eq!(serde_json::to_value(column).unwrap(), column.name());
        }
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table")]
    fn headers_are_understood_as_people_write_them() {
        let table: [(&[&str], &[(Column, usize)], &str); 10] = [
            (&["Ref", "Name", "E-Mail"], &[(C::FleetRef, 0), (C::FleetName, 1), (C::FleetEmail, 2)], ""),
            (&["Company Name", "Fleet Reference"], &[(C::FleetRef, 1), (C::FleetName, 0)], ""),
            (&["ID", "USDOT Number"], &[(C::FleetRef, 0), (C::FleetRegulatoryId, 1)], "DOT"),
            (&["id", "fleet_ref"], &[(C::FleetRef, 1)], ""),
            (&["ref", "MC number"], &[(C::FleetRef, 0), (C::FleetRegulatoryId, 1)], "MC"),
            (&["ref", "ref"], &[(C::FleetRef, 0)], ""),
            (&["Dispatch e-mail", "Ref", "24h Phone No"], &[(C::FleetRef, 1), (C::FleetEmail, 0)], ""),
            (&["Dispatch mail", "E-mail", "Night mobile"], &[(C::FleetEmail, 1), (C::FleetPhone, 2)], ""),
            (&["Hotel", "Driver name"], &[], ""),
            (&["colour", ""], &[], ""),
        ];
        for (names, want, kind) in table {
            let guessed = Mapping::guess(&header(names));
            assert_eq!(guessed.columns, want.iter().copied().collect(), "{names:?}");
            assert_eq!(guessed.regulatory_id_type, kind, "{names:?}");
        }
        assert_eq!(
            Mapping::guess(&header(&["ref", "colour", "name"])).ignored(&header(&["ref", "colour", "name"])),
            [1]
        );
    }

    #[test]
    fn a_mapping_without_a_reference_or_with_wrong_values_for_all_is_refused() {
        let names = header(&["ref", "name"]);
        let good = Mapping::guess(&names);
        assert_eq!(good.check(&names), FieldErrors::new());
        let fields = |mapping: Mapping| mapping.check(&names).into_keys().collect::<Vec<_>>();
        assert_eq!(fields(Mapping { columns: BTreeMap::new(), ..good.clone() }), ["fleet_ref"]);
        assert_eq!(
            fields(Mapping { columns: [(C::FleetRef, 0), (C::FleetName, 2)].into(), ..good.clone() }),
            ["fleet_name"]
        );
        assert_eq!(fields(Mapping { expires_in_hours: "673".into(), ..good.clone() }), ["all_hours"]);
        assert_eq!(fields(Mapping { resources: ["hos_events".into()].into(), ..good.clone() }), ["resources"]);
        assert_eq!(fields(Mapping { regulatory_id_type: "DOT".into(), ..good }), [""; 0], "a kind for all is no error");
    }

    #[test]
    fn a_row_says_what_its_cells_say_and_the_rest_holds_for_all() {
        let mapping = Mapping {
            columns: [(C::FleetRef, 0), (C::FleetRegulatoryId, 1), (C::ExpiresInHours, 2)].into(),
            regulatory_id_type: "DOT".into(),
            expires_in_hours: "48".into(),
            resources: ["vehicle".into()].into(),
        };
        let base = Draft { success_redirect_url: "https://us.example/done".into(), ..Draft::default() };
        let draft = |cells: &[&str]| mapping.draft(&mapping.values(&header(cells)), &base);
        let full = draft(&["'-A", "=\"0123\"", "12", "ignored"]);
        assert_eq!((full.fleet_ref.as_str(), full.fleet_regulatory_id_type.as_str()), ("-A", "DOT"));
        assert_eq!(full.fleet_regulatory_id, "0123", "digits that an export kept from losing their zero");
        assert_eq!(
            (full.expires_in_hours.as_str(), full.success_redirect_url.as_str()),
            ("12", "https://us.example/done")
        );
        assert_eq!(full.permissions, [("vehicle".to_owned(), "read".to_owned())].into());
        let short = draft(&["A"]);
        assert_eq!((short.fleet_regulatory_id_type.as_str(), short.expires_in_hours.as_str()), ("", "48"));
    }
}
