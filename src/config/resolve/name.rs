//! Names of services and targets, which become series ids, file names and test names, and of commits.

use crate::config::error::Fault;
use crate::config::file::File;
use crate::config::yaml::{At, shown};
use std::collections::BTreeMap;

const MAX_CHARS: usize = 120;
const MAX_COMMIT_BYTES: usize = 250;

/// Checks the name of a service, a benchmark or a load.
pub(super) fn checked(name: &At<String>, what: &str) -> Result<String, Fault> {
    let text = &name.value;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let part = |part: &str| !part.is_empty() && part != "." && part != "..";
    if (1..=MAX_CHARS).contains(&text.len())
        && text.chars().all(allowed)
        && text.split('/').all(part)
    {
        return Ok(text.clone());
    }
    Err(name.fault(format!("`{}` cannot be the name of a {what}", shown(text))).help(format!(
        "use 1 to {MAX_CHARS} letters, digits, `.`, `_` and `-`, in parts separated by `/`"
    )))
}

/// Checks a name that git may know a commit by, such as `example`.
pub(super) fn of_commit(name: &At<String>, example: &str) -> Result<String, Fault> {
    let text = &name.value;
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if text.is_empty()
        || text.len() > MAX_COMMIT_BYTES
        || text.starts_with('-')
        || text.contains(odd)
    {
        return Err(name
            .fault(format!("`{}` names no commit", shown(text)))
            .help(format!("name a branch, a tag or a commit, such as `{example}`")));
    }
    Ok(text.clone())
}

/// Refuses two targets of one name, and targets below another one: what belongs to `parse/large` would
/// also belong to `parse`, in `--only`, in failures and among the benches of criterion.
pub(super) fn distinct_targets(file: &File) -> Result<(), Fault> {
    let mut seen: BTreeMap<&str, &At<String>> = BTreeMap::new();
    let benchmarks = file.benchmarks.iter().flat_map(|entries| &entries.0).map(|(name, _)| name);
    let loads = file.loads.iter().flat_map(|entries| &entries.0).map(|(name, _)| name);
    for name in benchmarks.chain(loads) {
        if let Some(first) = seen.insert(&name.value, name) {
            return Err(name.fault(format!(
                "`{}` names two targets; the other one is in line {}",
                name.value, first.place.line
            )));
        }
    }
    for name in seen.values() {
        let mut above = name.value.match_indices('/').map(|(at, _)| &name.value[..at]);
        if let Some(upper) = above.find_map(|prefix| seen.get(prefix)) {
            return Err(name
                .fault(format!(
                    "`{}` lies below the target `{}` in line {}",
                    name.value, upper.value, upper.place.line
                ))
                .help(format!(
                    "call that one `{}/…`, too, or this one something else",
                    upper.value
                )));
        }
    }
    Ok(())
}
