//! A machine looked at: the same code measured as base and head, so that all that differs is noise.

mod examine;

use super::recording::{self, Recorded};
use super::{Judging, directory, load, paired, reports};
use crate::Error;
use crate::analyze;
use crate::config::{
    BenchmarkKind, BenchmarkPlan, CommandPlan, Plan, Rule, SeriesPattern, defaults,
};
use crate::exit::Exit;
use crate::measure::paired::{SameCode, SameMeasured, SameSeries, measure_same};
use crate::measure::{self, Context};
use crate::model::{DIAGNOSIS_FORMAT, DIAGNOSIS_VERSION, Diagnosis, PairedSeries, SeriesId};
use examine::{Allowed, examine};
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// The configuration that is looked for where none is named.
const CONFIG: &str = "gates.yaml";
/// The metric that is looked at: what all others follow.
const METRIC: &str = "wall";

/// How a machine is looked at.
#[derive(Debug, Clone)]
pub struct Examination {
    /// The configuration; `None` is `gates.yaml` where that is there.
    pub config: Option<PathBuf>,
    /// Globs on the names of command benchmarks; without any, a piece of work of our own is measured.
    pub targets: Vec<String>,
    /// How long to measure.
    pub time: Duration,
    /// Now.
    pub now: OffsetDateTime,
    /// Where the pairs are recorded.
    pub record: Option<PathBuf>,
}

/// What became of it.
#[derive(Debug)]
pub struct Diagnosed {
    /// All that was learnt.
    pub diagnosis: Diagnosis,
    /// Why the pairs could not be recorded.
    pub unrecorded: Option<Error>,
}

impl Diagnosed {
    /// The exit code: an interrupt first, then that a target could not be measured, then what was not
    /// recorded.
    pub fn exit(&self) -> Exit {
        if self.diagnosis.cut_short {
            Exit::Interrupted
        } else if self.diagnosis.examined.is_empty() || !self.diagnosis.failures.is_empty() {
            Exit::MeasuringFailed
        } else {
            self.unrecorded.as_ref().map_or(Exit::Pass, Error::exit)
        }
    }
}

/// Measures the same code in pairs, and tells how noisy the machine is, how often its noise would fail
/// a build, and what can be found in it.
///
/// # Errors
///
/// Before anything is measured: a configuration, a target or a path that cannot be used.
pub async fn doctor(asked: &Examination, context: Context<'_>) -> Result<Diagnosed, Error> {
    let plan = tokio::select! {
        plan = plan(asked) => plan?,
        () = context.stop.asked() => return Err(Error::Interrupted),
    };
    let commands = commands(plan.as_ref(), &asked.targets)?;
    if let Some(path) = &asked.record {
        reports::try_out(path)
            .map_err(|source| Error::RecordPath { path: path.clone(), source })?;
    }
    let allowed = Allowed::by(plan.as_ref());
    // Few enough digits for every reader of JSON.
    let seed = Uuid::now_v7().as_u64_pair().1 & u64::from(u32::MAX);
    let what = match &plan {
        Some(plan) if !commands.is_empty() => SameCode::Commands(plan, &commands),
        _ => SameCode::Workload,
    };
    let SameMeasured { commands, failures, surroundings, elapsed } =
        measure_same(what, asked.time, seed, context).await;

    let all: Vec<(Recorded, Duration)> = commands
        .into_iter()
        .filter_map(|command| recorded(command, plan.as_ref(), allowed))
        .collect();
    let examined: Vec<_> =
        all.iter().filter_map(|(recorded, pace)| examine(recorded, *pace, seed, allowed)).collect();
    let unrecorded = asked.record.as_ref().and_then(|path| {
        let recorded: Vec<Recorded> = all.into_iter().map(|(recorded, _)| recorded).collect();
        record(&recorded, path).err()
    });
    let place = asked.config.as_deref().map_or(Path::new("."), directory);
    let diagnosis = Diagnosis {
        format: DIAGNOSIS_FORMAT.to_owned(),
        version: DIAGNOSIS_VERSION,
        started: asked.now,
        elapsed: elapsed.as_secs_f64(),
        cut_short: context.stop.is_asked(),
        environment: measure::environment(place).await,
        causes: analyze::causes(&surroundings, &measure::noise_warnings(&surroundings.noise)),
        surroundings,
        seed,
        grade: examined.iter().filter_map(|examined| examined.grade).max(),
        examined,
        failures,
    };
    Ok(Diagnosed { diagnosis, unrecorded })
}

/// The configuration, which is needed only for targets of its own.
async fn plan(asked: &Examination) -> Result<Option<Plan>, Error> {
    let path = match &asked.config {
        Some(path) => path.clone(),
        None if asked.targets.is_empty() && !Path::new(CONFIG).exists() => return Ok(None),
        None => CONFIG.into(),
    };
    Ok(Some(load(&Judging { config: path, strict: false, now: asked.now }).await?.0))
}

/// The command benchmarks that the globs match.
fn commands<'a>(
    plan: Option<&'a Plan>,
    targets: &[String],
) -> Result<Vec<(&'a str, &'a CommandPlan)>, Error> {
    let malformed =
        |text: &str, reason| Error::BadGlob { text: format!("--target {text}"), reason };
    let globs = targets
        .iter()
        .map(|text| SeriesPattern::new(text).map_err(|reason| malformed(text, reason)))
        .collect::<Result<Vec<_>, _>>()?;
    let command = |benchmark: &'a BenchmarkPlan| match &benchmark.kind {
        BenchmarkKind::Command(command) => Some((benchmark.name.as_str(), command)),
        BenchmarkKind::Criterion(_) => None,
    };
    let all = || plan.into_iter().flat_map(|plan| &plan.benchmarks).filter_map(command);
    let matched: Vec<_> =
        all().filter(|(name, _)| globs.iter().any(|glob| glob.matches(name))).collect();
    if matched.is_empty() && !targets.is_empty() {
        let known: Vec<String> = all().map(|(name, _)| format!("`{name}`")).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Error::NoSuchCommand { targets: targets.join(" "), known });
    }
    Ok(matched)
}

fn record(recorded: &[Recorded], path: &Path) -> Result<(), Error> {
    let text = recording::written(recorded)?;
    reports::write(path, &text)
        .map_err(|source| Error::ReportWrite { path: path.to_owned(), source })
}

/// The one series of a command that is looked at, with the rules that hold for it, or the usual one.
fn recorded(
    command: SameSeries,
    plan: Option<&Plan>,
    allowed: Allowed,
) -> Option<(Recorded, Duration)> {
    let is_it = |series: &PairedSeries| {
        let SeriesId { metric, statistic, .. } = &series.series;
        metric == METRIC && statistic.is_none()
    };
    let series = command.series.into_iter().find(is_it)?;
    let gates = plan.map_or(&[][..], |plan| &plan.gates);
    let mut rules: Vec<Rule> = paired::rules(gates, &series.series).cloned().collect();
    if rules.is_empty() {
        rules.push(Rule::Regression { max: defaults::REGRESSION_MAX, floor: None, strict: false });
    }
    Some((Recorded { series, rules, at_most: allowed.pairs }, command.pace))
}
