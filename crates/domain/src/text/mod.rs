//! Text from outside, cleaned and judged by what it is: a reference, a name, an e-mail address, a phone number, a regulatory
//! id, a password, or free text. Forms, imports, commands, and settings use the same functions, so the same text gets the same
//! answer everywhere.
//!
//! What is plainly meant is cleaned: spaces at the ends, a no-break space for a space, `mailto:`, characters that nobody sees.
//! What may mean something else is refused, with a sentence that names the character if it can't be seen. Text from Catena is
//! never refused: [`one_line`] and [`lines`] make it fit to show.

mod clean;
mod email;
mod invisible;
mod name;
mod password;
// Its library would take minutes to build for the browser, where no number is checked.
#[cfg(not(target_family = "wasm"))]
mod phone;
mod reference;
mod regulatory_id;
mod spreadsheet;

pub use clean::{lines, one_line};
pub use email::{EmailError, email, mailbox};
pub use invisible::{describe, is_invisible, is_mark};
pub use name::{Name, NameError, fleet_name, name_for_catena};
pub use password::password;
#[cfg(not(target_family = "wasm"))]
pub use phone::{PhoneError, phone};
pub use reference::{FLEET_REF_MAX, FleetRefError, fleet_ref};
pub use regulatory_id::{RegulatoryId, RegulatoryIdError, kind_of_id, regulatory_id};
pub use spreadsheet::{Leftover, leftover};

#[cfg(test)]
mod tests;
