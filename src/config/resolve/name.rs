//! Names of services and targets: they become series ids, file names and test names.

use crate::config::error::Fault;
use crate::config::file::File;
use crate::config::yaml::{At, shown};
use std::collections::BTreeMap;

const MAX_CHARS: usize = 120;

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

/// Refuses two targets of one name, and targets below a criterion benchmark, whose own targets
/// could take the same names.
pub(super) fn distinct_targets(file: &File) -> Result<(), Fault> {
    let mut seen: BTreeMap<&str, (&At<String>, bool)> = BTreeMap::new();
    let benchmarks = file.benchmarks.iter().flat_map(|entries| &entries.0);
    let loads = file.loads.iter().flat_map(|entries| &entries.0);
    let named = benchmarks
        .map(|(name, kind)| (name, kind.value.criterion.is_some()))
        .chain(loads.map(|(name, _)| (name, false)));
    for (name, is_prefix) in named {
        if let Some((first, _)) = seen.insert(&name.value, (name, is_prefix)) {
            return Err(name
                .fault(format!(
                    "`{}` names two targets; the other one is in line {}",
                    name.value, first.place.line
                ))
                .help("rename one of them"));
        }
    }
    for (name, _) in seen.values() {
        let above = name.value.match_indices('/').map(|(at, _)| &name.value[..at]);
        for prefix in above {
            if let Some((criterion, true)) = seen.get(prefix) {
                return Err(name
                    .fault(format!(
                        "`{}` could also be a bench of the criterion benchmark `{prefix}` in line {}",
                        name.value, criterion.place.line
                    ))
                    .help("rename one of them"));
            }
        }
    }
    Ok(())
}
