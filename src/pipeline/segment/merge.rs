//! Segments of one load as the run that they are together.

use super::super::document::refused;
use super::super::reports;
use super::machines::{environment, noise, revision};
use super::read;
use crate::Error;
use crate::measure::pool;
use crate::model::{
    Data, Interval, Measurement, Part, Run, Sample, Segment, Target, Timeline, Validity,
    ValidityFact,
};
use crate::report::{self, escape};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::mem::discriminant;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use uuid::Uuid;

/// How far apart the segments of a load may begin, in seconds.
const MOST_APART: f64 = 1.0;

/// The segments of a load as one run.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The run; its one target is the load.
    pub run: Run,
    /// How many segments there are.
    pub segments: usize,
    /// How many there should be.
    pub of: u32,
}

/// Merges segments of one load and writes them as a run file.
///
/// # Errors
///
/// When a file cannot be read or is no segment, when segments are not of one load, definition, number,
/// beginning or commit, when one is there twice, or the run cannot be written.
pub fn merge(files: &[PathBuf], out: &Path) -> Result<Merged, Error> {
    let unfit = |source| Error::OutPath { path: out.to_owned(), source };
    reports::try_out(out).map_err(unfit)?;
    if files.iter().any(|file| reports::same_file(file, out)) {
        return Err(unfit(io::Error::other("it is one of the segments")));
    }
    let mut segments: BTreeMap<u32, (PathBuf, Segment)> = BTreeMap::new();
    for file in files {
        let segment = read::read(file)?;
        // With each, since one of no known commit is like those of any.
        let unlike =
            segments.values().find_map(|(other, known)| Some((other, unlike(known, &segment)?)));
        let twice = segments
            .get(&segment.segment.number)
            .map(|(other, _)| (other, format!("both are segment {}", segment.segment)));
        if let Some((other, why)) = unlike.or(twice) {
            let (path, other) = (file.clone(), other.clone());
            return Err(Error::NotMerged { path, other, why });
        }
        segments.insert(segment.segment.number, (file.clone(), segment));
    }
    let count = segments.len();
    let mut files = segments.into_values();
    let Some((file, first)) = files.next() else {
        return Err(refused(out, "no segment was given".to_owned()));
    };
    let of = first.segment.of;
    let others = files.map(|(_, segment)| segment).collect();
    let run = together(first, others).map_err(|why| refused(&file, why))?;
    let text = report::json_document(&run).map_err(report::Error::from)?;
    reports::write(out, &text)
        .map_err(|source| Error::OutWrite { path: out.to_owned(), source })?;
    Ok(Merged { run, segments: count, of })
}

/// In what a segment differs from another, if they are not of one load.
fn unlike(first: &Segment, other: &Segment) -> Option<String> {
    let (one, two) = (first.load().ok()?, other.load().ok()?);
    let interval = |target: &Target| target.course.timeline.as_ref().map(|t| t.interval.to_bits());
    let differs = [
        (first.run.project != other.run.project, "it is of another project"),
        (one.name != two.name, "it is of another load"),
        (first.segment.of != other.segment.of, "it is of another number of segments"),
        (
            one.definition != two.definition
                || first.plan != other.plan
                || interval(one) != interval(two),
            "its load is defined otherwise, so that it is no part of the same one",
        ),
        (
            first.start != other.start,
            "it began at another time, so that it was not sent together with it",
        ),
        (
            matches!((&first.run.revision.commit, &other.run.revision.commit), (Some(a), Some(b)) if a != b),
            "it is of another commit",
        ),
    ];
    let differs = differs.into_iter().find(|(differs, _)| *differs).map(|(_, why)| why.to_owned());
    differs.or_else(|| {
        let odd = two.measurements.iter().find(|own| {
            one.measurement(&own.metric.name).is_some_and(|known| !alike(known, own))
        })?;
        Some(format!("it has another kind of `{}`", escape::name(&odd.metric.name)))
    })
}

/// Whether values of both can be put together.
fn alike(one: &Measurement, two: &Measurement) -> bool {
    one.metric == two.metric && discriminant(&one.data) == discriminant(&two.data)
}

/// The run that segments of one load make together, in the order of their numbers.
fn together(first: Segment, others: Vec<Segment>) -> Result<Run, String> {
    let facts = facts(&first, &others);
    let id = id(std::iter::once(&first).chain(&others).map(|segment| &segment.run));
    let mut run = first.run;
    let mut target = run.targets.pop().ok_or("it measured nothing")?;
    let mut rates = vec![throughput(&target)];
    for other in &others {
        rates.push(throughput(other.load()?));
    }
    let mut environments = vec![run.environment];
    for Segment { run: more, .. } in others {
        environments.push(more.environment);
        run.started = run.started.min(more.started);
        run.elapsed = run.elapsed.max(more.elapsed);
        run.revision = revision(run.revision, more.revision);
        run.noise = noise(run.noise, more.noise);
        run.cut_short |= more.cut_short;
        run.trusted &= more.trusted;
        more.warnings.into_iter().for_each(|warning| pool::warn(&mut run.warnings, warning));
        more.targets.into_iter().for_each(|more| add(&mut target, more));
    }
    run.id = id;
    run.environment = environment(environments);
    set_throughput(&mut target, &rates)?;
    if let Some(validity) = &mut target.validity {
        validity.broken = facts;
    }
    run.targets = vec![target];
    run.check()?;
    Ok(run)
}

