//! What an engine saw, as measurements.

use super::LoadError;
use super::definition;
use super::record::StepRecord;
use super::seen::Seen;
use crate::config::LoadPlan;
use crate::model::{
    Course, Data, HistogramRecorder, Measurement, Metric, Part, Sample, Target, Unit, Warning,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// The longest part that a step's name may take in a series id.
const MAX_SLUG: usize = 80;

/// Makes a target of what an engine saw; `elapsed` is the time that everything took.
pub(super) fn assemble(plan: &LoadPlan, part: Part, seen: Seen, elapsed: Duration) -> Target {
    let whole = StepRecord::of_all(&seen.steps);
    let mut measurements = of_requests("", &whole);
    measurements.extend(throughput(seen.completed, seen.measured));
    if seen.steps.len() > 1 {
        let planned = || plan.steps().map(|step| step.name.clone()).collect();
        let names = seen.names.unwrap_or_else(planned);
        let names = slugs(names.iter().map(String::as_str));
        for (name, step) in names.iter().zip(&seen.steps) {
            measurements.extend(of_requests(&format!("{name}/"), step));
        }
    }
    measurements.extend(seen.resources);
    let failed = (whole.errors() > 0).then(|| Warning::FailedRequests {
        failed: whole.errors(),
        requests: whole.response.count(),
        kinds: whole.failures.iter().map(|(kind, count)| (kind.to_string(), *count)).collect(),
    });
    Target {
        name: plan.name.clone(),
        engine: seen.engine,
        definition: definition::of_part(plan, part),
        measurements,
        validity: Some(seen.validity),
        elapsed: elapsed.as_secs_f64(),
        cut_short: seen.cut_short,
        course: Course { timeline: seen.timeline, levels: vec![] },
        warnings: failed.into_iter().chain(seen.warnings).collect(),
    }
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

fn throughput(completed: u64, measured: Duration) -> Option<Measurement> {
    // No time gives no finite value, which a sample refuses.
    let sample = Sample::of_processes([completed as f64 / measured.as_secs_f64()]).ok()?;
    let metric = Metric::higher("throughput", Unit::PerSecond);
    // One answer more or less is the smallest difference there is.
    Some(Measurement { metric, data: Data::Sample(sample), quantum: 1.0 / measured.as_secs_f64() })
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
