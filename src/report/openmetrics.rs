//! The run's values as OpenMetrics text, for GitLab's metrics reports and for Prometheus.
//!
//! GitLab compares values as texts, so they are rounded: a value that is the same for all that can be
//! measured is to be the same text.

use super::{escape, number};
use crate::model::{Assumption, Bundle, SeriesId, SeriesRef, Unit};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

/// The metrics of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Family {
    name: &'static str,
    /// As the format spells it, which is how the name ends; none where it has no word for it.
    unit: Option<&'static str>,
    help: &'static str,
}

/// Draws every series that was compared or judged: one sample each.
pub(crate) fn draw(bundle: &Bundle) -> String {
    let values = values(bundle);
    let mut families: BTreeMap<Family, Vec<String>> = BTreeMap::new();
    let mut taken = HashSet::new();
    for series in bundle.run.series() {
        let Some(value) = values.get(&series.id).filter(|value| value.is_finite()) else {
            continue;
        };
        let metric = &series.measurement.metric;
        let family = family(&metric.unit);
        let name = (1..)
            .map(|copy| format!("{}{{{}}}", family.name, labels(&series, copy)))
            .find(|name| taken.insert(name.clone()))
            .unwrap_or_default();
        let shown = match metric.assumption {
            Assumption::Exact => *value,
            Assumption::Nothing | Assumption::Normal => number::significant(*value),
        };
        families.entry(family).or_default().push(format!("{name} {}\n", plain(shown)));
    }
    let mut text = String::new();
    for (Family { name, unit, help }, samples) in families {
        let _ = writeln!(text, "# TYPE {name} gauge");
        if let Some(unit) = unit {
            let _ = writeln!(text, "# UNIT {name} {unit}");
        }
        let _ = writeln!(text, "# HELP {name} {help}");
        text.extend(samples);
    }
    text.push_str("# EOF\n");
    text
}

/// What each series came to: as it was compared, else as it was judged.
fn values(bundle: &Bundle) -> HashMap<&SeriesId, f64> {
    let judged = bundle.judgements.iter().filter_map(|j| Some((&j.series, j.observed?.value)));
    let compared = bundle.comparisons.iter().map(|c| (&c.series, c.head.value));
    judged.chain(compared).collect()
}

/// `target="browse",metric="latency",statistic="p95"`; names that are the same once they are cleaned get
/// a number.
fn labels(series: &SeriesRef<'_>, copy: usize) -> String {
    let cleaned = |text: &str| escape::openmetrics_label(&escape::name(text));
    let id = &series.id;
    let mut text = format!("target=\"{}", cleaned(&id.target));
    if copy > 1 {
        let _ = write!(text, " ({copy})");
    }
    let _ = write!(text, "\",metric=\"{}\"", cleaned(&id.metric));
    if let Some(statistic) = id.statistic {
        let _ = write!(text, ",statistic=\"{}\"", statistic.name());
    }
    if let Unit::Other(unit) = &series.measurement.metric.unit {
        let _ = write!(text, ",unit=\"{}\"", escape::openmetrics_label(&escape::symbol(unit)));
    }
    text
}

fn family(unit: &Unit) -> Family {
    let (name, unit, help) = match unit {
        Unit::Seconds => ("pacegate_seconds", Some("seconds"), "Times."),
        Unit::Bytes => ("pacegate_bytes", Some("bytes"), "Sizes."),
        Unit::Ratio => ("pacegate_ratio", Some("ratio"), "Shares of a whole."),
        Unit::PerSecond => ("pacegate_per_second", Some("per_second"), "Events a second."),
        Unit::BytesPerSecond => {
            ("pacegate_bytes_per_second", Some("bytes_per_second"), "Data moved in a second.")
        }
        Unit::Cores => ("pacegate_cores", Some("cores"), "CPU time used in a second."),
        Unit::Count => ("pacegate_number", None, "Numbers of things."),
        Unit::Other(_) => ("pacegate_other", None, "Values in other units."),
    };
    Family { name, unit, help }
}

/// With an exponent only where there would be many zeros.
fn plain(value: f64) -> String {
    match value.abs() {
        // No minus before zero.
        0.0 => "0".to_owned(),
        1e-6..1e15 => value.to_string(),
        _ => format!("{value:e}"),
    }
}
