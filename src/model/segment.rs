//! What one machine sent of a load that several send together.

use super::{Data, Engine, Histogram, Run, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::OffsetDateTime;

/// The `format` field of a segment document.
pub const SEGMENT_FORMAT: &str = "pacegate-segment";
/// The newest segment document this version writes, and the newest it reads.
pub const SEGMENT_VERSION: u32 = 1;

/// Which of the equal parts of a load, such as `2/3`: of all arrivals, numbered from 0, every third from
/// number 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are, at most [`Part::MOST`].
    pub of: u32,
}

impl Part {
    /// A load that one machine sends.
    pub const WHOLE: Part = Part { number: 1, of: 1 };
    /// The most machines that send a load together.
    pub const MOST: u32 = 100;

    /// Whether its numbers make sense.
    pub fn is_valid(self) -> bool {
        (1..=Part::MOST).contains(&self.of) && (1..=self.of).contains(&self.number)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| -> Option<u32> {
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let part = text.split_once('/').and_then(|(own, of)| {
            let part = Part { number: number(own)?, of: number(of)? };
            part.is_valid().then_some(part)
        });
        part.ok_or_else(|| {
            format!(
                "write the segment's number and how many there are, such as `2/3`, up to {}",
                Part::MOST
            )
        })
    }
}

/// What one machine sent of a load that several send together, and what came of it. As a JSON document
/// it is what `load --out` writes and `merge` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Always `pacegate-segment`.
    pub format: String,
    /// Format version; a newer one is refused.
    pub version: u32,
    /// Which part of the load it is.
    pub segment: Part,
    /// When all segments were to begin.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub start: OffsetDateTime,
    /// What the whole load is.
    pub plan: SegmentPlan,
    /// What was measured: one target, the load. Its definition tells how many segments there are, since
    /// a service is not loaded by one machine as it is by several.
    pub run: Run,
}

/// What the whole load of a segment is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentPlan {
    /// Journeys started a second by all segments together, on average.
    pub rate: f64,
    /// How long it is measured, in seconds.
    pub duration: f64,
    /// How long it goes on before that, in seconds.
    pub warmup: f64,
    /// The most connections that each segment holds at once.
    pub connections: u64,
}

/// Bounds on what a segment may hold; far above what any load measures.
const LARGEST: f64 = 1e12;
const MOST_INTERVALS: usize = 10_000;
const MOST_FACTS: usize = 100;

impl Segment {
    /// The load.
    ///
    /// # Errors
    ///
    /// When it is not the one target of the run.
    pub fn load(&self) -> Result<&Target, String> {
        match &self.run.targets[..] {
            [target] if target.engine == Engine::Open => Ok(target),
            _ => Err("it is not of one load of the open engine".to_owned()),
        }
    }

    /// Finds contradictions that the types alone admit, in a segment that somebody else wrote.
    ///
    /// # Errors
    ///
    /// With the first one: no such part, another number of targets than one, numbers that are not finite
    /// or beyond all bounds, and those of [`Run::check`].
    pub fn check(&self) -> Result<(), String> {
        if !self.segment.is_valid() {
            return Err(format!("there is no segment {}", self.segment));
        }
        self.run.check()?;
        let load = self.load()?;
        if !self.run.failures.is_empty() {
            return Err("it holds failures, and a segment that failed is none".to_owned());
        }
        let Some(validity) = &load.validity else {
            return Err("it does not say whether it was valid".to_owned());
        };
        if validity.broken.len() > MOST_FACTS {
            return Err(format!("more than {MOST_FACTS} facts break its validity"));
        }
        if let Some(odd) = miscounted(load) {
            return Err(format!(
                "its `{odd}` and the latencies beside it are not of the same requests"
            ));
        }
        let SegmentPlan { rate, duration, warmup, .. } = self.plan;
        let throughput = load.measurements.iter().flat_map(|measurement| match &measurement.data {
            Data::Sample(sample) => sample.values().collect(),
            Data::Histogram(_) | Data::Counts { .. } => vec![],
        });
        let timeline = load.course.timeline.as_ref();
        let numbers = [rate, duration, warmup, self.run.elapsed, load.elapsed]
            .into_iter()
            .chain([validity.asked_rate, validity.achieved_rate, validity.lateness_p99])
            .chain(validity.generator_cpu)
            .chain(timeline.map(|timeline| timeline.interval));
        if let Some(bad) = numbers.clone().find(|number| !(0.0..=LARGEST).contains(number)) {
            return Err(format!("{bad} is no rate or time of a load"));
        }
        if throughput.clone().any(|value| value.abs() > 1e100) {
            return Err("a value is beyond 1e100, which nothing that is measured can be".to_owned());
        }
        if timeline.is_some_and(|timeline| {
            timeline.interval <= 0.0 || timeline.intervals.len() > MOST_INTERVALS
        }) {
            return Err("its timeline has no or too many intervals".to_owned());
        }
        Ok(())
    }

    /// Requests that it measured.
    pub fn requests(&self) -> u64 {
        let latency = self.load().ok().and_then(|load| load.measurement("latency"));
        match latency.map(|latency| &latency.data) {
            Some(Data::Histogram(latency)) => Histogram::count(latency),
            _ => 0,
        }
    }
}

/// The first `errors` that is not of as many requests as the `latency` beside it; of the whole load, and of
/// every step that either is there of.
fn miscounted(load: &Target) -> Option<String> {
    let names = load.measurements.iter().map(|measurement| measurement.metric.name.as_str());
    let of_steps = names.filter_map(|name| match name.rsplit_once('/') {
        Some((step, "latency" | "errors")) => Some(format!("{step}/")),
        _ => None,
    });
    std::iter::once(String::new()).chain(of_steps).find_map(|step| {
        let data = |name| load.measurement(&format!("{step}{name}")).map(|known| &known.data);
        match (data("latency"), data("errors")) {
            (Some(Data::Histogram(latency)), Some(Data::Counts { events, trials }))
                if latency.count() == *trials && events <= trials =>
            {
                None
            }
            _ => Some(format!("{step}errors")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_number_of_how_many() {
        for (text, number, of) in [("1/1", 1, 1), ("2/3", 2, 3), ("100/100", 100, 100)] {
            let part: Part = text.parse().unwrap();
            assert_eq!((part, part.to_string().as_str()), (Part { number, of }, text));
        }
        for text in [
            "",
            "/",
            "1",
            "0/3",
            "4/3",
            "1/0",
            "1/101",
            "-1/3",
            "+1/3",
            "1/3/1",
            " 1/3",
            "a/b",
            "1/99999999999",
        ] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }
}
