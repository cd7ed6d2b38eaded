//! From what is typed to what is meant: every default is filled in here, every value is checked.

mod benchmark;
mod body;
pub mod defaults;
mod gate;
mod load;
mod name;

use super::error::Fault;
use super::file::File;
use super::plan::{BaselinePlan, Command, Plan, ReportFormat, ReportPlan, StoreLocation};
use super::quantity::{self, QuantityError};
use super::yaml::{At, Entries, shown};
use super::{file, plan};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Checks a file and fills in what it leaves out.
///
/// Relative paths are joined to `base`. `today` decides which waivers have expired.
pub(super) fn resolve(file: &File, base: &Path, today: time::Date) -> Result<Plan, Fault> {
    if file.version.value != defaults::VERSION {
        let found = file.version.value;
        return Err(file
            .version
            .fault(format!("version {found} of the file format is not known"))
            .help(format!("this pacegate reads version {}", defaults::VERSION)));
    }
    let services = load::services(file.services.as_ref(), base)?;
    let benchmarks = benchmark::benchmarks(file.benchmarks.as_ref(), base)?;
    let loads = load::loads(file.loads.as_ref(), &services)?;
    name::distinct_targets(file)?;
    Ok(Plan {
        project: project(&file.project)?,
        store: store(file.store.as_ref(), base)?,
        gates: gate::gates(file)?,
        waivers: gate::waivers(file.waivers.as_deref().unwrap_or_default(), today)?,
        reports: reports(file.reports.as_deref().unwrap_or_default(), base)?,
        baseline: baseline(file.baseline.as_ref())?,
        services,
        benchmarks,
        loads,
    })
}

fn project(name: &At<String>) -> Result<String, Fault> {
    let text = name.value.trim();
    if text.is_empty() || text.chars().count() > 120 || text.chars().any(char::is_control) {
        return Err(
            name.fault("a project's name is 1 to 120 characters, none of them a control character")
        );
    }
    Ok(text.to_owned())
}

fn store(store: Option<&At<String>>, base: &Path) -> Result<StoreLocation, Fault> {
    let Some(written) = store else {
        return Ok(StoreLocation::Sqlite(base.join(defaults::STORE_FILE)));
    };
    match written.value.split_once(':') {
        Some(("sqlite", path)) if !path.trim().is_empty() => {
            Ok(StoreLocation::Sqlite(path_in(base, written, path)?))
        }
        _ => Err(written
            .fault(format!("`{}` is not a store", shown(&written.value)))
            .help(format!("write `sqlite:PATH`, such as `sqlite:{}`", defaults::STORE_FILE))),
    }
}

fn reports(reports: &[file::Report], base: &Path) -> Result<Vec<ReportPlan>, Fault> {
    let mut paths = BTreeSet::new();
    let plan = |report: &file::Report| {
        let (format, path) = match report {
            file::Report::Json(path) => (ReportFormat::Json, path),
            file::Report::Junit(path) => (ReportFormat::Junit, path),
            file::Report::JunitStrict(path) => (ReportFormat::JunitStrict, path),
            file::Report::Markdown(path) => (ReportFormat::Markdown, path),
            file::Report::Text(path) => (ReportFormat::Text, path),
        };
        let full = path_in(base, path, &path.value)?;
        if !paths.insert(full.clone()) {
            return Err(path.fault("two reports are written to one path"));
        }
        Ok(ReportPlan { format, path: full })
    };
    reports.iter().map(plan).collect()
}

fn baseline(baseline: Option<&file::Baseline>) -> Result<BaselinePlan, Fault> {
    let branches = match baseline.and_then(|baseline| baseline.branches.as_ref()) {
        None => defaults::BASELINE_BRANCHES.map(str::to_owned).to_vec(),
        Some(list) if list.value.is_empty() => {
            return Err(list.fault("no branch would feed the baseline").help("name one at least"));
        }
        Some(list) => list.value.iter().map(branch).collect::<Result<_, _>>()?,
    };
    let runs = match baseline.and_then(|baseline| baseline.runs.as_ref()) {
        None => defaults::BASELINE_RUNS,
        Some(runs) => count(runs, 1, defaults::MAX_BASELINE_RUNS, "baseline runs")?,
    };
    Ok(BaselinePlan { branches, runs: runs as usize })
}

