//! The part of URLs that a load needs: `http[s]://host[:port][/path]`, taken apart without resolving.

use super::yaml::shown;
use std::net::IpAddr;

/// An HTTP URL taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpUrl<'a> {
    /// Scheme, host and port, in lower case and without the default port, no slash at the end.
    pub(crate) origin: String,
    /// Host name or address, in lower case and without brackets.
    pub(crate) host: String,
    /// Path with query; empty where none is written.
    pub(crate) path: &'a str,
}

/// Takes an `http://` or `https://` URL apart.
///
/// # Errors
///
/// With what is wrong, and what to do about it where that is known: another scheme, no host, a user
/// or password, a bad port, characters that no URL may hold.
pub(crate) fn http_url(url: &str) -> Result<HttpUrl<'_>, (String, Option<String>)> {
    let wrong = |what: &str| (format!("`{}` {what}", shown(url)), None);
    let (scheme, rest) = after_scheme(url)?;
    if !url.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(wrong("holds characters that a URL must not hold unescaped"));
    }
    let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(split);
    if path.contains('#') {
        return Err(wrong("has a fragment (`#…`), which is never sent"));
    }
    if authority.contains('@') {
        // Not repeated, since messages end up in logs.
        return Err((
            "the URL holds a user or password".to_owned(),
            Some("send an `authorization` header instead".to_owned()),
        ));
    }
    let (host, port) = host_and_port(authority).ok_or_else(|| wrong("has no valid host"))?;
    let port = match port {
        None => None,
        Some(digits) => match digits.parse::<u16>() {
            Ok(number) if number > 0 && digits.bytes().all(|b| b.is_ascii_digit()) => Some(number),
            _ => return Err(wrong("has no valid port; it is a number from 1 to 65535")),
        },
    };
    let written = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let origin = match (scheme, port) {
        (_, None) | ("http", Some(80)) | ("https", Some(443)) => format!("{scheme}://{written}"),
        (_, Some(port)) => format!("{scheme}://{written}:{port}"),
    };
    Ok(HttpUrl { origin, host, path })
}

/// The scheme in lower case, and what follows `://`.
fn after_scheme(url: &str) -> Result<(&'static str, &str), (String, Option<String>)> {
    match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => Ok(("http", rest)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Ok(("https", rest)),
        Some((scheme, _)) => Err((
            format!("unknown scheme `{}`", shown(scheme)),
            Some("use http:// or https://".to_owned()),
        )),
        None => Err((
            format!("`{}` is not a URL", shown(url)),
            Some("write it as `http://127.0.0.1:8080`".to_owned()),
        )),
    }
}

/// Host in lower case without brackets, and the digits after the colon.
fn host_and_port(authority: &str) -> Option<(String, Option<&str>)> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (address, after) = bracketed.split_once(']')?;
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        let port = match after {
            "" => None,
            _ => Some(after.strip_prefix(':')?),
        };
        return Some((address.to_string(), port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let valid = !host.is_empty() && host.len() <= 253 && host.bytes().all(allowed);
    valid.then(|| (host.to_ascii_lowercase(), port))
}

/// The host that an `http://` URL names, in lower case and without brackets or port; `None` when it
/// is not such a URL.
pub fn host_of(url: &str) -> Option<String> {
    http_url(url).ok().map(|url| url.host)
}

/// Whether a host, as [`host_of`] gives it, is surely this machine: `localhost`, a name below it, or
/// a loopback address. Names are not looked up.
pub fn is_loopback(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(url: &str, origin: &str, host: &str, path: &str) {
        let parsed = http_url(url).unwrap();
        assert_eq!(
            (parsed.origin.as_str(), parsed.host.as_str(), parsed.path),
            (origin, host, path)
        );
    }

    #[test]
    fn urls_are_taken_apart() {
        check("http://127.0.0.1:7878/health", "http://127.0.0.1:7878", "127.0.0.1", "/health");
        check("HTTP://LocalHost", "http://localhost", "localhost", "");
        check("http://a_b.example:80/", "http://a_b.example", "a_b.example", "/");
        check("HTTPS://a:443/x", "https://a", "a", "/x");
        check("https://a:80", "https://a:80", "a", "");
        check("http://[::1]:8080?x=1", "http://[::1]:8080", "::1", "?x=1");
    }

    #[track_caller]
    fn refuse(url: &str, message: &str) {
        assert_eq!(http_url(url).unwrap_err().0, message);
        assert_eq!(host_of(url), None);
    }

    #[test]
    fn bad_urls_are_refused() {
        refuse("ftp://a", "unknown scheme `ftp`");
        refuse("127.0.0.1:80", "`127.0.0.1:80` is not a URL");
        refuse("http://", "`http://` has no valid host");
        refuse("http:///x", "`http:///x` has no valid host");
        refuse("http://[::1", "`http://[::1` has no valid host");
        refuse("http://a:0", "`http://a:0` has no valid port; it is a number from 1 to 65535");
        refuse("http://a:+80", "`http://a:+80` has no valid port; it is a number from 1 to 65535");
        refuse("http://a:", "`http://a:` has no valid port; it is a number from 1 to 65535");
        refuse("http://u:p@a", "the URL holds a user or password");
        refuse(
            "http://a/\r\nX: y",
            "`http://a/\\r\\nX: y` holds characters that a URL must not hold unescaped",
        );
        refuse("http://a/#b", "`http://a/#b` has a fragment (`#…`), which is never sent");
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in
            ["localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "a.localhost"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.example", "10.0.0.1", "0.0.0.0", "2130706433", "::2"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(url in "(http://)?\\PC{0,30}") {
            let _ = host_of(&url).map(|host| is_loopback(&host));
        }
    }
}
