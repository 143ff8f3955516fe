//! The addresses that fleets return to from Catena's pages.

use domain::invitation::request::Draft;

use crate::config::PublicUrl;

/// A draft whose redirects lead to our own landing pages below `public_url`.
pub fn with_landing_pages(public_url: &PublicUrl) -> Draft {
    Draft {
        success_redirect_url: public_url.page("/onboarding/success"),
        failure_redirect_url: public_url.page("/onboarding/failure"),
        ..Draft::default()
    }
}
