//! From what is typed to what is meant: every default is filled in here, every value is checked.

pub(super) mod accepted;
mod benchmark;
mod command;
pub mod defaults;
mod gate;
mod load;
mod name;
mod paired;
pub(super) mod store;

use super::error::Fault;
use super::file::File;
use super::plan::{BaselinePlan, Plan, ReportFormat, ReportPlan, StoreLocation};
use super::quantity::{self, QuantityError};
use super::yaml::{At, shown};
use super::{file, plan};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Checks a file and fills in what it leaves out.
///
/// Relative paths are joined to `base`. `today` decides which waivers have expired.
pub(super) fn resolve(file: &File, base: &Path, today: time::Date) -> Result<Plan, Fault> {
    if file.version.value != u64::from(defaults::VERSION) {
        let found = file.version.value;
        return Err(file
            .version
            .fault(format!("version {found} of the file format is not known"))
            .help(format!("this pacegate reads version {}", defaults::VERSION)));
    }
    let project = project(&file.project)?;
    let store = store::store(file.store.as_ref(), base)?;
    let services = load::services(file.services.as_ref(), base)?;
    let benchmarks = benchmark::benchmarks(file.benchmarks.as_ref(), base)?;
    let loads = load::loads(file.loads.as_ref(), &services, base)?;
    name::distinct_targets(file)?;
    Ok(Plan {
        gates: gate::gates(file)?,
        waivers: gate::waivers(file.waivers.as_deref().unwrap_or_default(), today)?,
        reports: reports(file.reports.as_deref().unwrap_or_default(), base, &store)?,
        baseline: baseline(file.baseline.as_ref())?,
        base: file.base.as_ref().map(|at| name::of_commit(at, "origin/main")).transpose()?,
        build: paired::build(file.build.as_deref().unwrap_or_default(), base)?,
        paired: paired::paired(file.paired.as_ref())?,
        again: paired::again(file.again.as_ref())?,
        project,
        store,
        accepted: Vec::new(),
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

fn reports(
    reports: &[At<file::Report>],
    base: &Path,
    store: &StoreLocation,
) -> Result<Vec<ReportPlan>, Fault> {
    // Compared by components, so that `./a` is `a`.
    let components = |path: &Path| path.components().collect::<PathBuf>();
    let mut paths = BTreeSet::new();
    let plan = |report: &At<file::Report>| {
        let (format, path) = report_form(report)?;
        let full = path_in(base, path, &path.value)?;
        if store.file().is_some_and(|history| components(&full) == components(history)) {
            return Err(path
                .fault("a report would overwrite the history in the store")
                .help("give it a path of its own"));
        }
        if !paths.insert(components(&full)) {
            return Err(path
                .fault("two reports are written to one path")
                .help("give each a path of its own"));
        }
        Ok(ReportPlan { format, path: full })
    };
    reports.iter().map(plan).collect()
}

/// The one form of a report, with its path.
fn report_form(report: &At<file::Report>) -> Result<(ReportFormat, &At<String>), Fault> {
    let typed = &report.value;
    let forms = [
        (ReportFormat::Json, &typed.json),
        (ReportFormat::Junit, &typed.junit),
        (ReportFormat::JunitStrict, &typed.junit_strict),
        (ReportFormat::Markdown, &typed.markdown),
        (ReportFormat::Text, &typed.text),
        (ReportFormat::Codequality, &typed.codequality),
        (ReportFormat::Openmetrics, &typed.openmetrics),
        (ReportFormat::LoadPerformance, &typed.load_performance),
    ];
    let mut written = forms.into_iter().filter_map(|(format, path)| Some((format, path.as_ref()?)));
    let first = written.next().ok_or_else(|| {
        report.fault("a report needs a form and a path").help("such as `json: pacegate.json`")
    })?;
    match written.next() {
        Some((_, path)) => Err(path
            .fault("a report has one form, and this one has two")
            .help("write two reports, each after a `- `")),
        None => Ok(first),
    }
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
        Some(runs) => count(runs, 1, defaults::MAX_BASELINE_RUNS, "`runs`")?,
    };
    let release = baseline.and_then(|baseline| baseline.release.as_ref());
    let release = release.map(|release| name::of_commit(release, "v1.2")).transpose()?;
    Ok(BaselinePlan { branches, runs: runs as usize, release })
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

/// A whole number within bounds, both included.
fn count(written: &At<u64>, least: u32, most: u32, what: &str) -> Result<u32, Fault> {
    match u32::try_from(written.value) {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(written.fault(format!("{what} must be from {least} to {most}"))),
    }
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
        let most = if most % 3600 == 0 {
            format!("{}h", most / 3600)
        } else {
            format!("{}min", most / 60)
        };
        return Err(written.fault(format!("`{text}` is longer than {most}, the most allowed")));
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
        return Err(series
            .fault(format!("a series pattern is 1 to {most} bytes long"))
            .help("`*` matches every series"));
    }
    plan::SeriesPattern::new(text)
        .map_err(|reason| series.fault(format!("`{}` is not a glob: {reason}", shown(text))))
}
