//! An endpoint that may be called instead of AWS: one on this computer, and no other.

use std::fmt;
use std::str::FromStr;

/// The root of an HTTP server on loopback, such as `http://127.0.0.1:4566`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

/// The hosts that are this computer. Only these spellings: `127.0.0.1.example.com` and `127.1` are none of them.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

impl Endpoint {
    /// The address, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |why: &str| {
            format!("`{text}` {why}; an endpoint is on this computer, such as http://127.0.0.1:4566")
        };
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let rest = rest.ok_or_else(|| refused("does not begin with http:// or https://"))?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '\\', '?', '#', '@', '%']) {
            return Err(refused("has more than a host and a port"));
        }
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                let is_port = port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok();
                if !is_port {
                    return Err(refused("has no port from 0 to 65535"));
                }
                host
            }
            _ => authority,
        };
        if !LOOPBACK.contains(&host) {
            return Err(refused("is neither 127.0.0.1 nor [::1] nor localhost"));
        }
        Ok(Self(text.strip_suffix('/').unwrap_or(text).to_owned()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::ipv4("http://127.0.0.1:4566", "http://127.0.0.1:4566")]
    #[case::ipv6("http://[::1]:4566/", "http://[::1]:4566")]
    #[case::ipv6_without_port("http://[::1]", "http://[::1]")]
    #[case::a_name("https://localhost", "https://localhost")]
    fn this_computer_is_an_endpoint(#[case] text: &str, #[case] url: &str) {
        assert_eq!(text.parse::<Endpoint>().unwrap().url(), url);
    }

    #[rstest]
    #[case::elsewhere("https://states.eu-west-1.amazonaws.com")]
    #[case::a_name_that_begins_like_it("http://127.0.0.1.example.com")]
    #[case::another_name_that_begins_like_it("http://localhost.example.com:4566")]
    #[case::a_user_that_looks_like_it("http://127.0.0.1@example.com")]
    #[case::a_user_and_password("http://localhost:4566@example.com")]
    #[case::a_backslash("http://127.0.0.1\\@example.com")]
    #[case::every_address("http://0.0.0.0:4566")]
    #[case::another_scheme("ftp://127.0.0.1")]
    #[case::no_scheme("127.0.0.1:4566")]
    #[case::a_path("http://127.0.0.1/proxy/states")]
    #[case::a_port("http://127.0.0.1:99999")]
    #[case::a_signed_port("http://127.0.0.1:+80")]
    #[case::a_short_form("http://127.1:4566")]
    fn nothing_else_is(#[case] text: &str) {
        let refusal = text.parse::<Endpoint>().unwrap_err();
        assert!(refusal.starts_with(&format!("`{text}` ")), "{refusal}");
    }
}
