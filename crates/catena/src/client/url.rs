//! Builds the URL of a call from a base address, a path template, and ids.

use url::Url;

/// Appends `template` to `base`, whose own path is kept as a prefix. Each `{…}` part of the template is replaced with the
/// next of `ids`, percent-encoded.
pub(crate) fn joined(base: &Url, template: &str, ids: &[&str]) -> Url {
    let mut url = base.clone();
    let mut ids = ids.iter();
    // Only a URL without a host has no path to append to, and the settings' check refuses those.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty();
        for part in template.trim_start_matches('/').split('/') {
            path.push(if part.starts_with('{') { ids.next().copied().unwrap_or(part) } else { part });
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_with_or_without_a_slash_or_a_path_is_kept() {
        for (base, want) in [
            ("https://api.example", "https://api.example/v2/orgs/invitations/a%2Fb"),
            ("https://api.example/", "https://api.example/v2/orgs/invitations/a%2Fb"),
            ("http://127.0.0.1:3000/sandbox/api", "http://127.0.0.1:3000/sandbox/api/v2/orgs/invitations/a%2Fb"),
            ("http://127.0.0.1:3000/sandbox/api/", "http://127.0.0.1:3000/sandbox/api/v2/orgs/invitations/a%2Fb"),
        ] {
            let url = joined(&base.parse().unwrap(), "/v2/orgs/invitations/{id}", &["a/b"]);
            assert_eq!(url.as_str(), want);
        }
    }
}
