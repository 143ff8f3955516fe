//! Staff: roles and passwords.

use thiserror::Error;

use crate::text;

/// What a member of staff may do. Ordered: each role may also do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees everything but secrets.
    Viewer,
    /// Invites fleets and works on them.
    Operator,
    /// Also manages staff, subscriptions and settings.
    Administrator,
}

impl Role {
    /// All roles, the least privileged first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Administrator];

    /// The name it is stored and typed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it may invite, refresh and see magic links.
    pub fn may_invite(self) -> bool {
        self >= Self::Operator
    }

    /// Whether it may act on stuck fleets and deliveries.
    pub fn may_operate(self) -> bool {
        self >= Self::Operator
    }

    /// Whether it may change subscriptions, staff and settings.
    pub fn may_administer(self) -> bool {
        self >= Self::Administrator
    }
}

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Too short to be safe.
    #[error("Use at least 12 characters. A few unrelated words work well.")]
    Short,
    /// So long that hashing it would only cost time.
    #[error("Use at most 200 characters.")]
    Long,
    /// The first guess of any attacker.
    #[error("Don't use the e-mail address as the password.")]
    SameAsEmail,
}

/// Shortest password, in characters: length protects, rules about character classes don't (NIST SP 800-63B).
pub const PASSWORD_MIN: usize = 12;
/// Longest password, in characters.
pub const PASSWORD_MAX: usize = 200;

/// Checks a new password for the account of `email`.
pub fn check_password(password: &str, email: &str) -> Result<(), PasswordError> {
    let password = text::password(password);
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        Err(PasswordError::Short)
    } else if length > PASSWORD_MAX {
        Err(PasswordError::Long)
    } else if password.eq_ignore_ascii_case(email) {
        Err(PasswordError::SameAsEmail)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_one_below_may() {
        let table = [(Role::Viewer, false, false), (Role::Operator, true, false), (Role::Administrator, true, true)];
        for (role, invite, administer) in table {
            assert_eq!((role.may_invite(), role.may_administer()), (invite, administer), "{}", role.name());
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
    }

    #[test]
    fn a_password_is_long_enough_and_not_the_address() {
        assert_eq!(check_password("correct horse", "a@b.c"), Ok(()));
        assert_eq!(check_password("short", "a@b.c"), Err(PasswordError::Short));
        assert_eq!(check_password(&"x".repeat(201), "a@b.c"), Err(PasswordError::Long));
        assert_eq!(check_password("Ada@example.com", "ada@example.com"), Err(PasswordError::SameAsEmail));
    }

    #[test]
    fn the_letters_of_a_password_are_counted_not_their_parts() {
        let twelve = "Mu\u{308}lltonne 12";
        assert_eq!((twelve.chars().count(), check_password(twelve, "a@b.c")), (13, Ok(())));
        assert_eq!(check_password("Mu\u{308}lltonne 1", "a@b.c"), Err(PasswordError::Short), "11 letters");
    }
}
