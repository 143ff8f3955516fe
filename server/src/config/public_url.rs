//! The address at which browsers and Catena reach this Onramp. Decided once, at the start; cookies, links, and the checks of
//! where a request comes from all follow from it.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::uri::Authority;
use url::{Host, Url};

/// An origin: scheme, host, and port, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// How a request names the server that it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressed {
    /// By the public address.
    Publicly,
    /// Past the public address: by an IP address, as `localhost`, or by another port of the public host.
    Directly,
    /// By a name that isn't ours. A page of another site may have had its own name point here (DNS rebinding).
    Otherwise,
}

impl TryFrom<Url> for PublicUrl {
    /// What is wrong with it.
    type Error = &'static str;

    fn try_from(url: Url) -> Result<Self, Self::Error> {
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err("is not a web address");
        }
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !bare || url.path() != "/" || url.fragment().is_some() {
            return Err("has more than a scheme, host, and port");
        }
        let nowhere = match url.host() {
            Some(Host::Ipv4(ip)) => ip == Ipv4Addr::UNSPECIFIED,
            Some(Host::Ipv6(ip)) => ip == Ipv6Addr::UNSPECIFIED,
            Some(Host::Domain(_)) | None => false,
        };
        if nowhere { Err("is no address that anyone could open") } else { Ok(Self(url)) }
    }
}

impl PublicUrl {
    /// The address, with the path `/`.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// As browsers write it in `Origin`: without a slash at the end, and without the scheme's own port.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// A page of ours: `path` begins with a slash.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The same as an address that can be taken apart.
    pub fn below(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine reaches it.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The name of a cookie of ours. Over HTTPS, it is bound to this host (`__Host-`). Browsers keep cookies apart by host and
    /// not by port, so the port is part of it: two Onramps on one host must not overwrite each other's.
    pub fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.is_https() { "__Host-" } else { "" };
        let port = self.0.port().map(|port| format!("-{port}")).unwrap_or_default();
        format!("{prefix}{name}{port}")
    }

    /// How a request for `host`, from its `Host` header or its target, names us.
    pub fn addressed_by(&self, host: &Authority) -> Addressed {
        let name = host.host();
        let name = name.strip_suffix('.').unwrap_or(name);
        let port = host.port_u16().or_else(|| if self.is_https() { Some(443) } else { Some(80) });
        if self.0.host_str().is_some_and(|own| own.eq_ignore_ascii_case(name)) {
            return if port == self.0.port_or_known_default() { Addressed::Publicly } else { Addressed::Directly };
        }
        // Nobody else can have these point here, so there is nothing to fear: health checks and tunnels use them.
        match Host::parse(name) {
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) => Addressed::Directly,
            Ok(Host::Domain(name)) if is_localhost(&name) => Addressed::Directly,
            Ok(Host::Domain(_)) | Err(_) => Addressed::Otherwise,
        }
    }

    /// Whether a browser that opened a page at `origin` drops our session cookie: it must come over HTTPS if we are there.
    pub fn loses_cookies_at(&self, origin: &str) -> bool {
        let elsewhere = Url::parse(origin).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url));
        self.is_https() && elsewhere
    }
}

/// Whether only this machine reaches the address.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> PublicUrl {
        PublicUrl::try_from(Url::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn only_an_origin_is_a_public_address() {
        for good in
            ["https://onramp.example.com", "https://onramp.example.com/", "http://[::1]:3000", "https://ümlaut.example"]
        {
            assert!(PublicUrl::try_from(Url::parse(good).unwrap()).is_ok(), "{good}");
        }
        for bad in [
            "https://example.com/onramp",
            "https://example.com//",
            "https://example.com/?a=b",
            "https://example.com/#a",
            "https://user@example.com",
            "https://:word@example.com",
            "ftp://example.com",
            "data:text/plain,x",
            "http://0.0.0.0:3000",
            "http://[::]:3000",
        ] {
            assert!(PublicUrl::try_from(Url::parse(bad).unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_origin_is_written_as_browsers_write_it() {
        for (address, origin) in [
            ("HTTPS://Onramp.Example.com:443/", "https://onramp.example.com"),
            ("https://onramp.example.com:8443", "https://onramp.example.com:8443"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("https://ümlaut.example", "https://xn--mlaut-jva.example"),
        ] {
            assert_eq!(public(address).origin(), origin);
        }
    }

    #[test]
    fn cookies_of_two_onramps_on_one_host_have_different_names() {
        for (address, name) in [
            ("https://onramp.example.com", "__Host-onramp"),
            ("https://onramp.example.com:8443", "__Host-onramp-8443"),
            ("http://onramp.example.com", "onramp"),
            ("http://127.0.0.1:3000", "onramp-3000"),
            ("http://127.0.0.1:3001", "onramp-3001"),
        ] {
            assert_eq!(public(address).cookie_name("onramp"), name);
        }
    }

    #[test]
    fn a_host_is_ours_past_us_or_somebody_elses() {
        use Addressed::{Directly, Otherwise, Publicly};
        let table = [
            ("https://onramp.example.com", "onramp.example.com", Publicly),
            ("https://onramp.example.com", "Onramp.Example.COM:443", Publicly),
            ("https://onramp.example.com", "onramp.example.com.", Publicly),
            ("https://onramp.example.com", "onramp.example.com:3000", Directly),
            ("https://onramp.example.com", "127.0.0.1:3000", Directly),
            ("https://onramp.example.com", "192.0.2.7", Directly),
            ("https://onramp.example.com", "[2001:db8::1]:3000", Directly),
            ("https://onramp.example.com", "localhost:3000", Directly),
            ("https://onramp.example.com", "example.com", Otherwise),
            ("https://onramp.example.com", "onramp.example.com.evil.example", Otherwise),
            ("https://onramp.example.com", "localhost.evil.example", Otherwise),
            ("https://onramp.example.com", "127.0.0.1.evil.example", Otherwise),
            ("https://onramp.example.com", "onramp_upstream", Otherwise),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", Publicly),
            ("http://127.0.0.1:3000", "localhost:3000", Directly),
            ("http://127.0.0.1:3000", "evil.example:3000", Otherwise),
            ("http://[::1]:3000", "[::1]:3000", Publicly),
            ("http://onramp.lan", "onramp.lan:80", Publicly),
        ];
        for (address, host, want) in table {
            assert_eq!(public(address).addressed_by(&host.parse().unwrap()), want, "{host} at {address}");
        }
    }

    #[test]
    fn cookies_of_a_public_https_address_are_lost_over_plain_http() {
        let public = public("https://onramp.example.com");
        for (origin, lost) in [
            ("https://onramp.example.com", false),
            ("http://onramp.example.com", true),
            ("http://192.0.2.7:3000", true),
            // Browsers treat this machine as safe.
            ("http://localhost:3000", false),
            ("null", false),
        ] {
            assert_eq!(public.loses_cookies_at(origin), lost, "{origin}");
        }
        assert!(!self::public("http://onramp.lan").loses_cookies_at("http://192.0.2.7"));
    }
}
