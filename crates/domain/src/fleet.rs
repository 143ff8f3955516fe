//! References and names of fleets.

use thiserror::Error;

/// Why a text isn't a valid `fleet_ref`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FleetRefError {
    /// It is empty.
    #[error("Enter a reference: the fleet’s name in your own systems.")]
    Empty,
    /// It has a character that Catena may refuse.
    #[error("Use only letters, digits, spaces, “-”, and “_”.")]
    Character,
    /// It is too long.
    #[error("Use at most 100 characters.")]
    Long,
}

/// Longest `fleet_ref` in characters. Catena publishes no limit; this is ours, so that pages and URLs stay readable.
pub const FLEET_REF_MAX: usize = 100;

/// Checks a `fleet_ref` as CONTRACT.md 13.8 advises (letters, digits, space, `-`, `_`) and trims it.
pub fn check_fleet_ref(text: &str) -> Result<&str, FleetRefError> {
    let text = text.trim();
    if text.is_empty() {
        Err(FleetRefError::Empty)
    } else if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_')) {
        Err(FleetRefError::Character)
    } else if text.len() > FLEET_REF_MAX {
        Err(FleetRefError::Long)
    } else {
        Ok(text)
    }
}

/// The name as Catena accepts it: letters, digits and single spaces (CONTRACT.md 13.7). `J.B. Hunt` becomes `JB Hunt`,
/// `Trans-Am & Sons` becomes `Trans Am Sons`. Onramp keeps the original.
pub fn name_for_catena(name: &str) -> String {
    let kept: String = name
        .chars()
        .filter(|c| !matches!(c, '.' | '\'' | '’'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

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
    fn references_use_only_characters_that_catena_accepts() {
        let long = "x".repeat(FLEET_REF_MAX + 1);
        let table = [
            ("FLEET-42", Ok("FLEET-42")),
            ("  acme_trucking 7 ", Ok("acme_trucking 7")),
            ("", Err(FleetRefError::Empty)),
            ("   ", Err(FleetRefError::Empty)),
            ("a/b", Err(FleetRefError::Character)),
            ("a:b", Err(FleetRefError::Character)),
            ("a@b", Err(FleetRefError::Character)),
            ("a.b", Err(FleetRefError::Character)),
            ("Zoë", Err(FleetRefError::Character)),
            (long.as_str(), Err(FleetRefError::Long)),
        ];
        for (text, want) in table {
            assert_eq!(check_fleet_ref(text), want, "{text}");
        }
    }

    #[test]
    fn names_are_cleaned_the_way_a_person_would() {
        let table = [
            ("J.B. Hunt", "JB Hunt"),
            ("O'Neil & Sons", "ONeil Sons"),
            ("Trans-Am", "Trans Am"),
            ("  Acme   Trucking ", "Acme Trucking"),
            ("Łódź Cargo 24", "Łódź Cargo 24"),
            ("&", ""),
        ];
        for (name, want) in table {
            assert_eq!(name_for_catena(name), want, "{name}");
        }
    }

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
