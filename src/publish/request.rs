//! What is sent to a forge, without the token.

use serde::Serialize;
use url::{Position, Url};

/// A request as it would be sent, without the token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// Such as `POST`.
    pub method: &'static str,
    /// The path and the query below the API's address, such as `/repos/o/r/check-runs`.
    pub path: String,
    /// What is sent; `None` where nothing is.
    pub body: Option<serde_json::Value>,
}

pub(super) fn get(path: String) -> Request {
    Request { method: "GET", path, body: None }
}

/// A path below the API's address; nothing within a segment can leave it.
pub(super) fn path(segments: &[&str], query: &[(&str, &str)]) -> String {
    // The address is only there to be parsed, and always is one.
    let Ok(mut url) = Url::parse("https://localhost") else { return String::new() };
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(segments);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url[Position::BeforePath..].to_owned()
}

/// A path below a repository, `owner/name`.
pub(super) fn below(repository: &str, segments: &[&str], query: &[(&str, &str)]) -> String {
    let repository: Vec<&str> = repository.split('/').collect();
    path(&[&["repos"], &repository[..], segments].concat(), query)
}

/// Whether a text is `owner/name`.
pub(super) fn is_owner_and_name(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    parts.len() == 2 && !parts.iter().any(|part| ["", ".", ".."].contains(part))
}
