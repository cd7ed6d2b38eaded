//! `gates:`, `waivers:`, `reports:` and `baseline:` as typed.

use super::text::{DateText, QuantityText, ShareText};
use crate::config::yaml::At;
use schemars::JsonSchema;
use serde::Deserialize;

/// One rule, applied to every series that it matches: either `limit` or `regression`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["limit"] }, { "required": ["regression"] }]))]
pub(crate) struct Gate {
    /// Which series: a glob on `target/metric[/statistic]`, in which `*` crosses slashes.
    #[schemars(length(min = 1))]
    pub(crate) series: At<String>,
    /// An absolute limit.
    pub(crate) limit: Option<At<Limit>>,
    /// A limit on the change for the worse from the baseline.
    pub(crate) regression: Option<At<Regression>>,
    /// Whether a fail fails the build, or only warns.
    pub(crate) severity: Option<Severity>,
}

/// An absolute limit: the least allowed, the most allowed, or both.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["min"] }, { "required": ["max"] }]))]
pub(crate) struct Limit {
    /// The least allowed.
    #[schemars(with = "Option<QuantityText>")]
    pub(crate) min: Option<At<String>>,
    /// The most allowed.
    #[schemars(with = "Option<QuantityText>")]
    pub(crate) max: Option<At<String>>,
}

/// A limit on the change for the worse from the baseline.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Regression {
    /// The most it may worsen, such as `5%`.
    #[schemars(with = "Option<ShareText>")]
    pub(crate) max: Option<At<String>>,
    /// Absolute differences below this are not worth failing for, such as `1ms`.
    #[schemars(with = "Option<QuantityText>")]
    pub(crate) floor: Option<At<String>>,
    /// Fail only when the whole interval, not only the estimate, is beyond `max`.
    pub(crate) strict: Option<bool>,
    /// What it is compared with: the newest runs, or those of the last release, so that many small
    /// steps do not add up unseen.
    pub(crate) against: Option<At<Against>>,
}

/// What a change is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Against {
    /// The newest runs that may serve.
    Baseline,
    /// The newest of them up to the `release` that is named under `baseline`.
    Release,
}

/// What a fail of a gate means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// It fails the build.
    Fail,
    /// It is a warning.
    Warn,
}

/// An excuse with an end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiver {
    /// Which series: a glob, as in a gate.
    #[schemars(length(min = 1))]
    pub(crate) series: At<String>,
    /// Why.
    #[schemars(length(min = 1))]
    pub(crate) reason: At<String>,
    /// The largest change for the worse that is excused; without it, only a vanished series is.
    #[schemars(with = "Option<ShareText>")]
    pub(crate) ceiling: Option<At<String>>,
    /// The last day it holds, as `YYYY-MM-DD`. After it, the file is an error.
    #[schemars(with = "DateText")]
    pub(crate) until: At<String>,
}

/// A report that every run writes: one form, with its path, relative to this file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [
    { "required": ["json"] }, { "required": ["junit"] }, { "required": ["junit-strict"] },
    { "required": ["markdown"] }, { "required": ["text"] }, { "required": ["codequality"] },
    { "required": ["openmetrics"] }, { "required": ["load-performance"] },
]))]
pub(crate) struct Report {
    /// The bundle: everything, for other programs and for `pacegate report`.
    pub(crate) json: Option<At<String>>,
    /// JUnit XML for GitLab and GitHub test reporters.
    pub(crate) junit: Option<At<String>>,
    /// JUnit XML that validates against the Jenkins xUnit schema.
    pub(crate) junit_strict: Option<At<String>>,
    /// GitHub and GitLab flavoured Markdown.
    pub(crate) markdown: Option<At<String>>,
    /// Plain text, as on the terminal.
    pub(crate) text: Option<At<String>>,
    /// GitLab's code quality report.
    pub(crate) codequality: Option<At<String>>,
    /// OpenMetrics text, for GitLab's metrics report.
    pub(crate) openmetrics: Option<At<String>>,
    /// The form of a k6 summary, for GitLab's load performance report.
    pub(crate) load_performance: Option<At<String>>,
}

/// Which stored runs a run is compared with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    /// Branches whose runs may serve.
    #[schemars(length(min = 1))]
    pub(crate) branches: Option<At<Vec<At<String>>>>,
    /// The most runs taken.
    #[schemars(range(min = 1))]
    pub(crate) runs: Option<At<u64>>,
    /// The last release: a tag, a branch or a commit, as git knows it. Gates with
    /// `regression: { against: release }` compare with the newest runs up to it.
    #[schemars(length(min = 1, max = 250))]
    pub(crate) release: Option<At<String>>,
}
