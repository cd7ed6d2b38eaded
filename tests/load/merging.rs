//! Segments of a load become a run, or are refused.

use crate::{errors, histogram};
use pacegate::model::{
    Course, Data, Engine, Environment, Histogram, Interval, Measurement, Metric, Noise, Part,
    RUN_FORMAT, RUN_VERSION, Revision, Run, SEGMENT_FORMAT, SEGMENT_VERSION, Sample, Segment,
    SegmentPlan, Target, Timeline, Unit, Validity, ValidityFact,
};
use pacegate::pipeline::{merge, read_run};
use pacegate::report::json_document;
use std::path::PathBuf;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A segment with ten answers of so many milliseconds, one of which failed.
pub(crate) fn segment(number: u32, of: u32, milliseconds: u64) -> Segment {
    let start = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
    let latency: Histogram = std::iter::repeat_n(milliseconds * 1_000_000, 10).collect();
    let measurement = |metric, data| Measurement { metric, data, quantum: 0.0 };
    let histogram = |name: &str| {
        measurement(Metric::lower(name, Unit::Seconds), Data::Histogram(latency.clone()))
    };
    let interval = |latency| Interval { errors: 1, latency };
    let target = Target {
        name: "l".to_owned(),
        engine: Engine::Open,
        definition: "d".to_owned(),
        measurements: vec![
            histogram("latency"),
            measurement(
                Metric::lower("errors", Unit::Ratio),
                Data::Counts { events: 1, trials: 10 },
            ),
            measurement(
                Metric::higher("throughput", Unit::PerSecond),
                Data::Sample(Sample::of_processes([4.5]).unwrap()),
            ),
        ],
        validity: Some(Validity {
            asked_rate: 5.0,
            achieved_rate: 4.75,
            dropped: u64::from(number),
            lateness_p99: 0.0,
            lateness: Some([1, 1000 * u64::from(number)].into_iter().collect()),
            generator_cpu: Some(0.125 * f64::from(number)),
            under_counts: false,
            broken: vec![],
        }),
        elapsed: 2.0 + f64::from(number),
        cut_short: false,
        course: Course {
            timeline: Some(Timeline {
                begun: Some(start),
                interval: 1.0,
                intervals: vec![interval(Some(latency.clone())), interval(None)],
            }),
            levels: vec![],
        },
        warnings: vec![],
    };
    Segment {
        format: SEGMENT_FORMAT.to_owned(),
        version: SEGMENT_VERSION,
        segment: Part { number, of },
        start,
        plan: SegmentPlan { rate: 10.0, duration: 2.0, warmup: 0.0, connections: 10 },
        run: Run {
            format: RUN_FORMAT.to_owned(),
            version: RUN_VERSION,
            id: Uuid::from_u128(number.into()),
            project: "p".to_owned(),
            started: start,
            elapsed: f64::from(number),
            revision: Revision::default(),
            environment: Environment {
                cpu: "A".to_owned(),
                cores: 2,
                arch: "x86_64".to_owned(),
                os: "linux".to_owned(),
                image: "debian 12".to_owned(),
                toolchain: String::new(),
            },
            noise: Noise::default(),
            targets: vec![target],
            failures: vec![],
            cut_short: false,
            trusted: true,
            warnings: vec![],
        },
    }
}

fn load(segment: &mut Segment) -> &mut Target {
    &mut segment.run.targets[0]
}

fn validity(segment: &mut Segment) -> &mut Validity {
    load(segment).validity.as_mut().unwrap()
}

/// Merges segments by way of files.
fn merged(segments: &[Segment]) -> Result<Run, String> {
    let texts: Vec<String> = segments.iter().map(|one| json_document(one).unwrap()).collect();
    merged_texts(&texts)
}

