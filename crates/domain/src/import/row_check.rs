//! Checks a row: a valid request, or the sentence that says why not.

use std::collections::HashMap;

use crate::{
    import::{
        columns::Column,
        mapping::{Mapping, Values},
        table::Row,
    },
    invitation::request::{Checked, Draft, label},
    text,
};

/// A row after its check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRow {
    /// The line of the file where it starts.
    pub line: u64,
    /// Its reference, as written if it can't be one; empty if it has none.
    pub fleet_ref: String,
    /// Its values.
    pub values: Values,
    /// The request, or why there can't be one.
    pub invitation: Result<Checked, String>,
}

/// Checks the rows of one file in turn: by the rules of a single request, and against each other.
pub struct RowChecker<'a> {
    mapping: &'a Mapping,
    base: &'a Draft,
    width: usize,
    /// The references so far: in lower case, as written, and with their lines.
    seen: HashMap<String, (String, u64)>,
}

impl<'a> RowChecker<'a> {
    /// A checker for a file with this many columns. What neither the row nor the mapping has comes from `base`.
    pub fn new(mapping: &'a Mapping, base: &'a Draft, width: usize) -> Self {
        Self { mapping, base, width, seen: HashMap::new() }
    }

    /// Checks the next row.
    pub fn check(&mut self, row: &Row) -> CheckedRow {
        let values = self.mapping.values(&row.cells);
        let written = values.get(&Column::FleetRef).cloned().unwrap_or_default();
        let fleet_ref = text::fleet_ref(&written).unwrap_or(written);
        let checked = self.mapping.draft(&values, self.base).check().map_err(|errors| {
            let sentences = errors.iter().map(|(field, sentence)| format!("{}: {sentence}", label(field)));
            sentences.collect::<Vec<_>>().join(" ")
        });
        let beyond = row.cells.len() > self.width;
        let invitation = match row.damage {
            // Its reference may be wrong too, so it rules nothing out.
            Some(damage) => Err(damage.to_string()),
            None => match self.earlier(&fleet_ref, row.line) {
                _ if beyond => {
                    Err("This row has more cells than the header. A cell that contains the delimiter needs quotes."
                        .into())
                }
                Some(sentence) => Err(sentence),
                None => checked,
            },
        };
        CheckedRow { line: row.line, fleet_ref, values, invitation }
    }

    /// Why an earlier row with this reference rules this one out. Whether Catena's references are case-sensitive is unknown
    /// (CONTRACT.md 13.8), and inviting one fleet twice does harm (13.5).
    fn earlier(&mut self, fleet_ref: &str, line: u64) -> Option<String> {
        if fleet_ref.is_empty() {
            return None;
        }
        match self.seen.get(&fleet_ref.to_lowercase()) {
            Some((same, first)) if same == fleet_ref => Some(format!("Reference: same as in line {first}.")),
            Some((_, first)) => Some(format!(
                "Reference: differs from line {first} only in capitalization, so Catena may treat both as one fleet."
            )),
            None => {
                self.seen.insert(fleet_ref.to_lowercase(), (fleet_ref.to_owned(), line));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{guess_delimiter, rows};

    fn check_all(text: &str) -> Vec<CheckedRow> {
        let base = Draft::default();
        let rows = rows(text, guess_delimiter(text), 1);
        let mapping = Mapping::guess(&rows.header);
        let mut checker = RowChecker::new(&mapping, &base, rows.header.len());
        rows.map(|row| checker.check(&row)).collect()
    }

    #[test]
    fn each_bad_row_says_why_and_the_others_stay_good() {
        let all = check_all(
            "ref,name,email,country,hours\n\
             A,J.B. Hunt,ops@acme.example,usa,48\n\
             ,No Reference,,,\n\
             a/b,x,,,\n\
             A,again,,,\n\
             B,=HYPERLINK(1),nobody,US,673\n\
             a,small,,,\n\
             C,&&,,,\n\
             D,Delta,,,,too much\n\
             E,,,,\n\
             =cmd,x,,,\n\
             F\n",
        );
        let verdicts: Vec<(u64, Result<&str, &str>)> = all
            .iter()
            .map(|row| {
                let invitation = row.invitation.as_ref();
                (row.line, invitation.map(|checked| checked.fleet_ref.as_str()).map_err(String::as_str))
            })
            .collect();
        let want = [
            (2, Ok("A")),
            (3, Err("Reference: Enter a reference: the fleet’s name in your own systems.")),
            (4, Err("Reference: Use only letters, digits, spaces, “-”, and “_”. Remove “/”.")),
            (5, Err("Reference: same as in line 2.")),
            (
                6,
                Err(
                    "Link valid for (hours): Enter whole hours from 1 to 672 (28 days). Country: Use the three-letter country code, \
                     such as USA, CAN, or MEX. Contact e-mail: Enter an e-mail address, such as ada@example.com.",
                ),
            ),
            (7, Err("Reference: differs from line 2 only in capitalization, so Catena may treat both as one fleet.")),
            (8, Err("Fleet name: Catena accepts only letters, digits, and spaces, and this name has none.")),
            (9, Err("This row has more cells than the header. A cell that contains the delimiter needs quotes.")),
            (10, Ok("E")),
            (11, Err("Reference: Use only letters, digits, spaces, “-”, and “_”. Remove “=”.")),
            (12, Ok("F")),
        ];
        assert_eq!(verdicts, want);
        assert_eq!(all[0].invitation.as_ref().map(|checked| checked.expires_in_hours), Ok(48));
        assert_eq!(all[4].values[&Column::FleetName], "=HYPERLINK(1)", "a formula is data here");
    }

    #[test]
    fn two_references_that_look_the_same_are_one() {
        let all = check_all("ref,name\nFLEET-1,x\n\u{feff}FLEET\u{2011}1\u{a0},y\nfleet-1\u{200b},z\n");
        assert_eq!(all[0].fleet_ref, "FLEET-1");
        let reasons: Vec<_> = all[1..].iter().map(|row| row.invitation.as_ref().unwrap_err().as_str()).collect();
        assert_eq!(reasons[0], "Reference: same as in line 2.");
        assert!(reasons[1].contains("only in capitalization"), "{}", reasons[1]);
    }

    #[test]
    fn a_row_whose_cells_cannot_be_told_apart_says_why_and_rules_out_no_other() {
        let all = check_all("ref,name,unused\nA,\"x\" y,\nA,x,\nB,y,\"oh\nC,z,no\"\nB,y,");
        let invited: Vec<_> =
            all.iter().map(|row| (row.line, row.fleet_ref.as_str(), row.invitation.is_ok())).collect();
        assert_eq!(invited, [(2, "A", false), (3, "A", true), (4, "B", false), (5, "C", false), (6, "B", true)]);
        let reason = |row: usize| all[row].invitation.clone().unwrap_err();
        assert!(reason(0).starts_with("A quotation mark (\") in line 2 is inside a cell."), "{}", reason(0));
        for row in [2, 3] {
            let want = "The quotation mark (\") that opens a cell in line 4 is only closed in line 5";
            assert!(reason(row).starts_with(want), "{}", reason(row));
        }
    }
}
