//! What the worker saw, as measurements.

use super::LoadError;
use super::definition;
use super::recorder::{Recorder, StepRecord};
use super::validity::{Facts, validity};
use super::worker::Report;
use crate::config::LoadPlan;
use crate::model::{
    Data, Engine, Histogram, HistogramRecorder, Measurement, Metric, Sample, Target, Unit,
    Validity, Warning,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// Waiting for a connection is worth a word when so large a share of journeys did.
const WORTH_A_WORD: f64 = 0.01;
/// The longest part that a step's name may take in a series id.
const MAX_SLUG: usize = 80;

/// Makes a target of a worker's report; `elapsed` is the time that everything took.
///
/// # Errors
///
/// When nothing was due, nothing was sent, or a stop came before anything was measured.
pub(super) fn assemble(
    plan: &LoadPlan,
    report: Report,
    elapsed: Duration,
) -> Result<Target, LoadError> {
    let Report { recorder, measured, issuing, cpu, cut_short } = report;
    let mut whole = StepRecord::default();
    recorder.steps.iter().for_each(|step| whole.merge(step));
    if whole.service.count() == 0 {
        return Err(nothing_sent(plan, &recorder, &whole, cut_short));
    }
    let facts = Facts {
        planned: plan.arrivals.duration,
        measured,
        issuing,
        offered: recorder.offered,
        dropped: recorder.dropped,
        lateness_p99: recorder.lateness.quantile(0.99),
        latency_p99: smallest_p99(&recorder.steps),
        cpu,
        cut_short,
    };
    let mut measurements = of_requests("", &whole);
    measurements.extend(throughput(recorder.completed, measured));
    if plan.steps.len() > 1 {
        let names = slugs(plan.steps.iter().map(|step| step.name.as_str()));
        for (name, step) in names.iter().zip(&recorder.steps) {
            measurements.extend(of_requests(&format!("{name}/"), step));
        }
    }
    Ok(Target {
        name: plan.name.clone(),
        engine: Engine::Open,
        definition: definition::digest(plan),
        measurements,
        validity: Some(Validity { lateness: lateness(&recorder), ..validity(&facts) }),
        elapsed: elapsed.as_secs_f64(),
        cut_short,
        warnings: warnings(&recorder, &whole),
    })
}

fn nothing_sent(
    plan: &LoadPlan,
    recorder: &Recorder,
    whole: &StepRecord,
    cut_short: bool,
) -> LoadError {
    if cut_short {
        return LoadError::Interrupted;
    }
    if recorder.offered == 0 {
        return LoadError::NothingDue;
    }
    let dropped =
        (recorder.dropped > 0).then(|| format!("{} × not sent from here", recorder.dropped));
    let kinds = whole.failures.iter().map(|(failure, count)| format!("{count} × {failure}"));
    let kinds = kinds.chain(dropped).collect::<Vec<_>>().join(", ");
    LoadError::NothingSent { origin: plan.url.clone(), kinds }
}

/// Refuses a target all of whose requests failed: errors are often fast, and say nothing of the
/// service's speed.
///
/// # Errors
///
/// With the failures by kind.
pub(in crate::measure) fn answered(target: Target) -> Result<Target, LoadError> {
    for warning in &target.warnings {
        if let Warning::FailedRequests { failed, requests, kinds } = warning
            && failed == requests
        {
            let kinds = kinds.iter().map(|(kind, count)| format!("{count} × {kind}"));
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            return Err(LoadError::AllFailed { requests: *requests, kinds });
        }
    }
    Ok(target)
}

/// The p99 of the step where it is smallest, in seconds: lateness that a slow step would not feel must
/// not be excused for a fast one.
fn smallest_p99(steps: &[StepRecord]) -> f64 {
    let measured = steps.iter().filter(|step| step.response.count() > 0);
    measured.map(|step| step.response.quantile(0.99)).fold(f64::INFINITY, f64::min)
}

/// `latency`, `service` and `errors` of the whole load or a step; none that nothing is known of.
fn of_requests(prefix: &str, record: &StepRecord) -> Vec<Measurement> {
    let named = |name: &str| format!("{prefix}{name}");
    let histogram = |name: &str, values: &HistogramRecorder| {
        (values.count() > 0).then(|| Measurement {
            metric: Metric::lower(&named(name), Unit::Seconds),
            data: Data::Histogram(values.histogram()),
            quantum: 0.0,
        })
    };
    let trials = record.response.count();
    let errors = (trials > 0).then(|| Measurement {
        metric: Metric::lower(&named("errors"), Unit::Ratio),
        data: Data::Counts { events: record.errors(), trials },
        quantum: 0.0,
    });
    let latency = histogram("latency", &record.response);
    let service = histogram("service", &record.service);
    [latency, service, errors].into_iter().flatten().collect()
}

fn lateness(recorder: &Recorder) -> Option<Histogram> {
    (recorder.lateness.count() > 0).then(|| recorder.lateness.histogram())
}

fn throughput(completed: u64, measured: Duration) -> Option<Measurement> {
    // No time gives no finite value, which a sample refuses.
    let sample = Sample::of_processes([completed as f64 / measured.as_secs_f64()]).ok()?;
    let metric = Metric::higher("throughput", Unit::PerSecond);
    // One answer more or less is the smallest difference there is.
    Some(Measurement { metric, data: Data::Sample(sample), quantum: 1.0 / measured.as_secs_f64() })
}

fn warnings(recorder: &Recorder, whole: &StepRecord) -> Vec<Warning> {
    let failed = (whole.errors() > 0).then(|| Warning::FailedRequests {
        failed: whole.errors(),
        requests: whole.response.count(),
        kinds: whole.failures.iter().map(|(kind, count)| (kind.to_string(), *count)).collect(),
    });
    let share = recorder.waits.count() as f64 / recorder.offered.max(1) as f64;
    let waited = (share >= WORTH_A_WORD)
        .then(|| Warning::WaitedForConnection { share, p99: recorder.waits.quantile(0.99) });
    failed.into_iter().chain(waited).collect()
}

/// The names of steps as parts of series ids: lower case, `-` for runs of other characters than
/// letters, digits, `.` and `_`, at most [`MAX_SLUG`] long, and all different.
fn slugs<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    names
        .map(|name| {
            let slug = slug(name);
            let numbered = (2..).map(|number| format!("{slug}-{number}"));
            let free =
                std::iter::once(slug.clone()).chain(numbered).find(|slug| !taken.contains(slug));
            let free = free.unwrap_or(slug);
            taken.insert(free.clone());
            free
        })
        .collect()
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if slug.len() == MAX_SLUG {
            break;
        } else if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let trimmed = slug.trim_matches(['-', '.']);
    if trimmed.is_empty() { "step".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        assert_eq!(slugs(names.iter().copied()), expected);
    }

    #[test]
    fn steps_get_names_that_fit_into_series_ids() {
        check(&["GET /products", "POST /cart"], &["get-products", "post-cart"]);
        check(&["GET /products/1?x=a&y=b"], &["get-products-1-x-a-y-b"]);
        check(&["GET /a", "get-a", "GET -a"], &["get-a", "get-a-2", "get-a-3"]);
        check(&["..", "/", "Käse"], &["step", "step-2", "k-se"]);
    }

    proptest! {
        #[test]
        fn slugs_are_distinct_parts_of_names(names in prop::collection::vec("\\PC{0,100}", 0..20)) {
            let slugs = slugs(names.iter().map(String::as_str));
            prop_assert_eq!(slugs.iter().collect::<BTreeSet<_>>().len(), names.len());
            for slug in slugs {
                let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
                prop_assert!(!slug.is_empty() && slug.len() <= MAX_SLUG + 3 && slug.chars().all(allowed));
                prop_assert!(slug != "." && slug != "..");
            }
        }
    }
}
