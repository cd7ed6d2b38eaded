//! All that one execution measured, at one commit, in one environment.

use super::{
    Course, Environment, Histogram, Metric, Noise, Sample, SeriesId, Statistic, Validity, Warning,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// The `format` field of a run document.
pub const RUN_FORMAT: &str = "pacegate-run";
/// The newest run document this version writes, and the newest it reads.
pub const RUN_VERSION: u32 = 1;

/// All that one execution measured. As a JSON document this is the native format, which
/// `check --baseline A.json --head B.json` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Always `pacegate-run`.
    pub format: String,
    /// Format version; a newer one is refused.
    pub version: u32,
    /// Time-ordered unique id (UUID v7).
    pub id: Uuid,
    /// The project's name, as in the configuration.
    pub project: String,
    /// When measuring began.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub started: OffsetDateTime,
    /// How long measuring took, in seconds.
    pub elapsed: f64,
    /// What was measured, in version control's words.
    pub revision: Revision,
    /// Where it was measured.
    pub environment: Environment,
    /// What could be seen of the machine's noise.
    #[serde(default)]
    pub noise: Noise,
    /// What was measured, in the order of the configuration.
    pub targets: Vec<Target>,
    /// Targets that could not be measured.
    #[serde(default)]
    pub failures: Vec<Failure>,
    /// Whether measuring was interrupted, so that targets may be missing.
    #[serde(default)]
    pub cut_short: bool,
    /// Whether this run may serve as a baseline once judged: a trusted branch and a clean tree.
    #[serde(default)]
    pub trusted: bool,
    /// Doubts about the run as a whole.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// Where in version control a run stands; everything is `None` outside a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// Full commit hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Branch name; `None` when detached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Whether tracked files differed from the commit.
    #[serde(default)]
    pub dirty: bool,
}

/// How a target was measured; part of a series' identity, since results of different engines are
/// never compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// A command run as a whole process.
    Command,
    /// Criterion's samples.
    Criterion,
    /// The open-model load engine: arrivals do not wait for answers.
    Open,
    /// The closed-model load engine: users wait for answers.
    Users,
    /// The same on workers of Locust.
    Distributed,
    /// A script of the user's own, run by k6.
    K6,
    /// A locustfile of the user's own.
    Locust,
    /// Values another tool measured.
    Import,
}

/// All measurements of one benchmark or load scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The target's name, unique within a run, such as `browse` or `parse/large`.
    pub name: String,
    /// How it was measured.
    pub engine: Engine,
    /// Digest of the settings that make two measurements comparable (rate, steps, command); runs
    /// whose digests differ are not compared.
    pub definition: String,
    /// The metrics, each name at most once.
    pub measurements: Vec<Measurement>,
    /// For loads: whether the service was measured, or the generator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// How long measuring took, in seconds.
    #[serde(default)]
    pub elapsed: f64,
    /// Whether measuring stopped before its time.
    #[serde(default)]
    pub cut_short: bool,
    /// How it went while it was measured, where that is known.
    #[serde(default, skip_serializing_if = "Course::is_empty")]
    pub course: Course,
    /// Doubts about this target.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// One metric's values on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// What was measured.
    pub metric: Metric,
    /// The values.
    pub data: Data,
    /// The smallest difference this measurement can show, in the metric's unit; 0 where unknown.
    #[serde(default)]
    pub quantum: f64,
}

impl Measurement {
    /// The smallest difference that the measurement can show around a value, in the metric's unit: that
    /// of its own, or the width of a histogram's buckets.
    pub fn quantum_at(&self, value: f64) -> f64 {
        let own = if self.quantum >= 0.0 { self.quantum } else { 0.0 };
        match self.data {
            Data::Histogram(_) => own.max(Histogram::RESOLUTION * value.abs()),
            Data::Sample(_) | Data::Counts { .. } => own,
        }
    }
}

/// The raw values; never only a summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// Values grouped by process.
    Sample(Sample),
    /// Latencies of many requests to one running service.
    Histogram(Histogram),
    /// Events among trials, such as errors among requests.
    Counts {
        /// Trials in which the event happened.
        events: u64,
        /// All trials.
        trials: u64,
    },
}

/// What was being done when a target failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Building it.
    Build,
    /// Starting the service it needs.
    Service,
    /// Measuring it.
    Measure,
    /// Reading what it left.
    Read,
}

