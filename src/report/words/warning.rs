//! The words for every doubt: what is doubtful, and after a semicolon what to do about it.

use crate::model::{Unit, Warning};
use crate::report::number::{percent, quantity};
use std::collections::BTreeMap;

/// A doubt as a sentence; names and messages from outside stand in it as they are.
pub fn warning(warning: &Warning) -> String {
    match warning {
        Warning::BusyMachine { load_per_core } => format!(
            "the machine was busy before measuring ({load_per_core:.1} waiting tasks a \
            core); stop other work or use a quieter runner"
        ),
        Warning::StolenTime { share } => format!(
            "the hypervisor took {} of the CPU time; compare base and head in one job, or \
            use a dedicated runner",
            percent(*share)
        ),
        Warning::Governor { governor } => format!(
            "the CPU governor is `{governor}`, so the clock wanders; set it to \
            `performance` where you may"
        ),
        Warning::CpuPressure { share } => format!(
            "tasks waited for a CPU {} of the time; grant more cores or lower the load",
            percent(*share)
        ),
        Warning::Autocorrelated { lag1 } => format!(
            "successive values depend on each other (lag-1 {lag1:.2}), so intervals may \
            be too narrow; measure more processes, not more iterations"
        ),
        Warning::Drift { change } => format!(
            "values drift {} by {} from the first to the second half of the run; lengthen \
            the warm-up",
            if *change < 0.0 { "down" } else { "up" },
            percent(*change)
        ),
        Warning::Bimodal => {
            "values fall into two groups; look for two code paths or CPU frequencies, and \
            raise the number of samples"
                .to_owned()
        }
        Warning::SlowFirst { ratio } => {
            format!("the first value is {ratio:.1} times the rest; add warm-up")
        }
        Warning::NotExact { min, max } => format!(
            "a metric said to be exact ranged from {min} to {max}; drop `exact`, or find \
            what makes it vary"
        ),
        Warning::SearchEnded { rate } => format!(
            "the objective held up to {}, where the search ended: the capacity is at least that, and what \
             lies above is not compared; raise `to`",
            quantity(&Unit::PerSecond, *rate)
        ),
        Warning::NothingTimed => {
            "every time is 0 in base and head, so that no change could be seen; measure a longer \
            piece of work, or mend what wrote the times"
                .to_owned()
        }
        Warning::MemoryFloor { floor } => format!(
            "peak memory below {} cannot be seen here; read it as at most that",
            quantity(&Unit::Bytes, *floor)
        ),
        Warning::ShortProcess { seconds } => format!(
            "the command takes {}, most of which may be process start; measure a longer \
            piece of work",
            quantity(&Unit::Seconds, *seconds)
        ),
        Warning::OneSession => {
            "one run a side: the variation between runs is unknown and not in the \
            interval; give several baseline runs"
                .to_owned()
        }
        Warning::DirtyTree => {
            "the working tree has uncommitted changes, so this run will not serve as a \
            baseline; commit first"
                .to_owned()
        }
        Warning::UntrustedBranch { branch } => format!(
            "branch `{branch}` does not feed the baseline; list it under `baseline: \
            branches` if it should"
        ),
        Warning::EmptyHistory { path } => format!(
            "the history `{path}` was there and empty, so this run begins a new one; if runs were stored \
            there, restore it from a copy"
        ),
        Warning::PolicyChanged { path } => format!(
            "this change adds, edits or removes `{path}`, by which it is judged; look at that before its \
             verdict counts"
        ),
        Warning::PartialRun => {
            "only some targets were measured, so this run will not serve as a baseline; \
            leave `--only` out for that"
                .to_owned()
        }
        Warning::UnknownRevision { error } => format!(
            "git could not tell what was measured ({error}), so this run will not serve \
            as a baseline; mend the repository, or mark it as safe"
        ),
        Warning::BaseFailed { target, error } => {
            let first = error.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            format!(
                "`{target}` could not be compared ({first}); nothing is wrong if this change adds it, \
                else mend the base"
            )
        }
        Warning::SameProgram { target, program } => format!(
            "`{target}` runs the same `{program}` in base and head, so that it may be compared with \
            itself; name the program that `build` makes by its path in the tree"
        ),
        Warning::SameCode => {
            "base and head are the same code, so that every difference is noise; commit a change, \
            or name an older base"
                .to_owned()
        }
        Warning::UnusedWaiver { series } => {
            format!("the waiver for `{series}` excused nothing; remove it")
        }
        Warning::WaiverExceeded { series, ceiling } => format!(
            "the waiver for `{series}` excuses changes up to its ceiling of {}, and this is more; mend it, \
            or raise the ceiling",
            percent(*ceiling)
        ),
        Warning::LeftBehind { count } => format!(
            "{count} process(es) outlived the command and were ended; make it wait for \
            its children"
        ),
        Warning::FailedRequests { failed, requests, kinds } => {
            format!(
                "{failed} of {requests} requests failed ({}); their latencies count, so gate \
                `errors` too",
                counts(kinds)
            )
        }
        Warning::TeardownFailed { step, failure } => format!(
            "the request `{step}` after the load failed ({failure}); clean up what it should have"
        ),
        Warning::PairsLeftOut { base, head, of } => format!(
            "of {of} pairs some were left out, since the load was not valid ({base} times in the base, \
            {head} in the head); quieten the machine, or lower the rate"
        ),
        Warning::WaitedForConnection { share, p99 } => format!(
            "{} of journeys waited for a free connection (p99 {}), which their latency \
            holds; raise `connections` unless the service is to have no more",
            percent(*share),
            quantity(&Unit::Seconds, *p99)
        ),
        Warning::ResourcesUnread { what, reason } => {
            format!(
                "`{what}` could not be read ({reason}); leave it out, or mend what keeps it from us"
            )
        }
        Warning::MetricsUnread { failed, asked, kinds } => format!(
            "the metrics endpoint failed {failed} of {asked} times ({}); look at the service's log, or \
            correct `prometheus`",
            counts(kinds)
        ),
    }
}

/// Counts by kind, the largest first.
fn counts(kinds: &BTreeMap<String, u64>) -> String {
    let mut kinds: Vec<_> = kinds.iter().map(|(kind, count)| (count, kind)).collect();
    kinds.sort_by_key(|(count, _)| std::cmp::Reverse(**count));
    let kinds = kinds.iter().map(|(count, kind)| format!("{count} × {kind}"));
    kinds.collect::<Vec<_>>().join(", ")
}
