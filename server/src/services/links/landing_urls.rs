//! The addresses that fleets return to from Catena's pages.

use domain::invitation::request::Draft;
use url::Url;

/// A draft whose redirects lead to our own landing pages below `public_url`.
pub fn with_landing_pages(public_url: &Url) -> Draft {
    let base = public_url.as_str().trim_end_matches('/');
    Draft {
        success_redirect_url: format!("{base}/onboarding/success"),
        failure_redirect_url: format!("{base}/onboarding/failure"),
        ..Draft::default()
    }
}