fn merged_texts(texts: &[String]) -> Result<Run, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = |(number, text): (usize, &String)| {
        let path = folder.path().join(format!("{number}.json"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let files: Vec<PathBuf> = texts.iter().enumerate().map(file).collect();
    let out = folder.path().join("run.json");
    let merged = merge(&files, &out).map_err(|error| error.to_string());
    assert_eq!(out.exists(), merged.is_ok());
    let run = merged?.run;
    // What is written is what is read.
    assert_eq!(read_run(&out).unwrap(), run);
    Ok(run)
}

#[test]
fn what_was_measured_at_once_is_added_up() {
    let run = merged(&[segment(2, 2, 30), segment(1, 2, 20)]).unwrap();
    assert_eq!((run.trusted, run.cut_short), (true, false));
    // The same segments are the same run, and others another.
    let again = merged(&[segment(1, 2, 20), segment(2, 2, 30)]).unwrap();
    assert_eq!(again.id, run.id);
    assert_ne!(merged(&[segment(1, 2, 20)]).unwrap().id, run.id);
    assert!((run.elapsed - 2.0).abs() < 1e-12);
    let load = &run.targets[0];
    let both: Histogram = [[20_000_000; 10], [30_000_000; 10]].concat().into_iter().collect();
    assert_eq!(histogram(load, "latency"), &both);
    assert_eq!(errors(load, "errors"), (2, 20));
    let throughput = &load.measurement("throughput").unwrap().data;
    assert_eq!(throughput, &Data::Sample(Sample::of_processes([9.0]).unwrap()));
    let timeline = load.course.timeline.as_ref().unwrap();
    let interval = |latency| Interval { errors: 2, latency };
    assert_eq!(timeline.intervals, [interval(Some(both)), interval(None)]);
    assert_eq!(
        load.validity,
        Some(Validity {
            asked_rate: 10.0,
            achieved_rate: 9.5,
            dropped: 3,
            lateness_p99: Histogram::from_iter([1, 1000, 1, 2000]).quantile(0.99),
            lateness: Some([1, 1000, 1, 2000].into_iter().collect()),
            generator_cpu: Some(0.25),
            under_counts: false,
            broken: vec![],
        })
    );
    assert!((load.elapsed - 4.0).abs() < 1e-12);
}

#[test]
fn what_keeps_a_merged_load_from_being_believed() {
    let check = |change: &dyn Fn(&mut Vec<Segment>), expected: &[ValidityFact]| {
        let mut segments: Vec<Segment> = (1..=3).map(|own| segment(own, 3, 20)).collect();
        change(&mut segments);
        let run = merged(&segments).unwrap();
        assert_eq!(run.targets[0].validity.as_ref().unwrap().broken, expected);
    };
    let part = |number| Part { number, of: 3 };
    check(&|_| (), &[]);
    check(
        &|segments| segments.truncate(1),
        &[
            ValidityFact::SegmentMissing { segment: part(2) },
            ValidityFact::SegmentMissing { segment: part(3) },
        ],
    );
    let why = ValidityFact::GeneratorBusy { share: 0.9 };
    check(
        &|segments| validity(&mut segments[1]).broken = vec![why.clone()],
        &[ValidityFact::SegmentBroken { segment: part(2), why: Box::new(why.clone()) }],
    );
    let begin = |segment: &mut Segment, seconds: f64| {
        let timeline = load(segment).course.timeline.as_mut().unwrap();
        timeline.begun = timeline.begun.map(|begun| begun + Duration::seconds_f64(seconds));
    };
    check(&|segments| begin(&mut segments[2], 1.0), &[]);
    check(
        &|segments| {
            begin(&mut segments[2], 1.0);
            begin(&mut segments[0], -0.5);
        },
        &[ValidityFact::SegmentsApart { seconds: 1.5, allowed: 1.0 }],
    );
}

#[test]
fn machines_that_differ_are_a_class_of_their_own() {
    let mut other = segment(2, 2, 20);
    (other.run.environment.cpu, other.run.environment.cores) = ("B".to_owned(), 8);
    let one = merged(&[segment(1, 2, 20), other.clone()]).unwrap().environment;
    assert_eq!(
        (one.cpu.as_str(), one.cores, one.image.as_str()),
        ("A (2 cores) + B (8 cores)", 10, "debian 12")
    );
    let (mut first, mut second) = (other, segment(2, 2, 20));
    first.segment.number = 1;
    second.run.trusted = false;
    let run = merged(&[first, second]).unwrap();
    assert_eq!((run.environment, run.trusted), (one, false), "whichever sent which segment");
    let alike = merged(&[segment(1, 2, 20), segment(2, 2, 20)]).unwrap().environment;
    assert_eq!(alike, segment(1, 2, 20).run.environment);
}

#[test]
fn segments_of_different_loads_are_refused() {
    let check = |change: &dyn Fn(&mut Segment), why: &str| {
        let mut other = segment(2, 3, 20);
        change(&mut other);
        let error = merged(&[segment(1, 3, 20), other]).unwrap_err();
        assert!(error.contains(why) && error.contains("1.json"), "{error}");
    };
    check(&|other| other.run.project = "q".to_owned(), "of another project");
    check(&|other| load(other).name = "m".to_owned(), "of another load");
    check(&|other| other.segment.of = 4, "of another number of segments");
    check(&|other| load(other).definition = "e".to_owned(), "defined otherwise");
    check(&|other| other.plan.rate = 11.0, "defined otherwise");
    check(
        &|other| load(other).measurements[0].metric.unit = Unit::Bytes,
        "another kind of `latency`",
    );
    check(&|other| other.start += Duration::seconds(1), "began at another time");
    check(&|other| other.segment.number = 1, "both are segment 1/3");
    let commit =
        |segment: &mut Segment, commit: &str| segment.run.revision.commit = Some(commit.to_owned());
    check(
        &|other| load(other).course.timeline.as_mut().unwrap().interval = 2.0,
        "defined otherwise",
    );
    let (mut one, mut two) = (segment(1, 2, 20), segment(2, 2, 20));
    commit(&mut one, "a");
    assert_eq!(merged(&[one.clone(), two.clone()]).unwrap().revision.commit.as_deref(), Some("a"));
    commit(&mut two, "b");
    assert!(merged(&[one, two]).unwrap_err().contains("of another commit"));
}

#[test]
fn documents_that_are_no_segments_are_refused() {
    let check = |text: String, why: &str| {
        let error = merged_texts(&[text]).unwrap_err();
        assert!(error.contains(why) && error.contains("0.json"), "{error}");
    };
    let document = json_document(&segment(1, 3, 20)).unwrap();
    let with = |text: &str, other: &str| {
        assert!(document.contains(text), "{text} in {document}");
        document.replacen(text, other, 1)
    };
    check(String::new(), "not a segment");
    check("[]".to_owned(), "it does not begin with `{`");
    check("{}".to_owned(), "missing field `format`");
    check(document[..document.len() / 2].to_owned(), "not a segment: EOF");
    check(with("pacegate-segment", "pacegate-run"), "its format is `pacegate-run`");
    check(with("\"version\": 1", "\"version\": 2"), "use a newer pacegate");
    check(with("\"version\": 1", "\"version\": 0"), "its version is 0");
    check(with("\"start\"", "\"more\": 1, \"start\""), "unknown field `more`");
    check(with("\"number\": 1", "\"number\": 4"), "there is no segment 4/3");
    check(with("\"number\": 1", "\"number\": 0"), "there is no segment 0/3");
    check(with("\"of\": 3", "\"of\": 101"), "there is no segment 1/101");
    check(with("\"rate\": 10.0", "\"rate\": -1"), "-1 is no rate or time");
    check(with("\"rate\": 10.0", "\"rate\": 1e300"), "is no rate or time");
    check(with("\"rate\": 10.0", "\"rate\": NaN"), "expected value");
    check(with("\"asked_rate\": 5.0", "\"asked_rate\": 1e308"), "is no rate or time");
    check(with("\"interval\": 1.0", "\"interval\": 0"), "no or too many intervals");
    check(with("[[4.5]]", "[[1e200]]"), "a value is beyond 1e100");
    check(with("[[4.5]]", "[[-4.5]]"), "holds a value below 0");
    check(with("\"events\": 1", "\"events\": 11"), "counts 11 events in 10 trials");
    check(
        with("\"engine\": \"open\"", "\"engine\": \"users\""),
        "not of one load of the open engine",
    );
    check(with("2027-01-15T08:00:00Z", "yesterday"), "could not be parsed");
    let histogram = String::from(histogram(&segment(1, 3, 20).run.targets[0], "latency").clone());
    check(with(&histogram, "AAAA"), "failed to decode histogram");
    let two = |segment: &mut Segment| {
        let mut second = load(segment).clone();
        second.name = "m".to_owned();
        segment.run.targets.push(second);
    };
    let changed = |change: &dyn Fn(&mut Segment)| {
        let mut segment = segment(1, 3, 20);
        change(&mut segment);
        json_document(&segment).unwrap()
    };
    check(changed(&two), "not of one load");
    check(changed(&|segment| segment.run.targets.clear()), "not of one load");
    for name in ["latency", "errors"] {
        let without = |segment: &mut Segment| {
            load(segment).measurements.retain(|known| known.metric.name != name)
        };
        check(changed(&without), "are not of the same requests");
    }
    let counts = |trials| {
        move |segment: &mut Segment| {
            load(segment).measurements[1].data = Data::Counts { events: 0, trials }
        }
    };
    check(changed(&counts(0)), "are not of the same requests");
    check(changed(&counts(u64::MAX)), "are not of the same requests");
    check(changed(&|segment| load(segment).validity = None), "does not say whether it was valid");
    let many = vec![ValidityFact::Dropped { count: 1 }; 101];
    check(changed(&|segment| validity(segment).broken = many.clone()), "more than 100 facts");
    let intervals = vec![Interval::default(); 10_001];
    check(
        changed(&|segment| {
            load(segment).course.timeline.as_mut().unwrap().intervals = intervals.clone()
        }),
        "no or too many intervals",
    );
    let deep = "{\"why\":".repeat(1000);
    check(with("\"broken\": []", &format!("\"broken\": [{deep}")), "not a segment");
    // Sums of the largest counts do not overflow.
    let most = |own| {
        let mut segment = segment(own, 2, 20);
        validity(&mut segment).dropped = u64::MAX;
        segment
    };
    let run = merged(&[most(1), most(2)]).unwrap();
    assert_eq!(run.targets[0].validity.as_ref().unwrap().dropped, u64::MAX);
}