/// A target that could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The target, or the benchmark entry of the configuration when its targets are not known.
    pub target: String,
    /// What was being done.
    pub stage: Stage,
    /// The error with its causes, and the tail of the child's stderr where there is one.
    pub error: String,
}

/// A series within a run: a borrowed view.
#[derive(Debug, Clone)]
pub struct SeriesRef<'run> {
    /// Its identity.
    pub id: SeriesId,
    /// The target it belongs to.
    pub target: &'run Target,
    /// The measurement it is taken from.
    pub measurement: &'run Measurement,
}

impl Run {
    /// Every series of the run: one a sample or count, one a statistic of a histogram.
    pub fn series(&self) -> impl Iterator<Item = SeriesRef<'_>> {
        self.targets.iter().flat_map(Target::series)
    }

    /// The target of the given name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }
}

/// Bounds on what a run may hold; far above what any pipeline measures.
const MOST_SERIES: usize = 100_000;
const LONGEST_NAME: usize = 500;

impl Run {
    /// Finds contradictions that the types alone admit, in a run that somebody else wrote.
    ///
    /// # Errors
    ///
    /// With the first one: two targets or metrics of one name, names that are empty, too long or
    /// hold control characters, values below 0 of what cannot be less, more events than trials, numbers
    /// that are not finite, loads without validity, too many series.
    pub fn check(&self) -> Result<(), String> {
        let mut targets = HashSet::new();
        let mut series = 0;
        for target in &self.targets {
            named(&target.name, "target")?;
            if target.engine == Engine::Open && target.validity.is_none() {
                return Err(format!(
                    "the load `{}` does not say whether it was valid",
                    target.name
                ));
            }
            if !targets.insert(&target.name) {
                return Err(format!("two targets are called `{}`", target.name));
            }
            let mut metrics = HashSet::new();
            for Measurement { metric, data, quantum } in &target.measurements {
                named(&metric.name, "metric")?;
                let which = format!("`{}/{}`", target.name, metric.name);
                if !metrics.insert(&metric.name) {
                    return Err(format!("two measurements are called {which}"));
                }
                if !quantum.is_finite() || *quantum < 0.0 {
                    return Err(format!("the quantum of {which} is not a number from 0"));
                }
                match data {
                    Data::Sample(sample)
                        if metric.unit.is_counted() && sample.values().any(|v| v < 0.0) =>
                    {
                        return Err(format!("{which} holds a value below 0, in {}", metric.unit));
                    }
                    Data::Counts { events, trials } if events > trials => {
                        return Err(format!("{which} counts {events} events in {trials} trials"));
                    }
                    Data::Histogram(histogram) if histogram.count() == 0 => {
                        return Err(format!("the histogram of {which} is empty"));
                    }
                    Data::Counts { .. } | Data::Histogram(_) | Data::Sample(_) => {}
                }
            }
            series += target.series().count();
        }
        if series > MOST_SERIES {
            return Err(format!("it holds {series} series, and at most {MOST_SERIES} are read"));
        }
        Ok(())
    }
}

fn named(name: &str, what: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(format!(
            "the name of a {what} is 1 to {LONGEST_NAME} bytes without control characters, and one is not"
        ));
    }
    Ok(())
}

impl Target {
    /// Whether it comes from an entry of the configuration: it is the entry, or below it.
    pub fn is_from(&self, entry: &str) -> bool {
        super::id::is_from(&self.name, entry)
    }

    /// Every series of the target, in the order of its measurements.
    pub fn series(&self) -> impl Iterator<Item = SeriesRef<'_>> {
        self.measurements.iter().flat_map(move |measurement| {
            let statistics: Vec<Option<Statistic>> = match measurement.data {
                Data::Histogram(_) => Statistic::ALL.into_iter().map(Some).collect(),
                Data::Sample(_) | Data::Counts { .. } => vec![None],
            };
            statistics.into_iter().map(move |statistic| SeriesRef {
                id: SeriesId {
                    target: self.name.clone(),
                    metric: measurement.metric.name.clone(),
                    statistic,
                },
                target: self,
                measurement,
            })
        })
    }

    /// The measurement of the given metric.
    pub fn measurement(&self, metric: &str) -> Option<&Measurement> {
        self.measurements.iter().find(|measurement| measurement.metric.name == metric)
    }
}