/// An id of its own, the same whenever the same segments are merged: that of the earliest run in time, and
/// a digest of all in the rest.
fn id<'a>(runs: impl Iterator<Item = &'a Run> + Clone) -> Uuid {
    let mut digest = Sha256::new();
    runs.clone().for_each(|run| digest.update(run.id));
    let (mut rest, digest) = ([0; 10], digest.finalize());
    rest.copy_from_slice(&digest[..10]);
    let started = runs.map(|run| run.started.unix_timestamp_nanos() / 1_000_000).min();
    let started = started.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(started, &rest).into_uuid()
}

/// What breaks the validity of the whole: what broke that of a segment, those that are missing, and
/// beginnings that lie apart.
fn facts(first: &Segment, others: &[Segment]) -> Vec<ValidityFact> {
    let of = first.segment.of;
    let all = || std::iter::once(first).chain(others);
    let missing = (1..=of)
        .filter(|number| all().all(|segment| segment.segment.number != *number))
        .map(|number| ValidityFact::SegmentMissing { segment: Part { number, of } });
    let broken = all().flat_map(|segment| {
        let validity = segment.load().ok().and_then(|load| load.validity.as_ref());
        let facts = validity.map(|validity| validity.broken.as_slice()).unwrap_or_default();
        facts.iter().map(|why| match of {
            1 => why.clone(),
            _ => {
                ValidityFact::SegmentBroken { segment: segment.segment, why: Box::new(why.clone()) }
            }
        })
    });
    missing.chain(apart(all())).chain(broken).collect()
}

/// When a segment did begin, by its own clock, after its warm-up.
fn begun(segment: &Segment) -> Option<OffsetDateTime> {
    segment.load().ok()?.course.timeline.as_ref()?.begun
}

fn apart<'a>(segments: impl Iterator<Item = &'a Segment> + Clone) -> Option<ValidityFact> {
    let begun = segments.filter_map(begun);
    let seconds = (begun.clone().max()? - begun.min()?).as_seconds_f64();
    (seconds > MOST_APART).then_some(ValidityFact::SegmentsApart { seconds, allowed: MOST_APART })
}

/// Adds a segment: histograms, counts and values as of more of the same, and what went on at the same time
/// as such.
fn add(target: &mut Target, more: Target) {
    let elapsed = target.elapsed.max(more.elapsed);
    let validity = match (target.validity.take(), &more.validity) {
        (Some(one), Some(two)) => Some(at_once(one, two)),
        (one, two) => one.or_else(|| two.clone()),
    };
    target.cut_short |= more.cut_short;
    let timeline = (target.course.timeline.take(), more.course.timeline.clone());
    target.course.timeline = match timeline {
        (Some(one), Some(two)) => Some(beside(one, two)),
        (one, two) => one.or(two),
    };
    pool::add(target, more);
    (target.elapsed, target.validity) = (elapsed, validity);
}

/// Rates add up. Lateness is that of all arrivals, the generators' CPU that of the busiest.
fn at_once(one: Validity, two: &Validity) -> Validity {
    let lateness = match (one.lateness, &two.lateness) {
        (Some(mut all), Some(more)) => {
            all.merge(more);
            Some(all)
        }
        _ => None,
    };
    Validity {
        asked_rate: one.asked_rate + two.asked_rate,
        achieved_rate: one.achieved_rate + two.achieved_rate,
        dropped: one.dropped.saturating_add(two.dropped),
        lateness_p99: match &lateness {
            Some(lateness) => lateness.quantile(0.99),
            None => one.lateness_p99.max(two.lateness_p99),
        },
        lateness,
        generator_cpu: one.generator_cpu.into_iter().chain(two.generator_cpu).reduce(f64::max),
        under_counts: one.under_counts || two.under_counts,
        broken: one.broken,
    }
}

/// Interval by interval; one that was cut short has fewer.
fn beside(mut one: Timeline, two: Timeline) -> Timeline {
    let most = one.intervals.len().max(two.intervals.len());
    one.intervals.resize(most, Interval::default());
    for (all, more) in one.intervals.iter_mut().zip(two.intervals) {
        all.errors = all.errors.saturating_add(more.errors);
        all.latency = match (all.latency.take(), more.latency) {
            (Some(mut all), Some(more)) => {
                all.merge(&more);
                Some(all)
            }
            (all, more) => all.or(more),
        };
    }
    Timeline { begun: one.begun.into_iter().chain(two.begun).min(), ..one }
}

fn throughput(target: &Target) -> f64 {
    match target.measurement("throughput").map(|measurement| &measurement.data) {
        Some(Data::Sample(sample)) => sample.values().sum(),
        _ => 0.0,
    }
}

fn set_throughput(target: &mut Target, rates: &[f64]) -> Result<(), String> {
    let sum = Sample::of_processes([rates.iter().sum()]).map_err(|error| error.to_string())?;
    let known = target.measurements.iter_mut().find(|known| known.metric.name == "throughput");
    if let Some(known) = known {
        known.data = Data::Sample(sum);
    }
    Ok(())
}
