//! Pairs of loads: segments sent to a fresh service of each build in turn.

use crate::repository::{PARENT, Repository};
use crate::service::plan_of;
use crate::support;
use pacegate::config::{Arrivals, Plan, Spacing, Traffic};
use pacegate::measure::Event;
use pacegate::measure::paired::{PairedMeasured, Progress};
use pacegate::model::{Data, PairedSeries, Stage, Target};
use std::time::Duration;

/// The least latency of every request: so long that no machine is too busy to send the load in time.
const BASE: &str = "--slow item=300ms";

/// Starts the demo service on the plan's port, with further flags.
fn serve(flags: &str) -> String {
    format!("echo $$ >> $PIDS; exec $SHOP --products 20 --port $PORT {flags}")
}

/// A plan with a load whose segments have twenty journeys, on the service that `serve.sh` in the
/// repository starts.
fn plan(repository: &Repository) -> Plan {
    let mut plan = plan_of(&repository.folder, "exec sh ./serve.sh", Duration::from_secs(20));
    let stage = &mut arrivals(&mut plan).stages[0];
    (stage.from, stage.to) = (50.0, 50.0);
    arrivals(&mut plan).connections = 64;
    plan.loads[0].journeys[0].steps[0].path = "/products/1".into();
    let service = plan.services.get_mut("shop").unwrap();
    service.command.cwd = repository.path();
    let port = service.url.rsplit(':').next().unwrap().to_owned();
    let variables = [
        ("PORT", port),
        ("SHOP", crate::shop::command().get_program().to_str().unwrap().to_owned()),
        ("PIDS", repository.folder.path().join("pids").to_str().unwrap().to_owned()),
    ];
    service.command.env.extend(variables.map(|(name, value)| (name.to_owned(), value)));
    plan
}

fn arrivals(plan: &mut Plan) -> &mut Arrivals {
    match &mut plan.loads[0].traffic {
        Traffic::Arrivals(arrivals) => arrivals,
        _ => panic!("it has arrivals"),
    }
}

#[track_caller]
fn measured(repository: &Repository, plan: &Plan) -> PairedMeasured {
    let told = repository.told(plan, PARENT, &|_| Progress::Ungated, |_, _| {});
    told.result.unwrap()
}

#[track_caller]
fn series<'a>(measured: &'a PairedMeasured, id: &str) -> &'a PairedSeries {
    measured.series.iter().find(|series| series.series.to_string() == id).unwrap()
}

