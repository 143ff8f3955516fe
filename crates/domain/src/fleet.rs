//! Fleets: their pages, and names that aren't theirs.

/// The path of a fleet's page. References from elsewhere can have any character.
pub fn path_of(fleet_ref: &str) -> String {
    // Form encoding writes a space as “+”, which is a plus in a path; real pluses are escaped by then.
    let escaped: String = url::form_urlencoded::byte_serialize(fleet_ref.as_bytes()).collect();
    format!("/fleets/{}", escaped.replace('+', "%20"))
}

/// Whether Catena made this name up for a fleet without one. It then contains the invitation's id, a secret (CONTRACT.md 13.18),
/// and must be neither shown nor stored.
pub fn is_invented(name: &str) -> bool {
    name.strip_prefix("Fleet ").is_some_and(|rest| uuid::Uuid::parse_str(rest.trim()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_survives_its_address() {
        let table = [
            ("FLEET-42", "/fleets/FLEET-42"),
            ("acme trucking_7", "/fleets/acme%20trucking_7"),
            ("a/b?c#d%+ü", "/fleets/a%2Fb%3Fc%23d%25%2B%C3%BC"),
        ];
        for (fleet_ref, want) in table {
            assert_eq!(path_of(fleet_ref), want);
        }
    }

    #[test]
    fn a_made_up_name_is_recognized() {
        assert!(is_invented("Fleet 019c776d-28b5-7b7a-9767-c76fb008f86b"));
        assert!(!is_invented("Fleet Street Haulage"));
    }
}
