//! Metrics that a service tells of itself, well and badly.

use crate::endpoint::{Answer, Endpoint, ok};
use pacegate::measure::resources::{Gathered, Prometheus, Sampler, Watched};
use pacegate::model::{Data, Unit, Warning};
use std::io::Write as _;
use std::time::{Duration, Instant};

/// What is gathered of an endpoint until it gave so many answers.
fn gather(answer: Answer, answers: usize, metrics: &[&str]) -> Gathered {
    let endpoint = Endpoint::start(answer);
    let metrics = metrics.iter().map(|&name| name.to_owned()).collect();
    let prometheus = Some(Prometheus { url: endpoint.url(), metrics });
    let start = Instant::now();
    let watched = Watched { prometheus, ..Watched::default() };
    let sampler = Sampler::start(watched, Duration::from_millis(250));
    endpoint.wait(answers);
    let mut gathered = sampler.finish(start..Instant::now());
    gathered.measurements.retain(|found| found.metric.name.starts_with("prometheus/"));
    gathered
}

/// The failures of one answer, by kind.
#[track_caller]
fn fails(answer: Answer, expected: &str) {
    let gathered = gather(answer, 2, &["hits_total"]);
    assert_eq!(gathered.measurements, []);
    let kinds = gathered.warnings.iter().find_map(|warning| match warning {
        Warning::MetricsUnread { failed, asked, kinds } => {
            assert!(failed == asked && *failed >= 1, "{gathered:?}");
            Some(kinds)
        }
        _ => None,
    });
    let kinds: Vec<_> = kinds.expect("a warning").keys().collect();
    assert_eq!(kinds, [expected]);
}

#[test]
fn counters_become_rates_and_gauges_stay() {
    let answer: Answer = |number, stream| {
        let hits = 1000 + number * 100;
        let text = format!(
            "# TYPE hits_total counter\nhits_total{{code=\"200\"}} {hits}\nhits_total{{code=\"500\"}} NaN\n\
             heap_bytes 4096\nother 1\n"
        );
        ok(stream, text.as_bytes())
    };
    let gathered = gather(answer, 4, &["hits_total", "heap_bytes", "absent"]);
    let named = |name: &str| gathered.measurements.iter().find(|found| found.metric.name == name);
    let values = |name: &str| match &named(name).expect(name).data {
        Data::Sample(sample) => sample.processes()[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(named("prometheus/heap_bytes").unwrap().metric.unit, Unit::Bytes);
    assert!(values("prometheus/heap_bytes").iter().all(|bytes| (bytes - 4096.0).abs() < 1e-9));
    // A hundred an answer, and at most ten answers in nine seconds.
    let rates = values("prometheus/hits_total.code-200");
    assert!(rates.iter().all(|rate| *rate > 0.0 && *rate < 112.0), "{rates:?}");
    assert_eq!(gathered.measurements.len(), 2, "{gathered:?}");
    let reason = "the endpoint does not tell it".to_owned();
    let absent = Warning::ResourcesUnread { what: "prometheus/absent".to_owned(), reason };
    assert_eq!(gathered.warnings, [absent]);
}

#[test]
fn hostile_answers_are_counted_by_kind() {
    fails(|_, stream| ok(stream, b"hits_total \xff\n"), "not UTF-8");
    fails(|_, stream| ok(stream, b"hits_total{\n"), "malformed line of `hits_total`");
    fails(
        |_, stream| ok(stream, b"hits_total 1\nhits_total 2\n"),
        "a series of `hits_total` twice",
    );
    fails(
        |_, stream| stream.write_all(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"),
        "status 503",
    );
    fails(
        |_, stream| {
            let head =
                "HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(head.as_bytes())
        },
        "status 302",
    );
    fails(|_, stream| stream.write_all(b"gibberish\r\n\r\n"), "no HTTP answer");
    fails(|_, _| Ok(()), "no HTTP answer");
    let cut: Answer =
        |_, stream| stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhits");
    let body = "a body that ends early or is longer than 4 MiB";
    fails(cut, body);
    let endless: Answer = |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            stream.write_all(&[b'\n'; 65536])?;
        }
    };
    fails(endless, body);
}

#[test]
fn an_answer_that_never_comes_is_given_up() {
    let silent: Answer = |_, stream| {
        // Until the other side has left.
        std::io::copy(stream, &mut std::io::sink()).map(drop)
    };
    fails(silent, "timeout");
}
