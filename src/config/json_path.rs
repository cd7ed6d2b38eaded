//! JSON paths that are names and indexes alone, which any program can follow.

use serde::Serialize;

/// One step down into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PathKey {
    /// The member of that name.
    Name(String),
    /// The element at that place, from 0; from the end where negative.
    Index(i64),
}

/// The keys of a JSON path (RFC 9535) of names and indexes, such as `$.items[0].id` or `$['a b'][-1]`;
/// `None` of any other.
pub fn path_keys(path: &str) -> Option<Vec<PathKey>> {
    let mut rest = path.strip_prefix('$')?;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        let key;
        (key, rest) = match rest.strip_prefix('[') {
            Some(inner) => bracketed(inner)?,
            None => named(rest.strip_prefix('.')?)?,
        };
        keys.push(key);
    }
    Some(keys)
}

fn named(text: &str) -> Option<(PathKey, &str)> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
    let begins = name.starts_with(|c: char| is_name(c) && !c.is_ascii_digit());
    (begins && name.chars().all(is_name)).then(|| (PathKey::Name(name.to_owned()), rest))
}

/// What is between brackets: an index, or a quoted name without escapes.
fn bracketed(text: &str) -> Option<(PathKey, &str)> {
    match text.chars().next().filter(|quote| matches!(quote, '\'' | '"')) {
        None => {
            let (index, rest) = text.split_once(']')?;
            Some((PathKey::Index(index.parse().ok()?), rest))
        }
        Some(quote) => {
            let (name, rest) = text[1..].split_once(quote)?;
            let plain = !name.contains('\\');
            plain.then_some((PathKey::Name(name.to_owned()), rest.strip_prefix(']')?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let keys = path_keys(path).map(|keys| serde_json::to_string(&keys).unwrap());
        assert_eq!(keys.as_deref(), expected, "{path}");
    }

    #[test]
    fn names_and_indexes_are_keys_and_nothing_else_is() {
        check("$", Some("[]"));
        check("$.items[0].id", Some(r#"["items",0,"id"]"#));
        check("$['a b'][-1][\"c.d\"].é_1", Some(r#"["a b",-1,"c.d","é_1"]"#));
        for path in [
            "",
            "items",
            "$.",
            "$..id",
            "$.*",
            "$[*]",
            "$[0:2]",
            "$[0,1]",
            "$[?@.a]",
            "$.a b",
            "$.1a",
            "$['a\\'b']",
            "$['a'",
            "$[0",
            "$[]",
            "$[99999999999999999999]",
            "$ .a",
            "$.a ",
        ] {
            check(path, None);
        }
    }
}
