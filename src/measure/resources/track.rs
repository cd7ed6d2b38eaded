//! All readings of one metric, in order of time.

use super::rate::{self, Point};
use crate::model::{Data, Measurement, Metric, Sample, Unit};
use std::ops::Range;
use std::time::Instant;

/// What the readings mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They rise with what happens; a second's rise is what is told.
    Counter,
    /// They show how much there is.
    Gauge,
}

/// All readings of one metric.
#[derive(Debug, Clone)]
pub(super) struct Track {
    kind: Kind,
    /// The unit of what is told: a rate where the readings count.
    unit: Unit,
    /// The smallest difference between two readings; 0 where unknown.
    step: f64,
    points: Vec<Point>,
}

impl Track {
    /// No readings yet.
    pub(super) fn new(kind: Kind, unit: Unit, step: f64) -> Self {
        Track { kind, unit, step, points: Vec::new() }
    }

    /// Adds a reading, which is not older than the last; one that is not finite, or below 0 where the
    /// unit admits no such, is left out.
    pub(super) fn push(&mut self, at: Instant, value: f64) {
        if value.is_finite() && (value >= 0.0 || !self.unit.is_counted()) {
            self.points.push(Point { at, value });
        }
    }

    /// All readings in the window.
    #[cfg(test)]
    pub(super) fn readings(&self, window: &Range<Instant>) -> Vec<f64> {
        let inside =
            self.points.iter().filter(|point| (window.start..=window.end).contains(&point.at));
        inside.map(|point| point.value).collect()
    }

    /// What was read in the window; `None` where that was too little.
    pub(super) fn measurement(&self, name: &str, window: &Range<Instant>) -> Option<Measurement> {
        let (values, quantum) = match self.kind {
            Kind::Gauge => (rate::levels(&self.points, window), self.step),
            Kind::Counter => {
                let spacing = rate::spacing(&self.points, window)?;
                (rate::rates(&self.points, window), self.step / spacing)
            }
        };
        self.measured(name, values, quantum)
    }

    /// The largest reading of the window as a metric of its own.
    pub(super) fn peak(&self, name: &str, window: &Range<Instant>) -> Option<Measurement> {
        self.measured(name, rate::peak(&self.points, window).into_iter().collect(), self.step)
    }

    fn measured(&self, name: &str, values: Vec<f64>, quantum: f64) -> Option<Measurement> {
        let sample = Sample::new(vec![values]).ok()?;
        let metric = Metric::lower(name, self.unit.clone());
        Some(Measurement { metric, data: Data::Sample(sample), quantum })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[track_caller]
    fn check(track: &Track, read: &[f64], expected: Option<(&[f64], f64)>, peak: Option<f64>) {
        let start = Instant::now();
        let mut track = track.clone();
        let mut at = start;
        for value in read {
            track.push(at, *value);
            at += Duration::from_millis(500);
        }
        let window = start..start + Duration::from_secs(1);
        let found = track.measurement("a", &window);
        let found = found.as_ref().map(|found| match &found.data {
            Data::Sample(sample) => (sample.processes()[0].as_slice(), found.quantum),
            other => panic!("{other:?}"),
        });
        assert_eq!(found, expected, "{read:?}");
        let found = track.peak("a", &window).map(|found| found.data);
        assert_eq!(found, peak.map(|peak| Data::Sample(Sample::of_processes([peak]).unwrap())));
    }

    #[test]
    fn readings_become_samples_of_one_process() {
        let gauge = Track::new(Kind::Gauge, Unit::Bytes, 4096.0);
        check(&gauge, &[], None, None);
        check(&gauge, &[1.0, 9.0, 2.0, 99.0], Some((&[1.0, 2.0], 4096.0)), Some(9.0));
        check(&gauge, &[f64::NAN, -1.0, f64::INFINITY], None, None);
        let counter = Track::new(Kind::Counter, Unit::Cores, 0.01);
        check(&counter, &[1.0], None, Some(1.0));
        check(&counter, &[1.0, 2.0, 1.5], Some((&[2.5], 0.01)), Some(2.0));
        check(&counter, &[1.0, 2.0], Some((&[2.0], 0.02)), Some(2.0));
        let any = Track::new(Kind::Gauge, Unit::Other(String::new()), 0.0);
        check(&any, &[-5.0, 1.0, 0.0], Some((&[-5.0, 0.0], 0.0)), Some(1.0));
    }
}
