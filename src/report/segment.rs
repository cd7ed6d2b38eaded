//! What a segment of a load, or all of them together, came to, in a few lines.

use super::number::{NBSP, percent, quantity};
use super::{escape, words};
use crate::model::{Data, Part, Run, Segment, Target, Unit, Validity};

/// What came of a segment that was sent.
pub fn sent(segment: &Segment) -> String {
    let what = match segment.segment {
        Part::WHOLE => "sent".to_owned(),
        part => format!("segment {part} sent"),
    };
    summary(segment.run.targets.first(), &what)
}

/// What came of the segments of a load that were merged, so many of how many.
pub fn merged(run: &Run, segments: usize, of: u32) -> String {
    summary(run.targets.first(), &format!("{segments} of {of} segments merged"))
}

fn summary(target: Option<&Target>, what: &str) -> String {
    let Some(target) = target else { return String::new() };
    let data = |name: &str| target.measurement(name).map(|measurement| &measurement.data);
    let latency = match data("latency") {
        Some(Data::Histogram(latency)) => {
            let [p50, p95, p99] = latency.quantiles([0.5, 0.95, 0.99]).map(time);
            format!("p50{NBSP}{p50}, p95{NBSP}{p95}, p99{NBSP}{p99}")
        }
        _ => "no latency".to_owned(),
    };
    let requests = match data("errors") {
        Some(Data::Counts { events, trials }) => {
            let failed = if *trials > 0 { *events as f64 / *trials as f64 } else { 0.0 };
            format!(
                "{} requests, {} of them failed",
                quantity(&Unit::Count, *trials as f64),
                percent(failed)
            )
        }
        _ => "no request".to_owned(),
    };
    let name = escape::terminal(&target.name);
    let mut text = format!("{name}: {what}; {requests}; {latency}\n");
    if let Some(Validity { broken, .. }) = &target.validity
        && !broken.is_empty()
    {
        let facts = words::facts(broken).text();
        let advice = words::facts_advice(broken);
        text += &format!("{name}: not valid: {}; {advice}\n", escape::terminal(&facts));
    }
    text
}

fn time(seconds: f64) -> String {
    quantity(&Unit::Seconds, seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Engine, Histogram, Measurement, Metric, ValidityFact};

    #[test]
    fn what_was_measured_is_told_and_why_it_says_nothing() {
        let measurement = |name: &str, data| Measurement {
            metric: Metric::lower(name, Unit::Seconds),
            data,
            quantum: 0.0,
        };
        let mut target = Target {
            name: "load".to_owned(),
            engine: Engine::Open,
            definition: String::new(),
            measurements: vec![
                measurement("latency", Data::Histogram(Histogram::from_iter([1_000_000; 20_000]))),
                measurement("errors", Data::Counts { events: 100, trials: 20_000 }),
            ],
            validity: Some(Validity {
                asked_rate: 1.0,
                achieved_rate: 1.0,
                dropped: 0,
                lateness_p99: 0.0,
                lateness: None,
                generator_cpu: None,
                under_counts: false,
                broken: vec![],
            }),
            elapsed: 1.0,
            cut_short: false,
            course: Default::default(),
            warnings: vec![],
        };
        let plain =
            |target: &Target| summary(Some(target), "3 of 3 segments merged").replace(NBSP, " ");
        let line = "load: 3 of 3 segments merged; 20,000 requests, 0.5 % of them failed; p50 1.00 ms, p95 1.00 ms, p99 1.00 ms\n";
        assert_eq!(plain(&target), line);
        let part = Part { number: 2, of: 3 };
        let missing = ValidityFact::SegmentMissing { segment: part };
        let busy = Box::new(ValidityFact::GeneratorBusy { share: 0.9 });
        let busy = ValidityFact::SegmentBroken { segment: part, why: busy };
        target.validity.as_mut().unwrap().broken = vec![missing, busy];
        let doubt = "load: not valid: segment 2/3 is missing, and in segment 2/3 the generator used 90 % of its CPU; \
                     merge every segment; one that is lost cannot be sent later, so send all of them again\n";
        assert_eq!(plain(&target), format!("{line}{doubt}"));
    }
}
