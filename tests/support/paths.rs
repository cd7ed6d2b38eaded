//! The paths that a Rust source names, read from its tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path such as `crate::model::Run`, with groups of a `use` written out.
pub(crate) struct Path {
    /// The line its last group element, or its beginning, stands on; from 1.
    pub(crate) line: usize,
    /// At least two, but for a crate that `use` brings in whole; a glob is `*`.
    pub(crate) segments: Vec<String>,
}

/// Every path of a source whose own module is `depth` modules below the crate's top. Paths that
/// climb to the top with `super` come out as beginning with `crate`.
pub(crate) fn paths(source: &str, depth: usize) -> Vec<Path> {
    let tokens = source.parse().unwrap_or_else(|error| panic!("{error}:\n{source}"));
    let mut found = Vec::new();
    walk(tokens, &[], depth, &mut found);
    found
}

/// Collects the paths of a token stream; `prefix` is what stands before the braces of a `use` group.
fn walk(tokens: TokenStream, prefix: &[String], depth: usize, found: &mut Vec<Path>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |i: usize| match tokens.get(i) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let is =
        |i: usize, c: char| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut i = 0;
    while i < tokens.len() {
        let begin = i;
        i += 1;
        match &tokens[begin] {
            TokenTree::Group(group) => {
                let inline_module = begin >= 2 && word(begin - 2).as_deref() == Some("mod");
                walk(group.stream(), &[], depth + usize::from(inline_module), found);
                continue;
            }
            TokenTree::Punct(star) if star.as_char() == '*' && !prefix.is_empty() => {
                let line = star.span().start().line;
                found.push(Path { line, segments: [prefix, &["*".to_owned()]].concat() });
                continue;
            }
            TokenTree::Ident(_) => {}
            _ => continue,
        }
        // Within a group, `as` and the new name after it are no path.
        let renames = |i: usize| word(i).as_deref() == Some("as");
        if !prefix.is_empty() && (renames(begin) || begin > 0 && renames(begin - 1)) {
            continue;
        }
        let mut segments = prefix.to_vec();
        segments.extend(word(begin));
        while is(i, ':') && is(i + 1, ':') {
            if let Some(next) = word(i + 2) {
                segments.push(next);
            } else if is(i + 2, '*') {
                segments.push("*".to_owned());
            } else {
                break;
            }
            i += 3;
        }
        if let (true, Some(TokenTree::Group(group))) =
            (is(i, ':') && is(i + 1, ':'), tokens.get(i + 2))
            && group.delimiter() == Delimiter::Brace
        {
            walk(group.stream(), &from_top(segments, depth), depth, found);
            i += 3;
            continue;
        }
        let used = begin > 0 && word(begin - 1).as_deref() == Some("use");
        // `use crate as house` would hide every edge behind a new name.
        if used && segments == ["crate"] {
            segments.push("*".to_owned());
        }
        if segments.len() > 1 || used {
            let line = tokens[begin].span().start().line;
            found.push(Path { line, segments: from_top(segments, depth) });
        }
    }
}

/// Writes a path that climbs to the crate's top with `super` as one from `crate`.
fn from_top(segments: Vec<String>, depth: usize) -> Vec<String> {
    let climbs = segments.iter().take_while(|segment| *segment == "super").count();
    if climbs == 0 || climbs < depth {
        return segments;
    }
    std::iter::once("crate".to_owned()).chain(segments.into_iter().skip(climbs)).collect()
}
