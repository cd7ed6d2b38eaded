//! Where a redirect leads to.

use super::step::Message;
use crate::measure::load::failure::RequestFailure;
use http_body_util::Full;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION};
use hyper::{Method, StatusCode, Uri};

use super::Answer;

/// The request that follows a redirect; `None` when the answer is none.
///
/// Only the same origin is followed: another host was neither checked nor is it what is measured.
///
/// # Errors
///
/// When it leads to another origin, or nowhere.
pub(in crate::measure::load) fn redirected(
    origin: &str,
    message: &Message,
    answer: &Answer,
) -> Result<Option<Message>, RequestFailure> {
    let status = answer.status;
    let keeps = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let turns =
        matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER);
    if !keeps && !turns {
        return Ok(None);
    }
    let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location.ok_or(RequestFailure::Malformed)?;
    let path = same_origin(origin, message.uri().path(), location)?;
    let uri: Uri = path.parse().map_err(|_| RequestFailure::Malformed)?;
    let mut next = message.clone();
    *next.uri_mut() = uri;
    // Those for the new path are added to it.
    next.headers_mut().remove(COOKIE);
    if turns && next.method() != Method::HEAD {
        *next.method_mut() = Method::GET;
        *next.body_mut() = Full::default();
        next.headers_mut().remove(CONTENT_TYPE);
        next.headers_mut().remove(CONTENT_LENGTH);
    }
    Ok(Some(next))
}

/// The path with query of a location, seen from a path of an origin (RFC 3986, section 5.2; without its
/// dot segments, which servers resolve).
fn same_origin(origin: &str, from: &str, location: &str) -> Result<String, RequestFailure> {
    let location = location.split('#').next().unwrap_or_default();
    let path = match location.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+') => {
            let start = location.get(..origin.len());
            let rest = location.get(origin.len()..).unwrap_or_default();
            let same = start.is_some_and(|start| start.eq_ignore_ascii_case(origin));
            if !same || !(rest.is_empty() || rest.starts_with(['/', '?'])) {
                return Err(RequestFailure::Elsewhere);
            }
            rest
        }
        _ if location.starts_with("//") => return Err(RequestFailure::Elsewhere),
        _ => location,
    };
    Ok(match path.chars().next() {
        Some('/') => path.to_owned(),
        Some('?') if path.len() == location.len() => format!("{from}{path}"),
        Some('?') => format!("/{path}"),
        None => from.to_owned(),
        Some(_) => {
            let folder = from.rfind('/').map_or("/", |slash| &from[..=slash]);
            format!("{folder}{path}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_followed_within_its_origin_only() {
        let check = |location: &str, expected: Result<&str, RequestFailure>| {
            let found = same_origin("http://shop:81", "/a/b", location);
            assert_eq!(found, expected.map(str::to_owned), "{location}");
        };
        check("/c?x=1#top", Ok("/c?x=1"));
        check("c", Ok("/a/c"));
        check("?x=1", Ok("/a/b?x=1"));
        check("", Ok("/a/b"));
        check("http://shop:81/c", Ok("/c"));
        check("HTTP://SHOP:81?x", Ok("/?x"));
        check("http://shop:81", Ok("/a/b"));
        check("http://shop:8/c", Err(RequestFailure::Elsewhere));
        check("http://shop:811/c", Err(RequestFailure::Elsewhere));
        check("http://shop:81@evil/c", Err(RequestFailure::Elsewhere));
        check("https://shop:81/c", Err(RequestFailure::Elsewhere));
        check("//evil/c", Err(RequestFailure::Elsewhere));
        check("/c?u=http://evil", Ok("/c?u=http://evil"));
    }
}
