//! Where history is kept.

use super::{defaults, path_in};
use crate::config::error::{Fault, Place};
use crate::config::plan::StoreLocation;
use crate::config::quantity::QuantityError;
use crate::config::yaml::{At, shown};
use std::path::Path;

/// The longest name of a branch or remote, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// Where a history is kept that is named outside a file, as on the command line.
///
/// # Errors
///
/// When the text names no store.
pub fn store_location(text: &str, base: &Path) -> Result<StoreLocation, QuantityError> {
    let written = At { value: text.to_owned(), place: Place::default() };
    store(Some(&written), base)
        .map_err(|fault| QuantityError { message: fault.message, help: fault.help })
}

pub(in crate::config) fn store(
    store: Option<&At<String>>,
    base: &Path,
) -> Result<StoreLocation, Fault> {
    let Some(written) = store else {
        return Ok(StoreLocation::Sqlite(base.join(defaults::STORE_FILE)));
    };
    match written.value.split_once(':') {
        Some(("sqlite", path))
            if path.trim().starts_with(':') || path.trim().starts_with("file:") =>
        {
            Err(written
                .fault(format!("`{}` is not a file", shown(&written.value)))
                .help("a history is kept in a file; write its path, without SQLite's own notation"))
        }
        Some(("sqlite", path)) if !path.trim().is_empty() => {
            Ok(StoreLocation::Sqlite(path_in(base, written, path)?))
        }
        Some(("git", name)) => git(written, name.trim(), base),
        _ => {
            Err(written.fault(format!("`{}` is not a store", shown(&written.value))).help(format!(
                "write `sqlite:PATH`, such as `sqlite:{}`, or `git:BRANCH`, such as `git:{}`",
                defaults::STORE_FILE,
                defaults::STORE_BRANCH
            )))
        }
    }
}

/// A branch, and after an `@` the remote that shares it.
fn git(written: &At<String>, name: &str, base: &Path) -> Result<StoreLocation, Fault> {
    let (branch, remote) = match name.split_once('@') {
        Some((branch, remote)) => (branch, Some(remote)),
        None => (name, None),
    };
    let branch = if branch.is_empty() { defaults::STORE_BRANCH } else { branch };
    if !is_ref(branch) {
        return Err(written
            .fault(format!("`{}` is not the name of a branch", shown(branch)))
            .help("letters, digits and `.`, `_`, `-`, `/` between them make a name"));
    }
    if let Some(remote) = remote
        && remote != "."
        && !is_ref(remote)
    {
        return Err(written
            .fault(format!("`{}` is not the name of a remote", shown(remote)))
            .help("write one that `git remote` lists, such as `origin`, or `.` for none"));
    }
    Ok(StoreLocation::Git {
        directory: base.to_owned(),
        branch: branch.to_owned(),
        remote: remote.map(str::to_owned),
    })
}

/// Whether git takes this for the name of a branch or remote, and no shell or URL makes more of it.
fn is_ref(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_part = |part: &str| {
        !part.is_empty()
            && part.chars().all(plain)
            && !part.starts_with(['.', '-'])
            && !part.ends_with('.')
            && !part.ends_with(".lock")
            && !part.contains("..")
    };
    name.len() <= MAX_NAME_BYTES && name != "HEAD" && name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_git_would_take_for_something_else_are_refused() {
        for name in ["pacegate-history", "perf/history", "v1.2_x"] {
            assert!(is_ref(name), "{name}");
        }
        for name in [
            "", "/", "a/", "/a", "a//b", "-a", "a/-b", ".a", "a.", "a..b", "a.lock", "HEAD", "a b",
            "a:b", "a~1", "a^", "a*", "a?", "a[", "a\\b", "a\nb", "+a", "ä",
        ] {
            assert!(!is_ref(name), "{name:?}");
        }
        assert!(!is_ref(&"a".repeat(201)));
    }
}
