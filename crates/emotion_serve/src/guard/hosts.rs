//! Names of this server, and origins whose pages may ask it.
//!
//! A page of another site can make a browser ask `http://its.name/` after pointing that name at
//! 127.0.0.1 (DNS rebinding). Its requests carry the foreign name in `Host`: they are refused. An
//! address in `Host` is no name that could be pointed elsewhere, and is let through.

use std::net::IpAddr;

use axum::http::HeaderValue;
use axum::http::uri::Authority;
use url::Url;

use crate::config::ConfigError;

/// The names and origins that are known.
pub struct Hosts {
    names: Vec<String>,
    origins: Vec<String>,
}

impl Hosts {
    /// Knows these names and origins beside the usual ones.
    ///
    /// # Errors
    /// [`ConfigError::Origin`] for what is no origin.
    pub fn new(names: &[String], origins: &[String]) -> Result<Self, ConfigError> {
        let origins = origins.iter().map(|text| {
            let refused = || ConfigError::Origin(text.clone());
            let url = Url::parse(text).map_err(|_| refused())?;
            let origin = url.origin();
            let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            if bare && origin.is_tuple() {
                Ok(origin.ascii_serialization())
            } else {
                Err(refused())
            }
        });
        let names = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Ok(Self { names, origins: origins.collect::<Result<_, _>>()? })
    }

    /// Whether `host`, with or without a port, is this server.
    pub fn knows_host(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        if host.contains('@') {
            return false;
        }
        let name = authority.host().to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || address.parse::<IpAddr>().is_ok() || self.names.contains(&name)
    }

    /// Whether pages of `origin` may ask: those of this server, and those that were named.
    pub fn allows_origin(&self, origin: &str, host: &str) -> bool {
        let own = origin.split_once("://").is_some_and(|(scheme, authority)| {
            ["http", "https"].contains(&scheme) && authority.eq_ignore_ascii_case(host)
        });
        own || self.origins.iter().any(|known| known == origin)
    }

    /// The other origins, as headers have them.
    pub fn origin_headers(&self) -> Vec<HeaderValue> {
        self.origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        Hosts::new(&["Faces.example".to_owned()], &["https://lab.example".to_owned()])
            .expect("hosts")
    }

    #[test]
    fn foreign_names_are_not_this_server() {
        let hosts = hosts();
        for host in
            ["localhost", "localhost:80", "127.0.0.1:8080", "[::1]:80", "10.0.0.7", "faces.example"]
        {
            assert!(hosts.knows_host(host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a@localhost"]
        {
            assert!(!hosts.knows_host(host), "{host}");
        }
    }

    #[test]
    fn pages_of_other_sites_may_not_ask() {
        let hosts = hosts();
        let host = "localhost:8080";
        assert!(hosts.allows_origin("http://localhost:8080", host));
        assert!(hosts.allows_origin("https://lab.example", host));
        for origin in
            ["null", "http://localhost:8081", "https://lab.example.evil", "file://localhost:8080"]
        {
            assert!(!hosts.allows_origin(origin, host), "{origin}");
        }
        for origin in ["lab.example", "https://lab.example/page", "data:x", "*"] {
            assert!(Hosts::new(&[], &[origin.to_owned()]).is_err(), "{origin}");
        }
    }
}
