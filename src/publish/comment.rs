//! The one comment of a pull request: how it is told from others.

use std::fmt;
use std::str::FromStr;

/// The most characters of an id.
const LONGEST: usize = 64;

/// What tells the comments of several pipelines on one pull request apart: 1 to 64 characters of
/// `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommentId(String);

impl FromStr for CommentId {
    type Err = String;

    fn from_str(text: &str) -> Result<CommentId, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        match (1..=LONGEST).contains(&text.len()) && text.chars().all(plain) {
            true => Ok(CommentId(text.to_owned())),
            false => Err(format!(
                "a comment's id is 1 to {LONGEST} of the characters A-Z, a-z, 0-9, `.`, `_` and `-`"
            )),
        }
    }
}

impl fmt::Display for CommentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first line of a comment; no reader sees it.
pub fn marker(id: &CommentId) -> String {
    format!("<!-- pacegate:v1:{id} -->")
}

/// The text of a comment: its marker, then what is to be read.
pub fn body(id: &CommentId, markdown: &str) -> String {
    format!("{}\n{markdown}", marker(id))
}

/// Whether a text is a comment of this id.
pub(super) fn is_of(text: &str, id: &CommentId) -> bool {
    text.lines().next().is_some_and(|first| first.trim_end() == marker(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_ends_no_marker() {
        let check = |text: &str, valid: bool| {
            assert_eq!(text.parse::<CommentId>().is_ok(), valid, "{text:?}");
        };
        check("default", true);
        check(&"a".repeat(LONGEST), true);
        check(&"a".repeat(LONGEST + 1), false);
        for text in ["", "a b", "a-->", "a\n", "ä", "a:b"] {
            check(text, false);
        }
    }

    #[test]
    fn a_comment_is_known_by_its_first_line_alone() {
        let id: CommentId = "api".parse().unwrap();
        assert_eq!(body(&id, "PASS\n"), "<!-- pacegate:v1:api -->\nPASS\n");
        assert!(is_of(&body(&id, "PASS"), &id));
        // Forges may send other ends of lines back.
        assert!(is_of("<!-- pacegate:v1:api -->\r\nPASS", &id));
        assert!(!is_of("> <!-- pacegate:v1:api -->\nquoted", &id));
        assert!(!is_of("look:\n<!-- pacegate:v1:api -->", &id));
        assert!(!is_of(&body(&"api2".parse().unwrap(), "PASS"), &id));
        assert!(!is_of("", &id));
    }
}
