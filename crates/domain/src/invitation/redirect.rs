//! Where a fleet's browser may be sent after Connect. Catena appends the invitation's id to the address, which is a password
//! (CONTRACT.md 13.2), so it must not travel in the clear, and the address itself must hold no other.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Checks a web address as a success or failure page: no credentials, and plain http only on this machine or in a private network.
pub(super) fn check_redirect(text: String) -> Result<String, String> {
    let Ok(url) = Url::parse(&text) else { return Ok(text) };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave out the user name and password: everyone who is sent there would see them.".into());
    }
    if url.scheme() != "https" && !url.host().is_some_and(|host| is_private(&host)) {
        return Err("Use https://: the address is called with the invitation’s secret id.".into());
    }
    Ok(text)
}

/// Whether an address leads nowhere outside of this machine or network.
fn is_private(host: &Host<&str>) -> bool {
    const V4: fn(Ipv4Addr) -> bool = |ip| ip.is_loopback() || ip.is_private() || ip.is_link_local();
    const V6: fn(Ipv6Addr) -> bool = |ip| ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local();
    match host {
        Host::Ipv4(ip) => V4(*ip),
        Host::Ipv6(ip) => ip.to_ipv4_mapped().map_or_else(|| V6(*ip), V4),
        // Reserved for such networks (RFC 6761, RFC 6762, RFC 8375, and ICANN's "internal"), or a name without a domain.
        Host::Domain(name) => {
            let top = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
            matches!(top, "localhost" | "local" | "internal" | "test")
                || !name.contains('.')
                || name.ends_with(".home.arpa")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitations_id_is_sent_nowhere_in_the_clear_and_beside_no_password() {
        let table = [
            ("https://us.example/done", true),
            ("https://us.example/done?next=http://x", true),
            ("http://us.example/done", false),
            ("HTTP://us.example/done", false),
            ("http://8.8.8.8/done", false),
            ("http://127.0.0.1.us.example/", false),
            ("http://127.0.0.1:3000/onboarding/success", true),
            ("http://localhost:3000/onboarding/success", true),
            ("http://[::1]:3000/", true),
            ("http://[::ffff:8.8.8.8]/", false),
            ("http://192.168.7.2:3000/", true),
            ("http://onramp:3000/", true),
            ("http://desk.local/", true),
            ("https://user:password@us.example/done", false),
            ("https://user@us.example/done", false),
            ("https://:password@us.example/done", false),
            ("http://user:password@localhost/", false),
            ("https://us.example/@user:password", true),
        ];
        for (text, fine) in table {
            assert_eq!(check_redirect(text.to_owned()).is_ok(), fine, "{text}");
        }
    }
}