fn branch(name: &At<String>) -> Result<String, Fault> {
    let text = &name.value;
    if text.is_empty() || text.len() > 250 || text.chars().any(|c| c.is_control() || c == ' ') {
        return Err(name.fault(format!("`{}` is not the name of a branch", shown(text))));
    }
    Ok(text.clone())
}

/// A path as written, made absolute against the configuration's directory.
fn path_in(base: &Path, written: &At<String>, path: &str) -> Result<PathBuf, Fault> {
    if path.trim().is_empty() || path.contains('\0') {
        return Err(written.fault("a path is missing"));
    }
    Ok(base.join(path.trim()))
}

/// Program and arguments, with the place they run in.
fn command(
    argv: &At<Vec<At<String>>>,
    cwd: Option<&At<String>>,
    env: Option<&Entries<At<String>>>,
    base: &Path,
) -> Result<Command, Fault> {
    if argv.value.first().is_none_or(|program| program.value.trim().is_empty()) {
        return Err(argv
            .fault("a command needs a program to run")
            .help("write program and arguments as a list, such as `[cargo, bench]`"));
    }
    if let Some(argument) = argv.value.iter().find(|argument| argument.value.contains('\0')) {
        return Err(argument.fault("an argument cannot hold a zero byte"));
    }
    let cwd = match cwd {
        None => base.to_owned(),
        Some(cwd) => path_in(base, cwd, &cwd.value)?,
    };
    let argv = argv.value.iter().map(|argument| argument.value.clone()).collect();
    Ok(Command { argv, cwd, env: environment(env)?, pass_env: Vec::new() })
}

fn environment(env: Option<&Entries<At<String>>>) -> Result<BTreeMap<String, String>, Fault> {
    let entry = |(name, value): &(At<String>, At<String>)| {
        if name.value.is_empty() || name.value.contains(['=', '\0']) {
            return Err(name.fault(format!(
                "`{}` cannot be the name of an environment variable",
                shown(&name.value)
            )));
        }
        if value.value.contains('\0') {
            return Err(value.fault("an environment variable cannot hold a zero byte"));
        }
        Ok((name.value.clone(), value.value.clone()))
    };
    env.map_or(&[][..], |env| &env.0).iter().map(entry).collect()
}

/// A whole number within bounds, both included.
fn count(written: &At<u32>, least: u32, most: u32, what: &str) -> Result<u32, Fault> {
    if (least..=most).contains(&written.value) {
        return Ok(written.value);
    }
    Err(written.fault(format!("{} {what} are not within {least} to {most}", written.value)))
}

/// A time above zero and of at most `most`, or the default.
fn time_of(
    written: Option<&At<String>>,
    default: Duration,
    most: Duration,
) -> Result<Duration, Fault> {
    let Some(written) = written else { return Ok(default) };
    let duration = measured(written, quantity::duration)?;
    if duration.is_zero() {
        return Err(written.fault("the time must be above 0"));
    }
    at_most(written, duration, most)
}

fn at_most(written: &At<String>, duration: Duration, most: Duration) -> Result<Duration, Fault> {
    if duration > most {
        let (text, most) = (shown(&written.value), most.as_secs());
        return Err(written.fault(format!("`{text}` is longer than {most} s, the most allowed")));
    }
    Ok(duration)
}

/// Reads a quantity with one of the readers of `quantity`.
fn measured<T>(
    written: &At<String>,
    read: impl FnOnce(&str) -> Result<T, QuantityError>,
) -> Result<T, Fault> {
    read(&written.value).map_err(|error| written.fault(error.message).maybe_help(error.help))
}

/// A glob on series ids.
fn pattern(series: &At<String>) -> Result<plan::SeriesPattern, Fault> {
    let text = series.value.trim();
    if text.is_empty() || text.len() > defaults::MAX_PATTERN_BYTES {
        let most = defaults::MAX_PATTERN_BYTES;
        return Err(series.fault(format!("a series pattern is 1 to {most} bytes long")));
    }
    plan::SeriesPattern::new(text)
        .map_err(|reason| series.fault(format!("`{}` is not a glob: {reason}", shown(text))))
}