/// How many latencies a target has.
#[track_caller]
fn requests(target: &Target) -> u64 {
    match &target.measurement("latency").unwrap().data {
        Data::Histogram(histogram) => histogram.count(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pair_is_a_segment_to_a_fresh_service_of_each_build() {
    let repository = Repository::of("serve.sh", &serve(BASE), &serve("--slow item=600ms"));
    let measured = measured(&repository, &plan(&repository));
    assert_eq!((&measured.head.failures, &measured.incomparable), (&vec![], &vec![]));

    for id in ["browse/latency/p50", "browse/latency/p99", "browse/service/p90"] {
        let series = series(&measured, id);
        assert_eq!(series.pairs.len(), 8, "{id}");
        assert!(series.pairs.iter().all(|pair| pair.base >= 0.3 && pair.head >= 0.6), "{series:?}");
    }
    assert!(measured.series.iter().all(|series| series.series.metric != "errors"));
    assert_eq!(series(&measured, "browse/throughput").pairs.len(), 8);

    let [base, head] = [&measured.base[0], &measured.head.targets[0]];
    for target in [base, head] {
        assert_eq!(requests(target), 8 * 20, "of every segment, and of nothing else");
        assert_eq!(
            target.measurement("errors").unwrap().data,
            Data::Counts { events: 0, trials: 160 }
        );
        assert_eq!(target.validity.as_ref().unwrap().broken, []);
    }
    assert_eq!(base.definition, head.definition);
    // A first start each, and one a segment; more where a pair was left out.
    assert!(repository.folder.wait_until_gone() >= 2 + 2 * 8);
}

#[test]
fn segments_are_not_compared_with_whole_loads() {
    let repository = Repository::of("serve.sh", &serve(BASE), &serve(BASE));
    let mut plan = plan(&repository);
    // As long as a segment, so that the times are the same.
    arrivals(&mut plan).stages[0].duration = Duration::from_millis(400);
    arrivals(&mut plan).spacing = Spacing::Poisson { seed: 3 };
    let paired = measured(&repository, &plan);
    let alone = support::measured(&plan);
    assert_ne!(paired.head.targets[0].definition, alone.targets[0].definition);
}

/// What is told when the service is started by these scripts. A head that does not fail is sent segments
/// alone, as many as a first look needs.
#[track_caller]
fn fails(base: &str, head: &str, incomparable: &[(Stage, &str)], failures: &[(Stage, &str)]) {
    let repository = Repository::of("serve.sh", base, head);
    let measured = measured(&repository, &plan(&repository));
    for (found, expected) in
        [(&measured.incomparable, incomparable), (&measured.head.failures, failures)]
    {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (failure, (stage, text)) in found.iter().zip(expected) {
            assert_eq!((&*failure.target, failure.stage), ("browse", *stage));
            assert!(failure.error.contains(text), "{failure:?}");
        }
    }
    let sent: Vec<u64> = measured.head.targets.iter().map(requests).collect();
    assert_eq!(sent, if failures.is_empty() { vec![8 * 20] } else { vec![] });
    assert!(measured.base.is_empty() && measured.series.is_empty());
    repository.folder.wait_until_gone();
}

#[test]
fn it_is_told_in_which_build_a_service_fails() {
    let broken = "echo no database >&2; exit 7";
    let text = "service `shop` ended before it was ready: it exited with code 7\nlast lines of its output:\n  no database";
    let (base, head) = (format!("base: {text}"), format!("head: {text}"));
    fails(broken, &serve(BASE), &[(Stage::Service, &base)], &[]);
    fails(&serve(BASE), broken, &[], &[(Stage::Service, &head)]);
    fails(broken, broken, &[], &[(Stage::Service, &head)]);
}

#[test]
fn a_load_on_a_service_that_is_there_already_is_measured_alone() {
    let repository = Repository::of("serve.sh", &serve(BASE), &serve(BASE));
    let mut plan = plan(&repository);
    let service = crate::shop::Shop::start(BASE);
    plan.loads[0].service = None;
    plan.loads[0].url = format!("http://{}", service.address);
    arrivals(&mut plan).stages[0].duration = Duration::from_secs(1);
    let measured = measured(&repository, &plan);
    let [failure] = &measured.incomparable[..] else { panic!("{measured:?}") };
    assert_eq!(failure.target, "browse");
    assert!(failure.error.contains("one service answers for both builds"), "{failure:?}");
    assert_eq!(measured.head.failures, []);
    // As without a base, not in segments.
    assert_eq!(measured.head.targets.iter().map(requests).collect::<Vec<_>>(), [50]);
    assert!(measured.base.is_empty() && measured.series.is_empty());
}

#[test]
fn an_interrupt_during_a_segment_leaves_no_service() {
    let repository = Repository::of("serve.sh", &serve(BASE), &serve(BASE));
    let (plan, pids) = (plan(&repository), repository.folder.path().join("pids"));
    let told = repository.told(&plan, PARENT, &|_| Progress::Undecided, |event, stop| {
        if matches!(event, Event::Progress { note, .. } if note.starts_with("pair 3 ")) {
            let (stop, pids) = (stop.clone(), pids.clone());
            let started =
                move || std::fs::read_to_string(&pids).unwrap_or_default().lines().count();
            let before = started();
            std::thread::spawn(move || {
                while started() == before {
                    std::thread::sleep(Duration::from_millis(5));
                }
                stop.ask();
            });
        }
    });
    let measured = told.result.unwrap();
    assert!(measured.head.cut_short && measured.head.targets[0].cut_short);
    assert_eq!((&measured.head.failures, &measured.incomparable), (&vec![], &vec![]));
    assert_eq!(series(&measured, "browse/latency/p50").pairs.len(), 3);
    assert_eq!(requests(&measured.head.targets[0]), 60);
    repository.folder.wait_until_gone();
}
